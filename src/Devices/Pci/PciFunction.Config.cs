using System.Buffers.Binary;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>PCI Local Bus 3.0, 6.1 to 6.3 and 6.7: configuration space, which of its bits can be written, and the list of capabilities.</summary>
public abstract partial class PciFunction
{
    readonly byte[] config = new byte[PciRegister.SpaceSize], initial = new byte[PciRegister.SpaceSize], writable = new byte[PciRegister.SpaceSize];
    uint nextCapability = PciRegister.HeaderSize;
    uint lastCapabilityLink = PciRegister.CapabilitiesPointer;
    ushort command;
    Fingerprint configHash;
    bool isHashed;

    /// <summary>Its own bit; what counts is <see cref="IsBusMaster"/>.</summary>
    internal bool MasterBit => (command & PciCommand.BusMaster) != 0;

    /// <summary>Whether it can reach memory and send messages: its own bit, and those of all bridges above it (PCI-to-PCI Bridge Architecture 1.2, 3.2.5.3).</summary>
    public bool IsBusMaster
    {
        get
        {
            if (!MasterBit || !IsPresent) return false;
            for (var above = Bus.Bridge; above is not null; above = above.Bus.Bridge)
            {
                if (!above.MasterBit || !above.IsPresent) return false;
            }
            return true;
        }
    }

    internal bool Decodes(PciSpace space) => IsPresent && (command & (space == PciSpace.Io ? PciCommand.IoSpace : PciCommand.MemorySpace)) != 0;

    void InitialiseHeader(bool isBridge)
    {
        InitialiseConfig16(PciRegister.VendorId, Settings.VendorId);
        InitialiseConfig16(PciRegister.DeviceId, Settings.DeviceId);
        InitialiseConfig(PciRegister.Revision, Settings.Revision);
        InitialiseConfig(PciRegister.ProgrammingInterface, (byte)Settings.ClassCode);
        InitialiseConfig16(PciRegister.Subclass, (ushort)(Settings.ClassCode >> 8));
        InitialiseConfig(PciRegister.HeaderType, (byte)((isBridge ? PciHeaderType.Bridge : PciHeaderType.Device) | (Settings.IsMultiFunction ? PciHeaderType.MultiFunction : 0)));
        InitialiseConfig(PciRegister.InterruptPin, Settings.InterruptPin);
        InitialiseConfig(PciRegister.InterruptLine, 0, mask: 0xFF);
        InitialiseConfig(PciRegister.CacheLineSize, 0, mask: 0xFF);
        const ushort kept = PciCommand.Decode | PciCommand.BusMaster | PciCommand.Serr | PciCommand.InterruptDisable;
        InitialiseConfig16(PciRegister.Command, 0, Rules.IsQemu ? kept : (ushort)(kept | PciCommand.ParityError));
        // QEMU keeps whatever is written behind the header, but for what a capability claims.
        if (Rules.IsQemu) writable.AsSpan((int)PciRegister.HeaderSize).Fill(0xFF);
        if (isBridge) return;
        InitialiseConfig16(PciRegister.SubsystemVendorId, Settings.SubsystemVendorId);
        InitialiseConfig16(PciRegister.SubsystemId, Settings.SubsystemId);
    }

    /// <summary>What a byte of configuration space is after a reset, and which of its bits can be written.</summary>
    protected void InitialiseConfig(uint offset, byte value, byte mask = 0)
    {
        initial[offset] = config[offset] = value;
        writable[offset] = mask;
    }

    protected void InitialiseConfig16(uint offset, ushort value, ushort mask = 0)
    {
        InitialiseConfig(offset, (byte)value, (byte)mask);
        InitialiseConfig(offset + 1, (byte)(value >> 8), (byte)(mask >> 8));
    }

    protected void InitialiseConfig32(uint offset, uint value, uint mask = 0)
    {
        InitialiseConfig16(offset, (ushort)value, (ushort)mask);
        InitialiseConfig16(offset + 2, (ushort)(value >> 16), (ushort)(mask >> 16));
    }

    /// <summary>
    /// Adds a capability behind those there are, or before them, as functions with profile <c>odd</c> and QEMU's do: no driver may count on an order. Returns its offset.
    /// </summary>
    /// <param name="id">Of <see cref="PciCapability"/>.</param>
    /// <param name="body">What follows the id and the pointer to the next one.</param>
    /// <param name="mask">Which of its bits can be written; none where it is shorter.</param>
    protected uint AddCapability(byte id, ReadOnlySpan<byte> body, ReadOnlySpan<byte> mask = default)
    {
        uint at = nextCapability;
        nextCapability += (PciCapability.HeaderSize + (uint)body.Length + 3) & ~3u;
        if (nextCapability > PciRegister.SpaceSize) throw new ArgumentException($"{Name}: no room for another capability");
        InitialiseConfig(at, id);
        InitialiseConfig(at + PciCapability.NextOffset, 0);
        for (int i = 0; i < body.Length; i++) InitialiseConfig(at + PciCapability.HeaderSize + (uint)i, body[i], i < mask.Length ? mask[i] : (byte)0);
        if (Rules.IsUnusual || Rules.IsQemu)
        {
            InitialiseConfig(at + PciCapability.NextOffset, config[PciRegister.CapabilitiesPointer]);
            InitialiseConfig(PciRegister.CapabilitiesPointer, (byte)at);
        }
        else
        {
            InitialiseConfig(lastCapabilityLink, (byte)at);
            lastCapabilityLink = at + PciCapability.NextOffset;
        }
        InitialiseConfig16(PciRegister.Status, PciStatus.CapabilityList);
        return at;
    }

    /// <summary>Registers of configuration space as they are. The caller keeps within <see cref="PciRegister.SpaceSize"/>.</summary>
    protected internal uint GetConfig(uint offset, int width)
    {
        uint value = 0;
        for (int i = width - 1; i >= 0; i--) value = value << 8 | config[offset + (uint)i];
        return value;
    }

    /// <summary>The function changes registers of its own, read-only ones too.</summary>
    protected void SetConfig(uint offset, int width, uint value)
    {
        for (int i = 0; i < width; i++) config[offset + (uint)i] = (byte)(value >> 8 * i);
        isHashed = false;
    }

    ulong ReadConfig(uint offset, int width)
    {
        // Behind the first 256 bytes are extended capabilities: there are none. QEMU's functions end there.
        if (offset + (uint)width > PciRegister.SpaceSize) return Rules.IsQemu ? Ones(width) : Distorted(0, width);
        ReadingConfig(offset, width);
        return Distorted(GetConfig(offset, width), width);
    }

    void WriteConfig(uint offset, int width, uint value)
    {
        if (offset + (uint)width > PciRegister.SpaceSize) return;
        for (int i = 0; i < width; i++)
        {
            uint at = offset + (uint)i;
            isHashed = false;
            byte written = (byte)(value >> 8 * i);
            config[at] = (byte)(config[at] & ~writable[at] | written & writable[at]);
            // 6.2.3: errors are cleared by writing ones.
            if (at - PciRegister.Status < sizeof(ushort)) config[at] &= (byte)~(written & (PciStatus.Errors >> 8 * (int)(at - PciRegister.Status)));
        }
        if (Overlaps(offset, width, PciRegister.Command, 2)) CommandWritten();
        if (Overlaps(offset, width, PciRegister.Bar0, 4 * bars.Length)) BarsWritten();
        if (msix is not null && Overlaps(offset, width, msix.Capability + PciMsix.ControlOffset, 2)) MsixControlWritten();
        ConfigWritten(offset, width);
    }

    /// <summary>The function writes a byte of its own as a driver would.</summary>
    private protected void WriteConfigByte(uint offset, byte value) => WriteConfig(offset, 1, value);

    protected static bool Overlaps(uint offset, int width, uint start, int length) => offset < start + (uint)length && start < offset + (uint)width;

    void CommandWritten()
    {
        ushort before = command;
        command = (ushort)GetConfig(PciRegister.Command, 2);
        if (before == command) return;
        if (((before ^ command) & PciCommand.Decode) != 0) Host.DecodeChanged();
        UpdateInterrupt();
        NoteCommandChange();
    }

    /// <summary>Of a bridge, everything behind it hears of it too.</summary>
    internal virtual void NoteCommandChange() => CommandChanged();

    /// <summary>A reset of the whole machine, not the first: QEMU puts the header and MSI-X back, and leaves all else as it was written.</summary>
    void ResetConfigWithMachine()
    {
        Span<byte> kept = stackalloc byte[(int)(PciRegister.SpaceSize - PciRegister.HeaderSize)];
        config.AsSpan((int)PciRegister.HeaderSize).CopyTo(kept);
        ResetConfig();
        if (!Rules.IsQemu) return;
        kept.CopyTo(config.AsSpan((int)PciRegister.HeaderSize));
        if (msix is not null) SetConfig(msix.Capability + PciMsix.ControlOffset, 2, (uint)(msix.Count - 1));
    }

    void ResetConfig()
    {
        initial.CopyTo(config, 0);
        isHashed = false;
        command = 0;
        BarsWritten();
    }

    /// <summary>Configuration changes rarely, and is asked for often.</summary>
    void FoldConfig(ref StateHasher hasher)
    {
        if (!isHashed)
        {
            var words = new StateHasher();
            for (int at = 0; at < config.Length; at += sizeof(ulong)) words.Add(BinaryPrimitives.ReadUInt64LittleEndian(config.AsSpan(at)));
            configHash = words.Result;
            isHashed = true;
        }
        hasher.Add(configHash);
    }
}
