using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ringcheck.Models.Rules;

namespace Ringcheck.Models.Checking;

/// <summary>Candidates from one job for one shard.</summary>
internal sealed class CandidateBuffer<TState>
    where TState : unmanaged
{
    private Candidate<TState>[] _items = new Candidate<TState>[32];
    private int _count;

    public ReadOnlySpan<Candidate<TState>> Items => _items.AsSpan(0, _count);

    public void Clear() => _count = 0;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref Candidate<TState> Next()
    {
        if (_count == _items.Length)
            Array.Resize(ref _items, _items.Length * 2);
        return ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_items), _count++);
    }
}

/// <summary>A step that broke a rule, found while expanding.</summary>
internal readonly record struct RuleBreak(RuleViolation Rule, StateLink Link);

/// <summary>Spreads the successors of one state over the buffers of the shards that will keep them.</summary>
internal struct ExpandingSink<TState>(CandidateBuffer<TState>[] buffers, List<RuleBreak> breaks) : ISink<TState>
    where TState : unmanaged
{
    private readonly CandidateBuffer<TState>[] _buffers = buffers;
    private readonly List<RuleBreak> _breaks = breaks;

    public uint Parent;
    public uint Ordinal;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(int action, in TState next)
    {
        var hash = Hashing.Of(in next);
        ref var candidate = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffers), (int)(hash & (StateIds.Shards - 1))).Next();
        candidate.State = next;
        candidate.Hash = hash;
        candidate.Link = new StateLink(Parent, Ordinal++);
    }

    public void Break(int action, in TState next, RuleViolation rule) => _breaks.Add(new RuleBreak(rule, new StateLink(Parent, Ordinal++)));
}

/// <summary>Picks the successor at one position.</summary>
internal struct PickingSink<TState>(uint wanted) : ISink<TState>
    where TState : unmanaged
{
    private readonly uint _wanted = wanted;
    private uint _ordinal;

    public TState Picked;
    public int Action = -1;

    public void Add(int action, in TState next)
    {
        if (_ordinal++ != _wanted)
            return;
        Picked = next;
        Action = action;
    }

    public void Break(int action, in TState next, RuleViolation rule) => Add(action, in next);
}

/// <summary>State numbers: the shard in the low bits, the index in the shard above.</summary>
internal static class StateIds
{
    public const int ShardBits = 5;
    public const int Shards = 1 << ShardBits;

    public static uint Of(int shard, int index) => ((uint)index << ShardBits) | (uint)shard;

    public static int Shard(uint id) => (int)(id & (Shards - 1));

    public static int Index(uint id) => (int)(id >> ShardBits);
}
