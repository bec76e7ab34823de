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
    /// <summary>The boot lines of a scenario that passes, without those of PCI functions and BARs.</summary>
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
    public void Virt() => Prints("boot-virt", "strict", "x");

    [Fact]
    public void Virt_with_pins() => Prints("boot-virt-pin", "strict", "x");

    [Fact]
    public void Virt_with_too_few_vectors() => Prints("boot-virt-vectors", "strict", "x");

    [Fact]
    public void Pc() => Prints("boot-pc", "strict", "x");

    [Fact]
    public void Pc_with_a_legacy_function() => Prints("boot-pc-legacy", "strict", "x");

    [Fact]
    public void A_fallback_that_was_asked_for() => Prints("boot-fallback", "asked", "x");

    [Theory]
    [InlineData("memory", "[boot] memory: NoSpace")]
    [InlineData("interrupts", "[boot] interrupts: NoDevice")]
    [InlineData("console", "[boot] console: NoDevice")]
    [InlineData("timer", "[boot] timer: NotSupported")]
    [InlineData("pci", "[boot] pci: NoSpace")]
    [InlineData("virtio", "[boot] virtio: NoSpace")]
    [InlineData("block", "[boot] block: NotSupported")]
    public void A_stage_that_fails_is_the_last_line(string stage, string line) => Assert.EndsWith("\n" + line + "\n", "\n" + Lines("boot-stages", stage), StringComparison.Ordinal);

    [Fact]
    public void No_fallback_unless_asked_for() => Assert.EndsWith("[boot] virtio: Ok, 0 devices\n[boot] block: NoDevice\n", Lines("boot-fallback", "not-asked"), StringComparison.Ordinal);

    /// <summary>SEED-2a, both ways round: a machine with both buses has its disk on one of them.</summary>
    [Theory]
    [InlineData("boot-mmio", "[boot] blk0: virtio-mmio version 2, line 47: Ok, 64 sectors")]
    [InlineData("boot-pci", "[boot] blk0: virtio-pci, 2 messages: Ok, 64 sectors")]
    public void A_disk_is_found_on_whichever_bus_it_is(string scenario, string line) => Assert.Contains(line, Lines(scenario, "strict"), StringComparison.Ordinal);
}
