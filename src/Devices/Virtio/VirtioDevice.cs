using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 2 "Basic Facilities of a Virtio Device", device side: features, queues, status, reset, configuration changes, causes of interrupts. How a
/// driver reaches all that is in its <see cref="DeviceTransport"/>; what the device does with its queues is in the device's own class. A register access
/// changes registers and wakes agents, and never runs a device.
/// </summary>
public abstract partial class VirtioDevice
{
    /// <summary>QEMU's own limits: descriptors of a queue, and queues.</summary>
    internal const uint QemuQueueSizeMax = 1024, QemuQueueSelectors = 1024;

    /// <summary>What most of QEMU's devices have: a ring's size until the driver sets one.</summary>
    internal const ushort QemuPlainQueueSize = 256;

    /// <summary>Interrupts of one storm.</summary>
    const int InterruptStorm = 8;

    readonly int peripheral;
    readonly ActionAgent resetter, lateInterrupt;
    readonly ulong[] readyWithoutQueue = new ulong[QemuQueueSelectors / 64];

    uint status, interruptStatus, lateCauses, generation;
    ulong lateQueues;
    uint deviceFeaturesSel, driverFeaturesSel, queueSel, pageShift;
    FeatureSet programmedFeatures, negotiated;
    bool resetPending, broken;
    int liesLeft, whimsLeft, stormLeft;

    protected VirtioDevice(SimulatedMachine machine, DeviceTransport transport, string name, VirtioSettings settings, uint deviceId, FeatureSet offered, int queues, ushort qemuQueueSize = QemuPlainQueueSize)
    {
        Machine = machine;
        Transport = transport;
        Name = name;
        Settings = settings;
        Rules = ProfileRules.Of(settings.Profile);
        DeviceId = deviceId;
        Offered = offered;
        Dma = new(machine);
        peripheral = machine.Peripherals++;
        Queues = new DeviceQueue[queues];
        for (int i = 0; i < queues; i++)
            Queues[i] = new((ushort)i, Rules.IsQemu ? transport.QemuQueueSizeShown(qemuQueueSize) : settings.QueueSizeMax, Rules.IsQemu ? qemuQueueSize : settings.QueueSizeMax);
        resetter = machine.Engine.Add(new ActionAgent(name + ".reset", RunReset));
        lateInterrupt = machine.Engine.Add(new ActionAgent(name + ".interrupt", DeliverLateInterrupt));
        transport.Attach(this);
    }

    public string Name { get; }

    /// <summary>How drivers reach this device, and it them.</summary>
    public DeviceTransport Transport { get; }

    public VirtioSettings Settings { get; }

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

    /// <summary>Whether the driver uses the legacy interface (2.2.3).</summary>
    public bool IsLegacy => Transport.IsLegacy;

    public ReadOnlySpan<DeviceQueue> AllQueues => Queues;

    internal ProfileRules Rules { get; }

    internal SimulatedMachine Machine { get; }

    internal Engine Engine => Machine.Engine;

    protected DeviceQueue[] Queues { get; }

    /// <summary>The device's one way to memory.</summary>
    internal DmaPort Dma { get; }

    protected bool IsDriverOk => (status & DeviceStatus.DriverOk) != 0;

    /// <summary>Bytes of configuration space: none, unless the device says otherwise.</summary>
    protected virtual uint ConfigLength => 0;

    /// <summary>For the monitors.</summary>
    internal DeviceWatch Watch { get; } = new();

    /// <summary>The word of a queue's addresses that the driver has not written since the last reset, though it wrote the other half of that address, as reports call it; null: none.</summary>
    public string? HalfMissing(int queue)
        => Watch.Lifecycle.MissingHalf(queue) is { } half ? Models.Rules.RegisterWords.In(Transport.Names, $"queue address word {half}") : null;

    internal uint ConfigurationLength => ConfigLength;

    internal int FieldWidthAt(uint offset) => ConfigurationFieldWidth(offset);

    internal uint ReadConfigurationSpace(uint offset, int width) => ReadConfiguration(offset, width);

    internal void WriteConfigurationSpace(uint offset, int width, uint value) => WriteConfiguration(offset, width, value);

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
        Transport.PowerOn();
    }

    /// <summary>
    /// A reset of the whole machine, not by the driver: registers as at power-on, but what is behind the device stays, and so does
    /// ConfigGeneration, as QEMU's does, and over PCI the selectors.
    /// </summary>
    public void ResetWithMachine()
    {
        CompleteReset();
        foreach (var queue in Queues) queue.Clear();
        Transport.ResetWithMachine();
        if (Transport.TakesFeaturesAtOnce) return;
        deviceFeaturesSel = driverFeaturesSel = pageShift = 0;
        programmedFeatures = default;
    }

    /// <summary>All state that decides what this device does next, but for its agents' own.</summary>
    public virtual void Fold(ref StateHasher hasher)
    {
        hasher.Add(lateQueues);
        hasher.Add(status | (ulong)interruptStatus << 8 | (ulong)lateCauses << 16 | (ulong)pageShift << 24 | (ulong)generation << 32);
        hasher.Add(deviceFeaturesSel | (ulong)driverFeaturesSel << 32);
        hasher.Add(queueSel | (resetPending ? 1UL << 32 : 0) | (broken ? 1UL << 33 : 0) | (IsRemoved ? 1UL << 34 : 0) | (ulong)(uint)liesLeft << 40 | (ulong)(uint)whimsLeft << 48 | (ulong)(uint)stormLeft << 56);
        hasher.Add(programmedFeatures.Low);
        hasher.Add(programmedFeatures.High);
        hasher.Add(negotiated.Low);
        hasher.Add(negotiated.High);
        foreach (var queue in Queues) queue.Fold(ref hasher);
        Transport.Fold(ref hasher);
        if (!Rules.IsQemu) return;
        foreach (ulong word in readyWithoutQueue) hasher.Add(word);
    }

    // What a device adds

    /// <summary>Configuration space, <paramref name="width"/> 1, 2 or 4 bytes that lie within <see cref="ConfigLength"/>.</summary>
    protected virtual uint ReadConfiguration(uint offset, int width) => 0;

    protected virtual void WriteConfiguration(uint offset, int width, uint value)
    {
    }

    /// <summary>The width that the standard asks for at this offset (4.2.2.2), or 0 where no field starts.</summary>
    protected virtual int ConfigurationFieldWidth(uint offset) => 0;

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

    // Interrupts (2.3 "Notifications")

    /// <summary>Sets causes, and has the transport interrupt.</summary>
    /// <param name="queue">The queue whose buffers were used, if that is a cause.</param>
    internal void RaiseInterrupt(uint causes, DeviceQueue? queue = null)
    {
        interruptStatus |= causes;
        Touch(VirtioRegister.InterruptStatus);
        Machine.Monitors.InterruptRaised(this, causes);
        // QEMU's line is not driven any more once the device is broken, in either direction, until it is reset.
        if (Rules.IsQemu && broken) return;
        Machine.Messages.TakeIn(Dma, Parts(PeripheralBits.Causes));
        Shows(PeripheralBits.Causes, VirtioRegister.InterruptStatus);
        Transport.Interrupt(causes, queue);
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.Causes));
    }

    /// <summary>The same a while later, together with what else comes until then.</summary>
    internal void RaiseInterruptLater(uint causes, DeviceQueue? queue = null)
    {
        lateCauses |= causes;
        if (queue is not null) lateQueues |= 1UL << queue.Index;
        Engine.Unblock(lateInterrupt);
        if (Engine.Reducer is not { } reducer) return;
        reducer.NoteWake(lateInterrupt);
        reducer.Touches(0, Parts(PeripheralBits.Causes));
    }

    void DeliverLateInterrupt()
    {
        uint causes = lateCauses;
        ulong queues = lateQueues;
        lateCauses = 0;
        lateQueues = 0;
        // Each queue may have an interrupt of its own; the rest, and the first queue's, go together.
        var first = queues == 0 ? null : Queues[System.Numerics.BitOperations.TrailingZeroCount(queues)];
        if (causes != 0) RaiseInterrupt(causes, first);
        for (queues &= queues - 1; queues != 0; queues &= queues - 1)
            RaiseInterrupt(InterruptCause.UsedBuffer, Queues[System.Numerics.BitOperations.TrailingZeroCount(queues)]);
    }

    /// <summary>2.5.2: what configuration space says has changed.</summary>
    internal void ConfigurationChanged()
    {
        if (Rules.IsQemu && !IsDriverOk) return;
        generation++;
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.Space));
        Shows(PeripheralBits.Space, VirtioRegister.ConfigGeneration);
        Touch(VirtioRegister.ConfigGeneration);
        Touch(VirtioRegister.Config);
        if (IsDriverOk) RaiseInterrupt(Rules.IsQemu ? InterruptCause.All : InterruptCause.ConfigurationChange);
    }

    /// <summary>The driver has taken note of causes.</summary>
    internal void AcknowledgeInterrupt(uint causes)
    {
        interruptStatus &= ~causes;
        Touch(VirtioRegister.InterruptStatus);
        if (Rules.IsQemu && broken) return;
        Transport.Acknowledged(anyLeft: interruptStatus != 0);
        if (stormLeft == 0) return;
        stormLeft--;
        RaiseInterruptLater(InterruptCause.All);
    }

    /// <summary>
    /// 2.1.2: the device cannot go on until it is reset. Legacy drivers have no bit for it: there, the device only falls silent.
    /// </summary>
    internal void RaiseNeedsReset()
    {
        // QEMU tells of each mistake; once broken, it still meets those that it makes when it maps a ring.
        if (broken && !Rules.IsQemu) return;
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.Control));
        Shows(PeripheralBits.Control, VirtioRegister.Status);
        bool isShown = Rules.IsQemu ? negotiated.Has(Feature.Version1) : !IsLegacy;
        if (isShown)
        {
            status |= DeviceStatus.NeedsReset;
            Touch(VirtioRegister.Status);
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

    /// <summary>A lie of a hostile device, at most <see cref="VirtioSettings.MaximumLies"/> in an execution; 0 is the truth.</summary>
    /// <param name="words">As in <see cref="Whim"/>.</param>
    internal int Lie(int options, string words)
    {
        if (!Rules.Lies || liesLeft == 0) return 0;
        int pick = Engine.Choose(ChoiceKind.Fault, options);
        Machine.Recorder?.Decided(pick, words);
        if (pick != 0) liesLeft--;
        return pick;
    }

    /// <summary>What a hostile device answers instead: a device that is gone, one that is empty, one bit off.</summary>
    internal ulong Distorted(ulong value, int width) => Lie(4, "answers all ones|answers 0|answers with one bit flipped") switch
    {
        1 => ulong.MaxValue >> (64 - 8 * width),
        2 => 0,
        3 => value ^ 4,
        _ => value,
    };

    /// <summary>Parts of this device, for the reduction.</summary>
    internal ulong Parts(ulong parts) => PeripheralBits.Of(peripheral, parts);

    /// <summary>The device has changed what registers show.</summary>
    internal void Shows(ulong parts, VirtioRegister register) => Machine.Messages.Show(Dma, Parts(parts), Transport.NameOf(register));

    /// <summary>A register shows something else: whoever polls it looks again.</summary>
    internal void Touch(VirtioRegister register) => Transport.Touch(register);
}
