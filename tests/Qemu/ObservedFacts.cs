using Ringcheck.Devices;
using Ringcheck.Qemu;
using Ringcheck.Tests.Qemu.Scripts;
using Xunit;

namespace Ringcheck.Tests.Qemu;

/// <summary>
/// Each script of observed behaviour, on QEMU and on the simulated device with profile <c>qemu</c>, with the same expectations: what
/// docs/fidelity.md rests on.
/// </summary>
public sealed class ModernFactsOnQemu(ModernQemu qemu) : IClassFixture<ModernQemu>
{
    public static TheoryData<string> Names => FactTable.Names(Scripts);

    internal static RegisterScript[] Scripts { get; } =
        [.. ModernRegisterFacts.All(), .. ModernRingFacts.All(), .. MalformedRequestFacts.All()];

    [Theory(Timeout = FactTable.TimeoutMs)]
    [MemberData(nameof(Names))]
    public Task Fact(string name) => FactTable.Check(Scripts, name, qemu);
}

public sealed class ModernFactsOnTheSimulatedDevice
{
    public static TheoryData<string> Names => FactTable.Names(ModernFactsOnQemu.Scripts);

    [Theory]
    [MemberData(nameof(Names))]
    public void Fact(string name) => FactTable.CheckSimulated(ModernFactsOnQemu.Scripts, name, legacy: false);
}

public sealed class LegacyFactsOnQemu(LegacyQemu qemu) : IClassFixture<LegacyQemu>
{
    public static TheoryData<string> Names => FactTable.Names(Scripts);

    internal static RegisterScript[] Scripts { get; } = [.. LegacyFacts.All()];

    [Theory(Timeout = FactTable.TimeoutMs)]
    [MemberData(nameof(Names))]
    public Task Fact(string name) => FactTable.Check(Scripts, name, qemu);
}

public sealed class LegacyFactsOnTheSimulatedDevice
{
    public static TheoryData<string> Names => FactTable.Names(LegacyFactsOnQemu.Scripts);

    [Theory]
    [MemberData(nameof(Names))]
    public void Fact(string name) => FactTable.CheckSimulated(LegacyFactsOnQemu.Scripts, name, legacy: true);
}

/// <summary>The rows about virtio-pci; they need a machine reset and no more, so that one QEMU does for all of them.</summary>
public sealed class PciFacts
{
    public static TheoryData<string> ModernNames => FactTable.Names(Modern);

    public static TheoryData<string> LegacyNames => FactTable.Names(Legacy);

    private static RegisterScript[] Modern { get; } = [.. PciModernFacts.All()];

    private static RegisterScript[] Legacy { get; } = [.. PciLegacyFacts.All()];

    [Fact(Timeout = FactTable.TimeoutMs)]
    public Task ModernOnQemu() => OnQemu(Modern, QemuMachineKind.Virt, QemuPciInterface.Modern);

    [Fact(Timeout = FactTable.TimeoutMs)]
    public Task LegacyOnQemu() => OnQemu(Legacy, QemuMachineKind.Pc, QemuPciInterface.Transitional);

    [Theory]
    [MemberData(nameof(ModernNames))]
    public void ModernSimulated(string name) => Simulated(Modern, name, isPc: false, VirtioPciInterface.Modern);

    [Theory]
    [MemberData(nameof(LegacyNames))]
    public void LegacySimulated(string name) => Simulated(Legacy, name, isPc: true, VirtioPciInterface.Transitional);

    private static void Simulated(RegisterScript[] scripts, string name, bool isPc, VirtioPciInterface kind)
    {
        using var target = new SimulatedPciTarget(isPc, kind, new NumberedImage(QemuFixture.Sectors));
        target.ResetMachine();
        FactTable.Judge(scripts.Single(s => string.Equals(s.Name, name, StringComparison.Ordinal)), target);
    }

    private static Task OnQemu(RegisterScript[] scripts, QemuMachineKind machine, QemuPciInterface kind)
    {
        QemuFixture.SkipUnlessInstalled(machine);
        return Task.Run(() =>
        {
            using DiskImage disk = DiskImage.Numbered(QemuFixture.Sectors);
            // As in the differential test: RAM where the simulated machine has it.
            using QemuProcess process = QemuProcess.Start(QemuFixture.InstallationOf(machine), new QemuOptions
            {
                Machine = machine,
                RamMegabytes = machine == QemuMachineKind.Pc ? 1088 : 64,
                Disk = disk.Path,
                DiskOnPci = new QemuPciFunction(PciHomes.Function) { Interface = kind },
            });
            string[] failures = [.. scripts.Select(script => (script.Name, Run: ScriptRun.Of(script, new QemuPciTarget(process)))).Where(r => r.Run.Failed).Select(r => $"{r.Name}\n{r.Run}")];
            Assert.True(failures.Length == 0, string.Join('\n', failures));
        });
    }
}

internal static class FactTable
{
    public const int TimeoutMs = 60_000;

    public static TheoryData<string> Names(IEnumerable<RegisterScript> scripts) => [.. scripts.Select(script => script.Name)];

    /// <summary>On the thread pool: only a test that can be left behind can be bounded in time.</summary>
    public static Task Check(RegisterScript[] scripts, string name, QemuFixture qemu)
    {
        QemuFixture.SkipUnlessInstalled();
        RegisterScript script = scripts.Single(s => string.Equals(s.Name, name, StringComparison.Ordinal));
        return Task.Run(() => Judge(script, new QemuTarget(qemu.Process(script.NeedsFreshMachine))));
    }

    /// <summary>Each on a machine of its own, which costs next to nothing here.</summary>
    public static void CheckSimulated(RegisterScript[] scripts, string name, bool legacy)
    {
        using var target = new SimulatedTarget(new NumberedImage(QemuFixture.Sectors), legacy);
        Judge(scripts.Single(s => string.Equals(s.Name, name, StringComparison.Ordinal)), target);
    }

    public static void Judge(RegisterScript script, IScriptTarget target)
    {
        ScriptRun run = ScriptRun.Of(script, target);
        Assert.False(run.Failed, run.ToString());
        Assert.NotEqual(0, run.Checks);
    }
}
