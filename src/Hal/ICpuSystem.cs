using System.Runtime.CompilerServices;

namespace Ringcheck.Hal;

/// <summary>An address after translation: what page table entries and translation table base registers hold.</summary>
public readonly record struct PhysicalAddress(ulong Value)
{
    public static PhysicalAddress operator +(PhysicalAddress address, ulong bytes) => new(address.Value + bytes);
}

/// <summary>Which completions a data synchronisation barrier waits for.</summary>
public enum DataBarrierKind : byte
{
    /// <summary>DSB NSH: what this CPU asked of its own TLB. Stores may still be on their way to other CPUs.</summary>
    ThisCpu,

    /// <summary>DSB ISHST: this CPU's stores, for every CPU and every table walker. Not cache or TLB maintenance.</summary>
    Stores,

    /// <summary>DSB ISH: stores, and all cache and TLB maintenance of this CPU, on every CPU.</summary>
    Everything,
}

/// <summary>Whose TLBs an invalidation reaches.</summary>
public enum TlbReach : byte
{
    /// <summary>TLBI VAAE1.</summary>
    ThisCpu,

    /// <summary>TLBI VAAE1IS.</summary>
    AllCpus,
}

/// <summary>
/// Memory as the CPU's own code sees it: through its MMU, or as Device memory while that is off. Little-endian. An access that the
/// translation does not allow takes an exception and does not come back.
/// </summary>
public interface ICpuMemory
{
    uint Load32(CpuAddress address);

    ulong Load64(CpuAddress address);

    /// <summary>A load that is satisfied before all later accesses of this CPU (LDAR).</summary>
    ulong LoadAcquire64(CpuAddress address);

    void Store32(CpuAddress address, uint value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    void Store64(CpuAddress address, ulong value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>A store that is seen after all earlier accesses of this CPU (STLR).</summary>
    void StoreRelease64(CpuAddress address, ulong value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>Stores a page table entry, at its physical address. The walkers of all CPUs read it there.</summary>
    void StoreEntry(PhysicalAddress address, ulong entry,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");
}

/// <summary>
/// Instructions for caches, TLBs and system registers. None takes effect by being executed: what completes it is a barrier after it, which is
/// the caller's to give. Ranges are in bytes and are rounded outward to cache lines.
/// </summary>
public interface ICpuMaintenance
{
    /// <summary>DSB.</summary>
    void DataBarrier(DataBarrierKind kind,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>ISB: what earlier instructions changed of this CPU's context holds for all instructions after it.</summary>
    void InstructionBarrier([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>DC CVAU for each line: data becomes visible to what fills instruction caches.</summary>
    void CleanDataCache(CpuAddress start, uint length,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>IC IVAU for each line, in the instruction caches of all CPUs.</summary>
    void InvalidateInstructionCache(CpuAddress start, uint length,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>IC IALLUIS: the instruction caches of all CPUs, all of them. Where the lines are known, a range is what is wanted.</summary>
    void InvalidateAllInstructionCaches([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>TLBI for the page that <paramref name="page"/> lies in.</summary>
    void InvalidateTlb(CpuAddress page, TlbReach reach,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>TLBI VMALLE1: all of this CPU's TLB.</summary>
    void InvalidateWholeTlb([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>MSR TTBR0_EL1: the root of the tables that translate.</summary>
    void WriteTranslationTable(PhysicalAddress root,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>MSR SCTLR_EL1 with M: turns the MMU on.</summary>
    void EnableMmu([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>MSR CPACR_EL1.FPEN: whether floating-point instructions run, or trap.</summary>
    void AllowFloatingPoint(bool allowed,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");
}

/// <summary>CPUs among each other.</summary>
public interface ICpuInterrupts
{
    /// <summary>The CPU that runs the caller, from 0.</summary>
    uint CurrentCpu { get; }

    uint CpuCount { get; }

    /// <summary>
    /// Makes interrupt <paramref name="id"/> (0 to 15) pending on another CPU. A write of a system register: it does not wait for this CPU's stores.
    /// </summary>
    void SendInterrupt(uint cpu, uint id,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>Takes one pending interrupt of this CPU and returns its id; <see cref="None"/> if there is none.</summary>
    uint AcknowledgeInterrupt();

    /// <summary>What <see cref="AcknowledgeInterrupt"/> returns for nothing, as the interrupt controller does.</summary>
    const uint None = 1023;
}

/// <summary>
/// What kernel code may ask of the CPU itself, beside <see cref="IMachine"/>: caches, TLBs, address spaces, other CPUs, sleep. An interface of
/// its own, because not each lane has it. Operations are instructions here, and not purposes: whoever writes these routines is at the level of the
/// architecture, and each instruction has one meaning. Callers say where in the sources they stand, as with <see cref="IBarriers"/>.
/// <see cref="IInterrupts.WaitForInterrupt"/> is WFI. Read-modify-writes are exclusive accesses: they need Normal memory, so they fault while the MMU is off.
/// </summary>
public interface ICpuSystem : ICpuMemory, ICpuMaintenance, ICpuInterrupts, ILockMachine;
