using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Waiting for requests, taking them back, and what their answers mean (5.2.6).</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>
    /// Waits for one request, asleep if the driver uses interrupts; queued requests are kicked first. The answer is how it ended
    /// (<see cref="BlkCompletion.Status"/>, TimedOut included), or one of two that end nothing: NeedsReset (<see cref="Recover"/> will end
    /// it) and InvalidArgument (no such request, or its end was reported before). 0 waits for ever, which with interrupts means: also for a device
    /// that was taken away without a word (<see cref="VirtioDriver{TMachine}.Removed"/>).
    /// </summary>
    public DriverStatus Wait(RequestId id, uint timeoutMs, out BlkCompletion completion)
        => Deliver(core.Wait(id, timeoutMs, out RequestEnd end), end, out completion);

    /// <summary>As <see cref="Wait"/>, by looking again and again, whether the driver uses interrupts or not.</summary>
    public DriverStatus Poll(RequestId id, uint timeoutMs, out BlkCompletion completion)
        => Deliver(core.Poll(id, timeoutMs, out RequestEnd end), end, out completion);

    /// <summary>
    /// Waits until any request has ended, and reports it: see <see cref="TryReap"/>. TimedOut: none has, and none was ended by this.
    /// Pending: no request is in flight, so there is nothing to wait for.
    /// </summary>
    public DriverStatus WaitAny(uint timeoutMs, out BlkCompletion completion)
    {
        DriverStatus status = core.WaitAny(timeoutMs, out RequestEnd end);
        Deliver(status, end, out completion);
        return status;
    }

    /// <summary>
    /// The oldest end of a request, of each queue in turn, that was not reported yet. Ok: there is one, and <paramref name="completion"/> says how it ended.
    /// Pending: there is none; then nothing was changed, so this may be the condition of a polling loop. NeedsReset: there is none and,
    /// before <see cref="Recover"/>, there will be none. NoDevice: there is none and the driver is not running, or the device is gone.
    /// </summary>
    public DriverStatus TryReap(out BlkCompletion completion)
    {
        DriverStatus status = core.TryReap(out RequestEnd end);
        Deliver(status, end, out completion);
        return status;
    }

    /// <summary>
    /// As <see cref="Wait"/>, and Pending if the request has not ended: nothing of it has changed then. With <paramref name="stopsWaiting"/> the caller waits no longer: the
    /// end is TimedOut, unless it has come just now.
    /// </summary>
    public DriverStatus TryFinish(RequestId id, bool stopsWaiting, out BlkCompletion completion)
        => Deliver(core.TryFinish(id, stopsWaiting, out RequestEnd end), end, out completion);

    /// <summary>What the end of a request means, if there is one.</summary>
    private DriverStatus Deliver(DriverStatus found, in RequestEnd end, out BlkCompletion completion)
    {
        Refresh();
        if (end.Id == default)
        {
            completion = default;
            return found;
        }

        ref readonly Asked request = ref AskedBy(end.Id);
        DriverStatus status = end.Status == DriverStatus.Ok ? Judge(end, request) : end.Status;
        completion = new(end.Id, request.Operation, status, status == DriverStatus.Ok ? request.Length : 0);
        return status;
    }

    /// <summary>
    /// The status byte was preset to a value that no device writes, so what is there now is the device's word. Of incoming data only
    /// the bytes that the used element counts can be relied on (2.7.8), so a device that reports fewer than the request has did not
    /// do it. Legacy devices are known to report wrong lengths and are not held to them (2.7.8 "Legacy Interface").
    /// </summary>
    private DriverStatus Judge(in RequestEnd end, in Asked request)
    {
        bool isShort = IsRead(request.Operation) && end.UsedLength < request.Length && !Transport.IsLegacy;
        return machine.Load8(memories[end.Id.Queue].Status(end.Id.Slot).Cpu) switch
        {
            BlkStatus.Ok => isShort ? DriverStatus.DeviceError : DriverStatus.Ok,
            BlkStatus.IoError => DriverStatus.IoError,
            BlkStatus.Unsupported => DriverStatus.Unsupported,
            _ => DriverStatus.DeviceError,
        };
    }
}
