namespace Ringcheck.Ordering.CpuSystem;

/// <summary>What was broken where an access was translated to something that it should not get.</summary>
public sealed partial class CpuSystemModel<THardware>
{
    void Judge(int cpu, ulong address, in Outcome outcome, bool mayFault)
    {
        bool isMapped = TableEntry.IsValid(outcome.Entry);
        bool isFreed = isMapped && (freedFrames >> PageOf(TableEntry.Output(outcome.Entry)) & 1) != 0;
        string use = $"cpu{cpu} uses 0x{address:x}", found = Words(outcome.Entry);
        switch (outcome.Cause)
        {
            case Cause.OldTable:
                hardware.Broken(new(Obligation.SynchroniseTable,
                    $"{use} and finds {found} instead of {Words(outcomes[0].Entry)}: the TTBR write in {outcome.Site} has not taken effect yet",
                    $"ISB after the TTBR write in {outcome.Site}"));
                break;
            case Cause.OldMmu:
                hardware.Broken(new(Obligation.SynchroniseMmu,
                    $"{use} as if the MMU were off: enabling it in {outcome.Site} has not taken effect yet",
                    $"ISB after the SCTLR write in {outcome.Site}"));
                break;
            case Cause.NotYetMapped:
                hardware.Broken(new(Obligation.SynchroniseEntry,
                    $"{use} and faults: it had begun before the entry stored in {outcome.Site} was there",
                    $"ISB after the DSB in {outcome.Site}"));
                break;
            case Cause.StaleTlb when isFreed:
                JudgeStale(cpu, address, outcome);
                break;
            case Cause.StaleTlb when isMapped && outcomes[0].Entry != 0:
                hardware.Broken(new(Obligation.BreakBeforeMake,
                    $"{use} and its TLB may hold both {found} and {Words(outcomes[0].Entry)}",
                    $"store an invalid entry, DSB ISHST, TLBI, DSB ISH before the new entry in {outcome.Site}"));
                break;
            case Cause.Current when isFreed:
                JudgeMapped(address, $"{use} and reaches {found}, which is in use for something else");
                break;
            case Cause.Current when !isMapped && !mayFault:
                JudgeUnmapped(address, $"{use} and faults");
                break;
        }
    }

    void JudgeMapped(ulong address, string what) => hardware.Broken(IsEntryWaiting(PageOf(address))
        ? new(Obligation.CompleteEntry, $"{what}: the walker does not see the new entry yet", "DSB ISHST after storing the entry")
        : new(Obligation.UnmappedBeforeReuse, what, "take the page out of the table before its frame is used again"));

    void JudgeUnmapped(ulong address, string what) => hardware.Broken(IsEntryWaiting(PageOf(address))
        ? new(Obligation.CompleteEntry, $"{what}: the walker does not see its entry yet", "DSB ISHST after storing the entry")
        : new(Obligation.MappedPage, $"{what}: it is not mapped", "map the page first"));

    /// <summary>A frame that is in use for something else is reached through an old translation: which step of the invalidation is missing?</summary>
    void JudgeStale(int cpu, ulong address, in Outcome outcome)
    {
        int page = PageOf(address);
        string what = $"cpu{cpu} uses 0x{address:x} and reaches {Words(outcome.Entry)}, which is in use for something else: "
            + $"its TLB has kept the translation that was taken away in {outcome.Site}";
        bool onlyIsb = true, requested = false;
        for (int i = 0; i < tlbs[cpu].StaleCount; i++) onlyIsb &= tlbs[cpu][i].Page != page || tlbs[cpu][i].EndsWithIsb;
        for (int other = 0; other < cpuCount; other++) requested |= tlbs[other].IsRequested(page);
        hardware.Broken(
            onlyIsb ? new(Obligation.SynchroniseTlbi, what, $"ISB on cpu{cpu} after the DSB that completes its TLBI")
            : (tlbs[cpu].InvalidatedTooEarly >> page & 1) != 0 ? new(Obligation.EntryBeforeTlbi, what, $"DSB ISHST between the entry stored in {outcome.Site} and the TLBI")
            : requested ? new(Obligation.CompleteTlbi, what, "DSB ISH after the TLBI")
            : (tlbs[cpu].InvalidatedElsewhere >> page & 1) != 0
                ? new(Obligation.ReachEveryCpu, what, $"TLBI on cpu{cpu} too, by an inter-processor interrupt that it acknowledges, or TLBI VAAE1IS")
                : new BrokenObligation(Obligation.InvalidateTlb, what, $"TLBI for the page, and DSB, after the entry stored in {outcome.Site}"));
    }

    static string Words(ulong entry) => TableEntry.IsValid(entry) ? $"frame 0x{TableEntry.Output(entry):x}" : "no mapping";
}
