using Ringcheck.Exploration;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>Each step of <see cref="SequenceShrinker{T}"/> on a sequence of numbers that needs it.</summary>
public sealed class SequenceShrinkerTests
{
    static SequenceShrinker<int> Shrinker(Func<IReadOnlyList<int>, bool> fails, Func<int, int, int?>? merge = null)
        => new(fails, Smaller, merge ?? ((_, _) => null));

    static IEnumerable<int> Smaller(int number)
    {
        if (number > 0) yield return 0;
        if (number > 1) yield return number / 2;
        if (number > 0) yield return number - 1;
    }

    static int[] Ramp(int count) => [.. Enumerable.Range(1, count)];

    [Fact]
    public void One_that_matters_is_left_alone()
    {
        var shrinker = Shrinker(sequence => sequence.Any(number => number >= 37));
        Assert.Equal([37], shrinker.Shrink(Ramp(100)));
        Assert.InRange(shrinker.Executions, 1, 60);
    }

    [Fact]
    public void What_comes_after_the_failure_goes_by_bisection()
    {
        int longest = 0;
        var shrinker = new SequenceShrinker<int>(sequence => Record(sequence).Contains(3), _ => [], (_, _) => null);
        Assert.Equal([3], shrinker.Shrink(Ramp(1_000)));
        Assert.Equal(500, longest);
        Assert.InRange(shrinker.Executions, 1, 20);

        IReadOnlyList<int> Record(IReadOnlyList<int> sequence)
        {
            longest = Math.Max(longest, sequence.Count);
            return sequence;
        }
    }

    [Fact]
    public void Pairs_that_only_go_together_go()
        => Assert.Equal([0], Shrinker(sequence => sequence.Count % 2 == 1).Shrink([5, 5, 5, 5, 5, 5, 5]));

    [Fact]
    public void Two_that_may_become_one_do()
        => Assert.Equal([10], Shrinker(sequence => sequence.Sum() == 10, (a, b) => a + b).Shrink([1, 2, 3, 4]));

    [Fact]
    public void Arguments_that_depend_on_each_other_get_smaller_together()
        => Assert.Equal([1, 1], Shrinker(sequence => sequence.Count == 2 && sequence[0] == sequence[1] && sequence[0] > 0).Shrink([8, 8]));

    [Fact]
    public void The_canonical_order_is_restored_where_it_makes_no_difference()
    {
        var shrinker = new SequenceShrinker<int>(sequence => sequence.Order().SequenceEqual([1, 2, 3]), _ => [], (_, _) => null) { Order = (a, b) => a.CompareTo(b) };
        Assert.Equal([1, 2, 3], shrinker.Shrink([3, 1, 2]));
    }

    [Fact]
    public void Another_start_is_taken_where_fewer_are_enough_then()
    {
        // 100, then as many steps of 1 as lead to 105; 104 needs one.
        var shrinker = new SequenceShrinker<int>(sequence => sequence.Count > 0 && sequence[0] is 100 or 104 && sequence.Sum() >= 105, _ => [], (_, _) => null)
        {
            InsteadOf = number => number == 100 ? [104] : [],
        };
        Assert.Equal([104, 1], shrinker.Shrink([100, 1, 1, 1, 1, 1, 1]));
    }

    [Fact]
    public void No_candidate_is_run_twice()
    {
        var seen = new HashSet<string>();
        var shrinker = Shrinker(sequence =>
        {
            Assert.True(seen.Add(string.Join(',', sequence)));
            return sequence.Contains(5) && sequence.Contains(9);
        });
        Assert.Equal([5, 9], shrinker.Shrink(Ramp(40)).Order());
        Assert.Equal(seen.Count, shrinker.Executions);
    }

    [Fact]
    public void What_cannot_be_smaller_stays()
    {
        var shrinker = Shrinker(sequence => sequence.SequenceEqual([2, 0, 1]));
        Assert.Equal([2, 0, 1], shrinker.Shrink([2, 0, 1]));
    }
}
