using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// PCI Local Bus 3.0, 6.8.2 "MSI-X Capability and Table Structures": the interrupt messages of one function. Open, then <see cref="Enable"/>, then for each vector that is used
/// <see cref="SetVector"/> and <see cref="Unmask"/>. A message is a write to memory: the function has to be a bus master too.
/// </summary>
/// <param name="Config">How configuration space is reached.</param>
/// <param name="Address">The function.</param>
/// <param name="Capability">Where the capability is.</param>
/// <param name="Count">Vectors that the table has: 1 to <see cref="PciMsix.Most"/>.</param>
/// <param name="Table">The entries.</param>
/// <param name="Pending">A bit for each vector.</param>
public readonly record struct Msix(PciConfig Config, PciAddress Address, uint Capability, ushort Count, RegisterBlock Table, RegisterBlock Pending)
{
    /// <summary>
    /// NotSupported when the function has no MSI-X; DeviceError when its capability says that the table or the pending bits are where they cannot be.
    /// </summary>
    public static DriverStatus Open<TMachine>(TMachine machine, in PciHostInfo host, in PciFunctionInfo function, out Msix msix)
        where TMachine : struct, IMachine
    {
        msix = default;
        if (!PciCapabilities.TryFind(machine, host.Config, function.Address, PciCapability.Msix, PciMsix.Length, out PciCapabilityAt at))
            return DriverStatus.NotSupported;
        ushort count = (ushort)((host.Config.Read16(machine, function.Address, at.Offset + PciMsix.ControlOffset) & PciMsix.SizeMask) + 1);
        uint table = host.Config.Read32(machine, function.Address, at.Offset + PciMsix.TableOffset);
        uint pending = host.Config.Read32(machine, function.Address, at.Offset + PciMsix.PendingOffset);
        uint tableLength = count * PciMsix.EntrySize, pendingLength = PciMsix.PendingLength(count);
        if (!TryMap(host, function, table, tableLength, out RegisterBlock entries) || !TryMap(host, function, pending, pendingLength, out RegisterBlock bits)
            || Overlap(entries, bits))
            return DriverStatus.DeviceError;
        msix = new(host.Config, function.Address, at.Offset, count, entries, bits);
        return DriverStatus.Ok;
    }

    private static bool TryMap(in PciHostInfo host, in PciFunctionInfo function, uint where, uint length, out RegisterBlock block)
        => host.Map(function, (int)(where & PciMsix.BirMask), where & PciMsix.OffsetMask, length, out block) == DriverStatus.Ok && !block.IsPorts;

    private static bool Overlap(in RegisterBlock a, in RegisterBlock b) => a.Address - b.Address < b.Length || b.Address - a.Address < a.Length;

    /// <summary>
    /// Masks every vector, turns MSI-X on and the pin off. Until then, all of the function is masked, so that nothing old comes. DeviceError when the function does not keep it: then
    /// MSI-X is off.
    /// </summary>
    public DriverStatus Enable<TMachine>(TMachine machine)
        where TMachine : struct, IMachine
    {
        if (!SetControl(machine, PciMsix.Enable | PciMsix.FunctionMask))
            return GiveUp(machine);
        for (uint vector = 0; vector < Count; vector++)
            Table.Write32(machine, Entry(vector) + PciMsix.VectorControlOffset, PciMsix.EntryMask);
        // One read: the writes have arrived.
        if ((Table.Read32(machine, Entry(Count - 1u) + PciMsix.VectorControlOffset) & PciMsix.EntryMask) == 0)
            return GiveUp(machine);
        if (PciInterrupts.SetDisabled(machine, Config, Address, disabled: true) != DriverStatus.Ok || !SetControl(machine, PciMsix.Enable))
            return GiveUp(machine);
        return DriverStatus.Ok;
    }

    /// <summary>Messages off, if somebody left them on: firmware, or a kernel before this one. DeviceError when the function does not keep it.</summary>
    public static DriverStatus TurnOff<TMachine>(TMachine machine, in PciConfig config, PciAddress address)
        where TMachine : struct, IMachine
    {
        if (!PciCapabilities.TryFind(machine, config, address, PciCapability.Msix, PciMsix.Length, out PciCapabilityAt at))
            return DriverStatus.Ok;
        uint register = at.Offset + PciMsix.ControlOffset;
        ushort control = config.Read16(machine, address, register);
        if ((control & PciMsix.Enable) == 0)
            return DriverStatus.Ok;
        config.Write16(machine, address, register, (ushort)(control & ~PciMsix.Enable));
        return (config.Read16(machine, address, register) & PciMsix.Enable) == 0 ? DriverStatus.Ok : DriverStatus.DeviceError;
    }

    private DriverStatus GiveUp<TMachine>(TMachine machine)
        where TMachine : struct, IMachine
    {
        Disable(machine);
        return DriverStatus.DeviceError;
    }

    /// <summary>Back to the pin.</summary>
    public DriverStatus Disable<TMachine>(TMachine machine)
        where TMachine : struct, IMachine
    {
        bool isOff = SetControl(machine, 0);
        DriverStatus pin = PciInterrupts.SetDisabled(machine, Config, Address, disabled: false);
        return isOff ? pin : DriverStatus.DeviceError;
    }

    /// <summary>Holds back the messages of all vectors: they stay pending meanwhile.</summary>
    public DriverStatus SetFunctionMask<TMachine>(TMachine machine, bool masked)
        where TMachine : struct, IMachine
        => SetControl(machine, (ushort)(PciMsix.Enable | (masked ? PciMsix.FunctionMask : 0))) ? DriverStatus.Ok : DriverStatus.DeviceError;

    /// <summary>
    /// Says what a vector's message is. It is masked afterwards, as it has to be meanwhile (6.8.2: an entry that is changed while it is not may be sent in halves). InvalidArgument when there is
    /// no such vector; DeviceError when it does not keep what was written.
    /// </summary>
    /// <param name="machine">Where.</param>
    /// <param name="vector">Below <see cref="Count"/>.</param>
    /// <param name="target">What the function writes to: a multiple of 4.</param>
    /// <param name="data">What it writes there.</param>
    public DriverStatus SetVector<TMachine>(TMachine machine, ushort vector, BusAddress target, uint data)
        where TMachine : struct, IMachine
    {
        if (vector >= Count || target.Value % sizeof(uint) != 0)
            return DriverStatus.InvalidArgument;
        DriverStatus masked = Mask(machine, vector);
        if (masked != DriverStatus.Ok)
            return masked;
        uint entry = Entry(vector), low = (uint)target.Value, high = (uint)(target.Value >> 32);
        Table.Write32(machine, entry + PciMsix.AddressOffset, low);
        Table.Write32(machine, entry + PciMsix.AddressUpperOffset, high);
        Table.Write32(machine, entry + PciMsix.DataOffset, data);
        bool isKept = Table.Read32(machine, entry + PciMsix.AddressOffset) == low && Table.Read32(machine, entry + PciMsix.AddressUpperOffset) == high
            && Table.Read32(machine, entry + PciMsix.DataOffset) == data;
        return isKept ? DriverStatus.Ok : DriverStatus.DeviceError;
    }

    /// <summary>No message of this vector is sent once this returns; what would be sent stays pending.</summary>
    public DriverStatus Mask<TMachine>(TMachine machine, ushort vector)
        where TMachine : struct, IMachine => SetMask(machine, vector, PciMsix.EntryMask);

    /// <summary>A message that is pending is sent.</summary>
    public DriverStatus Unmask<TMachine>(TMachine machine, ushort vector)
        where TMachine : struct, IMachine => SetMask(machine, vector, 0);

    /// <summary>Whether a message of this vector waits for being unmasked.</summary>
    public bool IsPending<TMachine>(TMachine machine, ushort vector)
        where TMachine : struct, IMachine
        => vector < Count && (Pending.Read32(machine, vector / 32u * sizeof(uint)) >> vector % 32 & 1) != 0;

    private static uint Entry(uint vector) => vector * PciMsix.EntrySize;

    private DriverStatus SetMask<TMachine>(TMachine machine, ushort vector, uint mask)
        where TMachine : struct, IMachine
    {
        if (vector >= Count)
            return DriverStatus.InvalidArgument;
        uint control = Entry(vector) + PciMsix.VectorControlOffset;
        uint rest = Table.Read32(machine, control) & ~PciMsix.EntryMask;
        Table.Write32(machine, control, rest | mask);
        return (Table.Read32(machine, control) & PciMsix.EntryMask) == mask ? DriverStatus.Ok : DriverStatus.DeviceError;
    }

    private bool SetControl<TMachine>(TMachine machine, ushort bits)
        where TMachine : struct, IMachine
    {
        uint register = Capability + PciMsix.ControlOffset;
        ushort rest = (ushort)(Config.Read16(machine, Address, register) & ~(PciMsix.Enable | PciMsix.FunctionMask));
        Config.Write16(machine, Address, register, (ushort)(rest | bits));
        return (Config.Read16(machine, Address, register) & (PciMsix.Enable | PciMsix.FunctionMask)) == bits;
    }
}
