using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 5.2 "Block Device", on any transport. This file: configuration space, and what the transport tells. What a chain asks for is in the part
/// "Requests", how it ends in "Answers", moving data in "Data".
/// </summary>
public sealed partial class BlkDevice : RequestDevice<PendingRequest>, IDisposable
{
    readonly BlkSettings settings;
    readonly BlkConfiguration configuration;
    readonly ActionAgent change;
    readonly VolatileCache? cache;
    bool isWriteBack, hasChanged;
    int errorsLeft, hangsLeft;

    /// <summary>Makes the device and adds its agents to the machine's engine. Plug it in with <see cref="SimulatedMachine.Plug"/>.</summary>
    public BlkDevice(SimulatedMachine machine, DeviceTransport transport, string name, BlkSettings settings)
        : base(machine, transport, name, settings, DeviceType.Block, settings.EffectiveOffer, settings.QueueCount)
    {
        this.settings = settings;
        configuration = new(settings, Rules.IsQemu);
        Disk = new(settings.Image);
        cache = settings.HasVolatileCache ? new(Disk) : null;
        change = machine.Engine.Add(new ActionAgent(name + ".change", ChangeConfiguration));
    }

    /// <summary>The contents, as this execution has left them.</summary>
    public DiskOverlay Disk { get; }

    /// <summary>In sectors.</summary>
    public ulong Capacity { get; private set; }

    public bool IsReadOnly => settings.IsReadOnly;

    /// <summary>The cache mode: writes are stable once a flush has made them so, and not at once.</summary>
    public bool IsWriteBack => isWriteBack;

    protected override uint ConfigLength => configuration.Length;

    public override void PowerOn()
    {
        base.PowerOn();
        Disk.Discard();
        cache?.Flush();
        Disk.Hashing = Engine.Hashing;
        Capacity = settings.Image.Sectors;
        isWriteBack = true;
        hasChanged = false;
        errorsLeft = settings.Faults.MaximumErrors;
        hangsLeft = settings.Faults.MaximumHangs;
        configuration.Clear();
    }

    public override void Fold(ref StateHasher hasher)
    {
        base.Fold(ref hasher);
        hasher.Add(Capacity);
        hasher.Add((isWriteBack ? 1u : 0) | (hasChanged ? 2u : 0) | (ulong)(uint)errorsLeft << 8 | (ulong)(uint)hangsLeft << 32);
        hasher.Add(Disk.Hash);
        cache?.Fold(ref hasher);
        if (Rules.IsQemu) configuration.Fold(ref hasher); // elsewhere it is filled at each read
    }

    /// <summary>The disk has another size from now on, as after QEMU's block_resize. In sectors.</summary>
    public void Resize(ulong sectors)
    {
        Capacity = sectors;
        ConfigurationChanged();
    }

    /// <summary>
    /// The power is gone, and the device with it. <see cref="Disk"/> is what comes back: of what was written and not stable (5.2.6.2), any part, sector by sector,
    /// as chosen; plain is all of it.
    /// </summary>
    public void LosePower()
    {
        Remove();
        cache?.LosePower(Machine);
    }

    public void Dispose() => (settings.Image as IDisposable)?.Dispose();

    // Configuration space

    protected override uint ReadConfiguration(uint offset, int width)
    {
        // 5.2.5.2: with CONFIG_WCE and without FLUSH, writeback starts as 0.
        bool isShown = isWriteBack && (Rules.IsQemu || IsDriverOk || Negotiated.Has(BlkFeature.Flush) || !Negotiated.Has(BlkFeature.ConfigWce));
        configuration.Refresh(Capacity, isShown, Offered);
        uint value = configuration.Read(offset, width);
        if (!HasWhims) return value;
        Engine.Unblock(change);
        Engine.Reducer?.NoteWake(change);
        return value;
    }

    /// <summary>5.2.5: writeback is the only field that a driver writes, and only with CONFIG_WCE negotiated.</summary>
    protected override void WriteConfiguration(uint offset, int width, uint value)
    {
        if (Rules.IsQemu)
        {
            // QEMU stores into its copy, which is as old as the last read, and then takes the cache mode from there.
            configuration.Write(offset, width, value);
            isWriteBack = configuration.Writeback;
        }
        else if (offset == BlkConfig.Writeback && Negotiated.Has(BlkFeature.ConfigWce))
        {
            isWriteBack = value != 0;
        }
    }

    protected override int ConfigurationFieldWidth(uint offset) => BlkConfiguration.FieldWidth(offset);

    /// <summary>An odd device: 2.5.1, the generation may move at any time, with a difference to see or without.</summary>
    void ChangeConfiguration()
    {
        if (!BoundedWhim("changes its configuration")) return;
        if (settings.CapacityAfterChange != 0 && !hasChanged)
        {
            Capacity = settings.CapacityAfterChange;
            hasChanged = true;
        }
        ConfigurationChanged();
    }

    // What the transport tells

    protected override void Reset()
    {
        base.Reset();
        Engine.Block(change);
        Engine.Reducer?.NoteStop(change, wasAtWork: false);
        isWriteBack = true;
    }

    protected override void DriverOkWritten()
    {
        // 5.2.5.2, and QEMU: without CONFIG_WCE, the cache mode is what FLUSH says; and without FLUSH there is none to write back (QEMU lets the driver choose).
        if (!Negotiated.Has(BlkFeature.ConfigWce) || (!Rules.IsQemu && !Negotiated.Has(BlkFeature.Flush))) isWriteBack = Negotiated.Has(BlkFeature.Flush);
        base.DriverOkWritten();
    }
}
