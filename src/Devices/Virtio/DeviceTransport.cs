using Ringcheck.Exploration;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 4 "Virtio Transport Options", device side: how a driver reaches one device, and how the device interrupts. The device's own state is in
/// <see cref="VirtioDevice"/>; here is what only this transport has.
/// </summary>
public abstract class DeviceTransport(SimulatedMachine machine)
{
    VirtioDevice? device;

    public VirtioDevice Device => device ?? throw new InvalidOperationException("no device was made for this transport");

    protected SimulatedMachine Machine => machine;

    /// <summary>Whether the driver uses the legacy interface.</summary>
    public abstract bool IsLegacy { get; }

    /// <summary>What reports call the registers.</summary>
    public virtual RegisterNames Names => RegisterNames.Mmio;

    /// <summary>What QEMU's transport says of the size of a queue that has <paramref name="plain"/> descriptors until the driver sets a number.</summary>
    internal abstract ushort QemuQueueSizeShown(ushort plain);

    /// <summary>Whether the driver has to acknowledge an interrupt: a level stays until then, a message is gone.</summary>
    internal virtual bool MustAcknowledge => true;

    /// <summary>The order of things before the driver's first access.</summary>
    internal virtual Models.Lifecycle.LifecycleState InitialLifecycle => default;

    /// <summary>What a driver may take over a legacy interface.</summary>
    internal virtual FeatureSet OfferedOverLegacy => Device.Offered;

    /// <summary>Whether what the driver writes of the features is in force at once, and not from FEATURES_OK on.</summary>
    internal virtual bool TakesFeaturesAtOnce => false;

    /// <summary>Whether the device looks at its queues when it is told to, and takes nothing.</summary>
    internal virtual bool TakesNoBuffers => false;

    internal void Attach(VirtioDevice owner) => device = owner;

    /// <summary>As before the first instruction of the machine.</summary>
    internal abstract void PowerOn();

    /// <summary>The device was reset: what of the transport that concerns.</summary>
    internal abstract void Reset();

    /// <summary>The machine was reset, and the device with it: see <see cref="VirtioDevice.ResetWithMachine"/>.</summary>
    internal virtual void ResetWithMachine()
    {
    }

    /// <summary>The device is gone, and nothing of it answers any more.</summary>
    internal abstract void Removed();

    /// <summary>The device has causes to interrupt, which <see cref="VirtioDevice.InterruptStatus"/> has already.</summary>
    /// <param name="causes">The new ones, bits of <see cref="Standard.InterruptCause"/>.</param>
    /// <param name="queue">The queue whose buffers were used, if that is one of them.</param>
    internal abstract void Interrupt(uint causes, DeviceQueue? queue);

    /// <summary>Causes were acknowledged: whether any are left decides about a level.</summary>
    internal abstract void Acknowledged(bool anyLeft);

    /// <summary>Whether the device interrupts by this line.</summary>
    internal abstract bool IsOn(InterruptLine line);

    /// <summary>All state of the transport's own.</summary>
    internal abstract void Fold(ref StateHasher hasher);

    /// <summary>The address at which a driver finds a register now.</summary>
    internal abstract ulong AddressOf(VirtioRegister register);

    /// <summary>What this transport calls it.</summary>
    internal abstract string NameOf(VirtioRegister register);

    internal void Touch(VirtioRegister register) => machine.Engine.Touch(SimMachine.RegisterWatchKey(AddressOf(register)));
}
