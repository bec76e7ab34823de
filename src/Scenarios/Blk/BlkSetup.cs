using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>A block scenario as plain data: machine, device, driver, program and what must have happened for it to mean anything.</summary>
sealed record BlkSetup
{
    public required IReadOnlyList<Operation> Program { get; init; }

    /// <summary>Version 1 of the transport.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>On PCI, and how; null: over virtio-mmio.</summary>
    public DevicePci? Pci { get; init; }

    public ushort QueueSize { get; init; } = 4;

    /// <summary>The largest queue that the device allows.</summary>
    public ushort QueueSizeMax { get; init; } = 64;

    public bool UseInterrupts { get; init; } = true;

    /// <summary>Suppression by event indices instead of by flags. Each is a protocol of its own; what is not about them is run with flags.</summary>
    public bool UseEventIndex { get; init; }

    /// <summary>Slot of the device; the slots below it are empty.</summary>
    public int Slot { get; init; }

    /// <summary>Ring index that both sides start from.</summary>
    public RingIndex StartAt { get; init; }

    public int PayloadChunks { get; init; } = 2;

    /// <summary>True where how long the device takes is part of the question: a time-out may come at any moment.</summary>
    public bool TimersAtAnyTime { get; init; }

    public FaultPlan Faults { get; init; } = FaultPlan.None;

    public ushort MaxDataSegments { get; init; } = 2;

    public uint PooledBytes { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>Request queues of the device, and those that the driver is made for; requests go to its queues in turn.</summary>
    public int DeviceQueues { get; init; } = 1;

    public ushort DriverQueues { get; init; } = 1;

    /// <summary>True: a power cut loses what is not stable.</summary>
    public bool HasVolatileCache { get; init; }

    /// <summary>What happens to a device that is taken away (<see cref="BlkVerb.Unplug"/>).</summary>
    public DeviceUnplug Unplug { get; init; }

    /// <summary>Data buffers in a request, at most, and bytes in each, as the device says (0: no limit).</summary>
    public uint SegmentsMax { get; init; } = 254;

    public uint SegmentSizeMax { get; init; }

    /// <summary>What bus addresses are more than CPU addresses, in bytes.</summary>
    public ulong BusOffset { get; init; }

    /// <summary>
    /// Above 4 GiB, and no multiple of it: a CPU address, and the lower half of a bus address, are both no memory on the bus, and not the same.
    /// </summary>
    public const ulong HighBus = 0x12_8000_0000;

    /// <summary>Devices reach only what is mapped.</summary>
    public bool UseIommu { get; init; }

    /// <summary>Mappings that the IOMMU has room for.</summary>
    public int MappingsMax { get; init; } = 256;

    /// <summary>A request's data lies in frames of one page that are not next to each other, and crosses from one to the next.</summary>
    public bool ScatterBuffers { get; init; }

    /// <summary>Premises, by name, that a whole exploration must have met.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [BlkPremise.RequestsOk];
}

/// <summary>Names of what block scenarios count.</summary>
static class BlkPremise
{
    public const string RequestsOk = "requests that ended well";
    public const string RequestsFailed = "requests that ended with an error";
    public const string RequestsAborted = "requests ended by a reset";
    public const string TimedOut = "requests that timed out";
    public const string SectorsJudged = "sectors read and compared";
    public const string Resets = "resets with requests in flight";
    public const string Interrupts = "interrupts taken";
    public const string IndexWraps = "ring indices that went past 65,535";
    public const string KicksSaved = "publications that needed no notification";
    public const string InterruptsSaved = "chains returned that needed no interrupt";
    public const string EventWraps = "event indices that went past 65,535";
    public const string DeviceRefused = "initialisations that the device refused";
    public const string CapacityFollowed = "changes of the capacity that the driver followed";
    public const string EndedByRemoval = "requests ended because the device was gone";
    public const string Removals = "removals with requests in flight";
    public const string CacheSwitched = "switches of the cache mode";
    public const string StableJudged = "sectors that a power cut had to leave alone";
    public const string ChainsReturned = "chains returned by the device";
    public const string Scattered = "requests with data in several frames";
    public const string Unmapped = "regions mapped and unmapped again";
    public const string PassedIommu = "device accesses that the IOMMU let through";
}
