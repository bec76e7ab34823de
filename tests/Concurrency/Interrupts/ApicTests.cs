using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Interrupts;

/// <summary>The kernel's APIC drivers over the simulated APICs, and each rule of their monitor by the mistake that it is about.</summary>
public sealed class ApicTests
{
    const int Input = 16;
    const uint Vector = LocalApicBit.FirstVector + Input, MessageVector = 0x41;

    sealed class Bench
    {
        public Bench(SimulatedMachine machine)
        {
            Machine = machine;
            Line = machine.Interrupts.AddLine(Input);
            Cpu = new(machine);
            Apic = new(new(Cpu, new(Apics.LocalBase)), new(Cpu, new(Apics.IoBase)));
            machine.Cpu.Handler = () =>
            {
                machine.Monitors.HandlerEntered();
                Handle();
                machine.Monitors.HandlerLeft();
            };
        }

        public SimulatedMachine Machine { get; }

        public InterruptLine Line { get; }

        public SimMachine Cpu { get; }

        public Apic<SimMachine> Apic { get; }

        public Action Handle { get; set; } = () => { };

        public void BringUp(InterruptTrigger trigger = InterruptTrigger.Level)
        {
            Assert.Equal(DriverStatus.Ok, Apic.Io.Configure(Input, Vector, trigger, isActiveLow: false, apic: 0));
            Assert.Equal(DriverStatus.Ok, Apic.Io.Enable(Input));
        }

        public void WriteIo(uint index, uint value)
        {
            Cpu.WriteRegister32(new(Apics.IoBase + IoApicRegister.Select), index);
            Cpu.WriteRegister32(new(Apics.IoBase + IoApicRegister.Window), value);
        }
    }

    static string? Run(Action<Bench> program)
    {
        using var machine = new SimulatedMachine(1 << 16, interrupts: static machine => new Apics(machine));
        var bench = new Bench(machine);
        machine.Reset(PlainRun.Instance);
        try
        {
            Assert.Equal(DriverStatus.Ok, bench.Apic.Local.Initialise());
            Assert.Equal(DriverStatus.Ok, bench.Apic.Io.Initialise());
            program(bench);
        }
        catch (ExecutionEnd)
        {
        }
        return machine.Engine.Violation?.Key;
    }

    static void Finds(string rule, Action<Bench> program) => Assert.Equal("apic/" + rule, Run(program));

    static void Passes(Action<Bench> program) => Assert.Null(Run(program));

    [Fact]
    public void A_level_comes_until_it_is_quenched() => Passes(bench =>
    {
        int taken = 0;
        bench.Handle = () =>
        {
            var interrupt = bench.Apic.Acknowledge();
            Assert.Equal(Vector, interrupt.Number);
            if (++taken == 3) bench.Line.Set(false);
            bench.Apic.End(interrupt);
        };
        bench.BringUp();
        bench.Line.Set(true);
        bench.Cpu.UnmaskInterrupts();
        bench.Cpu.Load32(new(SimulatedMachine.RamBase));
        for (int i = 0; i < 10 && taken < 3; i++) bench.Cpu.WaitForInterrupt(Deadline.Never);
        Assert.Equal(3, taken);
    });

    [Fact]
    public void An_edge_comes_once_and_is_lost_while_masked() => Passes(bench =>
    {
        int taken = 0;
        bench.Handle = () =>
        {
            bench.Apic.End(bench.Apic.Acknowledge());
            taken++;
        };
        bench.BringUp(InterruptTrigger.Edge);
        bench.Apic.Disable(Vector);
        bench.Line.Set(true);
        bench.Line.Set(false);
        bench.Apic.Io.Enable(Input);
        bench.Cpu.UnmaskInterrupts();
        Assert.Equal(0, taken);
        bench.Line.Set(true);
        bench.Cpu.WaitForInterrupt(Deadline.Never);
        Assert.Equal(1, taken);
    });

    [Fact]
    public void A_message_is_a_vector_and_a_spurious_interrupt_is_none() => Passes(bench =>
    {
        var seen = new List<uint>();
        bench.Handle = () =>
        {
            var interrupt = bench.Apic.Acknowledge();
            seen.Add(interrupt.Number);
            bench.Apic.End(interrupt);
        };
        Assert.Equal(DriverStatus.Ok, LocalApic<SimMachine>.TryTarget(MessageVector, 0, out var target));
        bench.Machine.Interrupts.Message(target.Address.Value, target.Data, null!);
        bench.Machine.Interrupts.Message(target.Address.Value, target.Data, null!); // until the first was taken they are one
        bench.Cpu.UnmaskInterrupts();
        Assert.Equal([MessageVector], seen);
        Assert.True(bench.Apic.Acknowledge().IsNone);
    });

    [Fact]
    public void The_vector_of_the_higher_class_comes_first() => Passes(bench =>
    {
        var seen = new List<uint>();
        bench.Handle = () =>
        {
            var interrupt = bench.Apic.Acknowledge();
            seen.Add(interrupt.Number);
            bench.Apic.End(interrupt);
        };
        bench.Machine.Interrupts.Message(LocalApicBit.MessageBase, 0x31, null!);
        bench.Machine.Interrupts.Message(LocalApicBit.MessageBase, 0x42, null!);
        bench.Cpu.UnmaskInterrupts();
        bench.Cpu.Load32(new(SimulatedMachine.RamBase)); // the second one is taken before the next access
        Assert.Equal([0x42u, 0x31u], seen);
    });

    [Fact]
    public void What_nobody_handles_is_masked_and_a_message_cannot_be() => Passes(bench =>
    {
        var outcomes = new List<InterruptOutcome>();
        var table = new InterruptTable<Apic<SimMachine>>(bench.Apic, 1);
        bench.Handle = () => outcomes.Add(table.Handle());
        bench.BringUp();
        bench.Line.Set(true);
        bench.Cpu.UnmaskInterrupts();
        bench.Cpu.Load32(new(SimulatedMachine.RamBase));
        Assert.Equal([InterruptOutcome.Masked], outcomes);
        Assert.Equal(DriverStatus.NotSupported, bench.Apic.Disable(MessageVector));
    });

    [Fact]
    public void What_there_is_not_is_refused() => Passes(bench =>
    {
        Assert.Equal((uint)Apics.Inputs, bench.Apic.Io.Count);
        Assert.Equal(DriverStatus.InvalidArgument, bench.Apic.Io.Configure(24, Vector, InterruptTrigger.Level, false, 0));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Apic.Io.Configure(1, 0x1F, InterruptTrigger.Level, false, 0));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Apic.Io.Enable(24));
        Assert.Equal(DriverStatus.InvalidArgument, LocalApic<SimMachine>.TryTarget(0x10, 0, out _));
    });

    [Fact]
    public void An_end_ends_something() => Finds("end-not-in-service", bench => bench.Apic.Local.End());

    [Fact]
    public void A_handler_ends_its_interrupt() => Finds("not-ended", bench =>
    {
        bench.Handle = () => bench.Line.Set(false);
        bench.BringUp();
        bench.Line.Set(true);
        bench.Cpu.UnmaskInterrupts();
    });

    [Fact]
    public void A_level_that_is_not_quenched_is_a_storm() => Finds("storm", bench =>
    {
        bench.Handle = () => bench.Apic.End(bench.Apic.Acknowledge());
        bench.BringUp();
        bench.Line.Set(true);
        bench.Cpu.UnmaskInterrupts();
        for (int i = 0; i < 100; i++) bench.Cpu.Load32(new(SimulatedMachine.RamBase));
    });

    [Fact]
    public void An_input_is_unmasked_with_a_vector() => Finds("unmasked-without-vector", bench => bench.WriteIo(IoApicRegister.Redirection, 0));

    [Fact]
    public void An_input_is_delivered_as_the_machine_has_it() => Finds("delivery", bench => bench.WriteIo(IoApicRegister.Redirection, Vector | IoApicEntry.ActiveLow));

    [Fact]
    public void An_input_is_masked_before_it_is_changed() => Finds("reconfigured-while-unmasked", bench =>
    {
        bench.BringUp();
        bench.WriteIo(IoApicRegister.Redirection + (2 * Input), Vector + 1);
    });

    [Fact]
    public void An_input_goes_to_somebody() => Finds("no-destination", bench => bench.WriteIo(IoApicRegister.Redirection + 1, 3u << 24));

    [Fact]
    public void A_message_goes_to_somebody() => Finds("message-address", bench => bench.Machine.Interrupts.Message(LocalApicBit.MessageBase | 5 << 12, MessageVector, null!));

    [Fact]
    public void A_message_is_a_vector_that_devices_may_have() => Finds("message-data", bench => bench.Machine.Interrupts.Message(LocalApicBit.MessageBase, 0x10, null!));

    [Fact]
    public void Registers_are_words() => Finds("width", bench => bench.Cpu.ReadRegister8(new(Apics.LocalBase + LocalApicRegister.Id)));

    [Fact]
    public void Reserved_registers_are_left_alone() => Finds("reserved-register", bench => bench.Cpu.ReadRegister32(new(Apics.LocalBase + LocalApicRegister.EndOfInterrupt)));
}
