using Ringcheck.Models.Checking;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Rules;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Models;

/// <summary>Each ownership rule, shown to fire on a driver or device with one fault.</summary>
public sealed class OwnershipModelTests
{
    public static TheoryData<string, string, int> Faults => new()
    {
        { nameof(OwnershipMutation.DriverRewritesInFlight), nameof(RuleViolation.DriverTouchedExposed), 5 },
        { nameof(OwnershipMutation.DriverReadsEarly), nameof(RuleViolation.DriverReadBeforeCompletion), 5 },
        { nameof(OwnershipMutation.DriverReusesBeforeResetSeen), nameof(RuleViolation.MemoryReusedBeforeReset), 6 },
        { nameof(OwnershipMutation.DriverPublishesTwice), nameof(RuleViolation.PublishedTwice), 6 },
        { nameof(OwnershipMutation.DriverSkipsIndex), nameof(RuleViolation.AvailableIndexOverrun), 1 },
        { nameof(OwnershipMutation.DriverPublishesUnwritten), nameof(RuleViolation.DescriptorNotWritten), 7 },
        { nameof(OwnershipMutation.DriverReapsUnused), nameof(RuleViolation.ReapedNotUsed), 1 },
        { nameof(OwnershipMutation.DriverReleasesInFlight), nameof(RuleViolation.ReleasedInFlight), 5 },
        { nameof(OwnershipMutation.DriverReleasesTwice), nameof(RuleViolation.ReleasedTwice), 1 },
        { nameof(OwnershipMutation.DeviceTakesUnavailable), nameof(RuleViolation.DeviceTookUnavailable), 2 },
        { nameof(OwnershipMutation.DeviceTouchesFree), nameof(RuleViolation.DeviceTouchedForeign), 1 },
        { nameof(OwnershipMutation.DeviceTouchesCompleted), nameof(RuleViolation.DeviceTouchedAfterCompletion), 10 },
        { nameof(OwnershipMutation.DeviceWorksAfterReset), nameof(RuleViolation.DeviceTouchedAfterReset), 4 },
        { nameof(OwnershipMutation.DeviceCompletesTwice), nameof(RuleViolation.CompletedNotHeld), 10 },
        { nameof(OwnershipMutation.DeviceSkipsIndex), nameof(RuleViolation.UsedIndexOverrun), 8 },
        { nameof(OwnershipMutation.DeviceSwapsResults), nameof(RuleViolation.WrongRequest), 10 },
        { nameof(OwnershipMutation.DeviceForgets), nameof(RuleViolation.CompletionLost), 8 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_rule_fires_by_the_shortest_way(string mutation, string rule, int steps)
    {
        var result = Check(2, -1, Enum.Parse<OwnershipMutation>(mutation));
        Assert.Equal(CheckOutcome.Violated, result.Outcome);
        var violation = Assert.Single(result.Violations, v => v.Property == RuleTable.Of(Enum.Parse<RuleViolation>(rule)).Name);
        Assert.Equal(steps, violation.Trace.Count);
        Assert.NotEmpty(violation.Clauses);
    }

    [Fact]
    public void Every_ownership_rule_has_its_fault()
    {
        var covered = Faults.Select(static row => row.Data.Item2).ToHashSet();
        Assert.All(RuleTable.All.Where(static r => r.Monitor == "ownership"), rule => Assert.Contains(rule.Rule.ToString(), covered));
    }

    [Fact]
    public void Comparing_indices_by_order_shows_only_where_they_wrap()
    {
        Assert.Equal(CheckOutcome.Verified, Check(2, 0, OwnershipMutation.DriverComparesByOrder).Outcome);
        var result = Check(2, 65_534, OwnershipMutation.DriverComparesByOrder);
        Assert.Equal(CheckOutcome.Violated, result.Outcome);
    }

    [Theory]
    [InlineData(2, false)]
    [InlineData(3, false)]
    [InlineData(1, true)]
    public void The_counterexample_is_the_same_for_each_way_of_searching(int workers, bool compacted)
    {
        var plain = Check(2, -1, OwnershipMutation.DeviceForgets);
        var other = Check(2, -1, OwnershipMutation.DeviceForgets, new CheckOptions { Workers = workers, Compacted = compacted });
        Assert.Equal(plain.Violations[0].Trace, other.Violations[0].Trace);
        Assert.Equal((plain.States, plain.Generated, plain.Depth), (other.States, other.Generated, other.Depth));
    }

    private static CheckResult Check(int size, int start, OwnershipMutation mutation, CheckOptions? options = null) =>
        Checker.Check<OwnershipModel, OwnershipState>(new OwnershipModel(size, start, mutation), options ?? new CheckOptions { Workers = 1 });
}
