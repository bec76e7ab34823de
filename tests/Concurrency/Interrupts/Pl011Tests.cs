using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Interrupts;

/// <summary>The kernel's PL011 driver over the simulated UART, and each rule of its monitor by the mistake that it is about.</summary>
public sealed class Pl011Tests
{
    const ulong Base = Pl011Device.QemuBase;
    const uint ClockHz = 24_000_000;

    sealed record Bench(SimulatedMachine Machine, InterruptLine Line, Pl011Device Device, SimMachine Cpu, Pl011<SimMachine> Uart)
    {
        public void Write(uint register, uint value) => Cpu.WriteRegister32(new(Base + register), value);

        public uint Read(uint register) => Cpu.ReadRegister32(new(Base + register));

        public void BringUp() => Assert.Equal(DriverStatus.Ok, Uart.Initialise(ClockHz, 115_200, timeoutMs: 10));
    }

    static string? Run(Action<Bench> program, string input = "")
    {
        using var machine = new SimulatedMachine(1 << 16);
        var line = machine.Interrupts.AddLine(Pl011Device.QemuInterrupt);
        var device = new Pl011Device(machine, line) { Input = [.. input.Select(c => (byte)c)] };
        var cpu = new SimMachine(machine);
        machine.Reset(PlainRun.Instance);
        try
        {
            program(new(machine, line, device, cpu, new(cpu, new(Base), new(new(SimulatedMachine.RamBase), Capacity: 4))));
        }
        catch (ExecutionEnd)
        {
        }
        return machine.Engine.Violation?.Key;
    }

    static void Finds(string rule, Action<Bench> program) => Assert.Equal("uart/" + rule, Run(program));

    static void Arrives(Bench bench)
    {
        bench.Machine.Engine.Block(bench.Machine.Cpu);
        bench.Device.Connect();
        bench.Machine.Engine.RunToRest();
        bench.Machine.Engine.Unblock(bench.Machine.Cpu);
    }

    [Fact]
    public void The_divisor_is_that_of_the_rate() => Assert.Null(Run(bench =>
    {
        bench.BringUp();
        Assert.Equal(13u, bench.Read(Pl011Register.IntegerBaud));
        Assert.Equal(1u, bench.Read(Pl011Register.FractionalBaud));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Uart.Initialise(ClockHz, 0, 1));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Uart.Initialise(ClockHz, ClockHz, 1));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Uart.Initialise(ClockHz, 1, 1));
    }));

    [Fact]
    public void More_than_the_FIFO_holds_is_sent_as_it_drains() => Assert.Null(Run(bench =>
    {
        bench.BringUp();
        Assert.Equal(DriverStatus.Ok, bench.Uart.Send(new byte[40], timeoutMs: 10, out int sent));
        Assert.Equal(40, sent);
    }));

    [Fact]
    public void A_few_characters_interrupt_after_a_time_out_and_reading_them_ends_it() => Assert.Null(Run(bench =>
    {
        bench.BringUp();
        Arrives(bench);
        Assert.True(bench.Line.High);
        Assert.Equal(Pl011Interrupt.ReceiveTimeout, bench.Read(Pl011Register.MaskedInterrupts));
        Assert.True(bench.Uart.OnInterrupt());
        Assert.False(bench.Line.High);
        Assert.False(bench.Uart.OnInterrupt());
        Assert.True(bench.Uart.TryReceive(out byte first));
        Assert.True(bench.Uart.TryReceive(out byte second));
        Assert.False(bench.Uart.TryReceive(out _));
        Assert.Equal(("h", "i"), (((char)first).ToString(), ((char)second).ToString()));
    }, "hi"));

    [Fact]
    public void What_does_not_fit_is_counted_as_lost() => Assert.Null(Run(bench =>
    {
        bench.BringUp();
        Arrives(bench);
        Assert.Equal(1, bench.Device.Lost);
        Assert.True(bench.Uart.OnInterrupt());
        Assert.Equal(13u, bench.Uart.LostCount); // one by the UART, and of 16 the ring of 4 holds 4
        Assert.False(bench.Line.High);
    }, "0123456789abcdefg"));

    [Fact]
    public void It_is_configured_while_it_is_disabled() => Finds("configured-while-enabled", bench =>
    {
        bench.BringUp();
        bench.Write(Pl011Register.IntegerBaud, 2);
    });

    [Fact]
    public void It_is_configured_when_it_has_sent_everything() => Finds("configured-while-busy", bench =>
    {
        bench.BringUp();
        bench.Write(Pl011Register.Data, 'x');
        bench.Write(Pl011Register.Control, 0);
        bench.Write(Pl011Register.LineControl, 0);
    });

    /// <summary>Whoever used it before has not waited.</summary>
    [Fact]
    public void What_is_under_way_comes_out_before_it_is_configured() => Assert.Null(Run(bench =>
    {
        bench.BringUp();
        Assert.Equal(DriverStatus.Ok, bench.Uart.Send("abc"u8, timeoutMs: 10, out _));
        bench.BringUp();
        Assert.Equal("abc"u8.ToArray(), bench.Device.Output);
    }));

    [Fact]
    public void A_divisor_is_not_zero() => Finds("divisor", bench => bench.Write(Pl011Register.Control, Pl011Control.Enable));

    [Fact]
    public void Line_control_comes_after_the_divisors() => Finds("divisor-not-latched", bench =>
    {
        bench.Write(Pl011Register.LineControl, Pl011Line.Fifos);
        bench.Write(Pl011Register.IntegerBaud, 2);
        bench.Write(Pl011Register.Control, Pl011Control.Enable);
    });

    [Fact]
    public void Nothing_is_sent_while_it_is_disabled() => Finds("sent-while-disabled", bench => bench.Write(Pl011Register.Data, 'x'));

    [Fact]
    public void Nothing_is_sent_into_a_full_FIFO() => Finds("transmit-overflow", bench =>
    {
        bench.BringUp();
        for (int i = 0; i < 17; i++) bench.Write(Pl011Register.Data, 'x');
    });

    [Fact]
    public void An_empty_FIFO_is_not_read() => Finds("read-empty", bench => bench.Read(Pl011Register.Data));

    [Fact]
    public void Registers_have_their_places() => Finds("width", bench => bench.Cpu.ReadRegister8(new(Base + 1)));

    [Theory]
    [InlineData(0x008u)]
    [InlineData(Pl011Register.Flags)]
    public void Reserved_registers_are_left_alone(uint register) => Finds("reserved-register", bench => bench.Write(register, 0));
}
