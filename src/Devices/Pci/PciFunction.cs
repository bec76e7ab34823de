using System.Globalization;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// PCI Local Bus 3.0, 6 "Configuration Space": one function, device side. Header, base addresses, capabilities and the command register are here and in the parts beside
/// this file; what is in its BARs, a class of its own says (<see cref="ReadBar"/>, <see cref="WriteBar"/>). Does not check who accesses it.
/// </summary>
/// <remarks>
/// On the bus it is one device, all its BARs and its configuration space: an offset carries in its top three bits which of them
/// (<see cref="Region"/>), so that the posted writes of a CPU to one function keep their order whichever BAR they go to.
/// </remarks>
public abstract partial class PciFunction : IBusDevice, IPieces
{
    /// <summary>In an offset: configuration space, in the place of a BAR.</summary>
    public const int ConfigRegion = 7;

    const int RegionShift = 29;

    readonly int peripheral;
    int liesLeft;

    protected PciFunction(SimulatedMachine machine, string name, PciFunctionSettings settings, bool isBridge = false)
    {
        Machine = machine;
        Name = name;
        Settings = settings;
        Rules = ProfileRules.Of(settings.Profile);
        peripheral = HasEngine ? machine.Peripherals++ : -1;
        InitialiseHeader(isBridge);
    }

    public string Name { get; }

    public PciFunctionSettings Settings { get; }

    internal ProfileRules Rules { get; }

    internal SimulatedMachine Machine { get; }

    /// <summary>The host that it is plugged into.</summary>
    internal PciHost Host { get; private set; } = null!;

    /// <summary>The bus that it is plugged into.</summary>
    internal PciBus Bus { get; private set; } = null!;

    /// <summary>Device and function number as one: five bits and three.</summary>
    internal int Slot { get; private set; }

    public int Device => Slot / PciLimits.Functions;

    public int Function => Slot % PciLimits.Functions;

    /// <summary>Register writes of each CPU on their way to this function.</summary>
    internal PostedWrites[]? Paths { get; private set; }

    /// <summary>False once it is unplugged: nothing of it answers any more, and it sends nothing. Until the machine is reset.</summary>
    public bool IsPresent { get; private set; } = true;

    /// <summary>What an offset is in: a BAR's number, or <see cref="ConfigRegion"/>.</summary>
    public static int Region(uint offset) => (int)(offset >> RegionShift);

    /// <summary>How far into its region an offset is.</summary>
    public static uint Within(uint offset) => offset & ((1u << RegionShift) - 1);

    /// <summary>The offset of a register in a region.</summary>
    public static uint OffsetOf(int region, uint within) => (uint)region << RegionShift | within;

    /// <summary>Whether it is not on the root bus.</summary>
    internal bool IsBehindBridge => Bus.Bridge is not null;

    internal void Plug(PciHost host, PciBus bus, int slot)
    {
        Host = host;
        Bus = bus;
        Slot = slot;
        bus.Plug(this);
        Paths = Machine.PathsTo(this, Name);
    }

    /// <summary>Takes the function out while the machine runs, as the user of a machine does: whatever is on its way to it is lost.</summary>
    public void Unplug()
    {
        SetInterrupt(false);
        IsPresent = false;
        Host.DecodeChanged();
        Unplugged();
    }

    // What a function adds

    /// <summary>Whether it does anything by itself: then it is one of the machine's peripherals, of which there can be <see cref="PeripheralBits.Most"/>.</summary>
    protected virtual bool HasEngine => false;

    /// <summary>Its way to memory, which its messages are sent by.</summary>
    protected virtual DmaPort? Dma => null;

    /// <summary>A read in one of its BARs, but for what MSI-X has there.</summary>
    /// <param name="bar">Which: of a 64-bit BAR the lower one.</param>
    /// <param name="offset">In bytes from its start.</param>
    /// <param name="width">1, 2, 4 or 8 bytes; all of them lie within the BAR.</param>
    protected virtual ulong ReadBar(int bar, uint offset, int width) => 0;

    /// <inheritdoc cref="ReadBar"/>
    protected virtual void WriteBar(int bar, uint offset, int width, ulong value)
    {
    }

    /// <summary>Before configuration space is read: what is computed only then is put there with <see cref="SetConfig"/>.</summary>
    protected virtual void ReadingConfig(uint offset, int width)
    {
    }

    /// <summary>After configuration space was written, with what of it can be.</summary>
    protected virtual void ConfigWritten(uint offset, int width)
    {
    }

    /// <summary>The command register, or that of a bridge above, has changed: see <see cref="IsBusMaster"/>.</summary>
    protected virtual void CommandChanged()
    {
    }

    /// <summary>It is gone: drop what is in flight.</summary>
    protected virtual void Unplugged()
    {
    }

    /// <summary>The state before the first instruction of the machine. Overriders call it first.</summary>
    public virtual void PowerOn()
    {
        IsPresent = true;
        liesLeft = Settings.MaximumLies;
        ResetConfig();
        ResetInterrupts();
    }

    /// <summary>A reset of the whole machine, not by the driver and not the first one: see <see cref="VirtioDevice.ResetWithMachine"/>.</summary>
    internal void ResetWithMachine()
    {
        SetInterrupt(false);
        ResetConfigWithMachine();
        ResetInterrupts();
    }

    /// <summary>All state that decides what this function does next, but for its agents' own.</summary>
    public virtual void Fold(ref StateHasher hasher)
    {
        hasher.Add((IsPresent ? 1u : 0) | (ulong)(uint)liesLeft << 8);
        FoldConfig(ref hasher);
        FoldInterrupts(ref hasher);
    }

    // The bus

    public ulong Read(uint offset, int width)
    {
        if (!IsPresent) return Ones(width);
        return Rules.IsQemu ? AccessPieces.Read(this, offset, width) : ReadWhole(offset, width);
    }

    public void Write(uint offset, int width, ulong value)
    {
        if (!IsPresent) return;
        if (Rules.IsQemu) AccessPieces.Write(this, offset, width, value);
        else WriteWhole(offset, width, value);
    }

    ulong IPieces.ReadPiece(uint offset, int width) => ReadWhole(offset, width);

    void IPieces.WritePiece(uint offset, int width, ulong value) => WriteWhole(offset, width, value);

    ulong ReadWhole(uint offset, int width)
    {
        int region = Region(offset);
        uint within = Within(offset);
        if (region == ConfigRegion) return ReadConfig(within, width);
        if (within + (ulong)width > bars[region].Size) return Ones(width);
        return MsixRead(region, within, width, out ulong value) ? value : ReadBar(region, within, width);
    }

    void WriteWhole(uint offset, int width, ulong value)
    {
        int region = Region(offset);
        uint within = Within(offset);
        if (region == ConfigRegion) WriteConfig(within, width, (uint)value);
        else if (within + (ulong)width <= bars[region].Size && !MsixWrite(region, within, width, value)) WriteBar(region, within, width, value);
    }

    internal static ulong Ones(int width) => ulong.MaxValue >> (64 - 8 * width);

    DmaPort? IBusDevice.Master => Dma;

    /// <summary>Memory writes are posted; configuration and I/O writes are not (PCI Express 4.0, 2.1.1).</summary>
    bool IBusDevice.IsNonPosted(uint offset) => Region(offset) == ConfigRegion || bars[Region(offset)].Kind == PciBarKind.Io;

    bool IBusDevice.KeepsMessages => KeepsMessages;

    /// <inheritdoc cref="IBusDevice.KeepsMessages"/>
    protected virtual bool KeepsMessages => false;

    (ulong Reads, ulong Writes) IBusDevice.PartsOf(uint offset, bool writes, ulong value)
    {
        if (Region(offset) == ConfigRegion) return writes ? (Host.Decode, Host.Decode | Parts(PeripheralBits.All)) : (Host.Decode | Parts(PeripheralBits.Control | PeripheralBits.Causes), 0);
        var (reads, changes) = PartsOfBar(Region(offset), Within(offset), writes, value);
        return (reads | Host.Decode, changes);
    }

    /// <summary>A register, as reports call it.</summary>
    public virtual string NameOf(uint offset)
        => string.Create(CultureInfo.InvariantCulture, $"{(Region(offset) == ConfigRegion ? "configuration space" : $"BAR{Region(offset)}")}+0x{Within(offset):x}");

    /// <summary>What an access in a BAR looks at and changes: all of this function, unless it says less. See <see cref="IBusDevice.PartsOf"/>.</summary>
    protected virtual (ulong Reads, ulong Writes) PartsOfBar(int bar, uint offset, bool writes, ulong value) => (Parts(PeripheralBits.All), Parts(PeripheralBits.All));

    /// <summary>Parts of this function, for the reduction.</summary>
    protected internal virtual ulong Parts(ulong parts) => peripheral < 0 ? 0 : PeripheralBits.Of(peripheral, parts);

    // Lies

    /// <summary>Whether it has told a lie about its configuration in this execution.</summary>
    internal bool HasLied => liesLeft < Settings.MaximumLies;

    /// <summary>A hostile function lies, a few times in an execution, about any word of its configuration.</summary>
    ulong Distorted(ulong value, int width)
    {
        if (!Rules.Lies || liesLeft == 0) return value;
        int pick = Machine.Engine.Choose(ChoiceKind.Fault, 6);
        Machine.Recorder?.Decided(pick, "answers all ones|answers 0|answers with one bit flipped|answers with all bits flipped|answers with its halves exchanged");
        if (pick != 0) liesLeft--;
        return pick switch
        {
            1 => Ones(width),
            2 => 0,
            3 => value ^ 4,
            4 => ~value & Ones(width),
            5 => (value << 4 * width | value >> 4 * width) & Ones(width),
            _ => value,
        };
    }
}
