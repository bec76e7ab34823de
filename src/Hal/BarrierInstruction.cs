namespace Ringcheck.Hal;

/// <summary>
/// What a barrier, an acquire or a release becomes on a machine; from <see cref="DsbNsh"/> on, what kernel code asks of the CPU itself
/// (<see cref="ICpuMaintenance"/>), where the instruction is what is asked for.
/// </summary>
public enum BarrierInstruction : byte
{
    /// <summary>A plain access, or no instruction at all. The compiler is kept from reordering all the same.</summary>
    None,

    /// <summary>DMB OSHST.</summary>
    DmbStore,

    /// <summary>DMB OSHLD.</summary>
    DmbLoad,

    /// <summary>DMB OSH.</summary>
    Dmb,

    /// <summary>DSB OSHST.</summary>
    DsbStore,

    /// <summary>DSB OSHLD.</summary>
    DsbLoad,

    /// <summary>DSB OSH.</summary>
    Dsb,

    /// <summary>MFENCE, or a locked instruction.</summary>
    Mfence,

    /// <summary>LDAPR: the load before everything later, but not behind an earlier STLR.</summary>
    Ldapr,

    /// <summary>LDAR.</summary>
    Ldar,

    /// <summary>STLR.</summary>
    Stlr,

    /// <summary>DSB NSH, see <see cref="DataBarrierKind.ThisCpu"/>.</summary>
    DsbNsh,

    /// <summary>DSB ISHST, see <see cref="DataBarrierKind.Stores"/>.</summary>
    DsbIshst,

    /// <summary>DSB ISH, see <see cref="DataBarrierKind.Everything"/>.</summary>
    DsbIsh,

    /// <summary>ISB.</summary>
    Isb,

    /// <summary>DC CVAU.</summary>
    DcCvau,

    /// <summary>IC IVAU.</summary>
    IcIvau,

    /// <summary>IC IALLUIS.</summary>
    IcIalluis,

    /// <summary>TLBI VAAE1, see <see cref="TlbReach.ThisCpu"/>.</summary>
    TlbiVaae1,

    /// <summary>TLBI VAAE1IS, see <see cref="TlbReach.AllCpus"/>.</summary>
    TlbiVaae1is,

    /// <summary>TLBI VMALLE1.</summary>
    TlbiVmalle1,

    /// <summary>SWP, CAS or LDADD: a read-modify-write that orders nothing.</summary>
    Atomic,

    /// <summary>SWPA, CASA or LDADDA.</summary>
    AtomicAcquire,

    /// <summary>SWPL, CASL or LDADDL.</summary>
    AtomicRelease,

    /// <summary>SWPAL, CASAL or LDADDAL.</summary>
    AtomicAcquireRelease,

    /// <summary>XCHG, or a LOCK prefix: no read-modify-write of x86 orders less than everything.</summary>
    Locked,
}
