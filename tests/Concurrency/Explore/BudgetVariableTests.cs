using Ringcheck.Testing;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Explore;

/// <summary>What nightly runs set: it raises the budget or is refused, and is never quietly without effect.</summary>
public sealed class BudgetVariableTests
{
    static readonly ExplorationPlan Plan = new() { Scenario = "s", Executions = 500, Seed = 3 };

    static ExplorationPlan Apply(params (string Name, string Value)[] variables)
        => BudgetVariables.Apply(Plan, name => variables.FirstOrDefault(each => each.Name == name).Value);

    [Fact]
    public void Without_them_the_plan_is_the_tests_own() => Assert.Equal(Plan, Apply());

    [Fact]
    public void Executions_are_raised_and_never_lowered()
    {
        Assert.Equal(Plan with { Executions = 9_000 }, Apply((BudgetVariables.Executions, "9000")));
        Assert.Equal(Plan, Apply((BudgetVariables.Executions, "20")));
    }

    [Fact]
    public void Time_alone_lifts_the_limit_of_executions()
    {
        Assert.Equal(Plan with { Executions = long.MaxValue, Seconds = 1.5 }, Apply((BudgetVariables.Seconds, "1.5")));
        Assert.Equal(Plan with { Executions = 9_000, Seconds = 60 }, Apply((BudgetVariables.Seconds, "60"), (BudgetVariables.Executions, "9000")));
    }

    [Fact]
    public void The_seed_is_replaced() => Assert.Equal(Plan with { Seed = 77 }, Apply((BudgetVariables.Seed, "77")));

    [Theory]
    [InlineData(BudgetVariables.Executions, "")]
    [InlineData(BudgetVariables.Executions, "many")]
    [InlineData(BudgetVariables.Executions, "0")]
    [InlineData(BudgetVariables.Executions, "-5")]
    [InlineData(BudgetVariables.Executions, "1e6")]
    [InlineData(BudgetVariables.Executions, "99999999999999999999")]
    [InlineData(BudgetVariables.Seconds, "0")]
    [InlineData(BudgetVariables.Seconds, "NaN")]
    [InlineData(BudgetVariables.Seconds, "1 h")]
    [InlineData(BudgetVariables.Seed, "-1")]
    [InlineData(BudgetVariables.Seed, "0x10")]
    public void A_bad_value_is_refused_by_name(string name, string value)
    {
        string message = Assert.Throws<BadInputException>(() => Apply((name, value))).Message;
        Assert.Contains(name, message);
        Assert.Contains($"'{value}'", message);
    }
}
