namespace Ringcheck.Exploration;

/// <summary>
/// The parts of what is not memory, one bit each: accesses that share no part commute, and so do two that only look. Each peripheral has five parts, each CPU
/// an interrupt line. What touches a peripheral and does not say which part counts as touching all.
/// </summary>
public static class PeripheralBits
{
    const int PartsOfOne = 5, FirstLine = 48;

    /// <summary>Status, features, queues.</summary>
    public const ulong Control = 1;

    /// <summary>That the device was told to look.</summary>
    public const ulong Bell = 2;

    /// <summary>Pending causes of interrupts.</summary>
    public const ulong Causes = 4;

    /// <summary>Configuration space and its generation.</summary>
    public const ulong Space = 8;

    /// <summary>That the device's engine is running.</summary>
    public const ulong Life = 16;

    public const ulong All = Control | Bell | Causes | Space | Life;

    /// <summary>Whatever is no interrupt line.</summary>
    public const ulong Everything = (1UL << FirstLine) - 1;

    /// <summary>Peripherals of one machine, at most.</summary>
    public const int Most = FirstLine / PartsOfOne;

    /// <summary>The parts of one of the machine's peripherals.</summary>
    public static ulong Of(int peripheral, ulong parts) => parts << (PartsOfOne * peripheral);

    /// <summary>A CPU's interrupt line.</summary>
    public static ulong Line(int cpu) => 1UL << (FirstLine + cpu);
}
