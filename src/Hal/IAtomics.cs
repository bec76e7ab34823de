using System.Runtime.CompilerServices;

namespace Ringcheck.Hal;

/// <summary>What a read-modify-write orders by itself.</summary>
public enum AtomicOrder : byte
{
    /// <summary>Nothing.</summary>
    Relaxed,

    /// <summary>It is satisfied before all later accesses of this CPU.</summary>
    Acquire,

    /// <summary>It is seen after all earlier accesses of this CPU.</summary>
    Release,

    /// <summary>Both.</summary>
    AcquireRelease,
}

/// <summary>
/// Words of 32 bits that CPUs share with each other, for locks and what is like them: naturally aligned, Normal memory, and never accessed in another
/// width. A read-modify-write is one access (LSE atomics, or a locked instruction): nothing comes between its halves.
/// </summary>
public interface IAtomics
{
    /// <summary>A load that orders nothing.</summary>
    uint LoadRelaxed32(CpuAddress address);

    /// <summary>A load that is satisfied before all later accesses of this CPU (LDAR).</summary>
    uint LoadAcquire32(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>A store that orders nothing.</summary>
    void StoreRelaxed32(CpuAddress address, uint value);

    /// <summary>A store that is seen after all earlier accesses of this CPU (STLR).</summary>
    void StoreRelease32(CpuAddress address, uint value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>Stores <paramref name="value"/> and returns what was there (SWP).</summary>
    uint Exchange32(CpuAddress address, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>
    /// Stores <paramref name="value"/> if <paramref name="expected"/> is there, and returns what was there (CAS). Where it was something else, this is a
    /// load, which releases nothing: a failed iteration of a polling loop may be one.
    /// </summary>
    uint CompareExchange32(CpuAddress address, uint expected, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>Adds, modulo 2^32, and returns what was there (LDADD).</summary>
    uint FetchAdd32(CpuAddress address, uint add, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");
}
