using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The functions that were found, in the order in which they were: a bus at a time, and what is behind a bridge after the bridge. Room for
/// <paramref name="capacity"/> of them, allocated once.
/// </summary>
public sealed class PciDeviceTable(int capacity)
{
    private readonly PciFunctionInfo[] functions = new PciFunctionInfo[capacity];

    public int Capacity => functions.Length;

    public int Count { get; private set; }

    /// <summary>By its place, below <see cref="Count"/>.</summary>
    public ref PciFunctionInfo this[int index] => ref functions[index];

    /// <summary>The place of the first function from <paramref name="from"/> on with these ids, or -1.</summary>
    public int Find(ushort vendorId, ushort deviceId, int from = 0)
    {
        for (int index = from; index < Count; index++)
        {
            if (functions[index].VendorId == vendorId && functions[index].DeviceId == deviceId)
                return index;
        }

        return -1;
    }

    internal void Clear() => Count = 0;

    /// <summary>False: the table is full.</summary>
    internal bool TryAdd(in PciFunctionInfo function)
    {
        if (Count == functions.Length)
            return false;
        functions[Count++] = function;
        return true;
    }

    /// <summary>
    /// Lets a function write to memory and send messages, which no function may before its driver is ready for that: its own bit, and those of the bridges above
    /// it. DeviceError when one of them does not keep it.
    /// </summary>
    public DriverStatus EnableBusMaster<TMachine>(TMachine machine, in PciConfig config, int index)
        where TMachine : struct, IMachine
    {
        // A bridge comes before what is behind it, so that this ends.
        for (int at = index; at != PciFunctionInfo.NoBridge; at = functions[at].Bridge)
        {
            PciAddress address = functions[at].Address;
            ushort command = config.Read16(machine, address, PciRegister.Command);
            config.Write16(machine, address, PciRegister.Command, (ushort)(command | PciCommand.BusMaster));
            if ((config.Read16(machine, address, PciRegister.Command) & PciCommand.BusMaster) == 0)
                return DriverStatus.DeviceError;
        }

        return DriverStatus.Ok;
    }

    /// <summary>The function itself; bridges above go on forwarding what others write.</summary>
    public void DisableBusMaster<TMachine>(TMachine machine, in PciConfig config, int index)
        where TMachine : struct, IMachine
    {
        PciAddress address = functions[index].Address;
        ushort command = config.Read16(machine, address, PciRegister.Command);
        config.Write16(machine, address, PciRegister.Command, (ushort)(command & ~PciCommand.BusMaster));
    }
}
