using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A virtio entropy device (Virtio 1.4, 5.4), on any transport, completing by interrupt or by polling, with several requests in flight. Each request that was
/// submitted ends exactly once: see <see cref="EntropyCompletion"/>. The caller gets copies of exactly the bytes that the device says it wrote, each of them once,
/// and never shares memory with it.
/// </summary>
/// <remarks>
/// Submit, kick, wait or reap; or <see cref="Read"/>, which does it all.
/// </remarks>
public sealed class VirtioEntropy<TMachine> : VirtioDriver<TMachine>
    where TMachine : struct, IMachine
{
    private const int Requests = Entropy.RequestQueue;

    private readonly EntropyOptions options;

    /// <summary>A driver for no device yet: see <see cref="Initialise"/>.</summary>
    public VirtioEntropy(TMachine machine, EntropyOptions options)
        : base(machine, options.Driver, [options.Queue]) => this.options = options;

    public EntropyOptions Options => options;

    /// <summary>The request queue, for those who watch.</summary>
    public SplitQueue<TMachine> Queue => core[Requests].Ring;

    /// <summary>
    /// Brings the device up. Ok: requests can be submitted. InvalidArgument: options that make no sense, or
    /// <paramref name="region"/> shorter than <see cref="EntropyOptions.MemoryLength"/> or not aligned to a page. NoDevice: not an entropy device, or gone meanwhile.
    /// TimedOut: the reset was not observed, and nothing else was done. FeaturesRefused, QueueUnavailable, VectorUnavailable, DeviceError: the device was told FAILED.
    /// NeedsReset: it asked for one at once. Requests of an earlier life of this driver are forgotten; to end them properly, see <see cref="Recover"/>.
    /// </summary>
    public override DriverStatus Initialise(in Transport transport, DmaRegion region)
    {
        if (!options.AreValid)
            return DriverStatus.InvalidArgument;
        DriverStatus status = core.Attach(transport, DeviceType.Entropy, region, options.BuffersLength);
        return status == DriverStatus.Ok ? BringUp() : status;
    }

    /// <summary>
    /// Resets the device and brings it up again. What it has returned by then ends with its bytes, everything else in flight as Aborted, to be reaped as usual. TimedOut:
    /// the reset was not observed, nothing has ended, everything stays with the device. NoDevice: it is gone, and what was in flight has ended so. Other errors: as
    /// <see cref="Initialise"/>.
    /// </summary>
    public override DriverStatus Recover()
    {
        DriverStatus status = core.Recover();
        return status == DriverStatus.Ok ? BringUp() : status;
    }

    /// <summary>
    /// Queues a request for up to <paramref name="length"/> bytes without telling the device: <see cref="VirtioDriver{TMachine}.Kick"/> does that for all queued ones. NoSpace: reap first.
    /// InvalidArgument: 0 bytes, or more than <see cref="EntropyOptions.RequestSize"/>. NeedsReset, NoDevice, DeviceError: not with this device.
    /// </summary>
    public DriverStatus Submit(uint length, out RequestId id)
    {
        id = default;
        DriverStatus status = core.CheckState();
        if (status != DriverStatus.Ok)
            return status;
        if (length < Entropy.LeastLength || length > options.RequestSize)
            return DriverStatus.InvalidArgument;
        if (!core[Requests].Slots.TryTake(tag: length, isHeld: false, out ushort slot))
            return DriverStatus.NoSpace;

        DmaRegion buffer = Buffer(slot).Slice(0, length);
        // A device that counts bytes that it has not written would make us hand out what somebody has already.
        machine.FillMemory(buffer.Cpu, 0, length);
        return core[Requests].TryAdd(slot, [], [DmaSegment.Of(buffer)], out id);
    }

    /// <summary>
    /// Waits for one request, asleep if the driver uses interrupts; queued requests are kicked first. The answer is how it ended, or one of two that end nothing:
    /// NeedsReset and InvalidArgument (no such request, or its end was reported before). 0 waits for ever.
    /// </summary>
    /// <param name="id">The request.</param>
    /// <param name="timeoutMs">In milliseconds.</param>
    /// <param name="destination">Where the bytes go; those that it has no room for are lost.</param>
    /// <param name="completion">How it ended.</param>
    public DriverStatus Wait(RequestId id, uint timeoutMs, Span<byte> destination, out EntropyCompletion completion)
        => Deliver(core.Wait(id, timeoutMs, out RequestEnd end), end, destination, out completion);

    /// <summary>As <see cref="Wait"/>, by looking again and again, whether the driver uses interrupts or not.</summary>
    public DriverStatus Poll(RequestId id, uint timeoutMs, Span<byte> destination, out EntropyCompletion completion)
        => Deliver(core.Poll(id, timeoutMs, out RequestEnd end), end, destination, out completion);

    /// <summary>
    /// As <see cref="Wait"/>, and Pending if the request has not ended: nothing of it has changed then. With <paramref name="stopsWaiting"/> the caller waits no longer: the
    /// end is TimedOut, unless it has come just now.
    /// </summary>
    public DriverStatus TryFinish(RequestId id, bool stopsWaiting, Span<byte> destination, out EntropyCompletion completion)
        => Deliver(core.TryFinish(id, stopsWaiting, out RequestEnd end), end, destination, out completion);

    /// <summary>
    /// Waits until any request has ended. Ok: one has, as <paramref name="completion"/> says. TimedOut: none has, and none was ended by this. Pending: none is in flight.
    /// NeedsReset, NoDevice: none will.
    /// </summary>
    public DriverStatus WaitAny(uint timeoutMs, Span<byte> destination, out EntropyCompletion completion)
    {
        DriverStatus status = core.WaitAny(timeoutMs, out RequestEnd end);
        Deliver(status, end, destination, out completion);
        return status;
    }

    /// <summary>The oldest end of a request that was not reported yet. Pending: there is none; the rest as <see cref="WaitAny"/>.</summary>
    public DriverStatus TryReap(Span<byte> destination, out EntropyCompletion completion)
    {
        DriverStatus status = core.TryReap(out RequestEnd end);
        Deliver(status, end, destination, out completion);
        return status;
    }

    /// <summary>
    /// Fills <paramref name="destination"/>, by as many requests as that takes, one after the other: a device may give less than it was asked for. On an error,
    /// <paramref name="count"/> bytes of it are good. Each request is given <paramref name="timeoutMs"/>.
    /// </summary>
    public DriverStatus Read(Span<byte> destination, uint timeoutMs, out int count)
    {
        count = 0;
        while (count < destination.Length) // each answer has a byte, at least
        {
            Span<byte> rest = destination[count..];
            DriverStatus status = Submit((uint)Math.Min((uint)rest.Length, options.RequestSize), out RequestId id);
            if (status != DriverStatus.Ok)
                return status;
            status = Wait(id, timeoutMs, rest, out EntropyCompletion completion);
            if (status != DriverStatus.Ok)
                return status;
            count += (int)completion.Length;
        }

        return DriverStatus.Ok;
    }

    private DriverStatus BringUp()
    {
        DriverStatus status = core.Negotiate(wanted: FeatureSet.None, required: FeatureSet.None);
        if (status == DriverStatus.Ok)
            status = core.PrepareQueues();
        if (status == DriverStatus.Ok)
            status = core.SetUpQueue(Requests, new QueueIndex(Entropy.RequestQueue));
        return core.Finish(status);
    }

    /// <summary>
    /// What the end of a request means, if there is one: of the buffer, only what the used length counts is the device's (5.4.6.1), and there is none without a byte
    /// (5.4.6.2). More than the buffer holds never gets here: the queue does not take it.
    /// </summary>
    private DriverStatus Deliver(DriverStatus found, in RequestEnd end, Span<byte> destination, out EntropyCompletion completion)
    {
        if (found != DriverStatus.Ok)
        {
            completion = new(end.Id, found, 0);
            return found;
        }

        DriverStatus status = end.Status == DriverStatus.Ok && end.UsedLength < Entropy.LeastLength ? DriverStatus.DeviceError : end.Status;
        uint length = status == DriverStatus.Ok ? Math.Min(end.UsedLength, (uint)destination.Length) : 0;
        machine.CopyFromMemory(Buffer(end.Id.Slot).Cpu, destination[..(int)length]);
        completion = new(end.Id, status, length);
        return status;
    }

    private DmaRegion Buffer(ushort slot) => core.Own.Slice(options.Stride * slot, options.RequestSize);
}
