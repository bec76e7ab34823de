using System.Runtime.CompilerServices;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// A lock between CPUs: one word, 0 when free. Test, and test and set: who waits looks with plain loads, which leave the word in its own cache, and tries again when
/// it has seen it free. Whoever comes first gets it, so a CPU may be passed over any number of times; <see cref="TicketLock"/> is fair.
/// </summary>
/// <remarks>
/// Not for code that an interrupt handler of the same CPU shares: <see cref="IrqLock"/>. Orders: the exchange that takes the lock acquires, the store that
/// gives it back releases, and nothing else is needed (<c>ringcheck barriers lock-spin</c>). It takes Normal memory: not before the MMU is on.
/// </remarks>
public readonly struct SpinLock(CpuAddress word)
{
    /// <summary>Bytes of zeroed memory that a lock takes; better in a cache line of its own.</summary>
    public const uint Size = 4;

    private const uint Free = 0, Held = 1;

    /// <summary>Returns when this CPU has the lock. Not again by who has it, which would wait for ever.</summary>
    public void Acquire<TMachine>(TMachine machine,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        where TMachine : struct, ILockMachine
    {
        while (machine.Exchange32(word, Held, AtomicOrder.Acquire) != Free)
        {
            machine.NoteLock(LockEvent.Waits, word, file, line, member);
            var poll = machine.BeginPoll(Deadline.Never);
            while (machine.KeepPolling(ref poll, done: machine.LoadRelaxed32(word) == Free))
            {
            }
        }

        machine.NoteLock(LockEvent.Taken, word, file, line, member);
    }

    /// <summary>False if somebody has it.</summary>
    public bool TryAcquire<TMachine>(TMachine machine,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        where TMachine : struct, ILockMachine
    {
        if (machine.CompareExchange32(word, Free, Held, AtomicOrder.Acquire) != Free)
            return false;
        machine.NoteLock(LockEvent.Taken, word, file, line, member);
        return true;
    }

    /// <summary>By who has it, and nobody else.</summary>
    public void Release<TMachine>(TMachine machine,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        where TMachine : struct, ILockMachine
    {
        machine.NoteLock(LockEvent.Released, word, file, line, member);
        machine.StoreRelease32(word, Free);
    }
}
