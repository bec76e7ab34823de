using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>A capability in configuration space.</summary>
/// <param name="Id">Of <see cref="PciCapability"/>, or one that nobody here knows.</param>
/// <param name="Offset">Where it begins.</param>
public readonly record struct PciCapabilityAt(byte Id, uint Offset)
{
    /// <summary>Whether this many bytes of it lie in configuration space.</summary>
    public bool Has(uint length) => length <= PciRegister.SpaceSize - Offset;
}

/// <summary>
/// PCI Local Bus 3.0, 6.7: the list of capabilities of a function, which may be anything: it may loop, or lead into the header. A list that does is followed up to
/// that place, each offset once: <see cref="PciCapability.Most"/> steps at most, of one access each.
/// </summary>
/// <remarks>For use as <c>while (list.TryNext(machine, out var capability))</c>; then <see cref="Status"/> says whether the list was whole.</remarks>
public struct PciCapabilities
{
    private readonly PciConfig config;
    private readonly PciAddress address;

    /// <summary>Offsets already followed, by multiples of 4.</summary>
    private ulong seen;

    private byte next;

    private PciCapabilities(in PciConfig config, PciAddress address, byte first)
    {
        this.config = config;
        this.address = address;
        next = first;
        Status = DriverStatus.Ok;
    }

    /// <summary>DeviceError once the list has led where no capability can be, or back.</summary>
    public DriverStatus Status { get; private set; }

    public static PciCapabilities Of<TMachine>(TMachine machine, in PciConfig config, PciAddress address)
        where TMachine : struct, IMachine
    {
        bool hasList = (config.Read16(machine, address, PciRegister.Status) & PciStatus.CapabilityList) != 0;
        return new(config, address, hasList ? config.Read8(machine, address, PciRegister.CapabilitiesPointer) : (byte)0);
    }

    /// <summary>False at the end, and where it cannot go on.</summary>
    public bool TryNext<TMachine>(TMachine machine, out PciCapabilityAt capability)
        where TMachine : struct, IMachine
    {
        capability = default;
        uint offset = next & PciCapability.OffsetMask;
        if (offset == 0)
            return false;
        next = 0;
        ulong bit = 1UL << (int)(offset / 4);
        if (offset < PciRegister.HeaderSize || (seen & bit) != 0)
        {
            Status = DriverStatus.DeviceError;
            return false;
        }

        seen |= bit;
        ushort header = config.Read16(machine, address, offset);
        // All ones: the function is gone, or was none.
        if (header == ushort.MaxValue)
        {
            Status = DriverStatus.DeviceError;
            return false;
        }

        capability = new((byte)header, offset);
        next = (byte)(header >> 8);
        return true;
    }

    /// <summary>
    /// The first capability with an id that has at least <paramref name="length"/> bytes: one that does not fit into configuration space is passed over.
    /// </summary>
    public static bool TryFind<TMachine>(TMachine machine, in PciConfig config, PciAddress address, byte id, uint length, out PciCapabilityAt found)
        where TMachine : struct, IMachine
    {
        PciCapabilities list = Of(machine, config, address);
        while (list.TryNext(machine, out found))
        {
            if (found.Id == id && found.Has(length))
                return true;
        }

        return false;
    }
}
