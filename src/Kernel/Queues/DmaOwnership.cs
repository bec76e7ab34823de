using System;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// Handing a buffer to a device and taking it back: it is mapped for as long (<see cref="IDmaMapping"/>), and the CPU's cache is maintained where devices do not see it.
/// Without an IOMMU and with coherent devices this costs nothing. Rings, headers and pooled buffers need none of it: a driver's own region is mapped, and mapped
/// uncached on a machine that needs that, for as long as the driver has it. Buffers that share a cache line with anything else must not be used there.
/// </summary>
public static class DmaOwnership
{
    /// <summary>
    /// Before the buffer is submitted. What the CPU wrote reaches memory; where the device is to write, no line is left that could be written back over it. NoSpace: it
    /// could not be mapped, and is still the caller's.
    /// </summary>
    public static DriverStatus GiveToDevice<TMachine>(TMachine machine, DmaRegion buffer, bool deviceWrites)
        where TMachine : struct, IMachine
    {
        machine.MaintainCache(deviceWrites ? CacheOperation.CleanAndInvalidate : CacheOperation.Clean, buffer.Cpu, buffer.Length);
        if (buffer.Length == 0)
            return DriverStatus.Ok;
        return machine.TryMapForDevice(buffer, deviceWrites ? DmaDirection.FromDevice : DmaDirection.ToDevice) ? DriverStatus.Ok : DriverStatus.NoSpace;
    }

    /// <summary>As <see cref="GiveToDevice{TMachine}(TMachine, DmaRegion, bool)"/>, for a buffer in scattered frames: all of it or, on an error, none.</summary>
    public static DriverStatus GiveToDevice<TMachine>(TMachine machine, ReadOnlySpan<DmaRegion> buffer, bool deviceWrites)
        where TMachine : struct, IMachine
    {
        for (int i = 0; i < buffer.Length; i++)
        {
            DriverStatus status = GiveToDevice(machine, buffer[i], deviceWrites);
            if (status == DriverStatus.Ok)
                continue;
            TakeFromDevice(machine, buffer[..i], deviceWrites);
            return status;
        }

        return DriverStatus.Ok;
    }

    /// <summary>
    /// After the request has ended (its end was reported, or a reset was observed) and before the CPU looks. The device cannot reach the buffer any more. Lines that were
    /// fetched while the device had it are forgotten: that happens unasked (speculation), so that an invalidation before the request does not do.
    /// </summary>
    public static void TakeFromDevice<TMachine>(TMachine machine, DmaRegion buffer, bool deviceWrote)
        where TMachine : struct, IMachine
    {
        if (buffer.Length != 0)
            machine.UnmapForDevice(buffer);
        if (deviceWrote)
            machine.MaintainCache(CacheOperation.Invalidate, buffer.Cpu, buffer.Length);
    }

    /// <summary>As <see cref="TakeFromDevice{TMachine}(TMachine, DmaRegion, bool)"/>, for a buffer in scattered frames.</summary>
    public static void TakeFromDevice<TMachine>(TMachine machine, ReadOnlySpan<DmaRegion> buffer, bool deviceWrote)
        where TMachine : struct, IMachine
    {
        foreach (ref readonly DmaRegion part in buffer)
            TakeFromDevice(machine, part, deviceWrote);
    }
}
