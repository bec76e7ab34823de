using Ringcheck.Exploration;
using Ringcheck.Models.Lifecycle;
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
    bool isLegacy;

    internal PciTransport(SimulatedMachine machine, VirtioPciSettings settings)
        : base(machine)
    {
        queueVectors = new ushort[settings.Queues];
        Function = new(machine, this, settings);
    }

    public VirtioPciFunction Function { get; }

    /// <summary>Of a transitional function: the interface by which the driver has begun, with a write to the status, for the last time.</summary>
    public override bool IsLegacy => isLegacy;

    internal override ushort QemuQueueSizeShown => VirtioDevice.QemuPlainQueueSize;

    internal override bool MustAcknowledge => !Function.IsMsixEnabled;

    internal override LifecycleState InitialLifecycle => LifecycleState.OfPci(Function.Virtio.Interface == VirtioPciInterface.Legacy);

    internal override void PowerOn()
    {
        isLegacy = Function.Virtio.Interface == VirtioPciInterface.Legacy;
        Device.PageShift = PageShift;
        ForgetVectors();
    }

    internal override void Reset()
    {
        ForgetVectors();
        Function.SetInterrupt(false);
    }

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
        if ((causes & InterruptCause.UsedBuffer) == 0) return;
        if (queue is not null) Function.Send(queueVectors[queue.Index]);
        else foreach (ushort vector in queueVectors) Function.Send(vector);
    }

    internal override void Acknowledged(bool anyLeft) => Function.SetInterrupt(anyLeft);

    internal override bool IsOn(InterruptLine line) => Function.Host.LineOf(Function) == line;

    internal override void Fold(ref StateHasher hasher)
    {
        hasher.Add(configVector | (isLegacy ? 1u << 16 : 0));
        foreach (ushort vector in queueVectors) hasher.Add(vector);
    }

    // Vectors (4.1.5.1.2)

    internal ushort ConfigVector
    {
        get => configVector;
        set => configVector = Mapped(value);
    }

    /// <summary>Of the selected queue.</summary>
    internal ushort QueueVector
    {
        get => Device.SelectedQueue is { } queue ? queueVectors[queue.Index] : PciCommonRegister.NoVector;
        set
        {
            if (Device.SelectedQueue is { } queue) queueVectors[queue.Index] = Mapped(value);
        }
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
