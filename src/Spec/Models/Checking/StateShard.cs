using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Ringcheck.Models.Checking;

/// <summary>A generated state on its way to the shard that keeps it.</summary>
internal struct Candidate<TState>
    where TState : unmanaged
{
    public TState State;
    public ulong Hash;
    public StateLink Link;
}

/// <summary>How a state was first reached: as which successor (in the order emitted) of which state.</summary>
internal readonly record struct StateLink(uint Parent, uint Ordinal)
{
    /// <summary>The parent of an initial state.</summary>
    public const uint None = uint.MaxValue;
}

/// <summary>
/// One part of the visited set: the states whose fingerprint ends in the shard's number. One worker at a time owns a shard, so it takes
/// no locks, and a shard's table is small enough to stay near the core that fills it. All of it lies outside the heap: a collection would
/// stop every worker, and copy states that nothing ever frees.
/// </summary>
/// <remarks>
/// A slot of the table holds 0, or, exact: 32 bits of the fingerprint and the state's index + 1; compacted: the whole fingerprint.
/// Positions come from the upper 32 bits in both, so that growing never looks at a state.
/// </remarks>
internal sealed unsafe class StateShard<TState> : IDisposable
    where TState : unmanaged
{
    private const int ChunkBits = 12;
    private const int ChunkSize = 1 << ChunkBits;

    private readonly bool _compacted;
    private TState*[] _states = new TState*[16];
    private StateLink*[] _links = new StateLink*[16];
    private int _chunks;
    private ulong* _table;
    private uint _mask = (1 << 10) - 1;
    private int _released;

    public StateShard(bool compacted)
    {
        _compacted = compacted;
        _table = NewTable(_mask);
    }

    /// <summary>States kept so far. States have indices 0 to Count − 1 in the order of their discovery.</summary>
    public int Count { get; private set; }

    /// <summary>A state; in a compacted shard only those not yet released.</summary>
    public ref readonly TState State(int index) => ref *(_states[index >> ChunkBits] + (index & (ChunkSize - 1)));

    public StateLink Link(int index) => _links[index >> ChunkBits][index & (ChunkSize - 1)];

    /// <summary>Adds the candidates that are new, in their order.</summary>
    public void Insert(ReadOnlySpan<Candidate<TState>> candidates)
    {
        foreach (ref readonly var candidate in candidates)
            InsertOne(in candidate);
    }

    /// <summary>The index of a state of an exact shard that is known to be present, or −1.</summary>
    public int Find(in TState state, ulong hash)
    {
        for (var position = (uint)(hash >> 32) & _mask; ; position = (position + 1) & _mask)
        {
            var slot = _table[position];
            if (slot == 0)
                return -1;
            if ((slot ^ hash) >> 32 == 0 && Hashing.Same(in State((int)(uint)slot - 1), in state))
                return (int)(uint)slot - 1;
        }
    }

    /// <summary>Forgets the states of a compacted shard before an index: they were expanded. Their fingerprints stay.</summary>
    public void Release(int before)
    {
        if (!_compacted)
            return;
        for (; _released < before >> ChunkBits; _released++)
        {
            NativeMemory.Free(_states[_released]);
            _states[_released] = null;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void InsertOne(ref readonly Candidate<TState> candidate)
    {
        var hash = candidate.Hash;
        var position = (uint)(hash >> 32) & _mask;
        while (true)
        {
            ref var slot = ref _table[position];
            if (slot == 0)
            {
                slot = _compacted ? hash : (hash >> 32 << 32) | (uint)(Count + 1);
                Append(in candidate);
                return;
            }
            if (_compacted ? slot == hash : (slot ^ hash) >> 32 == 0 && Hashing.Same(in State((int)(uint)slot - 1), in candidate.State))
                return;
            position = (position + 1) & _mask;
        }
    }

    private void Append(ref readonly Candidate<TState> candidate)
    {
        var offset = Count & (ChunkSize - 1);
        if (offset == 0)
            AddChunk();
        _states[Count >> ChunkBits][offset] = candidate.State;
        _links[Count >> ChunkBits][offset] = candidate.Link;
        Count++;
        if (Count > (_mask + 1) / 2)
            Grow();
    }

    private void AddChunk()
    {
        if (_chunks == _states.Length)
        {
            var states = new TState*[2 * _chunks];
            var links = new StateLink*[2 * _chunks];
            for (var i = 0; i < _chunks; i++)
            {
                states[i] = _states[i];
                links[i] = _links[i];
            }
            _states = states;
            _links = links;
        }
        _states[_chunks] = (TState*)NativeMemory.Alloc(ChunkSize, (nuint)sizeof(TState));
        _links[_chunks++] = (StateLink*)NativeMemory.Alloc(ChunkSize, (nuint)sizeof(StateLink));
    }

    private void Grow()
    {
        var old = _table;
        var slots = _mask + 1;
        _mask = (2 * slots) - 1;
        _table = NewTable(_mask);
        for (var i = 0u; i < slots; i++)
        {
            if (old[i] == 0)
                continue;
            var position = (uint)(old[i] >> 32) & _mask;
            while (_table[position] != 0)
                position = (position + 1) & _mask;
            _table[position] = old[i];
        }
        NativeMemory.Free(old);
    }

    private static ulong* NewTable(uint mask) => (ulong*)NativeMemory.AllocZeroed((nuint)mask + 1, sizeof(ulong));

    public void Dispose()
    {
        for (var i = 0; i < _chunks; i++)
        {
            NativeMemory.Free(_states[i]);
            NativeMemory.Free(_links[i]);
        }
        NativeMemory.Free(_table);
        _table = null;
        _chunks = 0;
    }
}
