namespace Ringcheck.Hal;

/// <summary>What a barrier, an acquire or a release becomes on a machine.</summary>
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
}
