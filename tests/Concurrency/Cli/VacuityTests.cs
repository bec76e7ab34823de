using Ringcheck.Exploration;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

public sealed class VacuityTests
{
    static ExplorationResult Result(bool interrupted = false, long executions = 10, long points = 100, params Premise[] premises) => new()
    {
        Strategy = "random",
        Executions = executions,
        Points = points,
        Seconds = 1,
        Exhausted = false,
        Interrupted = interrupted,
        Bounds = "",
        Premises = premises,
    };

    static readonly Premise Missed = new("A reset, with requests in flight", 0, Required: true);

    [Fact]
    public void A_required_premise_that_was_missed_is_named()
    {
        var violation = Assert.Single(Vacuity.Judge(Result(premises: Missed)));
        Assert.Equal("vacuity/a-reset-with-requests-in-flight", violation.Key);
    }

    [Fact]
    public void What_was_met_or_is_not_required_is_in_order()
        => Assert.Empty(Vacuity.Judge(Result(premises: [Missed with { Count = 1 }, Missed with { Required = false }])));

    [Fact]
    public void What_was_broken_off_early_is_not_judged()
    {
        Assert.Empty(Vacuity.Judge(Result(interrupted: true, premises: Missed)));
        Assert.Single(Vacuity.Judge(Result(interrupted: true, executions: ExplorationBudget.Default, premises: Missed)));
    }

    [Fact]
    public void No_scheduling_point_is_vacuous() => Assert.Equal("vacuity/no-scheduling-point", Assert.Single(Vacuity.Judge(Result(points: 0))).Key);
}
