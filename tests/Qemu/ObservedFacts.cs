using Ringcheck.Tests.Qemu.Scripts;
using Xunit;

namespace Ringcheck.Tests.Qemu;

/// <summary>
/// Each script of observed behaviour, on QEMU: what docs/fidelity.md and the simulated device's profile <c>qemu</c> rest on.
/// </summary>
public sealed class ModernFactsOnQemu(ModernQemu qemu) : IClassFixture<ModernQemu>
{
    public static TheoryData<string> Names => FactTable.Names(Scripts);

    private static RegisterScript[] Scripts { get; } =
        [.. ModernRegisterFacts.All(), .. ModernRingFacts.All(), .. MalformedRequestFacts.All()];

    [Theory(Timeout = FactTable.TimeoutMs)]
    [MemberData(nameof(Names))]
    public Task Fact(string name) => FactTable.Check(Scripts, name, qemu);
}

public sealed class LegacyFactsOnQemu(LegacyQemu qemu) : IClassFixture<LegacyQemu>
{
    public static TheoryData<string> Names => FactTable.Names(Scripts);

    private static RegisterScript[] Scripts { get; } = [.. LegacyFacts.All()];

    [Theory(Timeout = FactTable.TimeoutMs)]
    [MemberData(nameof(Names))]
    public Task Fact(string name) => FactTable.Check(Scripts, name, qemu);
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
        return Task.Run(() =>
        {
            ScriptRun run = ScriptRun.Of(script, new QemuTarget(qemu.Process(script.NeedsFreshMachine)));
            Assert.False(run.Failed, run.ToString());
            Assert.NotEqual(0, run.Checks);
        });
    }
}
