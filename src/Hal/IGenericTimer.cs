namespace Ringcheck.Hal;

/// <summary>
/// The virtual timer of the CPU that runs the caller (Arm Architecture Reference Manual, D12 "The Generic Timer"): system registers, so an interface of its own. Its interrupt is a level:
/// high while the timer is enabled, not masked, and the counter has reached the compare value.
/// </summary>
public interface IGenericTimer
{
    /// <summary>CNTFRQ_EL0: ticks of the counter in a second.</summary>
    uint CounterFrequency { get; }

    /// <summary>CNTVCT_EL0, after all that the program did before.</summary>
    ulong ReadCounter();

    /// <summary>CNTV_CVAL_EL0.</summary>
    void WriteTimerCompare(ulong ticks);

    /// <summary>CNTV_CTL_EL0: bits of <see cref="GenericTimerControl"/>.</summary>
    uint ReadTimerControl();

    /// <summary>CNTV_CTL_EL0: it holds for all that follows (ISB).</summary>
    void WriteTimerControl(uint control);
}

/// <summary>Bits of CNTV_CTL_EL0.</summary>
public static class GenericTimerControl
{
    public const uint Enable = 1, Mask = 2;

    /// <summary>Read only: the counter has reached the compare value. Says nothing while the timer is not enabled.</summary>
    public const uint Status = 4;
}
