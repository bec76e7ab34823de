using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Arm Generic Interrupt Controller, version 2.0 (IHI 0048B): the distributor, which all CPUs share, and the CPU interface, which has the same address on each CPU and is each one's own.
/// Holds nothing but addresses. Two CPUs do not configure at the same time.
/// </summary>
public readonly struct GicV2<TMachine>(TMachine machine, CpuAddress distributor, CpuAddress cpuInterface) : IInterruptController
    where TMachine : struct, IMachine
{
    /// <summary>
    /// Between the most and the least urgent, in the upper four bits, which every implementation has (3.3): a smaller number is more urgent.
    /// </summary>
    public const byte PlainPriority = 0xA0;

    private const byte AnyPriority = 0xF0;

    /// <summary>4.3.2 "GICD_TYPER": interrupts that there may be, private ones included; at most 1020.</summary>
    public uint Count
    {
        get
        {
            uint lines = 32 * ((machine.ReadRegister32(distributor + GicDistributor.Type) & 0x1F) + 1);
            return lines < GicInterrupt.FirstSpecial ? lines : GicInterrupt.FirstSpecial;
        }
    }

    /// <summary>
    /// On the first CPU, once: no shared interrupt is enabled, active or pending after this, whatever was before. Then <see cref="InitialiseCpu"/> on each CPU. NoDevice: there are no registers here.
    /// </summary>
    public DriverStatus Initialise()
    {
        machine.WriteRegister32(distributor + GicDistributor.Control, 0);
        if (machine.ReadRegister32(distributor + GicDistributor.Control) != 0)
            return DriverStatus.NoDevice;
        for (uint id = GicInterrupt.FirstShared, end = Count; id < end; id += 32)
            ForgetBank(id);

        machine.WriteRegister32(distributor + GicDistributor.Control, 1);
        return DriverStatus.Ok;
    }

    /// <summary>4.3.6 to 4.3.10, of 32 interrupts. One that was left active would never be given again: who would end it is gone.</summary>
    private void ForgetBank(uint first)
    {
        machine.WriteRegister32(BitsOf(GicDistributor.ClearEnable, first), uint.MaxValue);
        machine.WriteRegister32(BitsOf(GicDistributor.ClearActive, first), uint.MaxValue);
        machine.WriteRegister32(BitsOf(GicDistributor.ClearPending, first), uint.MaxValue);
    }

    /// <summary>On each CPU: its private interrupts are disabled, and it takes those of any priority that are enabled from here on.</summary>
    public void InitialiseCpu()
    {
        ForgetBank(0);
        machine.WriteRegister32(cpuInterface + GicCpu.PriorityMask, AnyPriority);
        machine.WriteRegister32(cpuInterface + GicCpu.BinaryPoint, 0);
        machine.WriteRegister32(cpuInterface + GicCpu.Control, 1);
    }

    /// <summary>
    /// Priority, trigger and target of an interrupt, which must be disabled (4.3.13). InvalidArgument: there is no such interrupt or CPU, or it is a software-generated one and not
    /// edge-triggered. The target of a private interrupt is not asked for.
    /// </summary>
    /// <param name="id">The INTID: 32 more than device trees say of a shared one.</param>
    /// <param name="cpu">0 to 7: the number of its CPU interface.</param>
    public DriverStatus Configure(uint id, InterruptTrigger trigger, byte priority, uint cpu)
    {
        if (id >= Count || cpu > 7 || (id < GicInterrupt.FirstPrivate && trigger != InterruptTrigger.Edge))
            return DriverStatus.InvalidArgument;
        machine.WriteRegister8(distributor + GicDistributor.Priority + id, priority);
        if (id >= GicInterrupt.FirstShared)
            machine.WriteRegister8(distributor + GicDistributor.Targets + id, (byte)(1u << (int)cpu));
        if (id < GicInterrupt.FirstPrivate)
            return DriverStatus.Ok;
        CpuAddress register = distributor + GicDistributor.Configuration + (id / 16 * 4);
        uint edge = 2u << (int)(id % 16 * 2), word = machine.ReadRegister32(register);
        uint wanted = trigger == InterruptTrigger.Edge ? word | edge : word & ~edge;
        if (wanted != word)
            machine.WriteRegister32(register, wanted);
        return DriverStatus.Ok;
    }

    /// <summary>After <see cref="Configure"/>, and after its handler was registered. InvalidArgument: there is no such interrupt.</summary>
    public DriverStatus Enable(uint id) => WriteBit(GicDistributor.SetEnable, id);

    /// <summary>From its return on the interrupt is not signalled; one that was signalled before may still come, as a spurious one. InvalidArgument: there is no such interrupt.</summary>
    public DriverStatus Disable(uint number)
    {
        DriverStatus status = WriteBit(GicDistributor.ClearEnable, number);
        if (status == DriverStatus.Ok)
            machine.ReadRegister32(distributor + GicDistributor.Control); // the write has arrived
        return status;
    }

    /// <summary>
    /// 4.3.15 "GICD_SGIR": makes software-generated interrupt <paramref name="id"/> (0 to 15) pending on CPUs, one bit for each. What was stored before is seen by their handlers.
    /// </summary>
    public DriverStatus Send(uint id, byte cpus)
    {
        if (id >= GicInterrupt.FirstPrivate)
            return DriverStatus.InvalidArgument;
        machine.Barrier(BarrierPurpose.BeforeDoorbell);
        machine.WriteRegister32(distributor + GicDistributor.SoftwareGenerate, (uint)cpus << 16 | id);
        return DriverStatus.Ok;
    }

    /// <summary>4.4.4 "GICC_IAR". The token has the sender of a software-generated interrupt too.</summary>
    public TakenInterrupt Acknowledge()
    {
        uint said = machine.ReadRegister32(cpuInterface + GicCpu.Acknowledge);
        uint id = said & GicInterrupt.IdMask;
        if (id >= GicInterrupt.FirstSpecial)
            return TakenInterrupt.None;
        machine.Barrier(BarrierPurpose.AfterRegisterRead);
        return new(id, said);
    }

    /// <summary>4.4.5 "GICC_EOIR".</summary>
    public void End(TakenInterrupt taken) => machine.WriteRegister32(cpuInterface + GicCpu.EndOfInterrupt, taken.Token);

    private DriverStatus WriteBit(uint bank, uint id)
    {
        if (id >= Count)
            return DriverStatus.InvalidArgument;
        machine.WriteRegister32(BitsOf(bank, id), 1u << (int)(id % 32));
        return DriverStatus.Ok;
    }

    private CpuAddress BitsOf(uint bank, uint id) => distributor + bank + (id / 32 * 4);
}
