namespace Ringcheck.Ordering.CpuSystem;

/// <summary>
/// A step of a protocol between a CPU and its own caches, TLB, system registers and sleep. Sources name the topic in the Arm Architecture Reference Manual
/// (DDI 0487) that has the rule; the sentences are ours.
/// </summary>
/// <param name="Protocol">Which sequence it belongs to.</param>
/// <param name="Rule">What is missing, in kebab case.</param>
/// <param name="Source">Where the rule comes from.</param>
public sealed record Obligation(string Protocol, string Rule, string Source)
{
    const string Fetch = "DDI 0487, B2: concurrent modification and execution of instructions; aarch64-ifetch litmus tests of herd7",
        Context = "DDI 0487, D: synchronization requirements for system registers",
        Tables = "DDI 0487, D8: translation table updates are seen by walkers after a DSB",
        Tlb = "DDI 0487, D8: TLB maintenance and its completion",
        Memory = "DDI 0487, B2: Device memory; with the MMU off all data accesses are Device",
        Sleep = "DDI 0487, D1: WFI does not order memory accesses; DSB completes them";

    public static readonly Obligation
        CleanAfterStore = new("instruction-fetch", "no-clean", Fetch),
        CompleteClean = new("instruction-fetch", "no-dsb-after-clean", Fetch),
        InvalidateAfterClean = new("instruction-fetch", "no-invalidate", Fetch),
        CompleteInvalidate = new("instruction-fetch", "no-dsb-after-invalidate", Fetch),
        SynchroniseFetch = new("instruction-fetch", "no-isb", Fetch),
        InvalidateRange = new("instruction-fetch", "over-broad", Fetch),
        SynchroniseTable = new("address-space", "no-isb-after-ttbr", Context),
        SynchroniseMmu = new("mmu", "no-isb-after-enable", Context),
        SynchroniseSwitch = new("context-switch", "no-isb-at-end", Context),
        FloatingPointAllowed = new("context-switch", "floating-point-trapped", Context),
        CompleteEntry = new("translation", "no-dsb-after-entry", Tables),
        SynchroniseEntry = new("translation", "no-isb-after-entry", Tables),
        MappedPage = new("translation", "not-mapped", Tables),
        UnmappedBeforeReuse = new("translation", "still-mapped", Tables),
        EntryBeforeTlbi = new("tlb", "no-dsb-before-tlbi", Tlb),
        InvalidateTlb = new("tlb", "no-tlbi", Tlb),
        CompleteTlbi = new("tlb", "no-dsb-after-tlbi", Tlb),
        ReachEveryCpu = new("tlb", "tlbi-on-one-cpu", Tlb),
        SynchroniseTlbi = new("tlb", "no-isb-after-tlbi", Tlb),
        BreakBeforeMake = new("tlb", "no-break-before-make", Tlb),
        AlignedOnDevice = new("memory-type", "unaligned-on-device", Memory),
        NormalForExclusive = new("memory-type", "exclusive-on-device", Memory),
        CompleteBeforeSleep = new("idle", "no-dsb-before-wfi", Sleep);
}
