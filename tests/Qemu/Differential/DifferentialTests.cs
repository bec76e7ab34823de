using System.Diagnostics;
using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Exploration;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;
using Xunit;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>
/// Scripts of register accesses and ring requests, well-formed and malformed, on QEMU's virtio-blk and on the simulated device with
/// profile <c>qemu</c>: equal answers, for each register at each width in each state, and for each kind of request. Shows nothing
/// about what docs/fidelity.md lists as tolerated or not covered.
/// </summary>
public sealed class DifferentialTests
{
    private const int ScriptsPerState = 132, ScriptsPerStateOnPci = 145, TimeoutMs = 300_000, FailuresShown = 6;
    private const ulong DefaultSeed = 20_261_121;

    private static ulong Seed =>
        ulong.TryParse(Environment.GetEnvironmentVariable("RINGCHECK_SEED"), CultureInfo.InvariantCulture, out ulong seed) ? seed : DefaultSeed;

    public static TheoryData<string> Names => [.. Transports.Keys];

    private static Dictionary<string, (ScriptTransport Transport, int ScriptsPerState)> Transports { get; } = new(StringComparer.Ordinal)
    {
        ["virtio-mmio version 2"] = (new MmioScripts(legacy: false), ScriptsPerState),
        ["virtio-mmio version 1"] = (new MmioScripts(legacy: true), ScriptsPerState),
        ["virtio-pci modern"] = (PciScripts.Modern, ScriptsPerStateOnPci),
        ["virtio-pci legacy"] = (PciScripts.Legacy, ScriptsPerStateOnPci),
    };

    [Theory(Timeout = TimeoutMs)]
    [MemberData(nameof(Names))]
    public Task AnswersAreEqual(string name)
    {
        (ScriptTransport transport, int scriptsPerState) = Transports[name];
        QemuFixture.SkipUnlessInstalled(transport.Machine);
        return Task.Run(() =>
        {
            long began = Stopwatch.GetTimestamp();
            using var pair = new DevicePair(transport);
            var coverage = new Coverage(transport.Cells);
            var lockstep = new Lockstep(pair, coverage);
            DifferentialScript[] scripts = Generate(transport, scriptsPerState);
            var failures = new List<string>();
            for (int i = 0; i < scripts.Length && failures.Count < FailuresShown; i++)
            {
                if (lockstep.Run(scripts[i]) is { } difference)
                {
                    failures.Add($"seed {Seed}, script {i} of {scripts.Length}: {Shrunk(pair, scripts[i], difference)}");
                }
            }

            Assert.True(failures.Count == 0, string.Join("\n", failures));
            Report($"{name}, seed {Seed}, {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s; QEMU was started {pair.Starts} times; "
                + $"order of completion differed {lockstep.Reorderings} times, {lockstep.Replaced} values replaced, {lockstep.CutShort} scripts cut short\n{coverage}");
            // One in ten at most, so that what was compared is not by chance the tamer part.
            Assert.True(scripts.Length - lockstep.CutShort >= 1000 && 10 * lockstep.CutShort <= scripts.Length, $"{lockstep.CutShort} of {scripts.Length} scripts were not run to their end");
            Assert.Empty(coverage.MissedCells().Select(transport.Cells.Describe));
            Assert.Empty(coverage.MissedKinds());
            Assert.NotEqual(0, lockstep.Reorderings);
            Assert.True(coverage is { EventInterrupts: > 100, EventInterruptsSaved: > 20 }, "the scripts do not reach what EVENT_IDX is about");
        });
    }

    /// <summary>The comparison can fail: a device with another serial is told apart, and the script shrinks to the request that shows it.</summary>
    [Theory(Timeout = TimeoutMs)]
    [MemberData(nameof(Names))]
    public Task ADifferenceIsFoundAndShrunk(string name)
    {
        ScriptTransport transport = Transports[name].Transport;
        QemuFixture.SkipUnlessInstalled(transport.Machine);
        return Task.Run(() =>
        {
            using var pair = new DevicePair(transport, simulatedSerial: "ANOTHER");
            var lockstep = new Lockstep(pair);
            foreach (DifferentialScript script in Generate(transport, scriptsPerState: 40))
            {
                if (lockstep.Run(script) is not null)
                {
                    DifferentialScript shrunk = Shrink(pair, script, out Difference? still);
                    Assert.NotNull(still);
                    Assert.Contains("data+", still.What, StringComparison.Ordinal);
                    Assert.InRange(shrunk.Acts.Count(act => act.Verb == Verb.Place), 1, 1);
                    Assert.InRange(shrunk.Acts.Count, 2, 14);
                    return;
                }
            }

            Assert.Fail("two devices with different serials gave equal answers");
        });
    }

    /// <summary>
    /// Why <see cref="Tolerances.LongerQueue"/> is avoided: a driver with EVENT_IDX that writes a larger QueueNum to a queue in use takes
    /// QEMU 7.2 down with it.
    /// </summary>
    [Fact(Timeout = TimeoutMs)]
    public Task AQueueMadeLongerWhileInUseAbortsQemu()
    {
        QemuFixture.SkipUnlessInstalled();
        return Task.Run(() =>
        {
            using var pair = new DevicePair(new MmioScripts(legacy: false));
            var preamble = new Preamble(pair.Transport, DeviceState.Running, 16, FeatureSet.Of(Feature.Version1).With(Feature.EventIndex).Low);
            Act[] longer = [Act.Write(MmioRegister.QueueNum, 256), Act.Write(MmioRegister.QueueNotify, 0)];
            Assert.Null(new Lockstep(pair).Run(new DifferentialScript(preamble, longer)));
            QemuDiedException died = Assert.Throws<QemuDiedException>(() =>
            {
                pair.Qemu.WriteRegister(ScriptBuilder.BlkSlot, MmioRegister.QueueNum, 4, 256);
                pair.Qemu.WriteRegister(ScriptBuilder.BlkSlot, MmioRegister.QueueNotify, 4, 0);
                pair.Qemu.Settle();
            });
            Assert.Equal(128 + 6, died.Death.ExitCode);
            Assert.Contains("Assertion", died.Death.StandardErrorTail, StringComparison.Ordinal);
        });
    }

    /// <summary>
    /// Why <see cref="Tolerances.LoneCommandByte"/> is avoided: QEMU 7.2 does not lower a line whose function is told by one byte to keep quiet.
    /// </summary>
    [Fact(Timeout = TimeoutMs)]
    public Task InterruptDisableInAByteOfItsOwnIsNotNoticedByQemu()
    {
        QemuFixture.SkipUnlessInstalled();
        return Task.Run(() =>
        {
            using var pair = new DevicePair(PciScripts.Modern);
            pair.Begin();
            IScriptTarget[] targets = [pair.Qemu, pair.Simulated];
            foreach (Act act in new Preamble(pair.Transport, DeviceState.Running, 16, FeatureSet.Of(Feature.Version1).Low).Acts().Where(act => act.Verb == Verb.Write))
            {
                Array.ForEach(targets, target => target.WriteRegister(act.Block, act.Where, act.Width, act.Value));
            }

            pair.ResizeDisk(2 * DevicePair.Sectors);
            Assert.Equal([true, true], targets.Select(target => target.LineIsHigh(ScriptBuilder.BlkSlot)));
            Array.ForEach(targets, target => target.WriteRegister(PciBlock.Config, PciRegister.Command + 1, 1, PciCommand.InterruptDisable >> 8));
            Assert.Equal([true, false], targets.Select(target => target.LineIsHigh(ScriptBuilder.BlkSlot)));
        });
    }

    /// <summary>docs/fidelity.md lists the tolerances of this code, with their reasons, and no others.</summary>
    [Fact]
    public void TheDocumentListsTheTolerances()
    {
        using Stream stream = typeof(DifferentialTests).Assembly.GetManifestResourceStream("fidelity.md")!;
        using var reader = new StreamReader(stream);
        string text = reader.ReadToEnd();
        const string begin = "<!-- tolerances -->", end = "<!-- end of tolerances -->";
        int from = text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, to = text.IndexOf(end, StringComparison.Ordinal);
        string[] rows = [.. text[from..to].Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Skip(2)];
        Assert.Equal(Tolerances.All.Select(t => $"| {t.Name} | {t.Reason} | {(t.IsUsed ? "compared so" : "avoided")} |"), rows);
        foreach (RegisterCells cells in Transports.Values.Select(t => t.Transport.Cells))
        {
            Assert.Contains($"{cells.Registers.Count} registers", text, StringComparison.Ordinal);
            Assert.Contains($"{cells.Of(DeviceState.Reset).Count()} cells", text, StringComparison.Ordinal);
        }

        Assert.Contains($"{RequestKinds.All.Count} kinds of request", text, StringComparison.Ordinal);
        string scripts = Transports.Values.Sum(t => RegisterCells.States.Count * t.ScriptsPerState).ToString("N0", CultureInfo.InvariantCulture);
        Assert.Contains($"{scripts} of them", text, StringComparison.Ordinal);
    }

    private static DifferentialScript[] Generate(ScriptTransport transport, int scriptsPerState) =>
        ScriptGenerator.Suite(transport, scriptsPerState).Sample(1, new Rnd(Seed), 50).Single();

    private static string Shrunk(DevicePair pair, DifferentialScript script, Difference difference)
    {
        DifferentialScript shrunk = Shrink(pair, script, out Difference? still);
        return still is null
            ? $"{difference}\n  not again when shrunk, so QEMU's answers vary:\n  {script}"
            : $"{difference}\n  shrunk from {script.Acts.Count} to {shrunk.Acts.Count} steps: {still}\n  {shrunk}";
    }

    /// <summary>Our own shrinking: removal of chunks, single steps and pairs, and simpler steps, until none of them still differs.</summary>
    private static DifferentialScript Shrink(DevicePair pair, DifferentialScript script, out Difference? difference)
    {
        var lockstep = new Lockstep(pair);
        var shrinker = new SequenceShrinker<Act>(
            candidate => lockstep.Run(script with { Acts = candidate }) is not null, act => act.Simpler(), (_, _) => null);
        DifferentialScript shrunk = script with { Acts = shrinker.Shrink(script.Acts) };
        difference = lockstep.Run(shrunk);
        return shrunk;
    }

    private static void Report(string text)
    {
        TestContext.Current.TestOutputHelper?.WriteLine(text);
        TestContext.Current.SendDiagnosticMessage(text);
    }
}
