namespace Ringcheck.Ordering;

/// <summary>Which orders a memory keeps.</summary>
public enum MemoryModel : byte
{
    /// <summary>Sequential consistency (Lamport 1979): program order, all of it.</summary>
    SequentiallyConsistent,

    /// <summary>x86-TSO (Owens, Sarkar, Sewell, TPHOLs 2009): program order but for a store and a later load.</summary>
    Tso,

    /// <summary>Armv8-A, other-multi-copy-atomic (Pulte et al., POPL 2018; aarch64.cat), without load buffering.</summary>
    AArch64,
}

/// <summary>What an access orders by itself. AcquirePc is LDAPR, Acquire LDAR, Release STLR; AcquireRelease is for read-modify-writes.</summary>
public enum AccessOrder : byte
{
    Plain,
    AcquirePc,
    Acquire,
    Release,
    AcquireRelease,
}

/// <summary>
/// A barrier instruction, by what it orders. Shareability domains are not told apart. On TSO the three that order a store before a
/// later load stand for MFENCE, the others for nothing.
/// </summary>
public enum Fence : byte
{
    None,

    /// <summary>DMB ST: stores before stores.</summary>
    DmbStore,

    /// <summary>DMB LD: loads before loads and stores.</summary>
    DmbLoad,

    /// <summary>DMB: everything before everything.</summary>
    DmbFull,

    /// <summary>DSB ST: stores before everything.</summary>
    DsbStore,

    /// <summary>DSB LD: loads before everything.</summary>
    DsbLoad,

    /// <summary>DSB: everything before everything, after completion.</summary>
    DsbFull,

    /// <summary>ISB: what a branch or an address depended on before it, before everything after it.</summary>
    Isb,
}
