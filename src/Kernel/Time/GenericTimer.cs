using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// One deadline of a CPU, told by its generic timer: an interrupt whose level stays high until the timer is stopped or given a later deadline. So the handler does one of the two before
/// it ends the interrupt.
/// </summary>
public readonly struct GenericTimer<TMachine>(TMachine machine)
    where TMachine : struct, IGenericTimer
{
    private const uint TicksPerSecondMin = 1_000;

    /// <summary>Whether firmware has said how fast the counter is.</summary>
    public bool IsUsable => machine.CounterFrequency >= TicksPerSecondMin;

    /// <summary>The counter, in ticks.</summary>
    public ulong Now => machine.ReadCounter();

    /// <summary>Milliseconds as ticks, rounded up, so that a deadline is never early. All ones if that is more than the counter holds.</summary>
    public ulong TicksOf(ulong milliseconds)
    {
        ulong perSecond = machine.CounterFrequency;
        if (milliseconds > (ulong.MaxValue - 999) / (perSecond == 0 ? 1 : perSecond))
            return ulong.MaxValue;
        return ((milliseconds * perSecond) + 999) / 1_000;
    }

    /// <summary>
    /// Interrupts when the counter reaches <paramref name="atTicks"/>, at once if it has: a deadline that has passed is never lost. NotSupported: firmware has not said how fast the
    /// counter is.
    /// </summary>
    public DriverStatus SetDeadline(ulong atTicks)
    {
        if (!IsUsable)
            return DriverStatus.NotSupported;
        machine.WriteTimerControl(GenericTimerControl.Mask); // no interrupt of the old deadline in between
        machine.WriteTimerCompare(atTicks);
        machine.WriteTimerControl(GenericTimerControl.Enable);
        return DriverStatus.Ok;
    }

    /// <summary>No deadline, and the level falls.</summary>
    public void Stop() => machine.WriteTimerControl(GenericTimerControl.Mask);

    /// <summary>For the handler: false if the deadline has not come, or there is none; true, and it is stopped.</summary>
    public bool HasFired()
    {
        uint control = machine.ReadTimerControl();
        if ((control & (GenericTimerControl.Enable | GenericTimerControl.Mask | GenericTimerControl.Status)) != (GenericTimerControl.Enable | GenericTimerControl.Status))
            return false;
        Stop();
        return true;
    }
}
