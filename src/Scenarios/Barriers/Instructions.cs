using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>Instructions by name, and which of them order less than another.</summary>
public static class Instructions
{
    static readonly (BarrierInstruction Instruction, string Name, string Words)[] names =
    [
        (BarrierInstruction.None, "none", "nothing"),
        (BarrierInstruction.DmbStore, "dmb-st", "DMB OSHST"),
        (BarrierInstruction.DmbLoad, "dmb-ld", "DMB OSHLD"),
        (BarrierInstruction.Dmb, "dmb", "DMB OSH"),
        (BarrierInstruction.DsbStore, "dsb-st", "DSB OSHST"),
        (BarrierInstruction.DsbLoad, "dsb-ld", "DSB OSHLD"),
        (BarrierInstruction.Dsb, "dsb", "DSB OSH"),
        (BarrierInstruction.Mfence, "mfence", "MFENCE"),
        (BarrierInstruction.Ldapr, "ldapr", "LDAPR"),
        (BarrierInstruction.Ldar, "ldar", "LDAR"),
        (BarrierInstruction.Stlr, "stlr", "STLR"),
        (BarrierInstruction.DsbNsh, "dsb-nsh", "DSB NSH"),
        (BarrierInstruction.DsbIshst, "dsb-ishst", "DSB ISHST"),
        (BarrierInstruction.DsbIsh, "dsb-ish", "DSB ISH"),
        (BarrierInstruction.Isb, "isb", "ISB"),
        (BarrierInstruction.DcCvau, "dc-cvau", "DC CVAU"),
        (BarrierInstruction.IcIvau, "ic-ivau", "IC IVAU"),
        (BarrierInstruction.IcIalluis, "ic-ialluis", "IC IALLUIS"),
        (BarrierInstruction.TlbiVaae1, "tlbi-vaae1", "TLBI VAAE1"),
        (BarrierInstruction.TlbiVaae1is, "tlbi-vaae1is", "TLBI VAAE1IS"),
        (BarrierInstruction.TlbiVmalle1, "tlbi-vmalle1", "TLBI VMALLE1"),
        (BarrierInstruction.Atomic, "atomic", "an atomic without order"),
        (BarrierInstruction.AtomicAcquire, "atomic-a", "an atomic with A"),
        (BarrierInstruction.AtomicRelease, "atomic-l", "an atomic with L"),
        (BarrierInstruction.AtomicAcquireRelease, "atomic-al", "an atomic with AL"),
        (BarrierInstruction.Locked, "locked", "a locked instruction"),
    ];

    /// <summary>As replay strings have it.</summary>
    public static string NameOf(BarrierInstruction instruction) => names[(int)instruction].Name;

    /// <summary>As people write it.</summary>
    public static string WordsFor(BarrierInstruction instruction) => names[(int)instruction].Words;

    public static IReadOnlyList<string> Names { get; } = [.. names.Select(entry => entry.Name)];

    public static bool TryParse(string name, out BarrierInstruction instruction)
    {
        int at = Array.FindIndex(names, entry => entry.Name == name);
        instruction = at < 0 ? default : names[at].Instruction;
        return at >= 0;
    }

    /// <summary>
    /// What can be tried in the place of an instruction, weakest first. A release may also become a plain store behind a DMB OSHST, which orders
    /// stores only.
    /// </summary>
    public static IReadOnlyList<BarrierInstruction> Below(BarrierInstruction instruction) => instruction switch
    {
        BarrierInstruction.DmbStore or BarrierInstruction.DmbLoad or BarrierInstruction.Mfence => [BarrierInstruction.None],
        BarrierInstruction.Dmb => [BarrierInstruction.None, BarrierInstruction.DmbStore, BarrierInstruction.DmbLoad],
        BarrierInstruction.DsbStore => [BarrierInstruction.None, BarrierInstruction.DmbStore],
        BarrierInstruction.DsbLoad => [BarrierInstruction.None, BarrierInstruction.DmbLoad],
        BarrierInstruction.Dsb =>
        [
            BarrierInstruction.None, BarrierInstruction.DmbStore, BarrierInstruction.DmbLoad, BarrierInstruction.Dmb, BarrierInstruction.DsbStore,
            BarrierInstruction.DsbLoad,
        ],
        BarrierInstruction.Ldapr => [BarrierInstruction.None],
        BarrierInstruction.Ldar => [BarrierInstruction.None, BarrierInstruction.Ldapr],
        BarrierInstruction.Stlr => [BarrierInstruction.None, BarrierInstruction.DmbStore],
        BarrierInstruction.AtomicAcquire or BarrierInstruction.AtomicRelease => [BarrierInstruction.Atomic],
        BarrierInstruction.AtomicAcquireRelease => [BarrierInstruction.Atomic, BarrierInstruction.AtomicAcquire, BarrierInstruction.AtomicRelease],
        // Of the three of the CPU system, one waits for stores only and one for this CPU's TLB only: neither is below the other.
        BarrierInstruction.DsbIsh => [BarrierInstruction.None, BarrierInstruction.DsbNsh, BarrierInstruction.DsbIshst],
        BarrierInstruction.TlbiVaae1is => [BarrierInstruction.None, BarrierInstruction.TlbiVaae1],
        BarrierInstruction.DsbNsh or BarrierInstruction.DsbIshst or BarrierInstruction.Isb or BarrierInstruction.DcCvau or BarrierInstruction.IcIvau
            or BarrierInstruction.IcIalluis or BarrierInstruction.TlbiVaae1 or BarrierInstruction.TlbiVmalle1 => [BarrierInstruction.None],
        _ => [],
    };

    /// <summary>True if whatever <paramref name="weaker"/> orders, the other does too.</summary>
    public static bool IsBelow(BarrierInstruction weaker, BarrierInstruction instruction) => Below(instruction).Contains(weaker);

    /// <summary>
    /// Whether it keeps a load before later stores. A store that passes an earlier load can be seen through the coherence order of one location,
    /// but not where it would take the load to read a value that depends on the store (load buffering): the memory machine runs in program order.
    /// </summary>
    public static bool OrdersLoadsBeforeStores(BarrierInstruction instruction)
        => instruction is BarrierInstruction.DmbLoad or BarrierInstruction.Dmb or BarrierInstruction.DsbLoad or BarrierInstruction.Dsb or BarrierInstruction.Mfence
            or BarrierInstruction.Ldapr or BarrierInstruction.Ldar or BarrierInstruction.Stlr
            or BarrierInstruction.AtomicAcquire or BarrierInstruction.AtomicRelease or BarrierInstruction.AtomicAcquireRelease or BarrierInstruction.Locked;
}
