using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 4.2 "Virtio Over MMIO", device side, versions 2 and 1 (4.2.4): the register block, features, queues, status and
/// reset of a device, interrupts as a level. What a register access does is in the parts beside this file; what the device does
/// with its queues is in the device's own class. A register access changes registers and wakes agents, and never runs a device.
/// </summary>
public abstract partial class MmioDevice : IBusDevice
{
    /// <summary>QEMU answers this for each queue that exists, whatever the device's own size.</summary>
    const uint QemuQueueNumMax = 1024, QemuQueueSelectors = 1024;

    /// <summary>QEMU's default for virtio-blk: the ring's size until the driver sets one.</summary>
    const ushort QemuPlainQueueSize = 256;

    /// <summary>Interrupts of one storm.</summary>
    const int InterruptStorm = 8;

    readonly InterruptLine line;
    readonly ulong baseAddress;
    readonly int peripheral;
    readonly ActionAgent resetter, lateInterrupt;
    readonly ulong[] readyWithoutQueue = new ulong[QemuQueueSelectors / 64];

    uint status, interruptStatus, lateCauses, generation;
    uint deviceFeaturesSel, driverFeaturesSel, queueSel, pageShift;
    FeatureSet programmedFeatures, negotiated;
    bool resetPending, broken;
    int liesLeft, whimsLeft, stormLeft;

    protected MmioDevice(SimulatedMachine machine, InterruptLine line, string name, MmioSettings settings, uint deviceId, FeatureSet offered, int queues)
    {
        Machine = machine;
        this.line = line;
        Name = name;
        Settings = settings;
        Rules = ProfileRules.Of(settings.Profile);
        DeviceId = deviceId;
        Offered = offered;
        baseAddress = SimulatedMachine.SlotAddress(line.Number - SimulatedMachine.FirstMmioInterrupt);
        Dma = new(machine);
        peripheral = machine.Peripherals++;
        Queues = new DeviceQueue[queues];
        for (int i = 0; i < queues; i++)
            Queues[i] = new((ushort)i, Rules.IsQemu ? (ushort)QemuQueueNumMax : settings.QueueSizeMax, Rules.IsQemu ? QemuPlainQueueSize : settings.QueueSizeMax);
        resetter = machine.Engine.Add(new ActionAgent(name + ".reset", RunReset));
        lateInterrupt = machine.Engine.Add(new ActionAgent(name + ".interrupt", DeliverLateInterrupt));
    }

    public string Name { get; }

    public MmioSettings Settings { get; }

    public uint DeviceId { get; }

    /// <summary>Features that the device offers.</summary>
    public FeatureSet Offered { get; }

    /// <summary>Features in force.</summary>
    public FeatureSet Negotiated => negotiated;

    public uint Status => status;

    public uint InterruptStatus => interruptStatus;

    public uint ConfigGeneration => generation;

    /// <summary>The driver has written 0 to Status, and the reset has not completed.</summary>
    public bool IsResetPending => resetPending;

    /// <summary>An error that only a reset mends; shown as NEEDS_RESET where the driver knows that bit.</summary>
    public bool IsBroken => broken;

    public bool IsLegacy => Settings.IsLegacy;

    public ReadOnlySpan<DeviceQueue> AllQueues => Queues;

    internal ProfileRules Rules { get; }

    internal SimulatedMachine Machine { get; }

    internal Engine Engine => Machine.Engine;

    protected DeviceQueue[] Queues { get; }

    /// <summary>The device's one way to memory.</summary>
    protected DmaPort Dma { get; }

    DmaPort IBusDevice.Master => Dma;

    bool IBusDevice.KeepsMessages => true;

    internal bool IsOn(InterruptLine other) => line == other;

    protected bool IsDriverOk => (status & DeviceStatus.DriverOk) != 0;

    /// <summary>Bytes of configuration space.</summary>
    protected abstract uint ConfigLength { get; }

    /// <summary>For the monitors.</summary>
    internal DeviceWatch Watch { get; } = new();

    internal uint ConfigurationLength => ConfigLength;

    internal int FieldWidthAt(uint offset) => ConfigurationFieldWidth(offset);

    /// <summary>The state before the first instruction of the machine.</summary>
    public virtual void PowerOn()
    {
        IsRemoved = false;
        ClearRegisters();
        deviceFeaturesSel = driverFeaturesSel = pageShift = generation = 0;
        programmedFeatures = default;
        liesLeft = Settings.MaximumLies;
        whimsLeft = Settings.MaximumWhims;
        stormLeft = 0;
        foreach (var queue in Queues) queue.Clear();
        Array.Clear(readyWithoutQueue);
        line.Set(false);
    }

    /// <summary>
    /// A reset of the whole machine, not by the driver: registers as at power-on, but what is behind the device stays, and so does
    /// ConfigGeneration, as QEMU's does.
    /// </summary>
    public void ResetWithMachine()
    {
        CompleteReset();
        deviceFeaturesSel = driverFeaturesSel = pageShift = 0;
        programmedFeatures = default;
        foreach (var queue in Queues) queue.Clear();
    }

    /// <summary>All state that decides what this device does next, but for its agents' own.</summary>
    public virtual void Fold(ref StateHasher hasher)
    {
        hasher.Add(status | (ulong)interruptStatus << 8 | (ulong)lateCauses << 16 | (ulong)pageShift << 24 | (ulong)generation << 32);
        hasher.Add(deviceFeaturesSel | (ulong)driverFeaturesSel << 32);
        hasher.Add(queueSel | (resetPending ? 1UL << 32 : 0) | (broken ? 1UL << 33 : 0) | (IsRemoved ? 1UL << 34 : 0) | (ulong)(uint)liesLeft << 40 | (ulong)(uint)whimsLeft << 48 | (ulong)(uint)stormLeft << 56);
        hasher.Add(programmedFeatures.Low);
        hasher.Add(programmedFeatures.High);
        hasher.Add(negotiated.Low);
        hasher.Add(negotiated.High);
        foreach (var queue in Queues) queue.Fold(ref hasher);
        if (!Rules.IsQemu) return;
        foreach (ulong word in readyWithoutQueue) hasher.Add(word);
    }

    // What a device adds

    /// <summary>Configuration space, <paramref name="width"/> 1, 2 or 4 bytes that lie within <see cref="ConfigLength"/>.</summary>
    protected abstract uint ReadConfiguration(uint offset, int width);

    protected abstract void WriteConfiguration(uint offset, int width, uint value);

    /// <summary>The width that the standard asks for at this offset (4.2.2.2), or 0 where no field starts.</summary>
    protected abstract int ConfigurationFieldWidth(uint offset);

    /// <summary>The driver notified a queue, and this device listens.</summary>
    protected abstract void Notified(DeviceQueue queue);

    /// <summary>A queue is not served any more: drop what is in flight.</summary>
    protected abstract void Stop(DeviceQueue queue);

    /// <summary>The device is reset: drop what is in flight, put the device's own registers back.</summary>
    protected abstract void Reset();

    /// <summary>DRIVER_OK was written, anew or again.</summary>
    protected virtual void DriverOkWritten()
    {
    }

    // Interrupts (4.2.2, InterruptStatus)

    /// <summary>Sets causes and raises the line.</summary>
    internal void RaiseInterrupt(uint causes)
    {
        interruptStatus |= causes;
        Touch(MmioRegister.InterruptStatus);
        Machine.Monitors.InterruptRaised(this, causes);
        // QEMU's line is not driven any more once the device is broken, in either direction, until it is reset.
        if (Rules.IsQemu && broken) return;
        Machine.Messages.TakeIn(Dma, Parts(PeripheralBits.Causes));
        Shows(PeripheralBits.Causes, MmioRegister.InterruptStatus);
        line.Set(true, Dma);
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.Causes));
    }

    /// <summary>The same a while later, together with what else comes until then.</summary>
    internal void RaiseInterruptLater(uint causes)
    {
        lateCauses |= causes;
        Engine.Unblock(lateInterrupt);
        if (Engine.Reducer is not { } reducer) return;
        reducer.NoteWake(lateInterrupt);
        reducer.Touches(0, Parts(PeripheralBits.Causes));
    }

    void DeliverLateInterrupt()
    {
        uint causes = lateCauses;
        lateCauses = 0;
        if (causes != 0) RaiseInterrupt(causes);
    }

    /// <summary>2.5.2: what configuration space says has changed.</summary>
    internal void ConfigurationChanged()
    {
        if (Rules.IsQemu && !IsDriverOk) return;
        generation++;
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.Space));
        Shows(PeripheralBits.Space, MmioRegister.ConfigGeneration);
        Touch(MmioRegister.ConfigGeneration);
        Touch(MmioRegister.Config);
        if (IsDriverOk) RaiseInterrupt(Rules.IsQemu ? InterruptCause.All : InterruptCause.ConfigurationChange);
    }

    /// <summary>
    /// 2.1.2: the device cannot go on until it is reset. Legacy drivers have no bit for it: there, the device only falls silent.
    /// </summary>
    internal void RaiseNeedsReset()
    {
        // QEMU tells of each mistake; once broken, it still meets those that it makes when it maps a ring.
        if (broken && !Rules.IsQemu) return;
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.Control));
        Shows(PeripheralBits.Control, MmioRegister.Status);
        bool isShown = Rules.IsQemu ? negotiated.Has(Feature.Version1) : !IsLegacy;
        if (isShown)
        {
            status |= DeviceStatus.NeedsReset;
            Touch(MmioRegister.Status);
            Machine.Monitors.NeedsResetRaised(this);
            if (Rules.IsQemu) ConfigurationChanged();
            else if (IsDriverOk) RaiseInterrupt(InterruptCause.ConfigurationChange);
        }
        broken = true;
    }

    /// <summary>A hostile device raises its line again each time that it was acknowledged, for a while.</summary>
    internal void BeginInterruptStorm()
    {
        stormLeft = InterruptStorm;
        RaiseInterrupt(InterruptCause.All);
    }

    // Choices

    /// <summary>May this device still do something without a cause in this execution?</summary>
    internal bool HasWhims => Rules.IsUnusual && whimsLeft > 0;

    /// <summary>A freedom that only unusual devices use; 0 is the plain way.</summary>
    /// <param name="words">What the device does if it is not, for reports; with more than two options, those of each in turn, with | between them.</param>
    internal int Whim(int options, string words)
    {
        if (!Rules.IsUnusual) return 0;
        int pick = Engine.Choose(ChoiceKind.Device, options);
        Machine.Recorder?.Decided(pick, words);
        return pick;
    }

    /// <summary>The same where an endless number of them would never let the machine come to rest.</summary>
    internal bool BoundedWhim(string words)
    {
        if (!HasWhims || Engine.Choose(ChoiceKind.Device, 2) == 0) return false;
        Machine.Recorder?.Decided(1, words);
        whimsLeft--;
        return true;
    }

    /// <summary>A lie of a hostile device, at most <see cref="MmioSettings.MaximumLies"/> in an execution; 0 is the truth.</summary>
    /// <param name="words">As in <see cref="Whim"/>.</param>
    internal int Lie(int options, string words)
    {
        if (!Rules.Lies || liesLeft == 0) return 0;
        int pick = Engine.Choose(ChoiceKind.Fault, options);
        Machine.Recorder?.Decided(pick, words);
        if (pick != 0) liesLeft--;
        return pick;
    }

    /// <summary>Parts of this device, for the reduction.</summary>
    internal ulong Parts(ulong parts) => PeripheralBits.Of(peripheral, parts);

    /// <summary>The device has changed what registers show.</summary>
    internal void Shows(ulong parts, uint register) => Machine.Messages.Show(Dma, Parts(parts), AddressNames.Register(register));

    /// <summary>
    /// Constants are no part at all. What unusual and hostile devices still may do is counted for the whole device, so there each access touches all of it.
    /// </summary>
    (ulong Reads, ulong Writes) IBusDevice.PartsOf(uint offset, bool writes, ulong value)
    {
        if (Rules.IsUnusual || Rules.Lies) return (Parts(PeripheralBits.All), Parts(PeripheralBits.All));
        ulong control = Parts(PeripheralBits.Control);
        if (offset >= MmioRegister.Config) return writes ? (control, Parts(PeripheralBits.Space)) : (Parts(PeripheralBits.Space), 0);
        return offset switch
        {
            MmioRegister.MagicValue or MmioRegister.Version or MmioRegister.DeviceId or MmioRegister.VendorId => default,
            MmioRegister.InterruptStatus => (Parts(PeripheralBits.Causes), 0),
            MmioRegister.InterruptAck => (0, Parts(PeripheralBits.Causes)),
            MmioRegister.ConfigGeneration => (Parts(PeripheralBits.Space), 0),
            MmioRegister.QueueNotify => (control, Parts(PeripheralBits.Bell)),
            MmioRegister.Status or MmioRegister.QueueReady or MmioRegister.QueuePfn when writes => (control, Parts(PeripheralBits.Control | PeripheralBits.Bell)),
            _ => writes ? (control, control) : (control, 0),
        };
    }

    void Touch(uint register) => Engine.Touch(SimMachine.RegisterWatchKey(baseAddress + register));
}
