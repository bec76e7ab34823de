using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>The host bridge as a function, which is where each root bus begins: it says what it is, and does nothing.</summary>
public sealed class PciHostBridge(SimulatedMachine machine, string name, PciFunctionSettings settings) : PciFunction(machine, name, settings)
{
    /// <summary>As on QEMU's <c>virt</c>.</summary>
    public static PciFunctionSettings Generic => new() { VendorId = PciVendor.RedHat, DeviceId = 0x0008, ClassCode = PciClass.Bridge << 16, SubsystemVendorId = PciVendor.Virtio, SubsystemId = 0x1100 };

    /// <summary>As on QEMU's <c>pc</c> (82441FX).</summary>
    public static PciFunctionSettings I440Fx => new() { VendorId = PciVendor.Intel, DeviceId = 0x1237, Revision = 2, ClassCode = PciClass.Bridge << 16, SubsystemVendorId = PciVendor.Virtio, SubsystemId = 0x1100 };
}
