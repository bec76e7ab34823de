using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// A function that is nothing but BARs, for what concerns PCI alone. Each BAR is registers of 4 bytes that keep what is written, 64 of them, which repeat.
/// With MSI-X, it can write to memory and say so by a message.
/// </summary>
public sealed class ScratchFunction : PciFunction
{
    const int RegistersOfBar = 64;

    readonly uint[] registers = new uint[PciBarBits.DeviceCount * RegistersOfBar];
    readonly DmaPort? dma;
    BusAddress target;
    uint value;
    int vectorAfter;

    /// <summary>The function, with its BARs by their registers; those of kind None are left out.</summary>
    /// <param name="machine">Where it is plugged in later.</param>
    /// <param name="name">For reports.</param>
    /// <param name="settings">What it says that it is.</param>
    /// <param name="bars">At most six.</param>
    /// <param name="vectors">Of MSI-X, in the first BAR of memory, which is large enough; 0 for none.</param>
    public ScratchFunction(SimulatedMachine machine, string name, PciFunctionSettings settings, ReadOnlySpan<PciBarShape> bars, int vectors = 0) : base(machine, name, settings)
    {
        int table = -1;
        for (int i = 0; i < bars.Length; i++)
        {
            if (bars[i].Kind == PciBarKind.None) continue;
            AddBar(i, bars[i]);
            if (table < 0 && bars[i].Kind != PciBarKind.Io) table = i;
        }
        if (vectors == 0) return;
        uint half = (uint)bars[table].Size / 2;
        AddMsix(table, vectors, tableOffset: 0, pendingOffset: half);
        dma = new(machine) { Agent = machine.Engine.Add(new CoroutineAgent(name, WriteAndSignal)) };
    }

    /// <summary>What was written to its BARs in this execution, in the order in which it arrived.</summary>
    public List<(int Bar, uint Offset, ulong Value)> Written { get; } = [];

    protected override DmaPort? Dma => dma;

    /// <summary>Sends the message of a vector.</summary>
    public void Signal(int vector) => SendMessage(vector);

    /// <summary>Raises or lowers its pin.</summary>
    public void Raise(bool high) => SetInterrupt(high);

    /// <summary>Adds a capability of a vendor's own.</summary>
    public uint AddVendorCapability(ReadOnlySpan<byte> body) => AddCapability(PciCapability.VendorSpecific, body);

    /// <summary>Puts a byte into configuration space as it is after a reset: for headers and lists that are wrong.</summary>
    public void Corrupt(uint offset, byte value) => InitialiseConfig(offset, value);

    protected override ulong ReadBar(int bar, uint offset, int width)
        => (ulong)registers[bar * RegistersOfBar + (int)(offset / 4 % RegistersOfBar)] >> (int)(offset % 4 * 8) & Ones(width);

    protected override void WriteBar(int bar, uint offset, int width, ulong value)
    {
        Written.Add((bar, offset, value));
        registers[bar * RegistersOfBar + (int)(offset / 4 % RegistersOfBar)] = (uint)value;
    }

    public override void PowerOn()
    {
        base.PowerOn();
        Array.Clear(registers);
        (target, value, vectorAfter) = (default, 0, 0);
        Written.Clear();
    }

    public override void Fold(ref StateHasher hasher)
    {
        base.Fold(ref hasher);
        foreach (uint register in registers) hasher.Add(register);
        hasher.Add(target.Value);
        hasher.Add(value | (ulong)(uint)vectorAfter << 32);
    }

    /// <summary>Lets the function's engine write a word to memory, and then send the message of a vector.</summary>
    public void Start(BusAddress address, uint word, int vector)
    {
        (target, value, vectorAfter) = (address, word, vector);
        dma!.Agent.Wake();
    }

    async DeviceTask<Nothing> WriteAndSignal()
    {
        if (IsBusMaster) await dma!.Store(target, value);
        SendMessage(vectorAfter);
        return default;
    }
}
