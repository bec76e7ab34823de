using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// What a scenario of any device is, as plain data: machine, device, driver, program and what must have happened for it to mean anything. A device with more to say has a
/// record of its own that derives from this.
/// </summary>
record DeviceSetup
{
    public required IReadOnlyList<Operation> Program { get; init; }

    /// <summary>Version 1 of virtio-mmio.</summary>
    public bool IsLegacy { get; init; }

    /// <summary>On PCI, and how; null: over virtio-mmio.</summary>
    public DevicePci? Pci { get; init; }

    /// <summary>Descriptors that the driver wants in each queue.</summary>
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

    /// <summary>Requests that the device never answers, at most.</summary>
    public int MaximumHangs { get; init; }

    /// <summary>What happens to a device that is taken away (<see cref="DeviceVerb.Unplug"/>).</summary>
    public DeviceUnplug Unplug { get; init; }

    /// <summary>What bus addresses are more than CPU addresses, in bytes.</summary>
    public ulong BusOffset { get; init; }

    /// <summary>Devices reach only what is mapped.</summary>
    public bool UseIommu { get; init; }

    /// <summary>Premises, by name, that a whole exploration must have met.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [DevicePremise.RequestsOk];
}

/// <summary>Names of what scenarios of any device count.</summary>
static class DevicePremise
{
    public const string RequestsOk = "requests that ended well";
    public const string RequestsFailed = "requests that ended with an error";
    public const string RequestsAborted = "requests ended by a reset";
    public const string TimedOut = "requests that timed out";
    public const string Resets = "resets with requests in flight";
    public const string Interrupts = "interrupts taken";
    public const string DeviceRefused = "initialisations that the device refused";
    public const string EndedByRemoval = "requests ended because the device was gone";
    public const string Removals = "removals with requests in flight";
    public const string IndexWraps = "ring indices that went past 65,535";
    public const string ChainsReturned = "chains returned by the device";
    public const string KicksSaved = "publications that needed no notification";
    public const string InterruptsSaved = "chains returned that needed no interrupt";
    public const string PassedIommu = "device accesses that the IOMMU let through";

    /// <summary>Those that a scenario counts itself; the others it asks the monitors for.</summary>
    public static readonly string[] Counted =
    [
        RequestsOk, RequestsFailed, RequestsAborted, TimedOut, Resets, Interrupts, DeviceRefused, EndedByRemoval, Removals,
    ];
}
