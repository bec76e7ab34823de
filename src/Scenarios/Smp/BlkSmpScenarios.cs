using Ringcheck.Exploration;
using static Ringcheck.Scenarios.BlkVerbs;

namespace Ringcheck.Scenarios;

/// <summary>The shipped block scenarios of several CPUs.</summary>
static class BlkSmpScenarios
{
    /// <summary>Nothing keeps the CPUs apart.</summary>
    public const string NoLock = "no-lock";

    /// <summary>The lock is given back before the device is told.</summary>
    public const string KickOutside = "kick-outside";

    /// <summary>Interrupts are not masked while the lock is held.</summary>
    public const string NoMask = "no-mask";

    /// <summary>The interrupt handler does not take the lock.</summary>
    public const string HandlerWithoutLock = "handler-without-lock";

    /// <summary>A reset does not take the lock.</summary>
    public const string ResetWithoutLock = "reset-without-lock";

    /// <summary>Who resets uses the memory of requests in flight for something else before the reset is over.</summary>
    public const string ReusedEarly = "reused-early";

    /// <summary>Removal does not wait for CPUs that are inside.</summary>
    public const string NoGracePeriod = "no-grace-period";

    public static readonly IReadOnlyList<BlkSmpSetup> All =
    [
        new("blk-smp-submit", "two CPUs submit to one queue and poll, each for its own requests",
            [[Do(BlkVerb.Write, 3), Do(BlkVerb.Read, 5)], [Do(BlkVerb.Read, 6), Do(BlkVerb.Write, 9)]], [NoLock, KickOutside]),
        new("blk-smp-irq", "one CPU submits and waits, another submits and takes the interrupts",
            [[Do(BlkVerb.Write, 3), Do(BlkVerb.Read, 5)], [Do(BlkVerb.Read, 6)]], [HandlerWithoutLock, NoMask]) { InterruptCpu = 1 },
        new("blk-smp-queues", "two CPUs, each with a queue of its own; one of them takes the interrupts",
            [[Do(BlkVerb.Write, 3), Do(BlkVerb.Read, 5)], [Do(BlkVerb.Read, 6), Do(BlkVerb.Write, 9)]], [NoLock]) { InterruptCpu = 1, HasQueueForEachCpu = true },
        new("blk-smp-reset", "one CPU resets the device while another submits; each request ends once, and its memory is used for something else at once",
            [[Do(BlkVerb.Write, 3), Do(BlkVerb.Read, 5)], [Do(BlkVerb.Read, 6), Do(BlkVerb.Recover), Do(BlkVerb.Read, 7)]], [ResetWithoutLock, ReusedEarly]),
        new("blk-smp-remove", "the device is taken away from two CPUs that use it, and the memory of driver and lock is used for something else",
            [[Do(BlkVerb.Read, 3), Do(BlkVerb.Restart)], [Do(BlkVerb.Read, 5), Do(BlkVerb.Write, 6)]], [NoGracePeriod]),
    ];
}
