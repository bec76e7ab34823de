namespace Ringcheck.Devices;

/// <summary>Which of the interfaces of virtio-pci a function has (4.1.2).</summary>
public enum VirtioPciInterface : byte
{
    /// <summary>Structures that capabilities name, and no other.</summary>
    Modern,

    /// <summary>Those, and the legacy registers in BAR 0.</summary>
    Transitional,

    /// <summary>The legacy registers alone, as devices had before version 1.0.</summary>
    Legacy,
}

/// <summary>What a virtio-pci function is, fixed when the machine is built.</summary>
public sealed record VirtioPciSettings
{
    public DeviceProfile Profile { get; init; }

    public VirtioPciInterface Interface { get; init; }

    /// <summary>Of <see cref="Standard.DeviceType"/>.</summary>
    public required uint DeviceType { get; init; }

    /// <summary>Queues that have a place to be notified at.</summary>
    public int Queues { get; init; } = 1;

    /// <summary>Entries of the MSI-X table; 0: no MSI-X.</summary>
    public int Vectors { get; init; } = 2;

    /// <summary>Vectors that the device can really map: what is asked for beyond that reads back as none (4.1.5.1.2.1).</summary>
    public int MappableVectors { get; init; } = int.MaxValue;

    /// <summary>
    /// Powers on as firmware leaves a device that it has used: a bus master, running with a queue of firmware's, its pin off, MSI-X on with messages of firmware's, an old error in the
    /// status register of PCI.
    /// </summary>
    public bool IsLeftByFirmware { get; init; }

    /// <summary>Base class, subclass, programming interface.</summary>
    public uint ClassCode { get; init; } = 0x010000;

    /// <summary>Lies that the function tells in configuration space in one execution, at most.</summary>
    public int MaximumLies { get; init; } = 1;
}
