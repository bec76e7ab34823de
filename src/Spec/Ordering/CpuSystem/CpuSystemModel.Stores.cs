namespace Ringcheck.Ordering.CpuSystem;

public sealed partial class CpuSystemModel<THardware>
{
    readonly StoreQueue[] stores = new StoreQueue[MaxCpus];

    /// <summary>
    /// A store to physical memory: on its way until a barrier waits for it, or until somebody else looks and the hardware chooses that it
    /// has arrived. Nobody can tell whether a store at which nobody looks has arrived, so that is not a choice.
    /// </summary>
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
        if (queue.Count == StoreQueue.Capacity) ArriveInTurn(cpu, 0);
        queue.Add(store);
        hardware.Stored(store.Word);
    }

    /// <summary>One of a CPU's stores for which another waits arrives.</summary>
    public void Arrive(int cpu)
    {
        var queue = stores[cpu];
        Span<int> may = stackalloc int[StoreQueue.Capacity];
        int count = 0;
        for (int i = 0; i < queue.Count; i++)
        {
            if (queue[i].IsAwaited) may[count++] = i;
        }
        if (count > 0) ArriveInTurn(cpu, may[hardware.Choose(count)]);
        hardware.StoresWaiting(cpu, queue.AnyMayArrive);
    }

    /// <summary>Somebody looks at a word: of each CPU's stores to it that are on their way, how many have arrived?</summary>
    /// <param name="reader">The CPU that loads, which sees its own stores anyway; or -1 for a table walk, which does not.</param>
    void OfferArrival(int reader, ulong word)
    {
        for (int cpu = 0; cpu < cpuCount; cpu++)
        {
            var queue = stores[cpu];
            if (cpu == reader || queue.Count == 0) continue;
            int count = 0;
            for (int i = queue.Find(word, 0); i >= 0; i = queue.Find(word, i + 1)) count++;
            if (count == 0) continue;
            int notYet = queue.IsHeld ? count : hardware.Choose(count + 1);
            for (int i = count - notYet; i > 0; i--) ArriveInTurn(cpu, queue.Find(word, 0));
            if (notYet > 0 && reader >= 0) queue.Await(word);
            hardware.StoresWaiting(cpu, queue.AnyMayArrive);
        }
    }

    void ArriveAll(int cpu)
    {
        while (stores[cpu].Count > 0) Arrive(cpu, stores[cpu].RemoveAt(0));
        hardware.StoresWaiting(cpu, false);
    }

    /// <summary>A store arrives, and first those that must come before it.</summary>
    void ArriveInTurn(int cpu, int index)
    {
        var queue = stores[cpu];
        for (int i = 0; i < index;)
        {
            if (!queue.MustPrecede(i, index))
            {
                i++;
                continue;
            }
            int before = queue.Count;
            ArriveInTurn(cpu, i);
            index -= before - queue.Count;
            i = 0;
        }
        Arrive(cpu, queue.RemoveAt(index));
    }

    /// <summary>After the end: whatever is on its way arrives.</summary>
    public void Settle()
    {
        for (int cpu = 0; cpu < cpuCount; cpu++) ArriveAll(cpu);
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
        hardware.StoresWaiting(cpu, queue.AnyMayArrive);
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
