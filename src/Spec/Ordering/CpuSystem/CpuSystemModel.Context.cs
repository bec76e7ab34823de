namespace Ringcheck.Ordering.CpuSystem;

/// <summary>What a data synchronisation barrier waits for; the names are those of Hal.</summary>
public enum Completion : byte
{
    /// <summary>DSB NSH.</summary>
    ThisCpu,

    /// <summary>DSB ISHST.</summary>
    Stores,

    /// <summary>DSB ISH.</summary>
    Everything,
}

public sealed partial class CpuSystemModel<THardware>
{
    readonly CpuContext[] contexts = new CpuContext[MaxCpus];
    readonly Tlb[] tlbs = new Tlb[MaxCpus];

    /// <summary>MSR TTBR0_EL1.</summary>
    public void WriteTable(int cpu, ulong root, Site site)
    {
        contexts[cpu].Table.Write(root, site);
        NoteRoots(cpu);
    }

    /// <summary>MSR SCTLR_EL1, with M set.</summary>
    public void EnableMmu(int cpu, Site site)
    {
        contexts[cpu].Mmu.Write(1, site);
        NoteRoots(cpu);
    }

    /// <summary>MSR CPACR_EL1.</summary>
    public void AllowFloatingPoint(int cpu, bool allowed, Site site) => contexts[cpu].FloatingPoint.Write(allowed ? 1u : 0, site);

    /// <summary>From here on, walks with these tables may have filled the TLB.</summary>
    void NoteRoots(int cpu)
    {
        var context = contexts[cpu];
        if (context.Mmu.New == 0) return;
        tlbs[cpu].RootsUsed |= 1u << (int)(context.Table.New >> PageBits);
        if (context.Table.IsPending && context.Mmu is { IsPending: false }) tlbs[cpu].RootsUsed |= 1u << (int)(context.Table.Old >> PageBits);
    }

    /// <summary>A barrier waits for stores, as against a look that finds them arrived.</summary>
    bool isCompleting;

    /// <summary>ISB, and what does the same on the way: taking an exception and returning from one.</summary>
    public void Synchronise(int cpu)
    {
        contexts[cpu].Synchronise();
        tlbs[cpu].Synchronise();
        SynchroniseFetch(cpu);
    }

    /// <summary>DSB.</summary>
    public void Complete(int cpu, Completion kind)
    {
        // TLBI first: one that was given while the new entry was on its way may have been undone by a walk that still saw the old one.
        if (kind != Completion.Stores) CompleteTlbi(cpu, forAllCpus: kind == Completion.Everything);
        isCompleting = true;
        if (kind != Completion.ThisCpu) ArriveAll(cpu);
        isCompleting = false;
        if (kind == Completion.Everything) CompleteInstructionMaintenance(cpu);
    }

    /// <summary>TLBI for the page of an address, or with null for all.</summary>
    public void InvalidateTlb(int cpu, ulong? address, bool reachesAll)
    {
        int page = address is { } value ? PageOf(value) : -1;
        tlbs[cpu].Request(new(page, reachesAll));
        if (page < 0 || !OfferEntries(page)) return;
        for (int other = 0; other < cpuCount; other++)
        {
            if (reachesAll || other == cpu) tlbs[other].InvalidatedTooEarly |= 1u << page;
        }
    }

    /// <summary>Which new entries for a page has a TLBI come after? True if one has not arrived.</summary>
    bool OfferEntries(int page)
    {
        for (int root = 0; root < Pages; root++)
        {
            if (IsTable(root)) OfferArrival(reader: -1, ((ulong)root << PageBits) + 8 * (ulong)page);
        }
        return IsEntryWaiting(page);
    }

    void CompleteTlbi(int cpu, bool forAllCpus)
    {
        while (tlbs[cpu].TryTakeRequest(forAllCpus, out var request))
        {
            Invalidate(cpu, request.Page, keepUntilIsb: true);
            for (int other = 0; other < cpuCount; other++)
            {
                if (other == cpu) continue;
                if (request.ReachesAll) Invalidate(other, request.Page, keepUntilIsb: false);
                else if (request.Page >= 0) tlbs[other].InvalidatedElsewhere |= 1u << request.Page;
            }
        }
    }

    void Invalidate(int cpu, int page, bool keepUntilIsb)
    {
        tlbs[cpu].Invalidate(page, keepUntilIsb);
        if (page >= 0 && !IsEntryWaiting(page)) tlbs[cpu].InvalidatedTooEarly &= ~(1u << page);
    }

    /// <summary>A floating-point instruction.</summary>
    public void UseFloatingPoint(int cpu)
    {
        ref readonly var allowed = ref contexts[cpu].FloatingPoint;
        if (allowed is { IsPending: true } && allowed.Old != allowed.New && hardware.Choose(2) == 1)
        {
            hardware.Broken(new(Obligation.SynchroniseSwitch,
                $"a floating-point instruction on cpu{cpu} traps: the CPACR write in {allowed.Written} has not taken effect yet",
                $"ISB at the end of {allowed.Written}"));
        }
        if (allowed.New == 0)
            hardware.Broken(new(Obligation.FloatingPointAllowed, $"a floating-point instruction on cpu{cpu} traps: CPACR does not allow it", "MSR CPACR_EL1; ISB before it"));
    }
}
