using Ringcheck.Exploration;

namespace Ringcheck.Scenarios;

/// <summary>A block scenario of several CPUs as plain data.</summary>
/// <param name="Name">Of the scenario.</param>
/// <param name="Summary">What it asks.</param>
/// <param name="Scripts">What each CPU does, one operation after the other: reads, writes, resets, and at the end removal (<see cref="BlkVerb"/>: Read and Write of one sector, Recover, and Restart for removal).</param>
/// <param name="Wrong">What can be left out, or put in the wrong place, on purpose.</param>
sealed record BlkSmpSetup(string Name, string Summary, IReadOnlyList<IReadOnlyList<Operation>> Scripts, IReadOnlyList<string> Wrong)
{
    public ushort QueueSize { get; init; } = 16;

    /// <summary>Each CPU submits to a queue of its own.</summary>
    public bool HasQueueForEachCpu { get; init; }

    /// <summary>The CPU that takes the device's interrupts; null for a driver that polls.</summary>
    public int? InterruptCpu { get; init; }
}
