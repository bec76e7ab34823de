using System;

namespace Ringcheck.Kernel;

/// <summary>Transports as boot lines name them, in UTF-8.</summary>
public static class TransportNames
{
    /// <summary>Of a device that was not opened, and of a kind that has no name here: "virtio".</summary>
    public static ReadOnlySpan<byte> Of(TransportKind kind) => kind switch
    {
        TransportKind.MmioLegacy => "virtio-mmio version 1"u8,
        TransportKind.MmioModern => "virtio-mmio version 2"u8,
        TransportKind.PciLegacy => "virtio-pci legacy"u8,
        TransportKind.PciModern => "virtio-pci"u8,
        _ => "virtio"u8,
    };
}
