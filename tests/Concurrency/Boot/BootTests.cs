using System.Text;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Boot;

/// <summary>A boot on each machine, in its plain run: what it prints and how it ends.</summary>
public sealed class BootTests
{
    /// <summary>The boot lines of a scenario that passes, those of PCI functions and BARs included.</summary>
    static string Lines(string name, string profile)
    {
        var entry = Array.Find(BootScenarios.All, entry => entry.Name == name)!;
        var (setup, devices) = entry.Of(profile);
        using var scenario = BootScenarios.Create(setup, devices, MachineMemory.SequentiallyConsistent, freshDrivers: false);
        var violation = Execution.Run(scenario, PlainRun.Instance);
        Assert.True(violation is null, $"{violation?.Key}: {violation?.Message}");
        return Encoding.UTF8.GetString(scenario switch
        {
            BootScenario<VirtBoard<SimMachine>> virt => virt.Machine.Console,
            BootScenario<PcBoard<SimMachine>> pc => pc.Machine.Console,
            _ => throw new InvalidOperationException("a board that this test does not know"),
        });
    }

    static void Prints(string name, string profile, string expected) => Assert.Equal(expected.ReplaceLineEndings("\n") + "\n", Lines(name, profile));

    [Fact]
    public void Virt() => Prints("boot-virt", "strict", """
        [boot] memory: Ok, 1007 KiB free
        [boot] interrupts: Ok
        [boot] console: Ok
        [boot] timer: Ok
        [pci] 00:00.0 1b36:0008 class 06.00.00 rev 0
        [pci] 00:05.0 1b36:0001 class 06.04.00 rev 0 [bridge to 01-01]
        [pci] 01:02.0 1af4:1042 class 01.00.00 rev 1 irq A -> 6 [virtio]
        [pci]   BAR1 mem32 0x10000000 size 0x1000
        [pci]   BAR4 mem64 0x8000000000 size 0x4000 prefetchable
        [boot] pci: Ok, 3 functions
        [virtio-mmio] Found virtio-blk at 0xa000000 (IRQ 16)
        [boot] virtio: Ok, 2 devices
        [boot] blk0: virtio-mmio version 2, line 16: Ok, 64 sectors
        [boot] blk1: virtio-pci, 2 messages: Ok, 64 sectors
        [boot] block: Ok, 2 disks
        """);

    [Fact]
    public void Virt_with_pins() => Prints("boot-virt-pin", "strict", """
        [boot] memory: Ok, 1007 KiB free
        [boot] interrupts: Ok
        [boot] console: Ok
        [boot] timer: Ok
        [pci] 00:00.0 1b36:0008 class 06.00.00 rev 0
        [pci] 00:02.0 1af4:1042 class 01.00.00 rev 1 irq A -> 5 [virtio]
        [pci]   BAR4 mem64 0x8000000000 size 0x4000 prefetchable
        [pci] 00:06.0 1af4:1042 class 01.00.00 rev 1 irq A -> 5 [virtio]
        [pci]   BAR4 mem64 0x8000004000 size 0x4000 prefetchable
        [boot] pci: Ok, 3 functions
        [boot] virtio: Ok, 2 devices
        [boot] blk0: virtio-pci, line 5: Ok, 64 sectors
        [boot] blk1: virtio-pci, shared line 5: Ok, 64 sectors
        [boot] block: Ok, 2 disks
        """);

    [Fact]
    public void Virt_with_too_few_vectors() => Prints("boot-virt-vectors", "strict", """
        [boot] memory: Ok, 1007 KiB free
        [boot] interrupts: Ok
        [boot] console: Ok
        [boot] timer: Ok
        [pci] 00:00.0 1b36:0008 class 06.00.00 rev 0
        [pci] 00:02.0 1af4:1042 class 01.00.00 rev 1 irq A -> 5 [virtio]
        [pci]   BAR1 mem32 0x10000000 size 0x1000
        [pci]   BAR4 mem64 0x8000000000 size 0x4000 prefetchable
        [pci] 00:03.0 1af4:1042 class 01.00.00 rev 1 irq A -> 6 [virtio]
        [pci]   BAR1 mem32 0x10001000 size 0x1000
        [pci]   BAR4 mem64 0x8000004000 size 0x4000 prefetchable
        [boot] pci: Ok, 3 functions
        [boot] virtio: Ok, 2 devices
        [boot] blk0: virtio-pci, 2 messages: VectorUnavailable
        [boot] blk0: virtio-pci, 1 message: Ok, 64 sectors
        [boot] blk1: virtio-pci, 2 messages: VectorUnavailable
        [boot] blk1: virtio-pci, 1 message: VectorUnavailable
        [boot] blk1: virtio-pci, line 6: Ok, 64 sectors
        [boot] block: Ok, 2 disks
        """);

    [Fact]
    public void Pc() => Prints("boot-pc", "strict", """
        [boot] memory: Ok, 1007 KiB free
        [boot] interrupts: Ok
        [boot] console: Ok, none
        [boot] timer: Ok, none
        [pci] 00:00.0 8086:1237 class 06.00.00 rev 2
        [pci] 00:01.0 8086:7000 class 06.01.00 rev 0
        [pci] 00:02.0 1af4:1042 class 01.00.00 rev 1 irq A -> 10 [virtio]
        [pci]   BAR1 mem32 0xe0004000 size 0x1000
        [pci]   BAR4 mem64 0xe0000000 size 0x4000 prefetchable
        [boot] pci: Ok, 3 functions
        [boot] virtio: Ok, 1 device
        [boot] blk0: virtio-pci, 2 messages: Ok, 64 sectors
        [boot] block: Ok, 1 disk
        """);

    [Fact]
    public void Pc_with_a_legacy_function() => Prints("boot-pc-legacy", "strict", """
        [boot] memory: Ok, 1007 KiB free
        [boot] interrupts: Ok
        [boot] console: Ok, none
        [boot] timer: Ok, none
        [pci] 00:00.0 8086:1237 class 06.00.00 rev 2
        [pci] 00:01.0 8086:7000 class 06.01.00 rev 0
        [pci] 00:02.0 1af4:1001 class 01.00.00 rev 0 irq A -> 10 [virtio]
        [pci]   BAR0 io 0xc000 size 0x80
        [boot] pci: Ok, 3 functions
        [boot] virtio: Ok, 1 device
        [boot] blk0: virtio-pci legacy, line 10: Ok, 64 sectors
        [boot] block: Ok, 1 disk
        """);

    [Fact]
    public void A_fallback_that_was_asked_for() => Prints("boot-fallback", "asked", """
        [boot] memory: Ok, 1007 KiB free
        [boot] interrupts: Ok
        [boot] console: Ok
        [boot] timer: Ok
        [pci] 00:00.0 1b36:0008 class 06.00.00 rev 0
        [boot] pci: Ok, 1 function
        [boot] virtio: Ok, 0 devices
        [blk] no device: using the FALLBACK RAM DISK (no virtio-blk device)
        [boot] block: Ok, fallback
        """);

    [Theory]
    [InlineData("memory", "[boot] memory: NoSpace")]
    [InlineData("interrupts", "[boot] interrupts: NoDevice")]
    [InlineData("console", "[boot] console: NoDevice")]
    [InlineData("timer", "[boot] timer: NotSupported")]
    [InlineData("pci", "[boot] pci: NoSpace")]
    [InlineData("virtio", "[boot] virtio: NoSpace")]
    [InlineData("block", "[boot] block: NotSupported")]
    public void A_stage_that_fails_is_the_last_line(string stage, string line) => Assert.EndsWith("\n" + line + "\n", "\n" + Lines("boot-stages", stage), StringComparison.Ordinal);

    [Theory]
    [InlineData("memory", "[boot] memory: NoSpace")]
    [InlineData("interrupts", "[boot] interrupts: NoDevice")]
    [InlineData("pci", "[boot] pci: NoSpace")]
    [InlineData("virtio", "[boot] virtio: NoSpace")]
    [InlineData("block", "[boot] block: NotSupported")]
    public void A_stage_that_fails_on_pc_is_the_last_line(string stage, string line) => Assert.EndsWith("\n" + line + "\n", "\n" + Lines("boot-stages-pc", stage), StringComparison.Ordinal);

    [Theory]
    [InlineData("slot", "[boot] blk0: virtio-mmio version 2, line 16: NotSupported\n[boot] block: NotSupported\n")]
    [InlineData("pci", "[boot] blk0: virtio-pci, 2 messages: NotSupported\n[boot] block: NotSupported\n")]
    public void A_disk_that_cannot_be_used_behind_an_IOMMU(string bus, string lines) => Assert.EndsWith(lines, Lines("boot-iommu-fails", bus), StringComparison.Ordinal);

    [Fact]
    public void No_fallback_unless_asked_for() => Assert.EndsWith("[boot] virtio: Ok, 0 devices\n[boot] block: NoDevice\n", Lines("boot-fallback", "not-asked"), StringComparison.Ordinal);

    /// <summary>SEED-2a, both ways round: a machine with both buses has its disk on one of them.</summary>
    [Theory]
    [InlineData("boot-mmio", "[boot] blk0: virtio-mmio version 2, line 47: Ok, 64 sectors")]
    [InlineData("boot-pci", "[boot] blk0: virtio-pci, 2 messages: Ok, 64 sectors")]
    public void A_disk_is_found_on_whichever_bus_it_is(string scenario, string line) => Assert.Contains(line, Lines(scenario, "strict"), StringComparison.Ordinal);
}
