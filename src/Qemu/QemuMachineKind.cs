namespace Ringcheck.Qemu;

/// <summary>Which of QEMU's machines.</summary>
public enum QemuMachineKind : byte
{
    /// <summary>Arm's <c>virt</c>: virtio-mmio slots, and PCI with ECAM above 4 GiB. RAM begins at <see cref="SharedRam.Base"/>.</summary>
    Virt,

    /// <summary><c>virt</c> with <c>highmem=off</c>: ECAM and all windows of PCI below 4 GiB.</summary>
    VirtLow,

    /// <summary>x86's <c>pc</c> (i440fx and PIIX3): PCI through ports, no virtio-mmio. RAM begins at 0, with a hole below 1 MiB.</summary>
    Pc,
}
