using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>One CPU's waiting for a request, for <see cref="LockedDriver{TMachine}"/>: what it has seen under the lock, and looks for a change of without.</summary>
public struct LockedWait
{
    internal readonly RequestId Id;
    internal readonly Deadline Deadline;
    internal uint Ended;
    internal RingIndex Taken;

    /// <summary>The device has returned something since, or is not alive.</summary>
    internal bool HasNews;
    internal bool WasMasked;
    internal int Before;

    internal LockedWait(RequestId id, Deadline deadline)
    {
        Id = id;
        Deadline = deadline;
    }

    /// <summary>Time is up: the next look is the last one.</summary>
    public bool StopsWaiting { get; internal set; }
}
