using Ringcheck.Qemu;
using Xunit;

namespace Ringcheck.Tests.Qemu;

/// <summary>
/// One QEMU with one numbered disk, shared by the tests of a class, and started again after a test that needed a fresh one or
/// under which it died.
/// </summary>
public abstract class QemuFixture(bool legacy) : IDisposable
{
    /// <summary>The disk's size in sectors.</summary>
    public const long Sectors = 2048;

    private QemuProcess? process;
    private DiskImage? disk;

    public static QemuInstallation Installation { get; } = QemuInstallation.Find();

    public static QemuInstallation InstallationOfPc { get; } = QemuInstallation.Find(QemuMachineKind.Pc);

    public DiskImage Disk => disk ?? throw new InvalidOperationException("ask for a process first");

    /// <summary>Skips the calling test, visibly, where QEMU is not installed.</summary>
    public static void SkipUnlessInstalled(QemuMachineKind machine = QemuMachineKind.Virt)
    {
        QemuInstallation installation = InstallationOf(machine);
        Assert.SkipUnless(installation.IsAvailable, installation.Reason);
    }

    public static QemuInstallation InstallationOf(QemuMachineKind machine) => machine == QemuMachineKind.Pc ? InstallationOfPc : Installation;

    /// <summary>The running QEMU; starts it if there is none.</summary>
    public QemuProcess Process(bool fresh = false)
    {
        SkipUnlessInstalled();
        if (fresh || process is null || process.HasExited)
        {
            process?.Dispose();
            disk?.Dispose();
            disk = DiskImage.Numbered(Sectors);
            process = QemuProcess.Start(Installation, new QemuOptions { Disk = disk.Path, LegacyMmio = legacy });
        }

        return process;
    }

    public void Dispose()
    {
        process?.Dispose();
        disk?.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>virtio-mmio version 2.</summary>
public sealed class ModernQemu() : QemuFixture(legacy: false);

/// <summary>virtio-mmio version 1.</summary>
public sealed class LegacyQemu() : QemuFixture(legacy: true);
