namespace Ringcheck.Exploration;

/// <summary>
/// Where an execution is in an exploration, in one number above 0: its part, and its place in it. In their order these are the numbers of the executions,
/// which nobody knows before all parts are counted.
/// </summary>
internal static class ExecutionPlace
{
    const int IndexBits = 40;

    public static long Of(long part, long index) => (part << IndexBits) + index + 1;

    public static long Part(long place) => (place - 1) >> IndexBits;

    public static long Index(long place) => (place - 1) & ((1L << IndexBits) - 1);
}

/// <summary>The coverage of one exploration, from all its workers: the first execution that reached each state, and each rule's premise.</summary>
public sealed class CoverageSum
{
    readonly long[] states = new long[Coverage.MaxStates], rules = new long[Coverage.MaxRules];
    IReadOnlyList<WatchedRule> known = [];

    internal void Add(ReadOnlySpan<long> statesSeen, ReadOnlySpan<long> rulesSeen)
    {
        Earliest(states, statesSeen);
        Earliest(rules, rulesSeen);
    }

    /// <summary>Rules that are watched, by their number.</summary>
    internal void Know(IReadOnlyList<WatchedRule> watched) => known = known.Count == 0 ? watched : known;

    internal void CopyTo(long[] ofStates, long[] ofRules)
    {
        states.CopyTo(ofStates, 0);
        rules.CopyTo(ofRules, 0);
    }

    static void Earliest(long[] all, ReadOnlySpan<long> more)
    {
        for (int i = 0; i < all.Length; i++)
        {
            if (more[i] != 0 && (all[i] == 0 || more[i] < all[i])) all[i] = more[i];
        }
    }

    /// <summary>All that is in it, as data.</summary>
    internal CoverageRecord Record() => new([.. Enumerable.Range(0, states.Length).Where(at => states[at] != 0).Select(at => new CoveredState(at, states[at]))],
        [.. known.Select((rule, at) => new CoveredRule(rule.Name, rule.Clauses, rules[at]))]);

    /// <summary>Adds what another one recorded.</summary>
    internal void Load(CoverageRecord record)
    {
        var (statesSeen, rulesSeen) = (new long[states.Length], new long[rules.Length]);
        foreach (var state in record.States) statesSeen[state.State] = state.First;
        for (int i = 0; i < record.Rules.Count; i++) rulesSeen[i] = record.Rules[i].First;
        Add(statesSeen, rulesSeen);
        Know([.. record.Rules.Select(static rule => new WatchedRule(rule.Name, rule.Clauses))]);
    }
}

/// <summary>A model state that was reached.</summary>
/// <param name="State">Its hash, 16 bits.</param>
/// <param name="First">Where the first execution that reached it is in the exploration.</param>
public readonly record struct CoveredState(int State, long First);

/// <summary>A watched rule, by its number.</summary>
/// <param name="First">Where the first execution that met its premise is in the exploration; 0 if none did.</param>
public readonly record struct CoveredRule(string Name, IReadOnlyList<string> Clauses, long First);

/// <summary>The coverage of one shard, to be joined with others; <see cref="Within"/> puts it into numbers of executions.</summary>
public sealed record CoverageRecord(IReadOnlyList<CoveredState> States, IReadOnlyList<CoveredRule> Rules)
{
    public static readonly CoverageRecord Nothing = new([], []);

    /// <summary>False if it has numbers that no exploration has: it comes from a file.</summary>
    public bool IsSound => Rules.Count <= Coverage.MaxRules && States.All(static state => state.State is >= 0 and < Coverage.MaxStates);

    /// <summary>The earliest of all.</summary>
    public static CoverageRecord Join(IEnumerable<CoverageRecord> records)
    {
        var sum = new CoverageSum();
        foreach (var record in records) sum.Load(record);
        return sum.Record();
    }

    /// <summary>What the executions of these parts reached; what others ran beyond stays out. Numbers of executions are from 1 on.</summary>
    public CoverageResult Within(IReadOnlyList<PartCount> parts)
    {
        var before = new Dictionary<long, (long Number, long Count)>();
        long number = 0;
        foreach (var part in parts.OrderBy(static part => part.Part))
        {
            before.Add(part.Part, (number, part.Executions));
            number += part.Executions;
        }
        long Number(long place)
            => place != 0 && before.TryGetValue(ExecutionPlace.Part(place), out var at) && ExecutionPlace.Index(place) < at.Count ? at.Number + ExecutionPlace.Index(place) + 1 : 0;
        return new([.. States.Select(state => Number(state.First)).Where(static first => first != 0).Order()],
            [.. Rules.Where(static rule => rule.Name.Length > 0).Select(rule => new RuleCoverage(new(rule.Name, rule.Clauses), Number(rule.First)))]);
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
