using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A virtio driver for several CPUs, one of which takes the device's interrupts: drivers are for one CPU at a time, and this keeps the CPUs
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
public class LockedDriver<TMachine>
    where TMachine : struct, IMachine
{
    private const uint LockOffset = 0, EndedOffset = 64;

    private readonly TMachine machine;
    private readonly VirtioDriver<TMachine> driver;
    private readonly DriverCore<TMachine> core;
    private readonly CpuAddress present, ended;
    private readonly IrqLock guard;

    /// <summary>A driver that is not there yet: see <see cref="Start"/>.</summary>
    /// <param name="machine">Of the driver.</param>
    /// <param name="driver">For nobody else from here on, but between <see cref="TryEnter(out bool)"/> and <see cref="Leave(bool)"/>.</param>
    /// <param name="present">A zeroed word that stays when this is removed: whether it is there.</param>
    /// <param name="shared"><see cref="SharedLength"/> zeroed bytes.</param>
    public LockedDriver(TMachine machine, VirtioDriver<TMachine> driver, CpuAddress present, CpuAddress shared)
    {
        this.machine = machine;
        this.driver = driver;
        core = driver.SharedCore;
        this.present = present;
        guard = new(shared + LockOffset);
        ended = shared + EndedOffset;
    }

    /// <summary>Bytes of memory that CPUs share, the lock in a cache line of its own.</summary>
    public static uint SharedLength => 128;

    /// <summary>By one CPU, before others know of this: as <see cref="VirtioDriver{TMachine}.Initialise"/>.</summary>
    public DriverStatus Start(in Transport transport, DmaRegion region)
    {
        DriverStatus status = driver.Initialise(transport, region);
        if (status == DriverStatus.Ok)
            machine.StoreRelease32(present, 1);
        return status;
    }

    /// <summary>
    /// The driver is the caller's from here on, until <see cref="Leave(bool)"/>: for whatever does not wait, such as to submit and kick. False: it was removed.
    /// </summary>
    /// <param name="wasMasked">For <see cref="Leave(bool)"/>.</param>
    public bool TryEnter(out bool wasMasked)
    {
        wasMasked = false;
        if (!IsPresent())
            return false;
        wasMasked = guard.Acquire(machine);
        return true;
    }

    /// <summary>The driver is anybody's again. What was queued must have been kicked: a reset by another CPU may come now.</summary>
    public void Leave(bool wasMasked) => guard.Release(machine, wasMasked);

    /// <summary>
    /// To wait for one request, of whichever CPU: <see cref="TryEnter(ref LockedWait)"/>, ask the driver whether it has finished, and <see cref="Leave(ref LockedWait, DriverStatus)"/>
    /// with its answer, again and again until that says that it is the one.
    /// </summary>
    public LockedWait BeginWait(RequestId id, uint timeoutMs) => new(id, machine.DeadlineAfter(timeoutMs));

    /// <summary>As <see cref="TryEnter(out bool)"/>. False: it was removed, and with it the request has ended.</summary>
    public bool TryEnter(ref LockedWait wait)
    {
        if (!IsPresent())
            return false;
        wait.WasMasked = guard.Acquire(machine);
        wait.Before = driver.WithDeviceCount;
        if (wait.HasNews)
        {
            core.TakeReturned();
            if (core.IsInFlight(wait.Id) && core.TakenOf(wait.Id.Queue) == wait.Taken)
                core.Suspect();
        }

        return true;
    }

    /// <summary>Waits without the lock for something new, unless <paramref name="status"/> is how the request ended: then the answer is true.</summary>
    public bool Leave(ref LockedWait wait, DriverStatus status)
    {
        if (wait.StopsWaiting)
            CountOnce();
        else
            Count(wait.Before);
        wait.HasNews = status == DriverStatus.Pending && core.UsesInterrupts && !core.AskForInterrupt(wait.Id.Queue);
        wait.Ended = machine.LoadRelaxed32(ended);
        wait.Taken = core.TakenOf(wait.Id.Queue);
        guard.Release(machine, wait.WasMasked);
        if (status != DriverStatus.Pending)
            return true;
        wait.StopsWaiting = !AwaitNews(ref wait);
        return false;
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
        core.TakeReturned();
        Count(before);
        guard.Release(machine, wasMasked);
        return isOurs;
    }

    /// <summary>The bus says that the device is gone: all that is in flight ends as NoDevice, with who waits for it. As <see cref="VirtioDriver{TMachine}.Removed"/>, on any CPU.</summary>
    public void Removed()
    {
        if (!IsPresent())
            return;
        bool wasMasked = guard.Acquire(machine);
        driver.Removed();
        core.TakeReturned();
        CountOnce();
        guard.Release(machine, wasMasked);
    }

    /// <summary>
    /// Resets the device and brings it up again, while other CPUs use it: what was in flight ends as Aborted, once, with who waits for it. As
    /// <see cref="VirtioDriver{TMachine}.Recover"/>. The others wait for as long as that takes.
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

    private bool IsPresent() => machine.LoadAcquire32(present) != 0;

    /// <summary>Without the lock: false when the deadline has passed.</summary>
    private bool AwaitNews(ref LockedWait wait)
    {
        if (wait.HasNews)
            return !machine.HasPassed(wait.Deadline);
        bool polls = !core.UsesInterrupts;
        PollLoop poll = machine.BeginPoll(wait.Deadline);
        while (machine.KeepPolling(ref poll, done: machine.LoadRelaxed32(ended) != wait.Ended || (polls && (wait.HasNews = core.HasNewsSince(wait.Id.Queue, wait.Taken)))))
        {
        }

        return !poll.TimedOut;
    }

    /// <summary>Somebody's request may have ended, or the device is not well: all who wait look.</summary>
    private void Count(int before)
    {
        if (driver.WithDeviceCount != before || !driver.IsReady)
            CountOnce();
    }

    private void CountOnce() => machine.StoreRelaxed32(ended, machine.LoadRelaxed32(ended) + 1);
}
