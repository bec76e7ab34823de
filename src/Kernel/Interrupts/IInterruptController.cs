using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>How an interrupt comes: as a level that stays until its source is quenched, or as an event that is over at once.</summary>
public enum InterruptTrigger : byte
{
    Level,
    Edge,
}

/// <summary>An interrupt that the CPU has acknowledged, as plain data.</summary>
/// <param name="Number">Which one: an INTID on Arm, a vector on x86.</param>
/// <param name="Token">What the controller wants back at the end; the same as the number, or more.</param>
public readonly record struct TakenInterrupt(uint Number, uint Token)
{
    /// <summary>Nothing was pending any more: spurious. Not to be ended.</summary>
    public static TakenInterrupt None => new(uint.MaxValue, uint.MaxValue);

    public bool IsNone => Number == uint.MaxValue;
}

/// <summary>Where a device sends a message (MSI, MSI-X), what it writes there, and the interrupt that this becomes.</summary>
public readonly record struct MessageTarget(BusAddress Address, uint Data, uint Interrupt);

/// <summary>
/// What a kernel's interrupt entry asks of the controller, the same on each machine: a struct type parameter of <see cref="InterruptTable{TController}"/>, so that calls are direct. All
/// of it is for the CPU that runs the caller.
/// </summary>
public interface IInterruptController
{
    /// <summary>In the handler, once: the interrupt that it is for, or <see cref="TakenInterrupt.None"/>.</summary>
    TakenInterrupt Acknowledge();

    /// <summary>After the device was served, and its source quenched: the interrupt may come again. Not for None.</summary>
    void End(TakenInterrupt taken);

    /// <summary>Masks an interrupt at the controller. NotSupported: this one cannot be masked here, only at its device.</summary>
    DriverStatus Disable(uint number);
}
