namespace Ringcheck.Kernel;

/// <summary>
/// What differs between boards once their buses are described: the interrupt controller and the CPU's timer. A struct type parameter of <see cref="KernelBoot{TMachine, TBoard}"/>, so that calls are
/// direct. A number is what <see cref="InterruptTable{TController}"/> counts: an INTID or a vector.
/// </summary>
public interface IBoard : IInterruptController
{
    /// <summary>The controller, and this CPU's side of it. NoDevice: a part of it is not there.</summary>
    DriverStatus InitialiseInterrupts();

    /// <summary>The number that a line becomes, whether or not there is such a line.</summary>
    /// <param name="line">Counted as device trees count shared interrupts, or firmware the inputs of an I/O APIC.</param>
    uint NumberOf(uint line);

    /// <summary>Has a line, which is not enabled, interrupt this CPU by its level. InvalidArgument: there is no such line.</summary>
    DriverStatus ConnectLine(uint line);

    /// <summary>A message for this CPU, not enabled yet. NoSpace: none is left.</summary>
    DriverStatus AllocateMessage(out MessageTarget target);

    /// <summary>Takes back a message that no device sends any more.</summary>
    DriverStatus FreeMessage(uint number);

    /// <summary>Lets a line or message through, after its handler was registered.</summary>
    DriverStatus Enable(uint number);

    bool HasTimer { get; }

    uint TimerNumber { get; }

    /// <summary>Stops the timer and connects it. NotSupported: firmware has not said how fast it is.</summary>
    DriverStatus InitialiseTimer();

    /// <summary>Interrupts once, so many milliseconds from now. NotSupported: as <see cref="InitialiseTimer"/>, or there is no timer.</summary>
    DriverStatus SetDeadline(uint fromNowMs);

    /// <summary>For the handler: whether the timer has fired, which stops it.</summary>
    bool TakeTimer();
}
