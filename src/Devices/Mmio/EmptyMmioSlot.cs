using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 4.2.3.1.1: DeviceID 0 is a placeholder. Checks nothing: a driver that goes on past it is told by the monitors.
/// Values as QEMU's empty slots have them.
/// </summary>
public sealed class EmptyMmioSlot(uint version) : IBusDevice
{
    public const uint QemuVendor = 0x554D4551;

    public ulong Read(uint offset, int width) => width != 4 ? 0 : offset switch
    {
        MmioRegister.MagicValue => MmioIdentity.Magic,
        MmioRegister.Version => version,
        MmioRegister.VendorId => QemuVendor,
        _ => 0u,
    };

    public void Write(uint offset, int width, ulong value)
    {
    }

    (ulong Reads, ulong Writes) IBusDevice.PartsOf(uint offset, bool writes, ulong value) => default;
}
