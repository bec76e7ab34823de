using System.Text;
using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Ordering;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary><c>serial</c>: a line comes in over the PL011 at any moment and is taken by the handler, while the kernel sends another one.</summary>
sealed class SerialScenario : IrqScenario
{
    public const string Name = "serial", Summary = "PL011: characters come in by interrupt through a ring while others go out, over the GIC";

    const uint Id = GicInterrupt.FirstShared + Pl011Device.QemuInterrupt, ClockHz = 24_000_000, RingOffset = 64;

    static readonly byte[] Incoming = "ok\n"u8.ToArray(), Outgoing = "hello\n"u8.ToArray();

    readonly GicV2<SimMachine> gic;
    readonly InterruptTable<GicV2<SimMachine>> table;
    readonly Pl011<SimMachine> uart;
    readonly Pl011Device device;
    readonly byte[] received = new byte[Incoming.Length];
    int count;

    public SerialScenario(MachineMemory memory)
        : base(memory, static machine => new GicV2(machine, shared: 32))
    {
        device = new(Machine, Machine.Interrupts.AddLine(Pl011Device.QemuInterrupt)) { Input = Incoming };
        gic = new(Cpu, new(GicV2.DistributorBase), new(GicV2.CpuBase));
        table = new(gic, capacity: 2);
        uart = new(Cpu, new(Pl011Device.QemuBase), new(new(SimulatedMachine.RamBase + RingOffset), Capacity: 4));
    }

    public override string Bounds => $"{Incoming.Length} characters in, {Outgoing.Length} out, a ring of 4, {Engine.MaxPoints} points";

    protected override uint Expected => (uint)Incoming.Length;

    protected override void PowerOn()
    {
        table.Clear();
        count = 0;
    }

    protected override void BringUp()
    {
        Check(gic.Initialise());
        gic.InitialiseCpu();
        Check(uart.Initialise(ClockHz, baud: 115_200, timeoutMs: 100));
        Check(table.Register(Id, _ => uart.OnInterrupt()));
        Check(gic.Configure(Id, InterruptTrigger.Level, GicV2<SimMachine>.PlainPriority, cpu: 0));
        Check(gic.Enable(Id));
        device.Connect();
        Cpu.UnmaskInterrupts();
        Check(uart.Send(Outgoing, timeoutMs: 100, out _));
        Cpu.MaskInterrupts();
    }

    protected override InterruptOutcome OnInterrupt() => table.Handle();

    protected override void Progress()
    {
        while (uart.TryReceive(out byte character))
        {
            if (count == received.Length) Fail("wrong-character", "more characters were received than were sent", "Advance the reader's index once for each character.");
            received[count++] = character;
            Cpu.Store32(Handled, (uint)count);
        }
    }

    protected override void Judge()
    {
        if (!received.AsSpan().SequenceEqual(Incoming)) Fail("wrong-character", $"'{Encoding.ASCII.GetString(Incoming)}' came in, and '{Encoding.ASCII.GetString(received)}' was read", "Store a character before the index that says it is there.");
        if (!device.Output.SequenceEqual(Outgoing)) Fail("wrong-character", $"{device.Output.Count} of {Outgoing.Length} characters went out", "Wait for room before each character.");
        if (Machine.Ram.Load<uint>(SimulatedMachine.RamBase + RingOffset + 8) != 0 || device.Lost != 0) Fail("lost-character", "characters were lost, and there was room for all", "Empty the FIFO whenever it interrupts.");
    }
}
