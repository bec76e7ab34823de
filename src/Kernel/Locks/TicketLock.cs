using System.Runtime.CompilerServices;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// A fair lock (Reed and Kanodia, CACM 1979; Mellor-Crummey and Scott, TOCS 1991): who wants it draws a ticket, and tickets are served in turn. Who
/// waits is passed over by those before it and by nobody else. Tickets count modulo 2^32.
/// </summary>
/// <remarks>
/// Drawing a ticket orders nothing: it is the load that finds it served that acquires, and the store that serves the next one releases.
/// </remarks>
public readonly struct TicketLock(CpuAddress area)
{
    /// <summary>Bytes of zeroed memory that a lock takes.</summary>
    public const uint Size = 8;

    private CpuAddress Next => area;

    private CpuAddress Serving => area + 4;

    /// <summary>Returns when this CPU has the lock.</summary>
    public void Acquire<TMachine>(TMachine machine,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        where TMachine : struct, ILockMachine
    {
        uint ticket = machine.FetchAdd32(Next, 1, AtomicOrder.Relaxed);
        machine.NoteLock(LockEvent.Waits, area, file, line, member);
        var poll = machine.BeginPoll(Deadline.Never);
        while (machine.KeepPolling(ref poll, done: machine.LoadAcquire32(Serving) == ticket))
        {
        }

        machine.NoteLock(LockEvent.Taken, area, file, line, member);
    }

    /// <summary>By who has it, and nobody else: only that one writes what is served.</summary>
    public void Release<TMachine>(TMachine machine,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        where TMachine : struct, ILockMachine
    {
        machine.NoteLock(LockEvent.Released, area, file, line, member);
        machine.StoreRelease32(Serving, machine.LoadRelaxed32(Serving) + 1);
    }
}
