namespace Ringcheck.Ordering.CpuSystem;

/// <summary>A store that its CPU has made and that others cannot see yet.</summary>
/// <param name="Word">Address of 8 aligned bytes.</param>
/// <param name="Mask">Which bits of them it stores.</param>
/// <param name="IsRelease">It arrives after all earlier ones.</param>
/// <param name="IsAwaited">Another CPU has looked and not seen it: it may arrive at any time now, so that whoever waits for it goes on.</param>
readonly record struct WaitingStore(ulong Word, ulong Value, ulong Mask, bool IsRelease, Site Site, bool IsAwaited = false);

/// <summary>
/// Stores of one CPU on their way. Those to one word arrive in order, and a release after all before it; all others in any order.
/// </summary>
sealed class StoreQueue
{
    public const int Capacity = 8;

    readonly WaitingStore[] waiting = new WaitingStore[Capacity];

    public int Count { get; private set; }

    /// <summary>The CPU sleeps and keeps its stores: they do not arrive by themselves.</summary>
    public bool IsHeld { get; set; }

    public ref readonly WaitingStore this[int index] => ref waiting[index];

    public void Reset()
    {
        Count = 0;
        IsHeld = false;
    }

    public void Add(in WaitingStore store) => waiting[Count++] = store;

    public WaitingStore RemoveAt(int index)
    {
        var store = waiting[index];
        Array.Copy(waiting, index + 1, waiting, index, --Count - index);
        return store;
    }

    /// <summary>Must the earlier one at <paramref name="earlier"/> arrive before the one at <paramref name="later"/>?</summary>
    public bool MustPrecede(int earlier, int later) => waiting[later].IsRelease || waiting[earlier].Word == waiting[later].Word;

    /// <summary>The next store to a word from an index on, or -1.</summary>
    public int Find(ulong word, int from)
    {
        for (int i = from; i < Count; i++)
        {
            if (waiting[i].Word == word) return i;
        }
        return -1;
    }

    public void Await(ulong word)
    {
        for (int i = 0; i < Count; i++)
        {
            if (waiting[i].Word == word) waiting[i] = waiting[i] with { IsAwaited = true };
        }
    }

    public bool AnyMayArrive
    {
        get
        {
            if (IsHeld) return false;
            for (int i = 0; i < Count; i++)
            {
                if (waiting[i].IsAwaited) return true;
            }
            return false;
        }
    }

    /// <summary>What this CPU reads of a word: its own stores first.</summary>
    public ulong Forward(ulong word, ulong memory)
    {
        for (int i = 0; i < Count; i++)
        {
            ref readonly var store = ref waiting[i];
            if (store.Word == word) memory = (memory & ~store.Mask) | store.Value;
        }
        return memory;
    }

    public void Fold<TSink>(ref TSink sink) where TSink : struct, IStateSink
    {
        sink.Add((ulong)Count << 1 | (IsHeld ? 1u : 0));
        for (int i = 0; i < Count; i++)
        {
            ref readonly var store = ref waiting[i];
            sink.Add(store.Word | (store.IsRelease ? 1u : 0) | (store.IsAwaited ? 2u : 0));
            sink.Add(store.Value);
            sink.Add(store.Mask);
        }
    }
}
