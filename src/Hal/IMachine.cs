using System;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Ringcheck.Hal;

/// <summary>Device registers: one access of exactly the width asked, never merged, split or repeated.</summary>
public interface IRegisters
{
    byte ReadRegister8(CpuAddress address);

    ushort ReadRegister16(CpuAddress address);

    uint ReadRegister32(CpuAddress address);

    void WriteRegister8(CpuAddress address, byte value);

    void WriteRegister16(CpuAddress address, ushort value);

    void WriteRegister32(CpuAddress address, uint value);
}

/// <summary>
/// x86's I/O ports: one access of exactly the width asked, which has arrived before the next instruction begins (non-posted), and waits for this CPU's
/// earlier stores. A machine without them (<see cref="HasPorts"/>) has its I/O space, if any, as registers behind a window of the PCI host.
/// </summary>
public interface IPorts
{
    /// <summary>Whether this machine has ports; if not, using one is the driver's own mistake.</summary>
    bool HasPorts { get; }

    byte ReadPort8(IoPort port);

    ushort ReadPort16(IoPort port);

    uint ReadPort32(IoPort port);

    void WritePort8(IoPort port, byte value);

    void WritePort16(IoPort port, ushort value);

    void WritePort32(IoPort port, uint value);
}

/// <summary>
/// Memory that a device can reach, and memory shared between contexts (main code and handler, CPU and CPU). A naturally
/// aligned load or store is one access; a copy or fill is a run of accesses that are not atomic together. Values are
/// little-endian in memory whatever the CPU is.
/// </summary>
public interface IDmaMemory
{
    byte Load8(CpuAddress address);

    ushort Load16(CpuAddress address);

    uint Load32(CpuAddress address);

    ulong Load64(CpuAddress address);

    void Store8(CpuAddress address, byte value);

    void Store16(CpuAddress address, ushort value);

    void Store32(CpuAddress address, uint value);

    void Store64(CpuAddress address, ulong value);

    /// <summary>A load that is satisfied before all later accesses of this CPU.</summary>
    ushort LoadAcquire16(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    /// <summary>A store that is seen after all earlier accesses of this CPU.</summary>
    void StoreRelease16(CpuAddress address, ushort value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");

    void CopyToMemory(CpuAddress destination, ReadOnlySpan<byte> source);

    void CopyFromMemory(CpuAddress source, Span<byte> destination);

    void FillMemory(CpuAddress destination, byte value, uint length);

    /// <summary>
    /// Cache maintenance for devices that do not see the CPU's cache: complete when it returns. Does nothing where they do.
    /// </summary>
    void MaintainCache(CacheOperation operation, CpuAddress address, uint length);
}

/// <summary>
/// Ordering, asked for by purpose. Where in the sources a barrier, an acquire or a release stands is for lanes that report about each such
/// site; the compiler fills it in, and a lane that ignores it compiles to nothing.
/// </summary>
public interface IBarriers
{
    void Barrier(BarrierPurpose purpose,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "");
}

/// <summary>Interrupts of the CPU that runs the caller.</summary>
public interface IInterrupts
{
    /// <summary>Whether this CPU takes none now: because of <see cref="MaskInterrupts"/>, or inside a handler.</summary>
    bool AreInterruptsMasked { get; }

    void MaskInterrupts();

    /// <summary>An interrupt that is pending is taken here, before this returns.</summary>
    void UnmaskInterrupts();

    /// <summary>
    /// Sleeps until an interrupt is pending, also while interrupts are masked (as AArch64's WFI does), or until the deadline.
    /// While unmasked, returns after the handler has run. May return without a reason: callers look again.
    /// </summary>
    void WaitForInterrupt(Deadline deadline);
}

/// <summary>The machine's clock and its polling loops.</summary>
public interface ITime
{
    /// <summary>The moment <paramref name="timeoutMs"/> milliseconds from now; 0 asks for <see cref="Deadline.Never"/>.</summary>
    Deadline DeadlineAfter(uint timeoutMs);

    bool HasPassed(Deadline deadline);

    /// <summary>
    /// Begins a polling loop, which is then written as
    /// <c>while (machine.KeepPolling(ref poll, done: machine.ReadRegister32(status) == 0)) { }</c>.
    /// Contract: an iteration that fails only reads, and leaves no local state behind. That is what lets an explorer block the
    /// loop until a value that it read has changed, instead of spinning.
    /// </summary>
    PollLoop BeginPoll(Deadline deadline);

    /// <summary>
    /// False ends the loop: because <paramref name="done"/>, or because the deadline has passed (<see cref="PollLoop.TimedOut"/>).
    /// The last look is after the deadline, so that a value that came in time is never reported as a time-out.
    /// </summary>
    bool KeepPolling(ref PollLoop poll, bool done);
}

/// <summary>
/// All that driver code may ask of a machine. Driver code is generic over a struct that implements this, so that each lane
/// (simulation, QEMU, flat memory, bare metal) compiles to direct calls.
/// </summary>
public interface IMachine : IRegisters, IPorts, IDmaMemory, IDmaMapping, IBarriers, ILockMachine
{
    /// <summary>Text for the machine's console, UTF-8, as boot lines are.</summary>
    void Print(ReadOnlySpan<byte> text);

    /// <summary>An invariant of the driver's own is broken: there is no way to go on. Never for a wrong word from a device.</summary>
    [DoesNotReturn]
    void Panic(ReadOnlySpan<byte> reason);
}
