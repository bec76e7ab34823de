using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Virtio 1.4, 4.1.4.9 "PCI configuration access capability": reaches the structures of a function through its configuration space, where its BARs have no address, or cannot be
/// mapped. Each access is four of configuration space: with several CPUs a lock goes around each method. Values are the device's, and not judged.
/// </summary>
/// <param name="Config">How configuration space is reached.</param>
/// <param name="Address">The function.</param>
/// <param name="Capability">Where the capability is.</param>
public readonly record struct PciAccessWindow(PciConfig Config, PciAddress Address, uint Capability)
{
    /// <summary>NotSupported when the function has no such capability that is whole.</summary>
    public static DriverStatus Find<TMachine>(TMachine machine, in PciConfig config, PciAddress address, out PciAccessWindow window)
        where TMachine : struct, IMachine
    {
        PciCapabilities list = PciCapabilities.Of(machine, config, address);
        while (list.TryNext(machine, out PciCapabilityAt at))
        {
            if (at.Id != PciCapability.VendorSpecific || !at.Has(PciVirtioCapability.AccessSize))
                continue;
            if (config.Read8(machine, address, at.Offset + PciVirtioCapability.TypeOffset) != PciVirtioCapability.Access
                || config.Read8(machine, address, at.Offset + PciVirtioCapability.LengthOffset) < PciVirtioCapability.AccessSize)
                continue;
            window = new(config, address, at.Offset);
            return DriverStatus.Ok;
        }

        window = default;
        return DriverStatus.NotSupported;
    }

    /// <summary>
    /// Reads a register. InvalidArgument, and nothing is accessed: no such BAR, a width other than 1, 2 or 4 bytes, or an offset that is no multiple of it (4.1.4.9.2).
    /// </summary>
    public DriverStatus Read<TMachine>(TMachine machine, int bar, uint offset, uint width, out uint value)
        where TMachine : struct, IMachine
    {
        value = 0;
        if (!TryPoint(machine, bar, offset, width))
            return DriverStatus.InvalidArgument;
        uint data = Capability + PciVirtioCapability.AccessDataOffset;
        value = width switch
        {
            sizeof(byte) => Config.Read8(machine, Address, data),
            sizeof(ushort) => Config.Read16(machine, Address, data),
            _ => Config.Read32(machine, Address, data),
        };
        return DriverStatus.Ok;
    }

    /// <summary>Writes a register; errors as <see cref="Read"/>.</summary>
    public DriverStatus Write<TMachine>(TMachine machine, int bar, uint offset, uint width, uint value)
        where TMachine : struct, IMachine
    {
        if (!TryPoint(machine, bar, offset, width))
            return DriverStatus.InvalidArgument;
        uint data = Capability + PciVirtioCapability.AccessDataOffset;
        switch (width)
        {
            case sizeof(byte):
                Config.Write8(machine, Address, data, (byte)value);
                break;
            case sizeof(ushort):
                Config.Write16(machine, Address, data, (ushort)value);
                break;
            default:
                Config.Write32(machine, Address, data, value);
                break;
        }

        return DriverStatus.Ok;
    }

    private bool TryPoint<TMachine>(TMachine machine, int bar, uint offset, uint width)
        where TMachine : struct, IMachine
    {
        if ((uint)bar > PciVirtioCapability.LastBar || width is not (sizeof(byte) or sizeof(ushort) or sizeof(uint)) || offset % width != 0)
            return false;
        Config.Write8(machine, Address, Capability + PciVirtioCapability.BarOffset, (byte)bar);
        Config.Write32(machine, Address, Capability + PciVirtioCapability.OffsetOffset, offset);
        Config.Write32(machine, Address, Capability + PciVirtioCapability.StructureLengthOffset, width);
        return true;
    }
}
