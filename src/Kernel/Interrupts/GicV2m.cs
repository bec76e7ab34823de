using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A frame of a GICv2m (Arm Server Base System Architecture, appendix E): shared interrupts that devices raise by writing their number to MSI_SETSPI_NS. Who wants a message gets one of
/// them, configured as the edge that it is.
/// </summary>
public sealed class GicV2m<TMachine>
    where TMachine : struct, IMachine
{
    private readonly TMachine machine;
    private readonly GicV2<TMachine> gic;
    private readonly CpuAddress frame;
    private readonly BusAddress frameOnBus;
    private readonly bool[] isTaken;
    private uint first, count;

    /// <summary>A frame that was not looked at yet: see <see cref="Initialise"/>.</summary>
    /// <param name="frame">Where CPUs have it.</param>
    /// <param name="frameOnBus">Where devices have it.</param>
    /// <param name="most">Messages that can be given out.</param>
    public GicV2m(TMachine machine, GicV2<TMachine> gic, CpuAddress frame, BusAddress frameOnBus, int most = 64)
    {
        this.machine = machine;
        this.gic = gic;
        this.frame = frame;
        this.frameOnBus = frameOnBus;
        isTaken = new bool[most];
    }

    /// <summary>Asks the frame what it has. NoDevice: no interrupts, or none that a GIC has.</summary>
    public DriverStatus Initialise()
    {
        uint type = machine.ReadRegister32(frame + GicMessageFrame.Type);
        first = GicMessageFrame.FirstOf(type);
        count = GicMessageFrame.CountOf(type);
        if (first < GicInterrupt.FirstShared || count == 0 || first + count > gic.Count)
        {
            count = 0;
            return DriverStatus.NoDevice;
        }

        if (count > (uint)isTaken.Length)
            count = (uint)isTaken.Length;
        for (int i = 0; i < isTaken.Length; i++)
            isTaken[i] = false;
        return DriverStatus.Ok;
    }

    /// <summary>A message of the caller's own, as an interrupt that is configured and not enabled yet. NoSpace: none is left.</summary>
    public DriverStatus Allocate(byte priority, uint cpu, out MessageTarget target)
    {
        target = default;
        for (uint i = 0; i < count; i++)
        {
            if (isTaken[i])
                continue;
            DriverStatus status = gic.Configure(first + i, InterruptTrigger.Edge, priority, cpu);
            if (status != DriverStatus.Ok)
                return status;
            isTaken[i] = true;
            target = new(frameOnBus + GicMessageFrame.SetSpi, first + i, first + i);
            return DriverStatus.Ok;
        }

        return DriverStatus.NoSpace;
    }

    /// <summary>Gives a message back: the device sends it no more, and its interrupt is disabled by this. InvalidArgument: it was not given out.</summary>
    public DriverStatus Free(uint interrupt)
    {
        uint place = interrupt - first;
        if (place >= count || !isTaken[place])
            return DriverStatus.InvalidArgument;
        isTaken[place] = false;
        return gic.Disable(interrupt);
    }
}
