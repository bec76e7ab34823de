namespace Ringcheck.Devices;

/// <summary>What a PCI function says that it is, fixed when the machine is built.</summary>
public record PciFunctionSettings
{
    public DeviceProfile Profile { get; init; }

    public ushort VendorId { get; init; }

    public ushort DeviceId { get; init; }

    /// <summary>Base class, subclass, programming interface, from bit 23 down.</summary>
    public uint ClassCode { get; init; }

    public byte Revision { get; init; }

    public ushort SubsystemVendorId { get; init; }

    public ushort SubsystemId { get; init; }

    /// <summary>0 is none, 1 is INTA#.</summary>
    public byte InterruptPin { get; init; }

    /// <summary>The bit of the header type that says that the device may have more functions than 0.</summary>
    public bool IsMultiFunction { get; init; }

    /// <summary>Lies that a hostile function tells in its configuration space in one execution, at most.</summary>
    public int MaximumLies { get; init; } = 2;
}
