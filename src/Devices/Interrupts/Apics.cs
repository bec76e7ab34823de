using System.Numerics;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// The controllers of QEMU's <c>pc</c>: a local APIC for each CPU (Intel SDM, volume 3) and an I/O APIC (82093AA) of 24 inputs. Fixed delivery, physical destinations. No PIC, no timer, no
/// interrupts between processors. A line's number is its input; lines are active high.
/// </summary>
/// <remarks>
/// A CPU acknowledges as it enters its handler (<see cref="Monitors.HandlerEntered"/>): then the highest vector goes into service, or the spurious one is delivered, which does not.
/// </remarks>
public sealed partial class Apics : InterruptController
{
    public const ulong LocalBase = 0xFEE0_0000, IoBase = 0xFEC0_0000;
    public const int Inputs = 24;

    const int Words = 8;
    const uint LocalVersion = 0x0005_0014, IoVersion = (Inputs - 1) << 16 | 0x11;

    /// <summary>One CPU's. Vectors as bits, 32 in a word.</summary>
    sealed class Local
    {
        public readonly uint[] Requested = new uint[Words], InService = new uint[Words], IsLevel = new uint[Words];
        public uint Spurious, TaskPriority;
        public readonly uint[] Table = new uint[4];

        public bool IsOn => (Spurious & LocalApicBit.Enable) != 0;

        public void Reset()
        {
            Array.Clear(Requested);
            Array.Clear(InService);
            Array.Clear(IsLevel);
            Array.Fill(Table, LocalApicBit.Masked);
            (Spurious, TaskPriority) = (LocalApicBit.SpuriousVector, 0);
        }
    }

    struct Input
    {
        public uint Lower, Upper;
        public ushort High;
        public byte Repeats;

        /// <summary>Sent once, and the line is high again or still.</summary>
        public bool IsRemote;

        public readonly bool IsMasked => (Lower & IoApicEntry.Masked) != 0;

        public readonly bool IsLevel => (Lower & IoApicEntry.Level) != 0;

        public readonly int Vector => (int)(Lower & IoApicEntry.Vector);
    }

    readonly Local[] locals;
    readonly Input[] inputs = new Input[Inputs];
    readonly ulong parts;
    readonly ApicMonitor monitor;
    readonly ControllerRegisters localBlock;
    uint select;

    public Apics(SimulatedMachine machine)
        : base(machine)
    {
        locals = [.. machine.Cpus.Select(_ => new Local())];
        parts = PeripheralBits.Of(machine.Peripherals++, PeripheralBits.All);
        monitor = new(machine);
        localBlock = new(parts, ReadLocal, WriteLocal);
        machine.Attach(LocalBase, 0x1000, localBlock, "lapic");
        machine.Attach(IoBase, 0x1000, new ControllerRegisters(parts, ReadIo, WriteIo), "ioapic");
    }

    /// <summary>Intel SDM, "Message Signalled Interrupts": an edge, for the local APIC that the address names.</summary>
    internal override void Message(ulong address, uint data, DmaPort sender)
    {
        int apic = (int)(address >> 12 & 0xFF), vector = (int)(data & 0xFF);
        if (!monitor.IsMessage(address, apic < locals.Length, data)) return;
        Order.PushBefore(1u << apic, sender);
        Request(apic, vector, isLevel: false);
        Changed();
    }

    internal override void LineRaised(InterruptLine line) => inputs[line.Number].Repeats = 0;

    internal override void LineChanged(InterruptLine line)
    {
        ref var input = ref inputs[line.Number];
        input.High += (ushort)(line.High ? 1 : -1);
        if (input.High == 0) input.Repeats = 0;
        // An edge at a masked input is not remembered (82093AA, 3.2.4 "Interrupt Mask").
        if (line.High && input.High == 1 && !input.IsLevel && !input.IsMasked) Request(DestinationOf(input), input.Vector, isLevel: false);
        Service();
        Changed();
    }

    private protected override uint TargetsOf(InterruptLine line) => 1u << DestinationOf(inputs[line.Number]);

    private protected override void LineAdded(InterruptLine line)
    {
        if (line.Number is < 0 or >= Inputs) throw new ArgumentException($"the I/O APIC has {Inputs} inputs, and no number {line.Number}");
    }

    int DestinationOf(in Input input) => (int)(input.Upper >> 24) < locals.Length ? (int)(input.Upper >> 24) : 0;

    /// <summary>Levels that are high, and of which no message is under way, send one.</summary>
    void Service()
    {
        for (int i = 0; i < Inputs; i++)
        {
            ref var input = ref inputs[i];
            if (!input.IsLevel || input.IsMasked || input.IsRemote || input.High == 0) continue;
            input.IsRemote = true;
            if (input.Repeats < byte.MaxValue) input.Repeats++;
            monitor.IsGivenAgain(i, input.Repeats);
            Request(DestinationOf(input), input.Vector, isLevel: true);
        }
    }

    void Request(int apic, int vector, bool isLevel)
    {
        var local = locals[apic];
        if (!local.IsOn) return;
        local.Requested[vector / 32] |= 1u << (vector % 32);
        if (isLevel) local.IsLevel[vector / 32] |= 1u << (vector % 32);
        else local.IsLevel[vector / 32] &= ~(1u << (vector % 32));
    }

    static int Highest(uint[] vectors)
    {
        for (int word = Words - 1; word >= 0; word--)
        {
            if (vectors[word] != 0) return (word * 32) + BitOperations.Log2(vectors[word]);
        }
        return -1;
    }

    /// <summary>"Interrupt, Task, and Processor Priority": by class, which is the upper half of a vector.</summary>
    static uint ProcessorPriority(Local local) => Math.Max(local.TaskPriority, (uint)Math.Max(Highest(local.InService), 0) & 0xF0);

    /// <summary>The vector that a CPU would be given now, or -1.</summary>
    static int Deliverable(Local local)
    {
        int vector = Highest(local.Requested);
        return local.IsOn && vector >= 0 && vector >> 4 > (int)(ProcessorPriority(local) >> 4) ? vector : -1;
    }

    void Changed()
    {
        Machine.Engine.Reducer?.Touches(parts, parts);
        for (int cpu = 0; cpu < locals.Length; cpu++) Machine.Cpus[cpu].SetLine(Deliverable(locals[cpu]) >= 0);
    }

    internal override void HandlerEntered(CpuAgent cpu)
    {
        var local = locals[cpu.Id];
        int vector = Deliverable(local);
        if (vector < 0) return;
        local.Requested[vector / 32] &= ~(1u << (vector % 32));
        local.InService[vector / 32] |= 1u << (vector % 32);
        Changed();
    }

    internal override void HandlerLeft(CpuAgent cpu)
    {
        int vector = Highest(locals[cpu.Id].InService);
        if (vector >= 0 && !Machine.IsOnItsWay(cpu, localBlock, LocalApicRegister.EndOfInterrupt)) monitor.LeftInService(cpu.Id, vector);
    }

    internal override (string Message, string Mend)? WhyNotGiven(CpuAgent cpu)
    {
        for (int i = 0; i < Inputs; i++)
        {
            ref readonly var input = ref inputs[i];
            if (input.IsMasked && input.High > 0) return ($"the line at input {i} of the I/O APIC is high, and masked there", "Unmask an input once its handler is registered.");
        }
        var local = locals[cpu.Id];
        int vector = Highest(local.Requested);
        if (vector < 0) return null;
        string pending = $"vector 0x{vector:x2} is pending in the local APIC and not given: ";
        if (vector >> 4 <= (int)(local.TaskPriority >> 4)) return ($"{pending}its class is not above the task priority 0x{local.TaskPriority:x2}", "Set the task priority to 0.");
        if (Deliverable(local) < 0) return ($"{pending}vector 0x{Highest(local.InService):x2} is still in service", "End each interrupt that was given (EOI).");
        return cpu.IsMasked ? ($"{pending}{cpu.Name} has interrupts masked", "Unmask interrupts after the wait that one of them has ended.") : null;
    }

    /// <summary>The vector in service is over; of a level, the I/O APIC is told.</summary>
    void End(int cpu)
    {
        var local = locals[cpu];
        int vector = Highest(local.InService);
        if (!monitor.Ends(cpu, vector)) return;
        local.InService[vector / 32] &= ~(1u << (vector % 32));
        if ((local.IsLevel[vector / 32] >> (vector % 32) & 1) != 0)
        {
            foreach (ref var input in inputs.AsSpan())
            {
                if (input.Vector == vector) input.IsRemote = false;
            }
        }
        Service();
    }

    internal override void Reset()
    {
        base.Reset();
        foreach (var local in locals) local.Reset();
        Array.Fill(inputs, new() { Lower = IoApicEntry.Masked });
        select = 0;
    }

    internal override void Fold(ref StateHasher hasher)
    {
        base.Fold(ref hasher);
        hasher.Add(select);
        foreach (var local in locals)
        {
            hasher.Add(local.Spurious | (ulong)local.TaskPriority << 32);
            for (int i = 0; i < Words; i++) hasher.Add(local.Requested[i] | (ulong)local.InService[i] << 32);
            foreach (uint word in local.IsLevel) hasher.Add(word);
            foreach (uint entry in local.Table) hasher.Add(entry);
        }
        foreach (var input in inputs)
        {
            hasher.Add(input.Lower | (ulong)input.Upper << 32);
            hasher.Add(input.High | (ulong)input.Repeats << 16 | (input.IsRemote ? 1UL << 24 : 0));
        }
    }
}
