using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A virtio block device for several CPUs, one of which takes its interrupts: <see cref="VirtioBlk{TMachine}"/> is for one CPU at a time, and this keeps the CPUs
/// apart. One lock around each call, and no waiting under it, but for a reset.
/// </summary>
/// <remarks>
/// The lock is around the driver and not inside it: all that a request touches (descriptors, slots, rings, what is published) belongs together, so finer locks
/// would be taken one in another, and the driver for one CPU stays as it is explored and proved. The doorbell is rung under the lock too: whether it is needed depends on
/// what was published, and a reset of another CPU must not come between.
/// Whoever takes over what the device has returned takes over everybody's, so a word counts how often that has happened: who waits looks at that, without the lock.
/// It spins there; a kernel with threads would sleep, and be woken by who counts.
/// Removal is by grace periods (<see cref="GracePeriods"/>): a CPU that uses this is online, and says when it holds on to nothing. So the lock itself may go.
/// </remarks>
public sealed class LockedBlk<TMachine>
    where TMachine : struct, IMachine
{
    private const uint LockOffset = 0, EndedOffset = 64;

    private readonly TMachine machine;
    private readonly VirtioBlk<TMachine> driver;
    private readonly CpuAddress present, ended;
    private readonly IrqLock guard;

    /// <summary>A driver that is not there yet: see <see cref="Start"/>.</summary>
    /// <param name="machine">Of the driver.</param>
    /// <param name="driver">For nobody else from here on.</param>
    /// <param name="present">A zeroed word that stays when this is removed: whether it is there.</param>
    /// <param name="shared"><see cref="SharedLength"/> zeroed bytes.</param>
    public LockedBlk(TMachine machine, VirtioBlk<TMachine> driver, CpuAddress present, CpuAddress shared)
    {
        this.machine = machine;
        this.driver = driver;
        this.present = present;
        guard = new(shared + LockOffset);
        ended = shared + EndedOffset;
    }

    /// <summary>Bytes of memory that CPUs share, the lock in a cache line of its own.</summary>
    public static uint SharedLength => 128;

    /// <summary>By one CPU, before others know of this: as <see cref="VirtioBlk{TMachine}.Initialise"/>.</summary>
    public DriverStatus Start(in Transport transport, DmaRegion region)
    {
        DriverStatus status = driver.Initialise(transport, region);
        if (status == DriverStatus.Ok)
            machine.StoreRelease32(present, 1);
        return status;
    }

    /// <summary>Queues a request and tells the device: as <see cref="VirtioBlk{TMachine}.Submit"/>. Each CPU may have a queue of its own. NoDevice: it was removed.</summary>
    public DriverStatus Submit(BlkOperation operation, Sector sector, ReadOnlySpan<DmaSegment> data, out RequestId id, QueueIndex queueIndex = default)
    {
        id = default;
        if (!IsPresent())
            return DriverStatus.NoDevice;
        bool wasMasked = guard.Acquire(machine);
        DriverStatus status = driver.Submit(operation, sector, data, out id, queueIndex);
        driver.Kick(queueIndex);
        guard.Release(machine, wasMasked);
        return status;
    }

    /// <summary>
    /// Waits for one request, of whichever CPU: as <see cref="VirtioBlk{TMachine}.Wait"/>. NoDevice: it was removed, and with it the request has ended.
    /// </summary>
    public DriverStatus Wait(RequestId id, uint timeoutMs, out BlkCompletion completion)
    {
        Deadline deadline = machine.DeadlineAfter(timeoutMs);
        completion = default;
        Seen seen = default;
        while (IsPresent())
        {
            DriverStatus status = Look(id, out completion, ref seen);
            if (status != DriverStatus.Pending)
                return status;
            if (!AwaitNews(new(id.Queue), ref seen, deadline))
                return GiveUp(id, out completion);
        }

        return DriverStatus.NoDevice;
    }

    /// <summary>In interrupt context, on the CPU that takes this device's interrupts. True when the interrupt was this device's.</summary>
    public bool OnInterrupt()
    {
        if (!IsPresent())
            return false;
        bool wasMasked = guard.Acquire(machine);
        int before = driver.WithDeviceCount;
        bool isOurs = driver.OnInterrupt();
        // What the device returned before it raised this is there once the cause was read. Nobody looks again later, as one CPU alone does before it sleeps.
        machine.Barrier(BarrierPurpose.AfterRegisterRead);
        driver.TakeReturned();
        Count(before);
        guard.Release(machine, wasMasked);
        return isOurs;
    }

    /// <summary>The bus says that the device is gone: all that is in flight ends as NoDevice, with who waits for it. As <see cref="VirtioBlk{TMachine}.Removed"/>, on any CPU.</summary>
    public void Removed()
    {
        if (!IsPresent())
            return;
        bool wasMasked = guard.Acquire(machine);
        driver.Removed();
        driver.TakeReturned();
        CountOnce();
        guard.Release(machine, wasMasked);
    }

    /// <summary>
    /// Resets the device and brings it up again, while other CPUs use it: what was in flight ends as Aborted, once, with who waits for it. As
    /// <see cref="VirtioBlk{TMachine}.Recover"/>. The others wait for as long as that takes.
    /// </summary>
    public DriverStatus Recover()
    {
        if (!IsPresent())
            return DriverStatus.NoDevice;
        bool wasMasked = guard.Acquire(machine);
        DriverStatus status = driver.Recover();
        CountOnce();
        guard.Release(machine, wasMasked);
        return status;
    }

    /// <summary>
    /// Takes the device away from all CPUs, and resets it. Ok: nobody uses this, its memory, or the driver's any more, and it may be used for something else; what was in
    /// flight was not done, or not seen to be. TimedOut: as Ok, but that the reset was not observed: the driver's memory stays with the device. By a CPU that is offline.
    /// </summary>
    public DriverStatus Remove(in GracePeriods grace)
    {
        machine.StoreRelease32(present, 0);
        grace.Wait(machine);
        return driver.Stop(); // nobody else is left to lock out
    }

    /// <summary>What a CPU has seen under the lock, and looks for a change of without.</summary>
    private struct Seen
    {
        public uint Ended;
        public RingIndex Taken;

        /// <summary>The device has returned something since, or is not alive.</summary>
        public bool HasNews;
    }

    private bool IsPresent() => machine.LoadAcquire32(present) != 0;

    private DriverStatus Look(RequestId id, out BlkCompletion completion, ref Seen seen)
    {
        bool wasMasked = guard.Acquire(machine);
        int before = driver.WithDeviceCount;
        DriverStatus status = driver.TryFinish(id, out completion);
        if (status == DriverStatus.Pending && seen.HasNews && driver.TakenOf(new(id.Queue)) == seen.Taken)
        {
            driver.Suspect();
            status = driver.TryFinish(id, out completion);
        }

        Count(before);
        seen.HasNews = status == DriverStatus.Pending && driver.Options.UseInterrupts && !driver.AskForInterrupt(new(id.Queue));
        seen.Ended = machine.LoadRelaxed32(ended);
        seen.Taken = driver.TakenOf(new(id.Queue));
        guard.Release(machine, wasMasked);
        return status;
    }

    /// <summary>Without the lock: false when the deadline has passed.</summary>
    private bool AwaitNews(QueueIndex queueIndex, ref Seen seen, Deadline deadline)
    {
        if (seen.HasNews)
            return !machine.HasPassed(deadline);
        bool polls = !driver.Options.UseInterrupts;
        PollLoop poll = machine.BeginPoll(deadline);
        while (machine.KeepPolling(ref poll, done: machine.LoadRelaxed32(ended) != seen.Ended || (polls && (seen.HasNews = driver.HasNewsSince(queueIndex, seen.Taken)))))
        {
        }

        return !poll.TimedOut;
    }

    private DriverStatus GiveUp(RequestId id, out BlkCompletion completion)
    {
        bool wasMasked = guard.Acquire(machine);
        DriverStatus status = driver.StopWaiting(id, out completion);
        CountOnce();
        guard.Release(machine, wasMasked);
        return status;
    }

    /// <summary>Somebody's request may have ended, or the device is not well: all who wait look.</summary>
    private void Count(int before)
    {
        if (driver.WithDeviceCount != before || !driver.IsReady)
            CountOnce();
    }

    private void CountOnce() => machine.StoreRelaxed32(ended, machine.LoadRelaxed32(ended) + 1);
}
