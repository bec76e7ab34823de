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
public sealed class Exhaustive(Pruning pruning, int maxDeviations = int.MaxValue, Counted counted = Counted.Deviations) : Strategy, IShardable
{
    /// <summary>A choice on the way to where the search is.</summary>
    internal struct Entry
    {
        public ulong Untried;
        public int Pick, Default;
        public bool IsFree;
    }

    readonly FingerprintTable seen = new();
    Entry[] stack = new Entry[256];
    int depth, position, deviations;
    bool started, finished;
    TreeSplit? split;
    PartSource? source;

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

    public override bool CanSave => true;

    public bool PartsShareNothing => pruning == Pruning.None;

    public bool IsScouting { get; private set; }

    public long Part { get; private set; }

    /// <summary>The number of the first part; more than 0 where a search begins anew with another bound.</summary>
    internal long FirstPart { get; init; }

    /// <summary>The number after the last part, once the search has ended.</summary>
    internal long PartsEnd => FirstPart + split!.Prefixes.Count;

    /// <summary>No execution goes on beyond so many choices: the search only finds prefixes.</summary>
    internal int DepthLimit { get; init; } = int.MaxValue;

    /// <summary>True until the first execution.</summary>
    internal bool IsFresh => !started;

    /// <summary>True if the last execution was abandoned because of a state seen before.</summary>
    internal bool HasPruned { get; private set; }

    /// <summary>True if the last execution was ended by <see cref="DepthLimit"/>.</summary>
    internal bool IsAtLimit { get; private set; }

    public void Restrict(Func<long> next) => Restrict(new PartSource(next));

    internal void Restrict(PartSource parts)
    {
        source = parts;
        split = new(pruning, maxDeviations, counted);
    }

    /// <summary>The choices of the last execution, with nothing left to try in them.</summary>
    internal Entry[] Prefix()
    {
        var prefix = stack[..position];
        for (int i = 0; i < prefix.Length; i++) prefix[i].Untried = 0;
        return prefix;
    }

    public override bool Begin(long execution)
    {
        position = 0;
        deviations = 0;
        HasPruned = IsAtLimit = false;
        IsScouting = split is { IsDone: false } && split.Begin();
        if (IsScouting) return true;
        bool goesOn = started ? Backtrack() : source is null;
        if (!goesOn && !NextPart())
        {
            finished = true;
            WasBounded |= split is { WasBounded: true };
            return false;
        }
        started = true;
        return true;
    }

    /// <summary>Goes to the part that is to be done next, if there is one.</summary>
    bool NextPart()
    {
        if (source is null || source.Peek() >= PartsEnd) return false;
        Part = source.Peek();
        source.Take();
        var prefix = split!.Prefixes[(int)(Part - FirstPart)];
        if (stack.Length < prefix.Length) Array.Resize(ref stack, 2 * prefix.Length);
        prefix.CopyTo(stack, 0);
        depth = prefix.Length;
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
        if (IsScouting) return split!.Choose(point, engine);
        if (position == depth)
        {
            IsAtLimit = depth == DepthLimit;
            int left = maxDeviations == int.MaxValue ? byte.MaxValue : Math.Min(byte.MaxValue, maxDeviations - deviations);
            if (!IsNew(point, engine, (byte)left) || IsAtLimit) return Prune;
            Push(point, left);
        }
        ref var entry = ref stack[position++];
        if ((point.Enabled >> entry.Pick & 1) == 0)
            throw new NondeterminismException($"not deterministic: option {entry.Pick} of {point} was enabled when it was recorded");
        if (entry.Pick != entry.Default && !entry.IsFree) deviations++;
        return entry.Pick;
    }

    /// <summary>False: the state of this choice was seen, with at least as much budget left.</summary>
    bool IsNew(in ChoicePoint point, Engine engine, byte left)
    {
        if (!NeedsFingerprints || seen.AddOrImprove(KeyOf(point, engine), left) || pruning != Pruning.SeenStates) return true;
        Pruned++;
        HasPruned = true;
        return false;
    }

    /// <summary>A choice that is met for the first time: the plain option, and whatever else there is room for.</summary>
    void Push(in ChoicePoint point, int left)
    {
        if (depth == stack.Length) Array.Resize(ref stack, 2 * depth);
        ulong untried = point.Enabled & ~(1UL << point.Default);
        bool isFree = counted == Counted.Preemptions && point.Kind == ChoiceKind.Schedule && (point.Enabled >> point.Agent & 1) == 0;
        if (left <= 0 && !isFree)
        {
            untried = 0;
            WasBounded = true;
        }
        stack[depth++] = new Entry { Untried = untried, Pick = point.Default, Default = point.Default, IsFree = isFree };
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

    public override void Save(BinaryWriter to)
    {
        to.Write(started);
        to.Write(WasBounded);
        to.Write(Pruned);
        to.Write(Part);
        to.Write(depth);
        foreach (ref readonly var entry in stack.AsSpan(0, depth))
        {
            to.Write(entry.Untried);
            to.Write((byte)entry.Pick);
            to.Write((byte)entry.Default);
            to.Write(entry.IsFree);
        }
        seen.Save(to);
        source?.Save(to);
    }

    /// <summary>The parts themselves are not in it: they are found again.</summary>
    public override void Load(BinaryReader from)
    {
        started = from.ReadBoolean();
        WasBounded = from.ReadBoolean();
        Pruned = from.ReadInt64();
        Part = from.ReadInt64();
        depth = from.ReadInt32();
        if (stack.Length < depth) stack = new Entry[2 * depth];
        for (int i = 0; i < depth; i++) stack[i] = new Entry { Untried = from.ReadUInt64(), Pick = from.ReadByte(), Default = from.ReadByte(), IsFree = from.ReadBoolean() };
        seen.Load(from);
        source?.Load(from);
    }
}
