using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Surprise removal, of which the standard says nothing: from one moment on nobody answers. Reads are all ones, as on buses that end them so, writes are lost, and
/// the device touches no memory and interrupts nobody.
/// </summary>
public abstract partial class VirtioDevice
{
    /// <summary>Until the machine is switched on again.</summary>
    public bool IsRemoved { get; private set; }

    /// <summary>The device is gone, in the midst of whatever it did.</summary>
    public void Remove()
    {
        if (IsRemoved) return;
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.All));
        Shows(PeripheralBits.All, VirtioRegister.Status);
        Reset();
        ClearRegisters();
        foreach (var queue in Queues) queue.Clear();
        Transport.Removed();
        IsRemoved = true;
        Touch(VirtioRegister.Status);
        Touch(VirtioRegister.InterruptStatus);
        Touch(VirtioRegister.QueueReady);
        Touch(VirtioRegister.ConfigGeneration);
        Machine.Monitors.Removed(this);
    }
}
