namespace Ringcheck.Hal;

/// <summary>What happens to a lock.</summary>
public enum LockEvent : byte
{
    /// <summary>The CPU has found it taken, or stands in its queue, and waits for it from here on.</summary>
    Waits,

    /// <summary>The CPU has it.</summary>
    Taken,

    /// <summary>The CPU gives it back: the store that does so comes next.</summary>
    Released,
}

/// <summary>
/// What kernel code says of its locks, for lanes that watch who has which one; on others it compiles to nothing. It changes nothing: who has a lock is
/// decided by memory alone.
/// </summary>
public interface ILockNotes
{
    /// <summary>Something happens to the lock at an address. Where in the sources is that of who uses the lock, handed through.</summary>
    void NoteLock(LockEvent what, CpuAddress address, string file, int line, string member);
}

/// <summary>All that locks ask of a machine.</summary>
public interface ILockMachine : IAtomics, IInterrupts, ITime, ILockNotes;
