using System.Text;
using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>The oracles.</content>
sealed partial class BootScenario<TBoard>
{
    bool IsFallback => disks.Length == 0;

    /// <summary>Whether the program can be run.</summary>
    bool JudgeBoot(BootResult result)
    {
        if (result.Stage != BootStage.Done) return JudgeFailedBoot(result);
        Count(BootPremise.Boots);
        if (IsHostile) return kernel.DiskCount == disks.Length;
        if (setup.Ends.Stage != BootStage.Done) Fail("boot", "failure-masked", $"the boot is complete, and stage {setup.Ends.Stage} cannot have succeeded", "A stage that fails ends the boot.");
        int expected = IsFallback ? 1 : disks.Length;
        if (kernel.DiskCount != expected) Fail("boot", "device-not-found", $"the machine has {disks.Length} disks, and the kernel has opened {kernel.DiskCount}", "Look on every bus that the machine has.");
        for (int disk = 0; disk < expected; disk++) JudgeOpened(disk);
        if (IsFallback) Count(BootPremise.Fallbacks);
        else if (disks.Length == 2 && DriverOf(0).Transport is { VectorCount: 0 } first && DriverOf(1).Transport is { VectorCount: 0 } second && first.Interrupt == second.Interrupt) Count(BootPremise.SharedLine);
        return true;
    }

    void JudgeOpened(int disk)
    {
        var kind = IsFallback ? BlockDeviceKind.FallbackRamDisk : BlockDeviceKind.VirtioBlk;
        if (kernel.Disk(disk).Kind != kind || (IsFallback && !setup.AllowsFallback))
            Fail("boot", "hides-device", $"disk {disk} of the kernel is a {kernel.Disk(disk).Kind}", "A fallback is for those who asked for it, on a machine without disks.");
        if (IsFallback) return;
        int vectors = DriverOf(disk).Transport.VectorCount;
        Count(vectors > 1 ? BootPremise.ByMessages : vectors == 1 ? BootPremise.OneMessage : BootPremise.ByLine);
    }

    bool JudgeFailedBoot(BootResult result)
    {
        Count(BootPremise.StagesFailed);
        if (IsHostile || (profile == DeviceProfile.Odd && result == new BootResult(BootStage.Block, DriverStatus.FeaturesRefused))) return false;
        string rule = result.Status == DriverStatus.NoDevice && result.Stage == BootStage.Block ? "device-not-found" : "wrong-stage";
        if (result != setup.Ends) Fail("boot", rule, $"the boot ended at stage {result.Stage} with {result.Status}, and not as it had to: {setup.Ends.Stage}, {setup.Ends.Status}",
            "Look on every bus that the machine has, and end at the stage that fails, with its own status.");
        string line = $"[boot] {result.Stage.ToString().ToLowerInvariant()}: {result.Status}\n";
        if (!Encoding.UTF8.GetString(machine.Console).EndsWith(line, StringComparison.Ordinal)) Fail("boot", "not-visible", $"the last boot line is not '{line.Trim()}'", "Say which stage failed, and why, before giving up.");
        if (machine.Iommu is { InUse: > 0 } iommu) Fail("dma", "still-mapped", $"the boot failed, and {iommu.InUse} regions are mapped for devices that nobody uses", "Unmap what was mapped for a device that does not come up, once its reset was seen.");
        if (machine.Iommu is not null) Count(BootPremise.Unmapped);
        if (result.Stage < BootStage.Block && Array.Exists(disks, disk => disk.Status != 0)) Fail("boot", "went-on", "the boot failed, and a disk was touched", "End with the stage that failed: what relies on it does not run.");
        return false;
    }

    bool JudgeEnd(int disk, DriverStatus status)
    {
        if (status == DriverStatus.Ok)
        {
            Count(BootPremise.Requests);
            return true;
        }
        if (!IsHostile) Fail("completion", "request-failed", $"a request of disk {disk} ended with {status} on a device that is well", "Look at how its interrupts reach the driver, and at what the device was given.");
        return false;
    }

    void JudgeData(int disk, uint sector)
    {
        if (IsHostile) return;
        cpu.CopyFromMemory(BufferOf(disk).Cpu, scratch);
        int wrong = IsFallback ? ReferenceDisk.Compare(content, sector, scratch) : references[disk].IsKnown(sector) ? references[disk].Compare(sector, scratch) : -1;
        if (wrong >= 0) Fail("data-integrity", "wrong-data", $"sector {sector} of disk {disk}, byte {wrong}, is not what was last written there", "Compare what the device was given with what was asked.");
    }

    void JudgeOutcome()
    {
        if (IsHostile) return;
        if (serial is not null && !setup.EndsBefore(BootStage.Timer)) JudgeSerial(serial);
        for (int disk = 0; disk < disks.Length; disk++)
        {
            for (uint sector = 0; sector < CapacitySectors && !references[disk].IsUntouched; sector++)
            {
                if (!references[disk].IsKnown(sector)) continue;
                disks[disk].Disk.Read(new Sector(sector), scratch);
                if (references[disk].Compare(sector, scratch) >= 0) Fail("data-integrity", "disk-differs", $"disk {disk} holds other data in sector {sector} than the program was told", "What a write reports as done must be on the disk.");
            }
        }
    }

    /// <summary>From the moment at which it is up, the port has every boot line.</summary>
    void JudgeSerial(Pl011Device port)
    {
        var lines = Encoding.UTF8.GetString(machine.Console).Split('\n').Where(line => line.StartsWith("[boot]", StringComparison.Ordinal)).SkipWhile(line => !line.StartsWith("[boot] console", StringComparison.Ordinal));
        if (Encoding.UTF8.GetString([.. port.Output]) != string.Concat(lines.Select(line => line + "\n"))) Fail("boot", "console-lost", "the serial port has not all boot lines since it is up", "Print to it from there on, and wait for room.");
    }
}
