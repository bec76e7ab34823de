using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 5.2 "Block Device": random programs on the real driver and the simulated device, each under one random walk, against the
/// scenario's reference disk and all monitors. Each request ends once, with its data or an error. Not here: all interleavings of one
/// program, which is what the explorer is for.
/// </summary>
public sealed class BlkSequenceTests(ITestOutputHelper output)
{
    const ulong Seed = 20_24;
    const int Programs = 250;

    public static TheoryData<string> Scenarios =>
        [.. new ScenarioCatalog().Scenarios.Where(scenario => scenario.Name.StartsWith("blk-", StringComparison.Ordinal) && scenario.Profiles.Contains("hostile") && CanRunAny(scenario)).Select(scenario => scenario.Name)];

    /// <summary>Whether a scenario's operations are block operations: some have a fixed course.</summary>
    static bool CanRunAny(ScenarioInfo scenario)
    {
        using var built = new ScenarioCatalog().Create(scenario.Name, "strict", "sc");
        return built.Premises.Any(premise => premise.Name == "requests that ended well");
    }

    static Checked.Failure<(Operation[] Program, int Walk)>? FirstFailure(IScenario scenario, string name, int programs)
    {
        var walk = new RandomWalk(Seed);
        return Checked.FirstFailure(name, BlkPrograms.All, one => Run(scenario, walk, one.Program, one.Walk) is null, programs);
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
            $"after {failure.Tests} programs; {program.Length} operations and {choices.Length} choices, shrunk to:",
            .. (shrunk?.Program ?? program).Select((operation, i) => $"  {i + 1}. {scenario.Describe(operation)}"),
            $"ringcheck replay {replay}",
            $"the program as found: RINGCHECK_SEED={failure.Seed} and this test",
        ]);
    }

    [Theory]
    [MemberData(nameof(Scenarios))]
    public void Any_program_does_what_the_reference_disk_says(string name)
    {
        foreach (string profile in new ScenarioCatalog().Scenarios.Single(scenario => scenario.Name == name).Profiles)
        {
            using var scenario = new ScenarioCatalog().Create(name, profile, "sc");
            if (FirstFailure(scenario, name, Programs) is { } failure) Assert.Fail(Report(scenario, name, profile, failure));
            if (profile != "hostile") Assert.Contains(scenario.Premises, premise => premise is { Name: "requests that ended well", Count: > Programs / 8 });
        }
    }

    /// <summary>That the oracles can fail: a device with a bug is found, whatever the program, and the report shows a short one.</summary>
    [Theory]
    [InlineData("a sector that changes by itself", "data-integrity/")]
    [InlineData("a write that is lost", "data-integrity/")]
    [InlineData("a used index that runs ahead", "")]
    public void A_bug_in_the_device_is_found(string bug, string key)
    {
        Action<SimulatedMachine> act = bug switch
        {
            "a sector that changes by itself" => machine => Blk(machine).Disk.Write(new Sector(3), new byte[Sector.Size]),
            "a write that is lost" => machine => Blk(machine).Disk.Discard(),
            _ => machine =>
            {
                var queue = Blk(machine).AllQueues[0];
                if (queue.Used != 0) machine.Ram.Store(queue.Used + UsedRing.IndexOffset, queue.UsedIndex.Plus(40).Value);
            }
            ,
        };
        using var scenario = new SabotagedScenario(new ScenarioCatalog().Create("blk-batch", "strict", "sc"), 60, act);
        var failure = FirstFailure(scenario, bug, 2_000);
        Assert.NotNull(failure);
        string report = Report(scenario, "blk-batch", "strict", failure);
        output.WriteLine(report);
        Assert.Contains("blk-batch, strict: " + key, report, StringComparison.Ordinal);
        Assert.InRange(report.Split('\n').Count(line => line.StartsWith("  ", StringComparison.Ordinal)), 1, 3);
    }

    static BlkDevice Blk(SimulatedMachine machine) => (BlkDevice)machine.Devices[0];
}
