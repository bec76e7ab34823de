using Ringcheck.Exploration;
using Ringcheck.Museum;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Interrupts;

/// <summary>What the interrupt scenarios judge: each oracle fires on a kernel that gets it wrong, in words that name the cause.</summary>
public sealed class IrqOracleTests
{
    const string Gic = "src/Kernel/Interrupts/GicV2.cs";

    /// <summary>By few deviations first: an interrupt that has gone again is one.</summary>
    static void IsFound(string scenario, string monitor, string words, params SourceEdit[] edits)
    {
        var exhibit = new Exhibit { Id = "TOY-1", Title = "a toy", Source = "nowhere", Strategy = "deepening", Targets = [new(scenario, "none")], Monitors = [monitor], Edits = edits };
        var result = Assert.Single(new MuseumRunner(new() { Executions = 1_000 }).Run([exhibit]));
        Assert.True(result.IsAsExpected, string.Join('\n', result.Surprises));
        Assert.Contains(words, result.Shown.Failure!.Violation.Message, StringComparison.Ordinal);
    }

    static SourceEdit Without(string bank) => new(Gic, $"        machine.WriteRegister32(BitsOf(GicDistributor.{bank}, first), uint.MaxValue);", "");

    [Fact]
    public void What_was_active_before() => IsFound("gic-inherited", "lost-notification/nobody-runs", "interrupt 36 is pending in the GIC and not given: it is active, and this CPU has not acknowledged it", Without("ClearActive"));

    [Fact]
    public void What_was_enabled_before() => IsFound("gic-inherited", "gic/reconfigured-while-enabled", "", Without("ClearEnable"));

    [Fact]
    public void A_mask_that_lets_nothing_through() => IsFound("gic-level", "lost-notification/nobody-runs", "its priority 0xa0 is not above the mask 0xa0",
        new SourceEdit(Gic, "    private const byte AnyPriority = 0xF0;", "    private const byte AnyPriority = PlainPriority;"));

    [Fact]
    public void An_end_before_the_device_was_served() => IsFound("gic-level", "gic/ended-before-served", "while its level is high",
        new SourceEdit("src/Kernel/Interrupts/InterruptTable.cs", "        InterruptOutcome outcome = Serve(taken.Number);", "        controller.End(taken);\n        InterruptOutcome outcome = Serve(taken.Number);"),
        new SourceEdit("src/Kernel/Interrupts/InterruptTable.cs", "        controller.End(taken);\n        return outcome;", "        return outcome;"));

    [Fact]
    public void An_end_of_nothing() => IsFound("gic-level", "gic/end-not-active", "1023",
        new SourceEdit(Gic, "            return TakenInterrupt.None;", "        {\n            End(new(id, said));\n            return TakenInterrupt.None;\n        }"));
}
