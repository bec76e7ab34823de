using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// Handing a buffer in cached memory to a device and taking it back, on machines whose devices do not see the CPU's cache; elsewhere this costs nothing. Rings,
/// headers and pooled buffers need none of it: a driver's own region is mapped uncached on such a machine. Buffers that share a cache line with anything
/// else must not be used there.
/// </summary>
public static class DmaOwnership
{
    /// <summary>
    /// Before the buffer is submitted. What the CPU wrote reaches memory; where the device is to write, no line is left that could be written back over it.
    /// </summary>
    public static void GiveToDevice<TMachine>(TMachine machine, DmaRegion buffer, bool deviceWrites)
        where TMachine : struct, IMachine
        => machine.MaintainCache(deviceWrites ? CacheOperation.CleanAndInvalidate : CacheOperation.Clean, buffer.Cpu, buffer.Length);

    /// <summary>
    /// After the request has ended and before the CPU looks: lines that were fetched while the device had the buffer are forgotten. That happens unasked (speculation), so
    /// that an invalidation before the request does not do.
    /// </summary>
    public static void TakeFromDevice<TMachine>(TMachine machine, DmaRegion buffer, bool deviceWrote)
        where TMachine : struct, IMachine
    {
        if (deviceWrote)
            machine.MaintainCache(CacheOperation.Invalidate, buffer.Cpu, buffer.Length);
    }
}
