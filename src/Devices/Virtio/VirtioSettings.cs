using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What a virtio device is, fixed when the machine is built.</summary>
public record VirtioSettings
{
    public DeviceProfile Profile { get; init; }

    /// <summary>The legacy interface: version 1 of virtio-mmio (4.2.4), or I/O ports of virtio-pci (4.1.4.10).</summary>
    public bool IsLegacy { get; init; }

    public uint VendorId { get; init; } = EmptyMmioSlot.QemuVendor;

    /// <summary>Queue Size that the device offers. A power of two.</summary>
    public ushort QueueSizeMax { get; init; } = 64;

    /// <summary>Bits of a queue's addresses that the device keeps: all, unless it is broken. What is lost reads back as 0.</summary>
    public ulong QueueAddressBits { get; init; } = ulong.MaxValue;

    /// <summary>
    /// Where both ring indices of a queue start, instead of 0: a device that took over from another (vhost's vring base), and the
    /// short way to the 16-bit wrap. The driver is told by the scenario; QEMU has no such thing.
    /// </summary>
    public RingIndex StartAt { get; init; }

    /// <summary>Features that a device with <see cref="DeviceProfile.Odd"/> may refuse at FEATURES_OK (2.2.2), as a choice.</summary>
    public FeatureSet Refusable { get; init; }

    /// <summary>Lies that a hostile device tells in one execution, at most.</summary>
    public int MaximumLies { get; init; } = 2;

    /// <summary>Requests that an honest device never answers until it is reset, because the explorer chose so, in one execution, at most.</summary>
    public int MaximumHangs { get; init; }

    /// <summary>Interrupts without a cause and configuration changes that an odd device makes in one execution, at most.</summary>
    public int MaximumWhims { get; init; } = 2;
}
