namespace Ringcheck.Exploration;

/// <summary>The coverage of one exploration, from all its workers: the first execution that reached each state, and each rule's premise.</summary>
public sealed class CoverageSum
{
    readonly long[] states = new long[Coverage.MaxStates], rules = new long[Coverage.MaxRules];

    internal void Add(ReadOnlySpan<long> statesSeen, ReadOnlySpan<long> rulesSeen)
    {
        Earliest(states, statesSeen);
        Earliest(rules, rulesSeen);
    }

    static void Earliest(long[] all, ReadOnlySpan<long> more)
    {
        for (int i = 0; i < all.Length; i++)
        {
            if (more[i] != 0 && (all[i] == 0 || more[i] < all[i])) all[i] = more[i];
        }
    }

    /// <summary>What the first <paramref name="executions"/> reached; those that other workers ran beyond stay out.</summary>
    internal CoverageResult Of(long executions, IReadOnlyList<WatchedRule> known)
    {
        long[] firsts = [.. states.Where(first => first != 0 && first <= executions).Order()];
        return new(firsts, [.. known.Select((rule, at) => new RuleCoverage(rule, rules[at] <= executions ? rules[at] : 0)).Where(each => each.Rule.Name.Length > 0)]);
    }
}

/// <summary>A rule that a monitor judges.</summary>
/// <param name="Name">As monitor/rule; empty for a number that has none.</param>
/// <param name="Clauses">Ids of the clauses that it stands for; empty for a rule of robustness.</param>
public readonly record struct WatchedRule(string Name, IReadOnlyList<string> Clauses);

/// <summary>Whether a rule could have been broken.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="First">The number of the first execution, from 1 on, that met its premise; 0 if none did.</param>
public readonly record struct RuleCoverage(WatchedRule Rule, long First);

/// <summary>What an exploration came to.</summary>
/// <param name="Firsts">For each model state reached, the number of the first execution that reached it, from 1 on, in ascending order.</param>
/// <param name="Rules">Each rule that is watched in this scenario.</param>
public sealed record CoverageResult(IReadOnlyList<long> Firsts, IReadOnlyList<RuleCoverage> Rules)
{
    public static readonly CoverageResult Nothing = new([], []);

    /// <summary>Model states reached, at least: two may count as one.</summary>
    public int States => Firsts.Count;

    /// <summary>States that an execution after number <paramref name="execution"/> reached first.</summary>
    public int StatesAfter(long execution) => Firsts.Count(first => first > execution);
}
