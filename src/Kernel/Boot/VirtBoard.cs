using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>A GICv2 with a GICv2m frame, and the generic timer. Interrupts go to CPU 0, at one priority.</summary>
public readonly struct VirtBoard<TMachine> : IBoard
    where TMachine : struct, IMachine, IGenericTimer
{
    private const uint Cpu = 0;

    private readonly GicV2<TMachine> gic;
    private readonly GicV2m<TMachine> messages;
    private readonly GenericTimer<TMachine> timer;

    public VirtBoard(TMachine machine, in GicDescription description)
    {
        gic = new(machine, description.Distributor, description.CpuInterface);
        messages = new(machine, gic, description.MessageFrame, description.MessageFrameOnBus);
        timer = new(machine);
    }

    public DriverStatus InitialiseInterrupts()
    {
        DriverStatus status = gic.Initialise();
        if (status != DriverStatus.Ok)
            return status;
        gic.InitialiseCpu();
        return messages.Initialise();
    }

    public uint NumberOf(uint line) => GicInterrupt.FirstShared + line;

    public DriverStatus ConnectLine(uint line)
        => line >= gic.Count ? DriverStatus.InvalidArgument : gic.Configure(NumberOf(line), InterruptTrigger.Level, GicV2<TMachine>.PlainPriority, Cpu);

    public DriverStatus AllocateMessage(out MessageTarget target) => messages.Allocate(GicV2<TMachine>.PlainPriority, Cpu, out target);

    public DriverStatus FreeMessage(uint number) => messages.Free(number);

    public DriverStatus Enable(uint number) => gic.Enable(number);

    public bool HasTimer => true;

    public uint TimerNumber => GicInterrupt.VirtualTimer;

    public DriverStatus InitialiseTimer()
    {
        timer.Stop();
        return timer.IsUsable ? gic.Configure(TimerNumber, InterruptTrigger.Level, GicV2<TMachine>.PlainPriority, Cpu) : DriverStatus.NotSupported;
    }

    public DriverStatus SetDeadline(uint fromNowMs) => timer.SetDeadline(timer.Now + timer.TicksOf(fromNowMs));

    public bool TakeTimer() => timer.HasFired();

    public TakenInterrupt Acknowledge() => gic.Acknowledge();

    public void End(TakenInterrupt taken) => gic.End(taken);

    public DriverStatus Disable(uint number) => gic.Disable(number);
}
