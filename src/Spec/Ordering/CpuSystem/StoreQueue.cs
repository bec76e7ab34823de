namespace Ringcheck.Ordering.CpuSystem;

/// <summary>A store that its CPU has made and that others cannot see yet.</summary>
/// <param name="Word">Address of 8 aligned bytes.</param>
/// <param name="Mask">Which bits of them it stores.</param>
/// <param name="IsRelease">It arrives after all earlier ones.</param>
readonly record struct WaitingStore(ulong Word, ulong Value, ulong Mask, bool IsRelease, Site Site);

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

    /// <summary>May this one arrive before those ahead of it?</summary>
    public bool MayArrive(int index)
    {
        if (index == 0) return true;
        if (waiting[index].IsRelease) return false;
        for (int i = 0; i < index; i++)
        {
            if (waiting[i].Word == waiting[index].Word) return false;
        }
        return true;
    }

    /// <summary>The last store to a word that still waits, or -1.</summary>
    public int LastTo(ulong word)
    {
        int index = Count - 1;
        while (index >= 0 && waiting[index].Word != word) index--;
        return index;
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
            sink.Add(store.Word | (store.IsRelease ? 1u : 0));
            sink.Add(store.Value);
            sink.Add(store.Mask);
        }
    }
}
