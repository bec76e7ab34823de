using System.Numerics;

namespace Ringcheck.Exploration;

/// <summary>What an exhaustive search does about states that it has seen.</summary>
public enum Pruning
{
    /// <summary>Nothing: each execution is run.</summary>
    None,

    /// <summary>It counts them and runs each execution all the same: the oracle of pruning, which must count the same states.</summary>
    CountOnly,

    /// <summary>It abandons an execution at the first new choice whose state was seen before.</summary>
    SeenStates,
}

/// <summary>What a bound on the search counts.</summary>
public enum Counted
{
    /// <summary>Each choice that is not the plain one.</summary>
    Deviations,

    /// <summary>As deviations, but who runs after somebody who cannot go on is free.</summary>
    Preemptions,
}

/// <summary>
/// Depth-first search by re-execution (Godefroid, "Model checking for programming languages using VeriSoft", POPL 1997), with state
/// caching by fingerprint. When pruning is sound, and what it rests on, is said in docs/exploration.md. A bound on deviations or preemptions makes
/// the result "bounded" wherever it cut something off.
/// </summary>
public sealed class Exhaustive(Pruning pruning, int maxDeviations = int.MaxValue, Counted counted = Counted.Deviations) : Strategy
{
    struct Entry
    {
        public ulong Untried;
        public int Pick, Default;
        public bool IsFree;
    }

    readonly FingerprintTable seen = new();
    Entry[] stack = new Entry[256];
    int depth, position, deviations;
    bool started, finished;

    public override string Name => "states";

    public long States => seen.Count;

    /// <summary>The states seen, for the oracle that compares full and pruned search.</summary>
    public FingerprintTable Seen => seen;

    public long Pruned { get; private set; }

    /// <summary>True once the bound on deviations has cut something off.</summary>
    public bool WasBounded { get; private set; }

    public override bool IsExhaustive => finished && !WasBounded;

    public override string Bounds => maxDeviations == int.MaxValue ? "" : $"at most {maxDeviations} {(counted == Counted.Deviations ? "deviations" : "preemptions")}";

    public override bool NeedsFingerprints => pruning != Pruning.None;

    public override bool Begin(long execution)
    {
        if (started && !Backtrack())
        {
            finished = true;
            return false;
        }
        started = true;
        position = 0;
        deviations = 0;
        return true;
    }

    bool Backtrack()
    {
        while (depth > 0)
        {
            ref var top = ref stack[depth - 1];
            if (top.Untried != 0)
            {
                top.Pick = BitOperations.TrailingZeroCount(top.Untried);
                top.Untried &= top.Untried - 1;
                return true;
            }
            depth--;
        }
        return false;
    }

    public override int Choose(in ChoicePoint point, Engine engine)
    {
        if (position == depth && !Push(point, engine)) return Prune;
        ref var entry = ref stack[position++];
        if ((point.Enabled >> entry.Pick & 1) == 0)
            throw new NondeterminismException($"not deterministic: option {entry.Pick} of {point} was enabled when it was recorded");
        if (entry.Pick != entry.Default && !entry.IsFree) deviations++;
        return entry.Pick;
    }

    /// <summary>A choice that is met for the first time. False: its state was seen, with at least as much budget left.</summary>
    bool Push(in ChoicePoint point, Engine engine)
    {
        int left = maxDeviations == int.MaxValue ? byte.MaxValue : Math.Min(byte.MaxValue, maxDeviations - deviations);
        if (NeedsFingerprints && !seen.AddOrImprove(KeyOf(point, engine), (byte)left) && pruning == Pruning.SeenStates)
        {
            Pruned++;
            return false;
        }
        if (depth == stack.Length) Array.Resize(ref stack, 2 * depth);
        ulong untried = point.Enabled & ~(1UL << point.Default);
        bool isFree = counted == Counted.Preemptions && point.Kind == ChoiceKind.Schedule && (point.Enabled >> point.Agent & 1) == 0;
        if (left <= 0 && !isFree)
        {
            untried = 0;
            WasBounded = true;
        }
        stack[depth++] = new Entry { Untried = untried, Pick = point.Default, Default = point.Default, IsFree = isFree };
        return true;
    }

    Fingerprint KeyOf(in ChoicePoint point, Engine engine)
    {
        var state = engine.Fingerprint();
        var hasher = new StateHasher();
        hasher.Add(state);
        // With a budget, who runs now is part of the state, because it decides what is free.
        if (maxDeviations != int.MaxValue) hasher.Add((ulong)engine.Current);
        if (point.Kind != ChoiceKind.Schedule) hasher.Add((ulong)point.Kind << 32 | (uint)point.Agent << 8 | 1);
        return hasher.Result;
    }
}
