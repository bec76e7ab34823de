namespace Ringcheck.Exploration;

/// <summary>
/// Is told what an execution does, where that does not show in accesses to memory. Set <see cref="Engine.Observer"/> before an execution; without one,
/// nothing is paid. May look at everything, and must change nothing.
/// </summary>
public abstract class ExecutionObserver
{
    /// <summary>A choice was made that is not the plain one.</summary>
    public abstract void Chose(in ChoicePoint point, int pick);

    public abstract void InterruptTaken(CpuAgent cpu);

    public abstract void InterruptReturned(CpuAgent cpu);

    /// <summary>Interrupts of a CPU are held back from now on, or let through.</summary>
    public abstract void Masked(CpuAgent cpu, bool masked);

    /// <summary>A CPU can do nothing until something happens: an interrupt, a value that it polls, a deadline.</summary>
    public abstract void Waits(CpuAgent cpu, bool polls);

    public abstract void Woke(CpuAgent cpu);

    /// <summary>The deadline of a waiting CPU has come.</summary>
    public abstract void TimePassed(CpuAgent cpu);

    /// <summary>A CPU begins with an operation of the program (its place there), or, with -1, with what <paramref name="part"/> says.</summary>
    public abstract void Begins(CpuAgent cpu, int operation, string part);

    /// <summary>The execution ends here.</summary>
    public abstract void Failed(Violation violation);
}
