using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>A virtio block device for several CPUs, each of which may have a queue of its own.</summary>
public sealed class LockedBlk<TMachine>(TMachine machine, VirtioBlk<TMachine> driver, CpuAddress present, CpuAddress shared) : LockedDriver<TMachine>(machine, driver, present, shared)
    where TMachine : struct, IMachine
{
    /// <summary>Queues a request and tells the device: as <see cref="VirtioBlk{TMachine}.Submit"/>. NoDevice: it was removed.</summary>
    public DriverStatus Submit(BlkOperation operation, Sector sector, ReadOnlySpan<DmaSegment> data, out RequestId id, QueueIndex queueIndex = default)
    {
        id = default;
        if (!TryEnter(out bool wasMasked))
            return DriverStatus.NoDevice;
        DriverStatus status = driver.Submit(operation, sector, data, out id, queueIndex);
        driver.Kick(queueIndex);
        Leave(wasMasked);
        return status;
    }

    /// <summary>
    /// Waits for one request, of whichever CPU: as <see cref="VirtioBlk{TMachine}.Wait"/>. NoDevice: it was removed, and with it the request has ended.
    /// </summary>
    public DriverStatus Wait(RequestId id, uint timeoutMs, out BlkCompletion completion)
    {
        LockedWait wait = BeginWait(id, timeoutMs);
        while (TryEnter(ref wait))
        {
            DriverStatus status = driver.TryFinish(id, wait.StopsWaiting, out completion);
            if (Leave(ref wait, status))
                return status;
        }

        completion = default;
        return DriverStatus.NoDevice;
    }
}
