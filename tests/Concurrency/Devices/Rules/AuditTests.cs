using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering;
using Ringcheck.Scenarios;
using Xunit;
using static Ringcheck.Tests.Concurrency.Devices.Rules.RuleBench;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>The audit watches and takes no part; it is asked for, and it can fire.</summary>
public sealed class AuditTests
{
    const string Broken = "memory-machine/axioms";

    [Theory]
    [InlineData("blk-ring-2", "strict", "arm", 300)]
    [InlineData("blk-two-requests", "odd", "arm", 200)]
    [InlineData("blk-two-requests", "qemu", "tso", 200)]
    [InlineData("blk-two-requests", "strict", "arm-msi", 100)]
    [InlineData("blk-reset", "strict", "arm-noncoherent", 100)]
    [InlineData("spsc-4x3", "none", "arm", 500)]
    public void An_audited_execution_takes_the_same_choices(string scenario, string profile, string memory, int executions)
    {
        var catalog = new ScenarioCatalog();
        using var plain = catalog.Create(scenario, profile, memory);
        using var audited = catalog.Create(scenario, profile, memory);
        var random = new RandomWalk(11);
        for (int i = 0; i < executions; i++)
        {
            random.Begin(i);
            var first = Execution.Run(plain, random);
            random.Begin(i);
            var second = Execution.Run(audited, random, audited: true);
            Assert.True(first?.Key == second?.Key && plain.Engine.Points == audited.Engine.Points && plain.Engine.Positions == audited.Engine.Positions
                && plain.Engine.Trace.SequenceEqual(audited.Engine.Trace), $"execution {i} of seed 11");
        }
        Assert.Equal((0, executions), (Checked(plain), Checked(audited)));
    }

    static long Checked(IScenario scenario) => Assert.Single(scenario.Premises, premise => premise.Name == "executions held against the axioms").Count;

    [Fact]
    public void Weak_memory_that_was_never_held_against_the_axioms_is_vacuous()
    {
        using var bench = Race.On("arm");
        Execution.Run(bench, PlainRun.Instance);
        Assert.Equal("vacuity/executions-held-against-the-axioms", Assert.Single(Vacuity.Judge(Result(bench))).Key);
        Execution.Run(bench, PlainRun.Instance, audited: true);
        Assert.Empty(Vacuity.Judge(Result(bench)));
    }

    [Fact]
    public void Sequentially_consistent_memory_has_no_such_premise()
    {
        using var bench = Race.On("sc");
        Execution.Run(bench, PlainRun.Instance);
        Assert.Empty(bench.Premises);
    }

    static ExplorationResult Result(IScenario scenario) => new()
    {
        Strategy = "plain",
        Executions = 1,
        Points = scenario.Engine.Points,
        Seconds = 0,
        Exhausted = false,
        Interrupted = false,
        Bounds = "",
        Premises = scenario.Premises,
    };

    /// <summary>Message passing whose reader takes in the flag and then reads the data as it was before: allowed or not, by model and by what each side asks for.</summary>
    [Theory]
    [InlineData(MemoryModel.AArch64, true, true, Broken)]
    [InlineData(MemoryModel.AArch64, false, true, null)]
    [InlineData(MemoryModel.AArch64, true, false, null)]
    [InlineData(MemoryModel.Tso, false, false, Broken)]
    public void A_read_that_the_model_forbids_is_caught(MemoryModel model, bool releases, bool acquires, string? key)
    {
        var audit = new OrderingAudit(model);
        audit.Reset(on: true);
        audit.Write(0, 0x100, 4, new(-1, AccessOrder.Plain), next: -1);
        int flag = audit.Write(0, 0x200, 4, new(-1, releases ? AccessOrder.Release : AccessOrder.Plain), next: -1);
        audit.Read(1, 0x200, 4, new(-1, acquires ? AccessOrder.Acquire : AccessOrder.Plain), flag, isOlder: false);
        audit.Read(1, 0x100, 4, new(-1, AccessOrder.Plain), source: -1, isOlder: true);
        Assert.Equal(key, audit.Judge()?.Key);
        Assert.Equal(1, audit.Checked);
    }

    /// <summary>A doorbell that passed what it was to come after, as a machine without order in its messages would have it.</summary>
    [Theory]
    [InlineData(true, Broken)]
    [InlineData(false, null)]
    public void A_doorbell_that_overtakes_a_barrier_is_caught(bool barrier, string? key)
    {
        var audit = new OrderingAudit(MemoryModel.AArch64);
        audit.Reset(on: true);
        audit.Write(0, 0x100, 4, new(-1, AccessOrder.Plain), next: -1);
        if (barrier) audit.Fence(0, Fence.DmbStore);
        audit.Receive(1, audit.Send(0, "QueueNotify", previous: -1));
        audit.Read(1, 0x100, 4, new(-1, AccessOrder.Plain), source: -1, isOlder: true);
        Assert.Equal(key, audit.Judge()?.Key);
    }

    /// <summary>The whole way: a machine whose memory gave a CPU an older value than it had seen ends its execution with a violation.</summary>
    [Fact]
    public void A_machine_that_lies_to_its_record_fails_the_execution()
    {
        using var bench = new RuleBench("arm", bench => bench.Do = () =>
        {
            bench.Cpu.Store32(X, 1);
            bench.Machine.Weak!.Audit.Read(0, ((CpuAddress)X).Value, 4, new(-1, AccessOrder.Plain), source: -1, isOlder: true);
        });
        Assert.Equal(Broken, Execution.Run(bench, PlainRun.Instance, audited: true)?.Key);
    }
}
