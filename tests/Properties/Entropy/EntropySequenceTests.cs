using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 5.4 "Entropy Device": random programs on the real driver and the simulated device, each under one random walk, against the sequence that the device writes
/// and all monitors. Each request ends once, with bytes of its own or an error. Not here: all interleavings of one program, which is what the explorer is for.
/// </summary>
public sealed class EntropySequenceTests(ITestOutputHelper output)
{
    const ulong Seed = 20_26;
    const int Programs = 200;

    [Theory]
    [InlineData("entropy")]
    [InlineData("entropy-polling")]
    [InlineData("entropy-event-index")]
    [InlineData("entropy-timeout")]
    [InlineData("entropy-unplug")]
    [InlineData("entropy-unplug-silent")]
    [InlineData("entropy-legacy")]
    [InlineData("entropy-iommu")]
    [InlineData("entropy-pci")]
    [InlineData("entropy-pc-legacy")]
    public void Any_program_gets_what_the_device_wrote(string name)
    {
        foreach (string profile in new[] { "strict", "odd", "qemu", "hostile" })
        {
            using var scenario = new ScenarioCatalog().Create(name, profile, "sc");
            if (FirstFailure(scenario, $"{name}, {profile}") is { } failure) Assert.Fail(Report(scenario, name, profile, failure));
            if (profile != "hostile") Assert.Contains(scenario.Premises, premise => premise is { Name: "requests that ended well", Count: > Programs / 8 });
        }
    }

    /// <summary>That the oracle can fail: memory that changes behind everybody's back is found.</summary>
    [Fact]
    public void A_bug_in_the_device_is_found()
    {
        using var scenario = new SabotagedScenario(new ScenarioCatalog().Create("entropy", "strict", "sc"), 60, machine =>
        {
            var queue = machine.Devices[0].AllQueues[0];
            if (queue.Used != 0) machine.Ram.Store(queue.Used + Standard.UsedRing.IndexOffset, queue.UsedIndex.Plus(40).Value);
        });
        var failure = FirstFailure(scenario, "a used index that runs ahead");
        Assert.NotNull(failure);
        output.WriteLine(Report(scenario, "entropy", "strict", failure));
    }

    static Checked.Failure<(Operation[] Program, int Walk)>? FirstFailure(IScenario scenario, string name)
    {
        var walk = new RandomWalk(Seed);
        return Checked.FirstFailure(name, EntropyPrograms.All, one => Run(scenario, walk, one.Program, one.Walk) is null, Programs);
    }

    static Violation? Run(IScenario scenario, RandomWalk walk, IReadOnlyList<Operation> program, int number)
    {
        scenario.Program = program;
        walk.Begin(number);
        return Execution.Run(scenario, walk);
    }

    static string Report(IScenario scenario, string name, string profile, Checked.Failure<(Operation[] Program, int Walk)> failure)
    {
        var violation = Run(scenario, new RandomWalk(Seed), failure.Value.Program, failure.Value.Walk)!;
        Operation[] program = failure.Value.Program;
        Deviation[] choices = [.. scenario.Engine.Trace];
        var shrunk = new FailureShrinker(scenario, violation.Key).Shrink(program, choices);
        var replay = new ReplayString("", name, profile, "sc", scenario.Engine.MaxPoints, Seed, shrunk?.Program ?? program, shrunk?.Trace ?? choices);
        return string.Join('\n',
        [
            $"{name}, {profile}: {violation.Key}: {shrunk?.Violation.Message ?? violation.Message}",
            .. (shrunk?.Program ?? program).Select((operation, i) => $"  {i + 1}. {scenario.Describe(operation)}"),
            $"ringcheck replay {replay}",
            $"the program as found: RINGCHECK_SEED={failure.Seed} and this test",
        ]);
    }
}
