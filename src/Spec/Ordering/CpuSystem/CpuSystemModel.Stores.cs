namespace Ringcheck.Ordering.CpuSystem;

public sealed partial class CpuSystemModel<THardware>
{
    readonly StoreQueue[] stores = new StoreQueue[MaxCpus];

    /// <summary>A store to physical memory: visible at once, or on its way until it arrives or a barrier waits for it.</summary>
    void Store(int cpu, ulong physical, ulong value, int bytes, bool isRelease, Site site)
    {
        int shift = (int)(physical & 7) * 8;
        ulong mask = (bytes == 8 ? ulong.MaxValue : (1UL << 8 * bytes) - 1) << shift;
        var store = new WaitingStore(physical & ~7UL, value << shift & mask, mask, isRelease, site);
        if (IsCode(physical))
        {
            // The clean of a line comes after this CPU's stores to it anyway: what can be old is the instruction side.
            Arrive(cpu, store);
            StoredCode(physical);
            return;
        }
        var queue = stores[cpu];
        if (hardware.Choose(2) == 0)
        {
            if (isRelease) ArriveAll(cpu);
            else ArriveUpTo(cpu, queue.LastTo(store.Word));
            Arrive(cpu, store);
        }
        else
        {
            if (queue.Count == StoreQueue.Capacity) ArriveUpTo(cpu, 0);
            queue.Add(store);
        }
        hardware.StoresWaiting(cpu, queue.Count > 0 && !queue.IsHeld);
    }

    /// <summary>One of a CPU's stores on their way arrives.</summary>
    public void Arrive(int cpu)
    {
        var queue = stores[cpu];
        Span<int> may = stackalloc int[StoreQueue.Capacity];
        int count = 0;
        for (int i = 0; i < queue.Count; i++)
        {
            if (queue.MayArrive(i)) may[count++] = i;
        }
        if (count > 0) Arrive(cpu, queue.RemoveAt(may[hardware.Choose(count)]));
        hardware.StoresWaiting(cpu, queue.Count > 0);
    }

    void ArriveAll(int cpu) => ArriveUpTo(cpu, stores[cpu].Count - 1);

    /// <summary>In order, up to that index. (Some of them need not arrive yet; the search has that too, where they arrive by themselves.)</summary>
    void ArriveUpTo(int cpu, int index)
    {
        for (; index >= 0; index--) Arrive(cpu, stores[cpu].RemoveAt(0));
        hardware.StoresWaiting(cpu, stores[cpu].Count > 0 && !stores[cpu].IsHeld);
    }

    void Arrive(int cpu, in WaitingStore store)
    {
        ulong before = memory[store.Word >> 3], after = (before & ~store.Mask) | store.Value;
        Commit(store.Word, after);
        if (before != after) EntryChanged(cpu, store.Word, before, after, store.Site);
    }

    ulong Read(int cpu, ulong physical, int bytes)
    {
        ulong word = physical & ~7UL;
        ulong value = stores[cpu].Forward(word, memory[word >> 3]) >> (int)(physical & 7) * 8;
        return bytes == 8 ? value : value & ((1UL << 8 * bytes) - 1);
    }

    /// <summary>
    /// WFI: stores that no DSB has waited for may stay where they are until the CPU wakes.
    /// </summary>
    public void Sleep(int cpu)
    {
        var queue = stores[cpu];
        if (queue.Count == 0) return;
        if (hardware.Choose(2) == 0)
        {
            ArriveAll(cpu);
            return;
        }
        queue.IsHeld = true;
        hardware.StoresWaiting(cpu, false);
    }

    public void Wake(int cpu)
    {
        var queue = stores[cpu];
        if (!queue.IsHeld) return;
        queue.IsHeld = false;
        hardware.StoresWaiting(cpu, queue.Count > 0);
    }

    /// <summary>For reports of a system where nobody runs any more: a store that a sleeping CPU keeps, if there is one.</summary>
    public BrokenObligation? KeptWhileAsleep()
    {
        for (int cpu = 0; cpu < cpuCount; cpu++)
        {
            var queue = stores[cpu];
            if (!queue.IsHeld || queue.Count == 0) continue;
            return new(Obligation.CompleteBeforeSleep,
                $"cpu{cpu} sleeps in WFI and keeps its store to 0x{queue[0].Word:x} made in {queue[0].Site}, which others wait for",
                "DSB before WFI");
        }
        return null;
    }
}
