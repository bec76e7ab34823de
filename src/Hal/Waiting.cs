namespace Ringcheck.Hal;

/// <summary>A moment of the machine's clock, in milliseconds since its start; <see cref="Never"/> does not come.</summary>
public readonly record struct Deadline(ulong AtMs)
{
    public static Deadline Never => new(ulong.MaxValue);

    public bool IsNever => AtMs == ulong.MaxValue;
}

/// <summary>
/// State of one polling loop: see <see cref="ITime.BeginPoll"/>. The marks are the explorer's; other lanes use the deadline only.
/// </summary>
public struct PollLoop
{
    public ulong Mark0, Mark1;
    public Deadline Deadline;

    /// <summary>True once <see cref="ITime.KeepPolling"/> gave up because the deadline had passed.</summary>
    public bool TimedOut;
}
