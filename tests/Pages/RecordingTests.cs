using Ringcheck.Exploration;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Tracing;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Pages;

/// <summary>What is recorded is what happened: held against the scenario's own counts and the rules of the ring.</summary>
public sealed class RecordingTests
{
    static ExecutionTrace Record(string name, string memory, Strategy strategy, string profile = "strict")
    {
        using var scenario = new ScenarioCatalog().Create(name, profile, memory);
        scenario.Reset(PlainRun.Instance);
        var traced = Assert.IsAssignableFrom<ITraced>(scenario.Engine.System);
        traced.Record(on: true);
        Assert.Null(Execution.Run(scenario, strategy, audited: true));
        return traced.Recorded();
    }

    [Theory]
    [InlineData("sc")]
    [InlineData("arm")]
    public void PlainRun_OfTwoRequests_HandsEachChainRoundOnce(string memory)
    {
        var trace = Record("blk-two-requests", memory, PlainRun.Instance);
        Assert.Null(trace.Failure);
        Assert.DoesNotContain(trace.Events, each => each.IsStale || each.Choice.Length > 0 || each.Kind == TraceKind.Failure);
        var changes = trace.Events.SelectMany(each => each.Changes).ToList();
        foreach (var chain in changes.GroupBy(change => change.Head)) Assert.Equal([Owner.Available, Owner.Device, Owner.Used, Owner.Driver], chain.Select(change => change.To));
        Assert.Equal(2, changes.Select(change => change.Head).Distinct().Count());

        // Each hand-over is made by the access that the standard says makes it.
        Assert.All(Making(Owner.Available), each => Assert.Equal((TraceKind.Store, "avail.idx"), (each.Kind, each.Name)));
        Assert.All(Making(Owner.Device), each => Assert.StartsWith("avail.ring[", each.Name));
        Assert.All(Making(Owner.Used), each => Assert.Equal((TraceKind.Store, "used.idx"), (each.Kind, each.Name)));
        Assert.All(Making(Owner.Driver), each => Assert.Equal((TraceKind.Load, "used.idx"), (each.Kind, each.Name)));
        IEnumerable<TraceEvent> Making(Owner owner) => trace.Events.Where(each => each.Changes.Any(change => change.To == owner));

        // Pictures agree with what was stored.
        foreach (var each in trace.Events.Where(each => each is { Kind: TraceKind.Store, Name: "avail.idx", Queues.Count: > 0 }))
            Assert.Equal(each.Value, trace.Queues[each.Queues[0]].AvailableIndex.ToString());
        Assert.Equal(["find and initialise the device", "wait for what is left"], trace.Events.Where(each => each is { Kind: TraceKind.Begins, Operation: < 0 }).Select(each => each.Text));
        Assert.Equal(trace.Events.Count(each => each.Kind == TraceKind.InterruptTaken), trace.Events.Count(each => each.Kind == TraceKind.InterruptReturned));
        Assert.Contains("[virtio-mmio] Found virtio-blk", trace.Console);
    }

    [Fact]
    public void Recording_ChangesNothing()
    {
        using var scenario = new ScenarioCatalog().Create("blk-two-requests", "odd", "arm");
        var walk = new RandomWalk(7);
        walk.Begin(0);
        Execution.Run(scenario, walk, audited: true);
        var (points, positions, choices) = (scenario.Engine.Points, scenario.Engine.Positions, scenario.Engine.Trace.ToList());
        Assert.NotEmpty(choices);
        var replay = new Replay();
        replay.Use(choices);
        var traced = (ITraced)scenario.Engine.System!;
        traced.Record(on: true);
        Execution.Run(scenario, replay, audited: true);
        Assert.Equal((points, positions), (scenario.Engine.Points, scenario.Engine.Positions));
        Assert.Equal(choices, scenario.Engine.Trace);
        var trace = traced.Recorded();
        // Each choice is told, once, and where it was made.
        Assert.Equal(choices.Select(choice => choice.ToString()).Order(), trace.Events.Where(each => each.ChoiceKey.Length > 0).Select(each => each.ChoiceKey).Order());
    }

    [Fact]
    public void PostedWrite_IsSeenLeavingAndArriving()
    {
        for (ulong seed = 0; seed < 50; seed++)
        {
            var walk = new RandomWalk(seed);
            walk.Begin(0);
            var trace = Record("blk-read", "arm", walk);
            var arrivals = trace.Events.Where(each => each.Kind == TraceKind.Arrival).ToList();
            foreach (var arrival in arrivals)
            {
                var issue = trace.Events[arrival.Issue];
                Assert.Equal((TraceKind.PostedWrite, arrival.Name, arrival.Value), (issue.Kind, issue.Name, issue.Value));
                Assert.True(issue.Number < arrival.Number);
                Assert.Equal(LaneKind.Path, trace.Lanes[issue.Target].Kind);
                Assert.Equal(LaneKind.Device, trace.Lanes[arrival.Target].Kind);
            }
            if (arrivals.Count > 0) return;
        }
        Assert.Fail("no register write was on its way in 50 random runs (seeds 0 to 49)");
    }

    [Fact]
    public void LongExecution_KeepsItsEnd()
    {
        const int most = 40;
        var all = Record("blk-two-requests", "arm", PlainRun.Instance);
        using var scenario = new ScenarioCatalog().Create("blk-two-requests", "strict", "arm");
        var traced = (ITraced)scenario.Engine.System!;
        traced.Record(on: true, most);
        Execution.Run(scenario, PlainRun.Instance, audited: true);
        var end = traced.Recorded();
        Assert.Equal((most, all.Events.Count - most), (end.Events.Count, end.LeftOut));
        foreach (var each in end.Events)
        {
            var same = all.Events[each.Number + end.LeftOut];
            Assert.Equal((same.Kind, same.Agent, same.Name, same.Value), (each.Kind, each.Agent, each.Name, each.Value));
            Assert.Equal(Math.Max(-1, same.Source - end.LeftOut), each.Source);
        }
        Assert.Contains(end.Events, each => each.Source >= 0);
    }

    [Fact]
    public void Cpus_WithoutDevices_AreRecordedToo()
    {
        var trace = Record("cpu-idle", "sc", PlainRun.Instance, profile: "none");
        Assert.True(trace.Lanes.Count(lane => lane.Kind == LaneKind.Cpu) >= 2);
        Assert.Contains(trace.Events, each => each is { Kind: TraceKind.Barrier, Order: "DSB" });
        Assert.Contains(trace.Events, each => each.Kind == TraceKind.Arrival);
        Assert.Empty(trace.Queues);
    }
}
