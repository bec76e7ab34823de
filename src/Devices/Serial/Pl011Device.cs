using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Arm PrimeCell UART (PL011; DDI 0183), as QEMU's <c>virt</c> has it: two FIFOs of 16, interrupts as one level. What comes in is written beforehand and arrives a character at a time, at any
/// moment; what goes out leaves the FIFO the same way. Modem lines, DMA, break and parity are not there.
/// </summary>
public sealed partial class Pl011Device : IPlatformDevice
{
    public const ulong QemuBase = 0x0900_0000;
    public const int QemuInterrupt = 1;

    const int FifoDepth = 16;

    readonly SimulatedMachine machine;
    readonly InterruptLine line;
    readonly ulong address;
    readonly Pl011Monitor monitor;
    readonly ActionAgent sends, receives, times;
    readonly ulong parts;
    readonly List<byte> sent = [];
    readonly Queue<byte> transmit = new();
    readonly Queue<uint> receive = new();
    uint integer, fraction, lineControl, control, levels, mask, raw;
    int arrived;
    bool isOverrun, isLatched;

    /// <summary>At an address, with a line; the machine resets it from here on.</summary>
    public Pl011Device(SimulatedMachine machine, InterruptLine line, ulong address = QemuBase, string name = "uart")
    {
        this.machine = machine;
        this.line = line;
        this.address = address;
        monitor = new(machine);
        parts = PeripheralBits.Of(machine.Peripherals++, PeripheralBits.All);
        sends = machine.Engine.Add(new ActionAgent(name + ".tx", Send));
        receives = machine.Engine.Add(new ActionAgent(name + ".rx", Receive));
        times = machine.Engine.Add(new ActionAgent(name + ".timeout", TimeOut));
        machine.Attach(address, 0x1000, this, name);
    }

    /// <summary>What will come in, in each execution.</summary>
    public IReadOnlyList<byte> Input { get; set; } = [];

    /// <summary>What went out.</summary>
    public IReadOnlyList<byte> Output => sent;

    /// <summary>Characters of <see cref="Input"/> that were lost because the FIFO was full, or nobody was listening.</summary>
    public int Lost { get; private set; }

    bool HasFifos => (lineControl & Pl011Line.Fifos) != 0;

    int Depth => HasFifos ? FifoDepth : 1;

    bool IsReceiving => (control & (Pl011Control.Enable | Pl011Control.Receive)) == (Pl011Control.Enable | Pl011Control.Receive);

    bool IsSending => (control & (Pl011Control.Enable | Pl011Control.Transmit)) == (Pl011Control.Enable | Pl011Control.Transmit);

    /// <summary>3.3.9 "UARTIFLS": an eighth, a quarter, half, three quarters or seven eighths.</summary>
    int LevelOf(uint field) => !HasFifos ? 1 : field switch
    {
        0 => FifoDepth / 8,
        1 => FifoDepth / 4,
        2 => FifoDepth / 2,
        3 => FifoDepth * 3 / 4,
        _ => FifoDepth * 7 / 8,
    };

    (ulong Reads, ulong Writes) IBusDevice.PartsOf(uint offset, bool writes, ulong value) => (parts, writes || offset == Pl011Register.Data ? parts : 0);

    public void PowerOn()
    {
        integer = fraction = lineControl = mask = 0;
        control = Pl011Control.Transmit | Pl011Control.Receive;
        levels = 0x12;
        raw = 0;
        arrived = Lost = 0;
        isOverrun = false;
        isLatched = true;
        sent.Clear();
        transmit.Clear();
        receive.Clear();
    }

    /// <summary>From here on the input arrives: who sends does not ask whether anybody is listening.</summary>
    public void Connect()
    {
        if (Input.Count > 0) machine.Engine.Unblock(receives);
    }

    void Receive()
    {
        Touched();
        byte data = Input[arrived++];
        if (arrived < Input.Count) machine.Engine.Unblock(receives);
        if (!IsReceiving)
        {
            Lost++;
            return;
        }
        if (receive.Count == Depth)
        {
            Lost++;
            isOverrun = true;
            raw |= Pl011Interrupt.Overrun;
        }
        else
        {
            receive.Enqueue(data);
            if (receive.Count >= LevelOf(levels >> 3 & 7)) raw |= Pl011Interrupt.Receive;
        }
        machine.Engine.Unblock(times);
        SetLine();
    }

    /// <summary>2.4.1: the FIFO is not empty, and nothing has come for 32 bit periods.</summary>
    void TimeOut()
    {
        Touched();
        if (receive.Count == 0) return;
        raw |= Pl011Interrupt.ReceiveTimeout;
        SetLine();
    }

    void Send()
    {
        Touched();
        sent.Add(transmit.Dequeue());
        if (transmit.Count > 0) machine.Engine.Unblock(sends);
        if (transmit.Count <= (HasFifos ? LevelOf(levels & 7) : 0)) raw |= Pl011Interrupt.Transmit;
        SetLine();
    }

    void Touched()
    {
        machine.Engine.Reducer?.Touches(parts, parts);
        machine.Engine.Touch(SimMachine.RegisterWatchKey(address + Pl011Register.Flags));
    }

    void SetLine() => line.Set((raw & mask) != 0);

    public void Fold(ref StateHasher hasher)
    {
        hasher.Add(integer | (ulong)fraction << 16 | (ulong)lineControl << 24 | (ulong)control << 32 | (ulong)levels << 48 | (isOverrun ? 1UL << 62 : 0) | (isLatched ? 1UL << 63 : 0));
        hasher.Add(mask | (ulong)raw << 16 | (ulong)arrived << 32 | (ulong)Lost << 48);
        foreach (byte each in sent) hasher.Add(each);
        hasher.Add((ulong)sent.Count);
        foreach (byte each in transmit) hasher.Add(each);
        hasher.Add((ulong)transmit.Count);
        foreach (uint each in receive) hasher.Add(each);
    }
}
