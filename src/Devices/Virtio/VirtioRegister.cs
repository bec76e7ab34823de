namespace Ringcheck.Devices;

/// <summary>What every transport has a register for, whatever it calls it and wherever it puts it.</summary>
internal enum VirtioRegister : byte
{
    Status,

    /// <summary>virtio-mmio: InterruptStatus. virtio-pci: ISR status.</summary>
    InterruptStatus,
    ConfigGeneration,

    /// <summary>The first byte of the device's configuration.</summary>
    Config,
    QueueSize,

    /// <summary>virtio-mmio: QueueReady. virtio-pci: queue_enable.</summary>
    QueueReady,
    QueueDescLow,
    QueueDescHigh,
    QueueDriverLow,
    QueueDriverHigh,
    QueueDeviceLow,
    QueueDeviceHigh,
}
