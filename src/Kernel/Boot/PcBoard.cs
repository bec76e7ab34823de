using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A local APIC and an I/O APIC. Input n of the latter has vector 0x20 + n, active high as on QEMU's <c>pc</c>; messages have the vectors above those. All goes to the CPU that
/// boots. No timer: the local APIC's is not driven yet.
/// </summary>
public readonly struct PcBoard<TMachine> : IBoard
    where TMachine : struct, IMachine
{
    /// <summary>Vectors below it are the inputs' own.</summary>
    private const uint FirstMessage = LocalApicBit.FirstVector + 32;

    private readonly Apic<TMachine> apic;
    private readonly MessageVectors vectors;

    public PcBoard(TMachine machine, in ApicDescription description)
    {
        apic = new(new(machine, description.Local), new(machine, description.Io));
        vectors = new(FirstMessage, LocalApic<TMachine>.EndOfVectors);
    }

    public DriverStatus InitialiseInterrupts()
    {
        vectors.Clear();
        DriverStatus status = apic.Local.Initialise();
        return status == DriverStatus.Ok ? apic.Io.Initialise() : status;
    }

    public uint NumberOf(uint line) => LocalApicBit.FirstVector + line;

    public DriverStatus ConnectLine(uint line)
        => NumberOf(line) >= FirstMessage ? DriverStatus.InvalidArgument
            : apic.Io.Configure(line, NumberOf(line), InterruptTrigger.Level, isActiveLow: false, apic.Local.Id);

    public DriverStatus AllocateMessage(out MessageTarget target)
    {
        target = default;
        return vectors.TryTake(out uint vector) ? LocalApic<TMachine>.TryTarget(vector, apic.Local.Id, out target) : DriverStatus.NoSpace;
    }

    public DriverStatus FreeMessage(uint number) => vectors.TryGive(number) ? DriverStatus.Ok : DriverStatus.InvalidArgument;

    /// <summary>A message needs no more than its vector: only its device can hold it back.</summary>
    public DriverStatus Enable(uint number) => number >= FirstMessage ? DriverStatus.Ok : apic.Io.Enable(number - LocalApicBit.FirstVector);

    public bool HasTimer => false;

    public uint TimerNumber => 0;

    public DriverStatus InitialiseTimer() => DriverStatus.NotSupported;

    public DriverStatus SetDeadline(uint fromNowMs) => DriverStatus.NotSupported;

    public bool TakeTimer() => false;

    public TakenInterrupt Acknowledge() => apic.Acknowledge();

    public void End(TakenInterrupt taken) => apic.End(taken);

    public DriverStatus Disable(uint number) => apic.Disable(number);
}
