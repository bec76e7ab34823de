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

        /// <summary>Since it was acknowledged, its lines were all low, or one was raised once more: a level that is high now is not the one that was given.</summary>
        public bool IsServed;
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

    /// <summary>Of each CPU in its handler: the place of a level that it has ended although nobody had served it yet; -1.</summary>
    readonly int[] endedEarly;
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
        endedEarly = new int[cpus];
        parts = PeripheralBits.Of(machine.Peripherals++, PeripheralBits.All);
        monitor = new(machine);
        var distributor = new ControllerRegisters(parts, ReadDistributor, WriteDistributor);
        CpuInterface = new ControllerRegisters(parts, ReadCpu, WriteCpu);
        Timers = new(machine, this);
        machine.Attach(DistributorBase, 0x1_0000, distributor, "gicd");
        machine.Attach(CpuBase, 0x1_0000, CpuInterface, "gicc");
        machine.Attach(MessageBase, 0x1000, new ControllerRegisters(parts, ReadFrame, WriteFrame), "gicv2m");
    }

    /// <summary>
    /// At power-on it is as an earlier owner, firmware or another kernel, may have left it: on, and all interrupts but the software-generated ones enabled for the first CPU, as edges,
    /// pending, and active with nobody left to end them. IHI 0048B, 4.3: a reset that is not the controller's own changes none of that.
    /// </summary>
    public bool IsInherited { get; init; }

    /// <summary>The timers of the CPUs, whose interrupts are private to each.</summary>
    internal SimulatedTimers Timers { get; }

    int Interrupts => Private + shared;

    IBusDevice CpuInterface { get; }

    /// <summary>The level of a private peripheral's interrupt: a timer's.</summary>
    /// <param name="id">16 to 31.</param>
    internal void SetPrivate(CpuAgent cpu, uint id, bool high)
    {
        int place = IndexOf(cpu.Id, (int)id);
        if (high == slots[place].High > 0) return;
        Change(place, high);
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

    internal override void LineRaised(InterruptLine line)
    {
        ref var slot = ref slots[IndexOf(0, Private + line.Number)];
        slot.Repeats = 0;
        slot.IsServed = true;
    }

    internal override void LineChanged(InterruptLine line) => Change(IndexOf(0, Private + line.Number), line.High);

    void Change(int place, bool high)
    {
        ref var slot = ref slots[place];
        slot.High += (ushort)(high ? 1 : -1);
        if (high && slot.High == 1) slot.IsLatched |= slot.IsEdge;
        if (slot.High == 0)
        {
            slot.Repeats = 0;
            slot.IsServed = true;
            JudgeOrder(place);
        }
        Changed();
    }

    /// <summary>A level has fallen. If a CPU has brought that about in its handler, and has ended the interrupt before, its order is wrong.</summary>
    void JudgeOrder(int place)
    {
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            if (endedEarly[cpu] == place && Machine.Engine.Current == Machine.Cpus[cpu].Interrupt.Id) monitor.IsServedAfterItsEnd(cpu, IdOf(place));
        }
    }

    private protected override uint TargetsOf(InterruptLine line) => slots[IndexOf(0, Private + line.Number)].Targets;

    private protected override void LineAdded(InterruptLine line)
    {
        if (line.Number < 0 || line.Number >= shared) throw new ArgumentException($"this GIC has {shared} shared interrupts, and no number {line.Number}");
    }

    int IndexOf(int cpu, int id) => id < Private ? (cpu * Private) + id : (cpus * Private) + id - Private;

    int IdOf(int place) => place < cpus * Private ? place % Private : place - (cpus * Private) + Private;

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
        slot.IsServed = false;
        active[cpu].Add(new(id, sender, slot.Priority));
        Changed();
        return (uint)(id | sender << 10);
    }

    /// <summary>IHI 0048B, 4.4.5: priority drop and deactivation in one.</summary>
    void End(int cpu, uint value)
    {
        int id = (int)(value & GicInterrupt.IdMask), sender = (int)(value >> 10 & 7);
        int at = active[cpu].FindIndex(each => each.Id == id && each.Sender == sender);
        if (!monitor.Ends(cpu, id, at, active[cpu].Count)) return;
        active[cpu].RemoveAt(at);
        int place = IndexOf(cpu, id);
        ref var slot = ref slots[place];
        slot.IsActive = false;
        if (!slot.IsEdge && slot.High > 0 && slot.IsEnabled && !slot.IsServed) endedEarly[cpu] = place;
        Changed();
    }

    internal override void HandlerLeft(CpuAgent cpu)
    {
        endedEarly[cpu.Id] = -1;
        if (active[cpu.Id].Count > 0 && !Machine.IsOnItsWay(cpu, CpuInterface, GicCpu.EndOfInterrupt)) monitor.LeftActive(cpu.Id, active[cpu.Id][^1].Id);
    }

    internal override void Reset()
    {
        base.Reset();
        Array.Clear(slots);
        foreach (var list in active) list.Clear();
        Array.Clear(priorityMask);
        Array.Clear(isCpuOn);
        Array.Fill(endedEarly, -1);
        isOn = IsInherited;
        Timers.Reset();
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            for (int id = 0; id < Software; id++) slots[IndexOf(cpu, id)].IsEdge = true;
            for (int id = Software; IsInherited && id < Interrupts; id++)
                slots[IndexOf(cpu, id)] = new() { IsEnabled = true, IsLatched = true, IsActive = true, IsEdge = true, Priority = 0x80, Targets = 1 };
        }
    }

    internal override void Fold(ref StateHasher hasher)
    {
        base.Fold(ref hasher);
        Timers.Fold(ref hasher);
        hasher.Add(isOn ? 1UL : 0);
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            hasher.Add((ulong)priorityMask[cpu] << 1 | (isCpuOn[cpu] ? 1UL : 0) | (ulong)(endedEarly[cpu] + 1) << 9);
            foreach (var each in active[cpu]) hasher.Add((ulong)cpu << 40 | (ulong)each.Sender << 32 | (ulong)each.Id << 8 | each.Priority);
        }
        for (int i = 0; i < slots.Length; i++)
        {
            ref readonly var slot = ref slots[i];
            ulong flags = (slot.IsEnabled ? 1UL : 0) | (slot.IsLatched ? 2UL : 0) | (slot.IsActive ? 4UL : 0) | (slot.IsEdge ? 8UL : 0);
            // What was served matters from an acknowledgement to its end, and to nobody else.
            ulong state = flags | (ulong)slot.Priority << 4 | (ulong)slot.Targets << 12 | (ulong)slot.High << 20 | (slot.IsActive && slot.IsServed ? 1UL << 35 : 0) | (ulong)slot.Senders << 36 | (ulong)slot.Repeats << 44;
            if (state != 0) hasher.Add(state | (ulong)i << 52);
        }
    }
}
