using System.Globalization;

namespace Ringcheck.Qemu;

/// <summary>What machine to start: one of QEMU's, its one CPU parked, and the devices asked for.</summary>
public sealed record QemuOptions
{
    public QemuMachineKind Machine { get; init; }

    /// <summary>Guest RAM, in MiB.</summary>
    public int RamMegabytes { get; init; } = 64;

    /// <summary>Version 1 registers (QEMU's default), instead of version 2.</summary>
    public bool LegacyMmio { get; init; }

    /// <summary>A raw image behind one virtio-blk device. Null: no such device.</summary>
    public string? Disk { get; init; }

    /// <summary>Where the disk is on PCI. Null: it is on virtio-mmio, in the last slot, where QEMU puts it.</summary>
    public QemuPciFunction? DiskOnPci { get; init; }

    /// <summary>Further disks on PCI, in this order.</summary>
    public IReadOnlyList<QemuPciDisk> FurtherDisks { get; init; } = [];

    /// <summary>Other virtio devices, in this order.</summary>
    public IReadOnlyList<QemuVirtioDevice> Devices { get; init; } = [];

    /// <summary>Bridges, a bridge after the one that it is behind.</summary>
    public IReadOnlyList<QemuPciBridge> Bridges { get; init; } = [];

    /// <summary>Properties appended to the disk's <c>-device</c>, each with its comma, such as <c>,num-queues=4</c>.</summary>
    public string DiskProperties { get; init; } = "";

    /// <summary>Properties appended to the disk's <c>-drive</c>, each with its comma, such as <c>,discard=unmap</c>.</summary>
    public string DriveProperties { get; init; } = "";

    public bool DiskIsReadOnly { get; init; }

    /// <summary>Throttles the disk, so that requests stay in flight for long enough to be looked at. Null: as fast as it goes.</summary>
    public int? DiskOperationsPerSecond { get; init; }

    /// <summary>Whether the inputs of the interrupt controller are reported to us, instead of being passed on to it.</summary>
    public bool InterceptsInterrupts { get; init; } = true;

    /// <summary>Further arguments, as they are.</summary>
    public IReadOnlyList<string> ExtraArguments { get; init; } = [];

    /// <summary>Bound on start-up, in milliseconds of wall-clock time.</summary>
    public int StartTimeoutMs { get; init; } = 20_000;

    /// <summary>Bound on each answer of QEMU, in milliseconds of wall-clock time: silence beyond it counts as death.</summary>
    public int ReplyTimeoutMs { get; init; } = 10_000;

    /// <summary>The name that monitor commands use for the disk.</summary>
    public const string DiskId = "disk0";

    /// <summary>The name that <c>device_del</c> and <c>qom-get</c> use for the function or device of a disk.</summary>
    public static string DeviceOf(string diskId) => diskId + "-device";

    internal ulong RamBytes => (ulong)RamMegabytes << 20;

    internal IEnumerable<string> Arguments(QemuFiles files)
    {
        yield return "-nodefaults";
        yield return "-display";
        yield return "none";
        yield return "-accel";
        yield return "tcg";
        if (Machine != QemuMachineKind.Pc)
        {
            yield return "-cpu";
            yield return "cortex-a57";
        }

        yield return "-machine";
        yield return Machine switch
        {
            QemuMachineKind.Virt => "virt,memory-backend=ram0",
            QemuMachineKind.VirtLow => "virt,highmem=off,memory-backend=ram0",
            _ => "pc,memory-backend=ram0",
        };
        yield return "-m";
        yield return RamMegabytes.ToString(CultureInfo.InvariantCulture);
        yield return "-object";
        yield return $"memory-backend-file,id=ram0,size={RamMegabytes}M,mem-path={Escape(files.Ram)},share=on";
        yield return "-bios";
        yield return files.Firmware;
        yield return "-qtest";
        yield return "unix:" + Escape(files.QtestSocket);
        yield return "-qtest-log";
        yield return "none";
        yield return "-qmp";
        yield return "unix:" + Escape(files.QmpSocket);
        if (!LegacyMmio && Machine != QemuMachineKind.Pc)
        {
            yield return "-global";
            yield return "virtio-mmio.force-legacy=false";
        }

        foreach (QemuPciBridge bridge in Bridges)
        {
            yield return "-device";
            yield return bridge.Arguments(Machine);
        }

        if (Disk is { } disk)
        {
            yield return "-drive";
            yield return $"if=none,id={DiskId},format=raw,cache=writeback,file={Escape(disk)}"
                + (DiskIsReadOnly ? ",readonly=on" : "")
                + (DiskOperationsPerSecond is { } rate ? string.Create(CultureInfo.InvariantCulture, $",throttling.iops-total={rate}") : "")
                + DriveProperties;
            yield return "-device";
            yield return $"{(DiskOnPci is null ? "virtio-blk-device" : "virtio-blk-pci")},drive={DiskId},id={DeviceOf(DiskId)}{DiskOnPci?.Properties()}{DiskProperties}";
        }

        foreach (QemuPciDisk further in FurtherDisks)
        {
            yield return "-drive";
            yield return $"if=none,id={further.Id},format=raw,cache=writeback,file={Escape(further.Image)}";
            yield return "-device";
            yield return $"virtio-blk-pci,drive={further.Id},id={DeviceOf(further.Id)}{further.Function.Properties()}";
        }

        foreach (QemuVirtioDevice device in Devices)
        {
            yield return "-device";
            yield return device.Arguments();
        }

        foreach (string argument in ExtraArguments)
        {
            yield return argument;
        }
    }

    /// <summary>QEMU's option parser takes a doubled comma as a comma of the value.</summary>
    private static string Escape(string value) => value.Replace(",", ",,", StringComparison.Ordinal);
}
