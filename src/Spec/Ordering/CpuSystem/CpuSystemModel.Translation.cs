namespace Ringcheck.Ordering.CpuSystem;

public sealed partial class CpuSystemModel<THardware>
{
    enum Cause : byte { Current, OldTable, OldMmu, StaleTlb, NotYetMapped }

    /// <summary>What an access may be translated to; entry 0 is "not mapped".</summary>
    readonly record struct Outcome(ulong Entry, Cause Cause, Site Site);

    readonly Outcome[] outcomes = new Outcome[16];
    int outcomeCount;

    static int PageOf(ulong address) => (int)(address >> PageBits);

    /// <summary>The physical address, as the hardware chooses among what may still hold. False if it is not mapped and may be so.</summary>
    bool TryTranslate(int cpu, ulong address, bool needsNormal, bool mayFault, out ulong physical)
    {
        if (PageOf(address) >= Pages) throw new InvalidOperationException($"address 0x{address:x} is outside of the model");
        outcomeCount = 0;
        ref readonly var mmu = ref contexts[cpu].Mmu;
        ConsiderMmu(cpu, address, mmu.New, Cause.Current, needsNormal);
        if (mmu.IsPending && mmu.Old != mmu.New) ConsiderMmu(cpu, address, mmu.Old, Cause.OldMmu, needsNormal);
        var outcome = outcomes[outcomeCount > 1 ? hardware.Choose(outcomeCount) : 0];
        Judge(cpu, address, outcome, mayFault);
        physical = TableEntry.Output(outcome.Entry) | (address & PageMask);
        if (!TableEntry.IsValid(outcome.Entry)) return false;
        if (needsNormal && TableEntry.IsDevice(outcome.Entry)) isDeviceAccess = true;
        return true;
    }

    bool isDeviceAccess;

    void ConsiderMmu(int cpu, ulong address, ulong isOn, Cause cause, bool needsNormal)
    {
        if (isOn == 0)
        {
            Consider(new(TableEntry.MmuOff(address), cause, contexts[cpu].Mmu.Written), needsNormal);
            return;
        }
        ref readonly var table = ref contexts[cpu].Table;
        ConsiderTable(cpu, address, table.New, cause, needsNormal);
        if (table.IsPending && table.Old != table.New) ConsiderTable(cpu, address, table.Old, Cause.OldTable, needsNormal);
    }

    void ConsiderTable(int cpu, ulong address, ulong root, Cause cause, bool needsNormal)
    {
        int page = PageOf(address), rootPage = PageOf(root);
        Consider(new(Walk(root, page), cause, contexts[cpu].Table.Written), needsNormal);
        var tlb = tlbs[cpu];
        for (int i = 0; i < tlb.StaleCount; i++)
        {
            ref readonly var stale = ref tlb[i];
            if (stale.Root != rootPage || stale.Page != page) continue;
            var why = cause != Cause.Current ? cause : stale.Entry == 0 ? Cause.NotYetMapped : Cause.StaleTlb;
            Consider(new(stale.Entry, why, stale.Changed), needsNormal);
        }
    }

    /// <summary>Those that make no difference to this access are one outcome.</summary>
    void Consider(in Outcome outcome, bool needsNormal)
    {
        for (int i = 0; i < outcomeCount; i++)
        {
            ulong other = outcomes[i].Entry;
            bool valid = TableEntry.IsValid(outcome.Entry);
            if (valid != TableEntry.IsValid(other)) continue;
            if (!valid) return;
            if (TableEntry.Output(outcome.Entry) == TableEntry.Output(other)
                && (!needsNormal || TableEntry.IsDevice(outcome.Entry) == TableEntry.IsDevice(other))) return;
        }
        outcomes[outcomeCount++] = outcome;
    }

    /// <summary>What a table walker finds: memory as all see it, so not even this CPU's own stores that are still on their way.</summary>
    ulong Walk(ulong root, int page)
    {
        ulong word = root + 8 * (ulong)page;
        OfferArrival(reader: -1, word);
        ulong entry = memory[word >> 3];
        return TableEntry.IsValid(entry) ? entry : 0;
    }

    /// <summary>An entry of a table has changed, for all to see.</summary>
    void EntryChanged(int cpu, ulong word, ulong before, ulong after, Site site)
    {
        int root = PageOf(word), page = (int)(word & PageMask) >> 3;
        if (page >= Pages) return;
        for (int other = 0; other < cpuCount; other++)
        {
            if ((tlbs[other].RootsUsed >> root & 1) == 0) continue;
            if (TableEntry.IsValid(before)) tlbs[other].Add(new(root, page, before, EndsWithIsb: false, site));
            // What is not mapped is never in a TLB; but this CPU may have begun an access already that finds nothing.
            else if (other == cpu && isCompleting && TableEntry.IsValid(after)) tlbs[other].Add(new(root, page, 0, EndsWithIsb: true, site));
        }
    }

    bool IsEntryWaiting(int page)
    {
        for (int cpu = 0; cpu < cpuCount; cpu++)
        {
            for (int i = 0; i < stores[cpu].Count; i++)
            {
                ulong word = stores[cpu][i].Word;
                if ((int)(word & PageMask) >> 3 == page && IsTable(PageOf(word))) return true;
            }
        }
        return false;
    }

    bool IsTable(int page)
    {
        for (int cpu = 0; cpu < cpuCount; cpu++)
        {
            if ((tlbs[cpu].RootsUsed >> page & 1) != 0) return true;
        }
        return false;
    }
}
