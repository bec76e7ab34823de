using Ringcheck.Exploration;

namespace Ringcheck.Cli.Sharing;

/// <summary>A run of a result file, and which file that is.</summary>
internal readonly record struct FiledRun(string File, string Tool, StoredRun Run);

/// <summary>One exploration put together again.</summary>
/// <param name="Run">The sum of what is there.</param>
/// <param name="Missing">What is not there, in words; null if nothing is missing.</param>
internal sealed record MergedRun(StoredRun Run, string? Missing);

/// <summary>Joins the shards of explorations. What differs in its settings is another exploration, and stays one.</summary>
internal static class ShardMerge
{
    /// <summary>Throws <see cref="CommandException"/> for shards that are there twice or come from different versions.</summary>
    public static IReadOnlyList<MergedRun> Of(IEnumerable<FiledRun> runs)
        => [.. runs.GroupBy(static filed => $"{filed.Run.Settings}, {filed.Run.Shards} shards", StringComparer.Ordinal).Select(static group => Join([.. group.OrderBy(static filed => filed.Run.Shard)]))];

    static MergedRun Join(IReadOnlyList<FiledRun> shards)
    {
        var first = shards[0];
        foreach (var (one, other) in shards.Zip(shards.Skip(1)))
        {
            if (one.Tool != other.Tool)
                throw CommandException.BadUsage($"'{one.File}' was written by ringcheck {one.Tool}, '{other.File}' by {other.Tool}: they do not belong together");
            if (one.Run.Shard == other.Run.Shard)
                throw CommandException.BadUsage($"shard {one.Run.Shard}/{one.Run.Shards} of {one.Run.Settings} is there twice: in '{one.File}' and in '{other.File}'");
        }
        var runs = shards.Select(static filed => filed.Run).ToList();
        if (runs.Any(run => !run.Premises.Select(Named).SequenceEqual(runs[0].Premises.Select(Named)) && run.Premises.Count > 0 && runs[0].Premises.Count > 0))
            throw CommandException.BadUsage($"'{first.File}' and the others have different premises for {first.Run.Scenario}: they do not belong together");
        var there = runs.Select(static run => run.Shard).ToHashSet();
        var missing = Enumerable.Range(1, runs[0].Shards).Where(shard => !there.Contains(shard)).ToList();
        var sum = Sum(runs);
        return new(missing.Count == 0 ? sum with { Shard = 1, Shards = 1 } : sum with { Exhausted = false }, Words(runs, missing));
    }

    static StoredRun Sum(IReadOnlyList<StoredRun> runs)
    {
        // The failure of the lowest part is the one that an undivided exploration finds: what lies after it, it never comes to.
        var failing = runs.Where(static run => run.FailedPart is not null).MinBy(static run => run.FailedPart);
        long last = failing?.FailedPart ?? long.MaxValue;
        var parts = runs.SelectMany(static run => run.Parts).Where(part => part[0] <= last).OrderBy(static part => part[0]).ToList();
        var whole = runs.Select(static run => run.Premises).MaxBy(static premises => premises.Count)!;
        return runs[0] with
        {
            Executions = parts.Sum(static part => part[1]),
            Points = parts.Sum(static part => part[2]),
            Seconds = runs.Sum(static run => run.Seconds),
            Exhausted = runs.All(static run => run.Exhausted),
            Interrupted = failing is null && runs.Any(static run => run.Interrupted),
            Bounds = string.Join("; ", runs.Select(static run => run.Bounds).Where(static bounds => bounds.Length > 0).Distinct()),
            Premises = [.. whole.Select((premise, i) => premise with { Count = runs.Sum(run => i < run.Premises.Count ? run.Premises[i].Count : 0) })],
            Advice = [.. runs.SelectMany(static run => run.Advice).DistinctBy(static advice => advice.Message).OrderBy(static advice => advice.Message, StringComparer.Ordinal)],
            Parts = parts,
            Coverage = StoredCoverage.Of(CoverageRecord.Join(runs.Select(static run => run.Coverage.ToRecord()))),
            FailedPart = failing?.FailedPart,
            Finding = failing?.Finding,
        };
    }

    static (string, bool) Named(Premise premise) => (premise.Name, premise.Required);

    static string? Words(IReadOnlyList<StoredRun> runs, IReadOnlyList<int> missing)
    {
        string? absent = missing.Count == 0 ? null : $"{Which(missing, runs[0].Shards)} of {runs[0].Settings} {(missing.Count == 1 ? "is" : "are")} missing";
        // Where something was found, what was not run may lie after it; where not, it may be what would have failed.
        var broken = runs.Where(static run => run is { Interrupted: true, Shards: > 1, BudgetSeconds: null }).Select(static run => run.Shard).ToList();
        string? early = broken.Count == 0 ? null : $"{Which(broken, runs[0].Shards)} of {runs[0].Settings} {(broken.Count == 1 ? "was" : "were")} stopped before the end";
        return absent is null || early is null ? absent ?? early : $"{absent}; {early}";
    }

    static string Which(IReadOnlyList<int> shards, int of)
    {
        const int Shown = 10;
        string more = shards.Count > Shown ? $" and {shards.Count - Shown} more" : "";
        return (shards.Count == 1 ? "shard " : "shards ") + string.Join(", ", shards.Take(Shown).Select(shard => $"{shard}/{of}")) + more;
    }
}
