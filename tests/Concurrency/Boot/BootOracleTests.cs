using Ringcheck.Museum;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Boot;

/// <summary>What the boot scenarios judge: each oracle fires on a kernel that gets it wrong.</summary>
public sealed class BootOracleTests
{
    const string Boot = "src/Kernel/Boot/KernelBoot.cs", Board = "src/Kernel/Boot/VirtBoard.cs", Disk = "src/Kernel/Boot/BootDisk.cs", Devices = "src/Kernel/Block/BlockDevices.cs";

    static void IsFound(string scenario, string profile, string monitor, params SourceEdit[] edits)
    {
        var exhibit = new Exhibit { Id = "TOY-1", Title = "a toy", Source = "nowhere", Targets = [new(scenario, profile)], Monitors = [monitor], Edits = edits };
        var result = Assert.Single(new MuseumRunner(new() { Executions = 100 }).Run([exhibit]));
        Assert.True(result.IsAsExpected, string.Join('\n', result.Surprises));
    }

    static readonly SourceEdit GoesOn = new(Boot, "            if (status != DriverStatus.Ok)\n                return new(stage, status);", "            if (stage == BootStage.Done)\n                return new(stage, status);");

    [Fact]
    public void A_boot_that_goes_on_after_a_failure() => IsFound("boot-stages", "pci", "boot/went-on", GoesOn);

    [Theory]
    [InlineData("memory")]
    [InlineData("interrupts")]
    public void A_boot_of_a_pc_that_goes_on_after_a_failure(string stage) => IsFound("boot-stages-pc", stage, "boot/went-on", GoesOn);

    [Fact]
    public void A_driver_whose_memory_is_not_mapped() => IsFound("boot-virt-iommu", "strict", "dma/unmapped-access",
        new SourceEdit(Disk, "        if (!machine.TryMapForDevice(Region, DmaDirection.Both))\n            return DriverStatus.NoSpace;", "        _ = DmaDirection.Both;"));

    [Theory]
    [InlineData("slot")]
    [InlineData("pci")]
    public void A_driver_whose_memory_stays_mapped_when_it_fails(string bus) => IsFound("boot-iommu-fails", bus, "dma/still-mapped",
        new SourceEdit(Disk, "            machine.UnmapForDevice(Region);", "            _ = Region;"));

    [Fact]
    public void A_serial_port_whose_interrupt_is_not_enabled() => IsFound("boot-mmio", "strict", "lost-notification/nobody-runs",
        new SourceEdit("src/Kernel/Boot/KernelBoot.Stages.cs", "        return status == DriverStatus.Ok ? board.Enable(board.NumberOf(description.Serial.Line)) : status;", "        return status;"));

    [Fact]
    public void A_character_that_is_another() => IsFound("boot-virt", "strict", "boot/wrong-character",
        new SourceEdit("src/Kernel/Boot/BootConsole.cs", "        return hasSerial && serial.TryReceive(out character);", "        return hasSerial && serial.TryReceive(out character) && ++character != 0;"));

    [Fact]
    public void A_failure_that_is_masked() => IsFound("boot-stages", "virtio", "boot/failure-masked", GoesOn);

    [Fact]
    public void A_failure_that_is_not_said() => IsFound("boot-stages", "timer", "boot/not-visible",
        new SourceEdit(Boot, "        console.Print(line.Written);", "        if (status == DriverStatus.Ok)\n            console.Print(line.Written);"));

    [Fact]
    public void Another_status_than_that_of_the_stage() => IsFound("boot-stages", "timer", "boot/wrong-stage",
        new SourceEdit(Boot, "                return new(stage, status);", "                return new(stage, DriverStatus.NoDevice);"));

    [Fact]
    public void A_serial_port_that_lacks_a_character() => IsFound("boot-virt", "strict", "boot/console-lost",
        new SourceEdit("src/Kernel/Boot/BootConsole.cs", "        if (!hasSerial || serial.Send(line, SendTimeoutMs, out _) == DriverStatus.Ok)", "        if (!hasSerial || serial.Send(line[1..], SendTimeoutMs, out _) == DriverStatus.Ok)"));

    [Fact]
    public void A_fallback_that_does_not_say_so() => IsFound("boot-fallback", "asked", "boot/hides-device",
        new SourceEdit(Devices, "    public static BlockDevice<TMachine> Of(RamDisk<TMachine> fallback) => new(BlockDeviceKind.FallbackRamDisk, virtio: null, fallback);",
            "    public static BlockDevice<TMachine> Of(RamDisk<TMachine> fallback) => new(BlockDeviceKind.VirtioBlk, virtio: null, fallback);"));

    [Fact]
    public void A_timer_that_cannot_be_set() => IsFound("boot-virt", "strict", "boot/no-timer",
        new SourceEdit(Board, "    public DriverStatus SetDeadline(uint fromNowMs) => timer.SetDeadline(timer.Now + timer.TicksOf(fromNowMs));", "    public DriverStatus SetDeadline(uint fromNowMs) => DriverStatus.NotSupported;"));

    [Fact]
    public void A_line_without_a_handler() => IsFound("boot-mmio", "strict", "interrupts/masked",
        new SourceEdit(Disk, "            status = interrupts.Register(interrupt, onLine);", "            status = DriverStatus.Ok;"));

    [Fact]
    public void A_line_that_is_not_enabled() => IsFound("boot-mmio", "strict", "interrupts/not-heard",
        new SourceEdit(Disk, "                status = board.Enable(interrupt);", "                status = DriverStatus.Ok;"));

    [Fact]
    public void A_message_that_is_not_enabled() => IsFound("boot-pci", "strict", "interrupts/not-heard",
        new SourceEdit(Disk, "                status = board.Enable(targets[i].Interrupt);", "                status = DriverStatus.Ok;"));

    [Fact]
    public void A_request_that_is_said_to_have_failed() => IsFound("boot-mmio", "strict", "completion/request-failed",
        new SourceEdit(Devices, "            status = Virtio.Wait(id, timeoutMs, out _);", "            status = Virtio.Wait(id, timeoutMs, out _) == DriverStatus.Ok ? DriverStatus.IoError : DriverStatus.Ok;"));

    static readonly SourceEdit ReadsTheNext = new(Devices, "        => Fallback is not null ? Fallback.Read(sector, data) : Run(BlkOperation.Read, sector, data, timeoutMs);",
        "        => Fallback is not null ? Fallback.Read(sector, data) : Run(BlkOperation.Read, new(sector.Value + 1), data, timeoutMs);");

    [Fact]
    public void Another_sector_that_is_read() => IsFound("boot-mmio", "strict", "data-integrity/wrong-data", ReadsTheNext);

    [Fact]
    public void Another_sector_that_is_written() => IsFound("boot-mmio", "strict", "data-integrity/disk-differs", ReadsTheNext,
        new SourceEdit(Devices, "        => Fallback is not null ? Fallback.Write(sector, data) : Run(BlkOperation.Write, sector, data, timeoutMs);",
            "        => Fallback is not null ? Fallback.Write(sector, data) : Run(BlkOperation.Write, new(sector.Value + 1), data, timeoutMs);"));
}
