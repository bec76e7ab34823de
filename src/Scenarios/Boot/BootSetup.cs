using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>A disk of a machine that is booted: in a slot, or on PCI.</summary>
sealed record BootDiskSetup
{
    /// <summary>Its slot; null: it is on PCI.</summary>
    public int? Slot { get; init; }

    /// <summary>Its place on the bus, and whether that is the one behind the bridge.</summary>
    public int PciDevice { get; init; } = 2;

    public bool IsBehindBridge { get; init; }

    public VirtioPciInterface Interface { get; init; }

    /// <summary>Entries of its MSI-X table (0: none), and how many of them it can really map.</summary>
    public int Vectors { get; init; } = 2;

    public int MappableVectors { get; init; } = int.MaxValue;

    /// <summary>1: a queue that no request fits in, so that the driver must refuse.</summary>
    public ushort QueueSizeMax { get; init; } = 64;
}

/// <summary>A machine, what the kernel finds on it, and what becomes of the boot.</summary>
sealed record BootSetup
{
    public bool IsPc { get; init; }

    /// <summary>In the order in which a kernel finds them.</summary>
    public required IReadOnlyList<BootDiskSetup> Disks { get; init; }

    public required IReadOnlyList<Operation> Program { get; init; }

    /// <summary>The stage that is made to fail, and how; Done: none is.</summary>
    public BootResult Ends { get; init; } = new(BootStage.Done, DriverStatus.Ok);

    /// <summary>Devices reach what was mapped for them, and nothing else.</summary>
    public bool UseIommu { get; init; }

    /// <summary>The kernel is told that memory will do where there is no disk.</summary>
    public bool AllowsFallback { get; init; }

    /// <summary>Premises without which an exploration has shown nothing.</summary>
    public IReadOnlyList<string> Requires { get; init; } = [];

    public bool Fails(BootStage stage) => Ends.Stage == stage;

    /// <summary>Whether a stage is never reached.</summary>
    public bool EndsBefore(BootStage stage) => Ends.Stage < stage;
}

/// <summary>What must have happened.</summary>
static class BootPremise
{
    public const string Boots = "boots that were complete", StagesFailed = "boots that ended at a stage", Requests = "requests that ended well", Interrupts = "interrupts handled",
        ByMessages = "disks that interrupt by messages", OneMessage = "disks that have one message for everything", ByLine = "disks that interrupt by a line",
        SharedLine = "disks that share a line", Fallbacks = "boots with a fallback", Ticks = "ticks of the timer", Typed = "lines received over the serial port", Unmapped = "regions that the IOMMU was told to forget", Masked = "interrupts that were masked";

    /// <summary>In the order of reports: the same for each worker, whatever it has met.</summary>
    public static readonly string[] All = [Boots, StagesFailed, Requests, Interrupts, ByMessages, OneMessage, ByLine, SharedLine, Fallbacks, Ticks, Typed, Unmapped, Masked];
}

/// <summary>Registers that keep nothing: a serial port without a clock.</summary>
sealed class DeadRegisters : IBusDevice
{
    public ulong Read(uint offset, int width) => 0;

    public void Write(uint offset, int width, ulong value)
    {
    }
}

/// <summary>Registers that a kernel which has stopped must not touch.</summary>
sealed class ForbiddenRegisters(Engine engine, string what) : IBusDevice
{
    public ulong Read(uint offset, int width)
    {
        Object();
        return 0;
    }

    public void Write(uint offset, int width, ulong value) => Object();

    void Object() => engine.Fail(new("boot", "went-on", [], $"the boot has failed, or must have, and the kernel touches {what}", "End with the stage that failed: what relies on it does not run."));
}
