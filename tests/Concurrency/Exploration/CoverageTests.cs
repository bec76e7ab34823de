using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Models.Lifecycle;
using Ringcheck.Models.Rules;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>Coverage counts what executions came to: the same for any number of workers, never a rule that nobody judges, and each rule that is broken was met.</summary>
public sealed class CoverageTests
{
    static ExplorationResult Explore(string scenario, string profile, long executions, int jobs = 1, string strategy = "portfolio")
    {
        IScenario Make() => new ScenarioCatalog().Create(scenario, profile, "sc");
        return new Explorer(Make, StrategyCatalog.Create(strategy, 0, Make), new(executions, Jobs: jobs)).Run(TestContext.Current.CancellationToken);
    }

    static IEnumerable<string> Met(ExplorationResult result) => result.Coverage.Rules.Where(static each => each.First != 0).Select(static each => each.Rule.Name);

    [Fact]
    public void Coverage_does_not_depend_on_the_number_of_workers()
    {
        var one = Explore("blk-two-requests", "odd", 3_000);
        var three = Explore("blk-two-requests", "odd", 3_000, jobs: 3);
        Assert.Equal(one.Coverage.Firsts, three.Coverage.Firsts);
        Assert.Equal(one.Coverage.Rules, three.Coverage.Rules);
        Assert.InRange(one.Coverage.States, 50, 5_000);
        Assert.Equal(one.Coverage.Firsts, one.Coverage.Firsts.Order());
        Assert.InRange(one.Coverage.StatesAfter(1_500), 0, one.Coverage.States / 2);
    }

    [Fact]
    public void More_executions_come_to_more_and_keep_what_was_there()
    {
        var few = Explore("blk-two-requests", "odd", 100);
        var many = Explore("blk-two-requests", "odd", 1_000);
        Assert.True(many.Coverage.States > few.Coverage.States);
        Assert.Equal(few.Coverage.Firsts, many.Coverage.Firsts.Take(few.Coverage.States));
        Assert.Superset(Met(few).ToHashSet(), Met(many).ToHashSet());
    }

    [Fact]
    public void A_reset_brings_its_rules_up_and_nothing_else_does()
    {
        const string AfterReset = "ownership/device-touched-after-reset";
        Assert.DoesNotContain(AfterReset, Met(Explore("blk-read", "strict", 200)));
        Assert.Contains(AfterReset, Met(Explore("blk-reset", "strict", 200)));
    }

    [Fact]
    public void Rules_of_one_version_come_up_with_that_version()
    {
        Assert.Contains("lifecycle/legacy-page-size-missing", Met(Explore("blk-legacy", "strict", 50)));
        Assert.DoesNotContain("lifecycle/legacy-page-size-missing", Met(Explore("blk-read", "strict", 50)));
        Assert.DoesNotContain("lifecycle/version1-not-accepted", Met(Explore("blk-legacy", "strict", 50)));
    }

    [Fact]
    public void A_hostile_device_is_judged_by_no_rule()
    {
        var met = Met(Explore("blk-two-requests", "hostile", 500)).ToList();
        Assert.Contains("ownership/published-twice", met);
        Assert.DoesNotContain("ownership/completed-not-held", met);
        Assert.DoesNotContain("notification/used-buffer-not-notified", met);
    }

    /// <summary>A rule cannot be broken where its premise is not met: all steps of random register traffic, right and wrong.</summary>
    [Fact]
    public void Whatever_breaks_a_rule_of_the_life_cycle_had_met_its_premise()
    {
        var random = new RandomBits(1);
        var broken = new HashSet<RuleViolation>();
        for (int run = 0; run < 1_000; run++)
        {
            var state = run % 3 == 0 ? default : LifecycleState.Probed(1 + random.Below(2));
            for (int step = 0; step < 400; step++)
            {
                var what = AnyEvent(ref random);
                var after = state;
                var rule = after.Next(what);
                if (rule == RuleViolation.None)
                {
                    state = after; // only right steps lead on, so that the traffic gets far
                    continue;
                }
                ulong premises = state.PremisesOf(what);
                Assert.True((premises >> (int)rule & 1) != 0, $"{what} broke {rule}, whose premise it did not meet");
                broken.Add(rule);
            }
        }
        Assert.True(broken.Count > 25, string.Join(", ", broken)); // the traffic is wild enough to say something
    }

    static LifecycleEvent AnyEvent(ref RandomBits random)
    {
        var kind = (LifecycleEventKind)random.Below((uint)LifecycleEventKind.DeviceRaisedInterrupt + 1);
        uint value = kind switch
        {
            LifecycleEventKind.StatusWritten or LifecycleEventKind.StatusRead => random.Below(3) switch { 0 => 0u, 1 => 1u << (int)random.Below(8), _ => Ladder[random.Below((uint)Ladder.Length)] },
            LifecycleEventKind.MagicRead => 0x7472_6976,
            LifecycleEventKind.VersionRead => 1 + random.Below(3),
            LifecycleEventKind.QueueAddressWritten => random.Below(6),
            LifecycleEventKind.DriverFeaturesWritten or LifecycleEventKind.DeviceFeaturesRead => random.Below(2),
            _ => random.Below(3),
        };
        return new(kind, value);
    }

    static readonly uint[] Ladder = [1, 3, 11, 15, 128];

    [Fact]
    public void Each_rule_that_is_watched_has_a_name_and_clauses_that_exist()
    {
        var rules = RuleNumbers.All.Where(static rule => rule.Name.Length > 0).ToList();
        Assert.Equal(rules.Count, rules.DistinctBy(static rule => rule.Name).Count());
        Assert.Equal(RuleTable.All.Count() - 8 + Enum.GetValues<SystemRule>().Length, rules.Count);
        Assert.True(RuleNumbers.All.Count <= Coverage.MaxRules);
        Assert.DoesNotContain(rules.SelectMany(static rule => rule.Clauses), static clause => ClauseTable.Find(clause) is null);
    }
}
