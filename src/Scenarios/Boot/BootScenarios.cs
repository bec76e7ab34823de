using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Ordering;
using static Ringcheck.Scenarios.BootVerbs;

namespace Ringcheck.Scenarios;

/// <summary>Kernels that boot: each machine, each way to interrupt, and each stage that can fail.</summary>
static class BootScenarios
{
    /// <summary>A name, and the profiles that it has.</summary>
    public sealed record Entry(string Name, string Summary, IReadOnlyList<string> Profiles, Func<string, (BootSetup Setup, DeviceProfile Profile)> Of, bool InTour);

    const string Asked = "asked", NotAsked = "not-asked", InASlot = "slot", OnPci = "pci";

    static readonly Operation[] OneDisk = [Do(BootVerb.Write, 0, 5), Do(BootVerb.Read, 0, 5)];

    static readonly Operation[] TwoDisks = [Do(BootVerb.Write, 0, 5), Do(BootVerb.Write, 1, 5), Do(BootVerb.ReadAll, 5)];

    static readonly BootDiskSetup InSlot = new() { Slot = 0 }, BehindBridge = new() { IsBehindBridge = true }, Pin = new() { Vectors = 0 };

    static readonly string[] Judged = [BootPremise.Boots, BootPremise.Requests, BootPremise.Interrupts];

    static readonly BootSetup Virt = new() { Disks = [InSlot, BehindBridge], Program = [.. TwoDisks, Do(BootVerb.Tick, 2), Do(BootVerb.Type)], Requires = [.. Judged, BootPremise.ByLine, BootPremise.ByMessages, BootPremise.Ticks, BootPremise.Typed] };

    static readonly BootSetup Pc = new() { IsPc = true, Disks = [new()], Program = OneDisk, Requires = [.. Judged, BootPremise.ByMessages] };

    /// <summary>Each stage that can fail, and how it is made to on <c>virt</c>.</summary>
    static readonly BootResult[] Failures =
    [
        new(BootStage.Memory, DriverStatus.NoSpace), new(BootStage.Interrupts, DriverStatus.NoDevice), new(BootStage.Console, DriverStatus.NoDevice), new(BootStage.Timer, DriverStatus.NotSupported),
        new(BootStage.Pci, DriverStatus.NoSpace), new(BootStage.Virtio, DriverStatus.NoSpace), new(BootStage.Block, DriverStatus.NotSupported),
    ];

    /// <summary>A <c>pc</c> has no serial port here, and no timer.</summary>
    static readonly BootResult[] FailuresOfPc = [.. Failures.Where(failure => failure.Stage is not (BootStage.Console or BootStage.Timer))];

    public static readonly Entry[] All =
    [
        Of("boot-virt", "a kernel boots on virt: GICv2, PL011, timer, a disk in a slot and one behind a PCI bridge, by messages", Virt, inTour: true),
        Of("boot-virt-pin", "on virt, two functions without MSI-X whose pins lead to one line: both handlers are asked", new()
        {
            Disks = [Pin with { PciDevice = 2 }, Pin with { PciDevice = 6 }],
            Program = TwoDisks,
            Requires = [.. Judged, BootPremise.SharedLine],
        }),
        Of("boot-virt-vectors", "on virt, a function that can map one vector of two, and one that can map none: fewer messages, then the line", new()
        {
            Disks = [new() { PciDevice = 2, MappableVectors = 1 }, new() { PciDevice = 3, MappableVectors = 0 }],
            Program = TwoDisks,
            Requires = [.. Judged, BootPremise.OneMessage, BootPremise.ByLine],
        }),
        Of("boot-mmio", "on virt, which has PCI too, one disk in the last slot", Virt with { Disks = [new() { Slot = 31 }], Program = [.. OneDisk, Do(BootVerb.Type)], Requires = [.. Judged, BootPremise.ByLine, BootPremise.Typed] }),
        Of("boot-pci", "on virt, which has slots too, one disk on PCI", Virt with { Disks = [new()], Program = OneDisk, Requires = [.. Judged, BootPremise.ByMessages] }),
        Of("boot-virt-iommu", "on virt behind an IOMMU: what the drivers of two disks keep is mapped before they are initialised, and buffers while a device has them", Virt with
        {
            Program = TwoDisks,
            UseIommu = true,
            Requires = [.. Judged, BootPremise.ByLine, BootPremise.ByMessages],
        }, profiles: ["strict", "odd", "qemu"]),
        new("boot-iommu-fails", "on virt behind an IOMMU, a disk that cannot be used: nothing stays mapped for it", [InASlot, OnPci],
            name => (Unusable(name == OnPci), DeviceProfile.Strict), InTour: false),
        Of("boot-pc", "a kernel boots on pc: local APIC and I/O APIC, 0xCF8 and 0xCFC, MSI-X", Pc, inTour: true),
        Of("boot-pc-legacy", "on pc, a legacy function: I/O ports, and a pin by way of PIIX3 and I/O APIC", Pc with
        {
            Disks = [new() { Interface = VirtioPciInterface.Legacy, Vectors = 0, QueueSizeMax = 8 }],
            Requires = [.. Judged, BootPremise.ByLine],
        }),
        new("boot-stages", "each stage of a boot on virt fails in turn: it is the last one that runs", [.. Failures.Select(failure => failure.Stage.ToString().ToLowerInvariant())],
            name => (Failing(name), DeviceProfile.Strict), InTour: false),
        new("boot-stages-pc", "each stage of a boot on pc that can fail does: it is the last one that runs", [.. FailuresOfPc.Select(failure => failure.Stage.ToString().ToLowerInvariant())],
            name => (FailingPc(name), DeviceProfile.Strict), InTour: false),
        new("boot-fallback", "on virt without a disk: memory instead, for who asked for that", [Asked, NotAsked], name => (WithoutDisk(name == Asked), DeviceProfile.Strict), InTour: false),
    ];

    static Entry Of(string name, string summary, BootSetup setup, bool inTour = false, IReadOnlyList<string>? profiles = null)
        => new(name, summary, profiles ?? BlkScenarios.Profiles, profile => (setup, Enum.Parse<DeviceProfile>(profile, ignoreCase: true)), inTour);

    static BootResult FailureOf(string stage) => Array.Find(Failures, failure => failure.Stage.ToString().Equals(stage, StringComparison.OrdinalIgnoreCase));

    /// <summary>On either bus: the driver refuses a queue that no request fits in, after the device was told of nothing or of all but that.</summary>
    static BootSetup Unusable(bool isOnPci) => Virt with
    {
        Disks = [isOnPci ? new() { QueueSizeMax = 1 } : InSlot with { QueueSizeMax = 1 }],
        UseIommu = true,
        Ends = FailureOf(nameof(BootStage.Block)),
        Requires = [BootPremise.StagesFailed, BootPremise.Unmapped],
    };

    /// <summary>As <see cref="Failing"/>; two disks, so that a table of virtio devices can be too short.</summary>
    static BootSetup FailingPc(string stage)
    {
        var failure = FailureOf(stage);
        var first = failure.Stage == BootStage.Block ? new BootDiskSetup { QueueSizeMax = 1 } : new();
        return Pc with { Disks = [first, new() { PciDevice = 3 }], Ends = failure, Requires = [BootPremise.StagesFailed] };
    }

    static BootSetup Failing(string stage)
    {
        var failure = FailureOf(stage);
        var disk = failure.Stage == BootStage.Block ? InSlot with { QueueSizeMax = 1 } : InSlot;
        return Virt with { Disks = [disk, BehindBridge], Ends = failure, Requires = [BootPremise.StagesFailed] };
    }

    static BootSetup WithoutDisk(bool isAsked) => Virt with
    {
        Disks = [],
        Program = isAsked ? OneDisk : [],
        AllowsFallback = isAsked,
        Ends = isAsked ? new(BootStage.Done, DriverStatus.Ok) : new(BootStage.Block, DriverStatus.NoDevice),
        Requires = isAsked ? [BootPremise.Boots, BootPremise.Fallbacks, BootPremise.Requests] : [BootPremise.StagesFailed],
    };

    /// <summary>A GIC without room for messages is one that a kernel with such a frame cannot use.</summary>
    public static IScenario Create(BootSetup setup, DeviceProfile profile, MachineMemory memory, bool freshDrivers)
    {
        if (setup.IsPc && memory.Model == MemoryModel.AArch64) throw new ArgumentException("a pc is an x86 machine: its memories are sc and tso");
        if (setup.IsPc) return new BootScenario<PcBoard<SimMachine>>(setup, profile, memory, freshDrivers, static machine => new Apics(machine), static cpu => new(cpu, PcMachine.Apic), PcMachine.Describe());
        int shared = setup.Fails(BootStage.Interrupts) ? 32 : 64;
        return new BootScenario<VirtBoard<SimMachine>>(setup, profile, memory, freshDrivers, machine => new Devices.GicV2(machine, shared), static cpu => new(cpu, VirtMachine.Gic), VirtMachine.Describe(highMemory: true));
    }
}
