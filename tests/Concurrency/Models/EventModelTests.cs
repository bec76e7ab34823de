using Ringcheck.Models.Checking;
using Ringcheck.Models.Events;
using Ringcheck.Models.Rules;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Models;

/// <summary>Notification suppression by event indices: each fault of a driver or device leaves both sides asleep, by the shortest way.</summary>
public sealed class EventModelTests
{
    const ushort Wrap = 65_534;

    public static TheoryData<string, string, int> Faults => new()
    {
        { nameof(EventMutation.DriverSkipsLook), "used-lost", 14 },
        { nameof(EventMutation.DeviceSkipsLook), "available-lost", 17 },
        { nameof(EventMutation.DriverNeverAsks), "used-lost", 14 },
        { nameof(EventMutation.DeviceNeverAsks), "available-lost", 17 },
        { nameof(EventMutation.DriverAsksTooLate), "used-lost", 14 },
        { nameof(EventMutation.DeviceAsksForPublished), "available-lost", 17 },
        { nameof(EventMutation.DriverForgetsBatches), "available-lost", 7 },
        { nameof(EventMutation.DeviceForgetsBatches), "used-lost", 17 },
        { nameof(EventMutation.DriverComparesByOrder), "available-lost", 7 },
        { nameof(EventMutation.DeviceComparesByOrder), "used-lost", 17 },
        { nameof(EventMutation.DriverForgetsInterrupt), "used-lost", 14 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void Each_fault_loses_a_notification_by_the_shortest_way(string mutation, string property, int steps)
    {
        var result = Check(4, Wrap, Enum.Parse<EventMutation>(mutation));
        Assert.Equal(CheckOutcome.Violated, result.Outcome);
        var violation = Assert.Single(result.Violations, v => v.Property == property);
        Assert.Equal(steps, violation.Trace.Count);
        Assert.All(violation.Clauses, id => Assert.NotNull(ClauseTable.Find(id)));
    }

    [Fact]
    public void Every_fault_is_listed()
        => Assert.Equal(Enum.GetValues<EventMutation>().Skip(1).Select(m => m.ToString()), Faults.Select(static row => row.Data.Item1));

    /// <summary>What a long run from 0 hides.</summary>
    [Theory]
    [InlineData(nameof(EventMutation.DriverComparesByOrder))]
    [InlineData(nameof(EventMutation.DeviceComparesByOrder))]
    public void Comparing_by_order_shows_only_where_indices_wrap(string mutation)
    {
        var result = Check(4, 100, Enum.Parse<EventMutation>(mutation));
        Assert.DoesNotContain(result.Violations, v => v.Property.EndsWith("-lost", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(0x7FFE)]
    [InlineData(65_531)]
    [InlineData(65_535)]
    public void Where_the_indices_start_changes_no_count(ushort start)
    {
        var (one, other) = (Check(4, Wrap, EventMutation.None), Check(4, start, EventMutation.None));
        Assert.Equal(CheckOutcome.Verified, one.Outcome);
        Assert.Equal((one.States, one.Generated, one.Depth), (other.States, other.Generated, other.Depth));
        Assert.DoesNotContain(other.Violations, v => v.Property != "wrap");
    }

    private static CheckResult Check(int size, ushort start, EventMutation mutation) =>
        Checker.Check<EventModel, EventState>(new EventModel(size, start, mutation), new CheckOptions { Workers = 1 });
}
