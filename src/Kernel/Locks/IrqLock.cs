using System.Runtime.CompilerServices;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// A spin lock that an interrupt handler takes too: interrupts are masked before it is taken and until after it is given back, so that the handler never
/// finds it held by the code that it interrupted. Locks nest: what was masked before stays masked after.
/// </summary>
public readonly struct IrqLock(CpuAddress word)
{
    /// <summary>Bytes of zeroed memory that a lock takes.</summary>
    public const uint Size = SpinLock.Size;

    private readonly SpinLock spin = new(word);

    /// <summary>Returns when this CPU has the lock and takes no interrupts.</summary>
    /// <returns>For <see cref="Release"/>: whether interrupts were masked before.</returns>
    public bool Acquire<TMachine>(TMachine machine,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        where TMachine : struct, ILockMachine
    {
        bool wasMasked = machine.AreInterruptsMasked;
        if (!wasMasked)
            machine.MaskInterrupts();
        spin.Acquire(machine, file, line, member);
        return wasMasked;
    }

    /// <summary>Gives the lock back; then interrupts are taken again, unless they were masked before.</summary>
    public void Release<TMachine>(TMachine machine, bool wasMasked,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        where TMachine : struct, ILockMachine
    {
        spin.Release(machine, file, line, member);
        if (!wasMasked)
            machine.UnmaskInterrupts();
    }
}
