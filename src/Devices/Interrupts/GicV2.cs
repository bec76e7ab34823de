using System.Numerics;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Arm Generic Interrupt Controller, version 2.0 (IHI 0048B), without security and virtualisation, and a GICv2m frame: where QEMU's <c>virt</c> has them. 16 priority levels, the fewest
/// that the architecture allows; no grouping of priorities. Software-generated interrupts are enabled like others.
/// </summary>
/// <remarks>What is UNPREDICTABLE, or of no use to anybody, is told by <see cref="GicMonitor"/>.</remarks>
public sealed partial class GicV2 : InterruptController
{
    public const ulong DistributorBase = 0x0800_0000, CpuBase = 0x0801_0000, MessageBase = 0x0802_0000;

    /// <summary>The message frame's first interrupt, as QEMU counts shared ones, and how many it has there.</summary>
    public const int FirstMessage = 48, QemuMessages = 64;

    const int QemuShared = 256, Private = 32, Software = 16;
    const byte PriorityBits = 0xF0, Idle = 0xFF;

    /// <summary>One interrupt: shared, or of one CPU.</summary>
    struct Slot
    {
        public bool IsEnabled, IsLatched, IsActive, IsEdge;
        public byte Priority, Targets;

        /// <summary>Lines that are high.</summary>
        public ushort High;

        /// <summary>CPUs that have sent it, one bit for each: of a software-generated one.</summary>
        public byte Senders;

        /// <summary>Times in a row that it was acknowledged without anything new.</summary>
        public byte Repeats;

        public readonly bool IsPending => IsLatched || Senders != 0 || (!IsEdge && High > 0);
    }

    /// <summary>One that was acknowledged and not ended.</summary>
    readonly record struct Acknowledged(int Id, int Sender, byte Priority);

    readonly Slot[] slots;
    readonly List<Acknowledged>[] active;
    readonly byte[] priorityMask;
    readonly bool[] isCpuOn;
    readonly int cpus, shared, messages;
    readonly ulong parts;
    readonly GicMonitor monitor;
    bool isOn;

    /// <summary>Puts itself on the machine's bus.</summary>
    /// <param name="machine">Whose CPUs it serves: 8 at most.</param>
    /// <param name="shared">Shared interrupts: a multiple of 32.</param>
    public GicV2(SimulatedMachine machine, int shared = QemuShared)
        : base(machine)
    {
        cpus = machine.Cpus.Count;
        this.shared = shared;
        messages = Math.Clamp(shared - FirstMessage, 0, QemuMessages);
        slots = new Slot[(cpus * Private) + shared];
        active = [.. machine.Cpus.Select(_ => new List<Acknowledged>())];
        priorityMask = new byte[cpus];
        isCpuOn = new bool[cpus];
        parts = PeripheralBits.Of(machine.Peripherals++, PeripheralBits.All);
        monitor = new(machine);
        var distributor = new ControllerRegisters(parts, ReadDistributor, WriteDistributor);
        CpuInterface = new ControllerRegisters(parts, ReadCpu, WriteCpu);
        Timers = new(machine, this);
        machine.Attach(DistributorBase, 0x1_0000, distributor, "gicd");
        machine.Attach(CpuBase, 0x1_0000, CpuInterface, "gicc");
        machine.Attach(MessageBase, 0x1000, new ControllerRegisters(parts, ReadFrame, WriteFrame), "gicv2m");
    }

    /// <summary>The timers of the CPUs, whose interrupts are private to each.</summary>
    internal SimulatedTimers Timers { get; }

    int Interrupts => Private + shared;

    IBusDevice CpuInterface { get; }

    /// <summary>The level of a private peripheral's interrupt: a timer's.</summary>
    /// <param name="id">16 to 31.</param>
    internal void SetPrivate(CpuAgent cpu, uint id, bool high)
    {
        ref var slot = ref slots[IndexOf(cpu.Id, (int)id)];
        if (high == slot.High > 0) return;
        Change(ref slot, high);
    }

    internal override void Message(ulong address, uint data, DmaPort sender)
    {
        int spi = (int)data - Private;
        if (!monitor.IsMessage(address, MessageBase + GicMessageFrame.SetSpi, data, spi - FirstMessage, messages)) return;
        ref var slot = ref slots[IndexOf(0, (int)data)];
        Order.PushBefore(slot.Targets, sender);
        monitor.MessageArrives((int)data, slot.IsEdge);
        // A pulse: of a level nothing is left when it is over.
        slot.Repeats = 0;
        slot.IsLatched |= slot.IsEdge;
        Changed();
    }

    internal override void LineRaised(InterruptLine line) => slots[IndexOf(0, Private + line.Number)].Repeats = 0;

    internal override void LineChanged(InterruptLine line) => Change(ref slots[IndexOf(0, Private + line.Number)], line.High);

    void Change(ref Slot slot, bool high)
    {
        slot.High += (ushort)(high ? 1 : -1);
        if (high && slot.High == 1) slot.IsLatched |= slot.IsEdge;
        if (slot.High == 0) slot.Repeats = 0;
        Changed();
    }

    private protected override uint TargetsOf(InterruptLine line) => slots[IndexOf(0, Private + line.Number)].Targets;

    private protected override void LineAdded(InterruptLine line)
    {
        if (line.Number < 0 || line.Number >= shared) throw new ArgumentException($"this GIC has {shared} shared interrupts, and no number {line.Number}");
    }

    int IndexOf(int cpu, int id) => id < Private ? (cpu * Private) + id : (cpus * Private) + id - Private;

    /// <summary>3.3 "Interrupt prioritization": of those that a CPU may be given, the one with the lowest number of a priority, then the lowest id.</summary>
    int HighestPending(int cpu, out byte priority)
    {
        int best = (int)GicInterrupt.Spurious;
        priority = Idle;
        for (int id = 0; id < Interrupts; id++)
        {
            ref var slot = ref slots[IndexOf(cpu, id)];
            if (!slot.IsEnabled || slot.IsActive || !slot.IsPending || slot.Priority >= priority) continue;
            if (id >= Private && (slot.Targets >> cpu & 1) == 0) continue;
            (best, priority) = (id, slot.Priority);
        }
        return best;
    }

    byte RunningPriority(int cpu)
    {
        byte lowest = Idle;
        foreach (var each in active[cpu]) lowest = Math.Min(lowest, each.Priority);
        return lowest;
    }

    /// <summary>What a CPU would be given now, or 1023.</summary>
    int Signalled(int cpu)
    {
        int id = HighestPending(cpu, out byte priority);
        return isOn && isCpuOn[cpu] && priority < priorityMask[cpu] && priority < RunningPriority(cpu) ? id : (int)GicInterrupt.Spurious;
    }

    void Changed()
    {
        Machine.Engine.Reducer?.Touches(parts, parts);
        for (int cpu = 0; cpu < cpus; cpu++) Machine.Cpus[cpu].SetLine(Signalled(cpu) != GicInterrupt.Spurious);
    }

    /// <summary>3.2.4 "Interrupt handling state machine": pending becomes active, or both where a level is still high.</summary>
    uint Acknowledge(int cpu)
    {
        monitor.Acknowledges(cpu, active[cpu].Count > 0 ? active[cpu][^1].Id : null);
        int id = Signalled(cpu);
        if (id == GicInterrupt.Spurious) return GicInterrupt.Spurious;
        ref var slot = ref slots[IndexOf(cpu, id)];
        int sender = 0;
        if (id < Software)
        {
            sender = BitOperations.TrailingZeroCount(slot.Senders);
            slot.Senders &= (byte)(slot.Senders - 1);
        }
        else if (!slot.IsEdge)
        {
            if (slot.Repeats < byte.MaxValue) slot.Repeats++;
            monitor.IsGivenAgain(id, slot.Repeats);
        }
        slot.IsLatched = false;
        slot.IsActive = true;
        active[cpu].Add(new(id, sender, slot.Priority));
        Changed();
        return (uint)(id | sender << 10);
    }

    /// <summary>IHI 0048B, 4.4.5: priority drop and deactivation in one.</summary>
    void End(int cpu, uint value)
    {
        int id = (int)(value & GicInterrupt.IdMask), sender = (int)(value >> 10 & 7);
        if (id >= GicInterrupt.FirstSpecial) return;
        int at = active[cpu].FindIndex(each => each.Id == id && each.Sender == sender);
        if (!monitor.Ends(cpu, id, at, active[cpu].Count)) return;
        active[cpu].RemoveAt(at);
        slots[IndexOf(cpu, id)].IsActive = false;
        Changed();
    }

    internal override void HandlerLeft(CpuAgent cpu)
    {
        if (active[cpu.Id].Count > 0 && !Machine.IsOnItsWay(cpu, CpuInterface, GicCpu.EndOfInterrupt)) monitor.LeftActive(cpu.Id, active[cpu.Id][^1].Id);
    }

    internal override void Reset()
    {
        base.Reset();
        Array.Clear(slots);
        foreach (var list in active) list.Clear();
        Array.Clear(priorityMask);
        Array.Clear(isCpuOn);
        isOn = false;
        Timers.Reset();
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            for (int id = 0; id < Software; id++) slots[IndexOf(cpu, id)].IsEdge = true;
        }
    }

    internal override void Fold(ref StateHasher hasher)
    {
        base.Fold(ref hasher);
        Timers.Fold(ref hasher);
        hasher.Add(isOn ? 1UL : 0);
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            hasher.Add((ulong)priorityMask[cpu] << 1 | (isCpuOn[cpu] ? 1UL : 0));
            foreach (var each in active[cpu]) hasher.Add((ulong)cpu << 40 | (ulong)each.Sender << 32 | (ulong)each.Id << 8 | each.Priority);
        }
        for (int i = 0; i < slots.Length; i++)
        {
            ref readonly var slot = ref slots[i];
            ulong flags = (slot.IsEnabled ? 1UL : 0) | (slot.IsLatched ? 2UL : 0) | (slot.IsActive ? 4UL : 0) | (slot.IsEdge ? 8UL : 0);
            ulong state = flags | (ulong)slot.Priority << 4 | (ulong)slot.Targets << 12 | (ulong)slot.High << 20 | (ulong)slot.Senders << 36 | (ulong)slot.Repeats << 44;
            if (state != 0) hasher.Add(state | (ulong)i << 52);
        }
    }
}
