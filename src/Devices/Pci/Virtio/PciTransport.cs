using Ringcheck.Exploration;
using Ringcheck.Models.Lifecycle;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 4.1 "Virtio Over PCI Bus", device side: which interface the driver uses, the vectors that it gave, and how the device interrupts. The registers are in
/// <see cref="VirtioPciFunction"/>.
/// </summary>
public sealed class PciTransport : DeviceTransport
{
    static readonly uint PageShift = (uint)System.Numerics.BitOperations.Log2(PciLegacyRegister.PageSize);

    readonly ushort[] queueVectors;
    ushort configVector;
    bool isLegacy, runsForFirmware;

    internal PciTransport(SimulatedMachine machine, VirtioPciSettings settings)
        : base(machine)
    {
        queueVectors = new ushort[settings.Queues];
        Function = new(machine, this, settings);
    }

    public VirtioPciFunction Function { get; }

    /// <summary>Of a transitional function: the interface by which the driver has begun, with a write to the status, for the last time.</summary>
    public override bool IsLegacy => isLegacy;

    public override RegisterNames Names => isLegacy ? RegisterNames.PciLegacy : RegisterNames.PciModern;

    internal override ushort QemuQueueSizeShown(ushort plain) => plain;

    internal override bool MustAcknowledge => !Function.IsMsixEnabled;

    internal override LifecycleState InitialLifecycle => LifecycleState.OfPci(Function.Virtio.Interface == VirtioPciInterface.Legacy);

    /// <summary>The device has queues that somebody before the driver gave it, and nobody has reset it since.</summary>
    internal bool RunsForFirmware => runsForFirmware;

    internal override void PowerOn()
    {
        runsForFirmware = false;
        isLegacy = Function.Virtio.Interface == VirtioPciInterface.Legacy;
        Device.PageShift = PageShift;
        ForgetVectors();
        unbacked.Clear();
        Function.ForgetDisabled();
        Function.ForgetStarted();
    }

    /// <summary>See <see cref="VirtioPciSettings.IsLeftByFirmware"/>.</summary>
    internal void LeaveByFirmware()
    {
        runsForFirmware = true;
        Device.LeaveRunning(SimulatedMachine.RamBase);
    }

    internal override void Reset()
    {
        runsForFirmware = false;
        ForgetVectors();
        Function.SetInterrupt(false);
        if (!Device.Rules.IsQemu) return;
        foreach (var queue in Device.AllQueues) queue.Clear();
        unbacked.Clear();
        Function.ForgetDisabled();
        for (int vector = 0; vector < Function.MsixVectors; vector++) Function.ForgetPending(vector);
    }

    internal override FeatureSet OfferedOverLegacy => Device.Offered | new FeatureSet(Function.QemuLegacyFeatures, 0);

    internal override bool TakesNoBuffers => Function.IsDisabled;

    internal override bool TakesFeaturesAtOnce => Device.Rules.IsQemu;

    internal override void ResetWithMachine() => Function.ResetWithMachine();

    /// <summary>The driver has written the status, over one of the interfaces.</summary>
    internal void Begin(bool legacy)
    {
        Device.PageShift = PageShift;
        if (legacy == isLegacy) return;
        isLegacy = legacy;
        // The write that this is about came over the other interface, as far as anybody knew.
        Device.Watch.Reset(LifecycleState.OfPci(isLegacy));
        Device.Watch.Lifecycle.Next(new(LifecycleEventKind.StatusWritten));
    }

    internal override void Removed() => Function.Unplug();

    internal override void Interrupt(uint causes, DeviceQueue? queue)
    {
        if (!Function.IsMsixEnabled)
        {
            Function.SetInterrupt(true);
            return;
        }
        if ((causes & InterruptCause.ConfigurationChange) != 0) Function.Send(configVector);
        // QEMU shows both causes when the configuration changes, and sends the one message.
        if ((causes & InterruptCause.UsedBuffer) == 0 || (Device.Rules.IsQemu && queue is null)) return;
        if (queue is not null) Function.Send(queueVectors[queue.Index]);
        else foreach (ushort vector in queueVectors) Function.Send(vector);
    }

    internal override void Acknowledged(bool anyLeft) => Function.SetInterrupt(anyLeft);

    internal override bool IsOn(InterruptLine line) => Function.Host.LineOf(Function) == line;

    internal override void Fold(ref StateHasher hasher)
    {
        hasher.Add(configVector | (isLegacy ? 1u << 16 : 0) | (Function.IsDisabled ? 1u << 17 : 0) | (Function.IsStarted ? 1u << 18 : 0) | (runsForFirmware ? 1u << 19 : 0));
        foreach (ushort vector in queueVectors) hasher.Add(vector);
        foreach (var (place, value) in unbacked)
        {
            hasher.Add(place.Queue | (ulong)place.Offset << 32);
            hasher.Add(value);
        }
    }

    // Vectors (4.1.5.1.2)

    internal ushort ConfigVector
    {
        get => configVector;
        set => Change(ref configVector, value);
    }

    /// <summary>Of the selected queue.</summary>
    internal ushort QueueVector
    {
        get => Device.SelectedQueue is { } queue ? queueVectors[queue.Index] : (ushort)~Unbacked(PciCommonRegister.QueueMsixVector);
        set
        {
            if (Device.SelectedQueue is { } queue) Change(ref queueVectors[queue.Index], value);
            else if (Device.Rules.IsQemu) SetUnbacked(PciCommonRegister.QueueMsixVector, (uint)~Mapped(value));
        }
    }

    /// <summary>A message that was due by a vector that nobody else has is forgotten by QEMU, also where the same vector is written again.</summary>
    void Change(ref ushort vector, ushort value)
    {
        ushort before = vector;
        vector = PciCommonRegister.NoVector;
        if (Device.Rules.IsQemu && configVector != before && Array.IndexOf(queueVectors, before) < 0) Function.ForgetPending(before);
        vector = Mapped(value);
    }

    // QEMU has registers for 1,024 queues, whether they are there or not

    readonly Dictionary<(uint Queue, uint Offset), uint> unbacked = [];

    /// <summary>What was written for a queue that is not there; vectors are kept inverted, so that none is 0 too.</summary>
    internal uint Unbacked(uint offset) => unbacked.GetValueOrDefault((Device.QueueSel, offset));

    internal void SetUnbacked(uint offset, uint value) => unbacked[(Device.QueueSel, offset)] = value;

    /// <summary>queue_reset (4.1.4.3, 2.6.1), which QEMU takes whether RING_RESET was negotiated or not.</summary>
    internal void ResetQueue()
    {
        if (Device.SelectedQueue is { } queue) queueVectors[queue.Index] = PciCommonRegister.NoVector;
        else unbacked.Remove((Device.QueueSel, PciCommonRegister.QueueMsixVector));
        Device.ResetQueueAsQemu();
    }

    /// <summary>4.1.5.1.2.1: what cannot be mapped reads back as none. A device of profile odd may be out of resources at any time.</summary>
    ushort Mapped(ushort vector)
    {
        if (vector >= Math.Min(Function.MsixVectors, Function.Virtio.MappableVectors)) return PciCommonRegister.NoVector;
        return Device.Whim(2, "cannot map the interrupt vector: it reads back as 0xffff") == 0 ? vector : PciCommonRegister.NoVector;
    }

    void ForgetVectors()
    {
        configVector = PciCommonRegister.NoVector;
        Array.Fill(queueVectors, PciCommonRegister.NoVector);
    }

    // Where registers are

    internal override ulong AddressOf(VirtioRegister register)
    {
        var (structure, offset) = isLegacy ? PlaceOfLegacy(register) : Place(register);
        return Function.CpuAddressOf(structure, offset);
    }

    internal override string NameOf(VirtioRegister register)
    {
        var (structure, offset) = isLegacy ? PlaceOfLegacy(register) : Place(register);
        return VirtioPciRules.NameOf(structure, offset);
    }

    static (PciStructure Structure, uint Offset) Place(VirtioRegister register) => register switch
    {
        VirtioRegister.Status => (PciStructure.Common, PciCommonRegister.DeviceStatus),
        VirtioRegister.InterruptStatus => (PciStructure.Isr, 0),
        VirtioRegister.ConfigGeneration => (PciStructure.Common, PciCommonRegister.ConfigGeneration),
        VirtioRegister.Config => (PciStructure.Device, 0),
        VirtioRegister.QueueReady => (PciStructure.Common, PciCommonRegister.QueueEnable),
        _ => throw new ArgumentOutOfRangeException(nameof(register)),
    };

    (PciStructure Structure, uint Offset) PlaceOfLegacy(VirtioRegister register) => (PciStructure.Legacy, register switch
    {
        VirtioRegister.Status or VirtioRegister.ConfigGeneration => PciLegacyRegister.DeviceStatus,
        VirtioRegister.InterruptStatus => PciLegacyRegister.IsrStatus,
        VirtioRegister.Config => Function.LegacyConfig,
        VirtioRegister.QueueReady => PciLegacyRegister.QueueAddress,
        _ => throw new ArgumentOutOfRangeException(nameof(register)),
    });
}
