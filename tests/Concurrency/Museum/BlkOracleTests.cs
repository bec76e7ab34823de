using Ringcheck.Museum;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

/// <summary>What the block scenarios say of removal, of the cache mode and of several queues: each oracle fires on a driver that gets it wrong.</summary>
public sealed class BlkOracleTests
{
    const string Wait = "src/Kernel/Devices/DriverCore.Waiting.cs", Removal = "src/Kernel/Devices/DriverCore.Removal.cs", CoreLifecycle = "src/Kernel/Devices/DriverCore.Lifecycle.cs",
        CacheMode = "src/Kernel/Block/VirtioBlk.CacheMode.cs", Lifecycle = "src/Kernel/Block/VirtioBlk.Lifecycle.cs", Queue = "src/Kernel/Devices/RequestQueue.cs",
        Ownership = "src/Kernel/Queues/DmaOwnership.cs";

    const string Negotiates = "                .With(BlkFeature.WriteZeroes).With(BlkFeature.ConfigWce);", NegotiatesNot = "                .With(BlkFeature.WriteZeroes);";

    const string Switches = "        Transport.WriteConfig8(machine, BlkConfig.Writeback, value);\n        return Transport.ReadConfig8(machine, BlkConfig.Writeback) == value ? DriverStatus.Ok : RefuseWriteback();",
        SwitchesNot = "        return value < 2 ? DriverStatus.Ok : RefuseWriteback();";

    static void IsFound(string scenario, string monitor, params SourceEdit[] edits) => IsFoundWith("strict", scenario, monitor, edits);

    static void IsFoundWith(string profile, string scenario, string monitor, params SourceEdit[] edits)
    {
        var exhibit = new Exhibit { Id = "TOY-1", Title = "a toy", Source = "nowhere", Targets = [new(scenario, profile)], Monitors = [monitor], Edits = edits };
        var result = Assert.Single(new MuseumRunner(new() { Executions = 2_000 }).Run([exhibit]));
        Assert.True(result.IsAsExpected, string.Join('\n', result.Surprises));
    }

    [Fact]
    public void A_time_out_that_hides_a_removal() => IsFound("blk-unplug-silent", "removal/not-noticed",
        new SourceEdit(Wait, "        if (options.UseInterrupts && state == DriverState.Ready)\n            CheckDeviceStatus();", "        if (queues.Length == 0)\n            CheckDeviceStatus();"));

    [Fact]
    public void A_device_that_is_gone_and_was_shut_down_well() => IsFound("blk-unplug", "removal/not-said",
        new SourceEdit(CoreLifecycle, "        if (state == DriverState.Gone)\n            return DriverStatus.NoDevice;", "        if (state == DriverState.Gone)\n            return DriverStatus.Ok;"));

    [Fact]
    public void A_device_that_is_gone_and_is_to_be_reset() => IsFound("blk-unplug", "refusal/NeedsReset",
        new SourceEdit(Removal, "        state = DriverState.Gone;", "        state = DriverState.Broken;"));

    [Fact]
    public void Requests_of_another_queue_that_removal_does_not_end() => IsFound("blk-unplug-polling", "completion/request-lost",
        new SourceEdit(Removal, "        foreach (RequestQueue<TMachine> queue in queues)\n            queue.Slots.EndAll(DriverStatus.NoDevice);", "        queues[0].Slots.EndAll(DriverStatus.NoDevice);"));

    [Fact]
    public void A_mode_that_was_not_switched() => IsFound("blk-writeback", "cache-mode/not-switched",
        new SourceEdit(CacheMode, Switches, SwitchesNot));

    [Fact]
    public void A_mode_that_cannot_be_switched() => IsFound("blk-writeback", "cache-mode/NotSupported", new SourceEdit(Lifecycle, Negotiates, NegotiatesNot));

    [Fact]
    public void A_mode_that_is_switched_without_leave() => IsFound("blk-writeback", "register-access/writeback-not-negotiated", new SourceEdit(Lifecycle, Negotiates, NegotiatesNot),
        new SourceEdit(CacheMode, "        if (status == DriverStatus.Ok && !Features.Has(BlkFeature.ConfigWce))\n            status = DriverStatus.NotSupported;", "        // whoever asks"));

    [Fact]
    public void A_mode_that_a_reset_takes_back() => IsFound("blk-writeback", "durability/lost-write",
        new SourceEdit(CacheMode, "        => cacheMode == BlkCacheMode.NotChosen || !Features.Has(BlkFeature.ConfigWce)", "        => cacheMode <= BlkCacheMode.WriteBack || !Features.Has(BlkFeature.ConfigWce)"));

    [Fact]
    public void A_doorbell_that_is_always_the_first() => IsFound("blk-mq", "lost-notification",
        new SourceEdit("src/Kernel/Transports/TransportQueues.cs",
            "            case TransportKind.MmioModern:\n                doorbell = new(transport.Registers.Address + MmioRegister.QueueNotify, IsPort: false, sizeof(uint), queue.Value);",
            "            case TransportKind.MmioModern:\n                doorbell = new(transport.Registers.Address + MmioRegister.QueueNotify, IsPort: false, sizeof(uint), 0);"));

    [Fact]
    public void Ends_that_are_looked_up_in_another_queue() => IsFound("blk-mq", "ownership/driver-touched-exposed",
        new SourceEdit(Queue, "    public RequestSlots Slots { get; } = new(number, options.SlotCount);", "    public RequestSlots Slots { get; } = new(0, options.SlotCount);"));

    [Fact]
    public void A_mode_that_was_not_switched_over_PCI() => IsFound("blk-pci-writeback", "cache-mode/not-switched",
        new SourceEdit(CacheMode, Switches, SwitchesNot));

    [Fact]
    public void A_pin_that_is_not_turned_at_a_bridge() => IsFound("blk-pci-bridge-pin", "interrupts/wrong-line",
        new SourceEdit("src/Kernel/Pci/PciInterrupts.cs", "            pin = PciPin.Swizzle(pin, table[index].Address.Device);", "            pin = PciPin.Swizzle(pin, 0);"));

    [Fact]
    public void Half_of_a_queue_address() => IsFound("blk-pci", "initialisation/half-an-address",
        new SourceEdit("src/Kernel/Transports/PciQueueSetup.cs", "        registers.Write32(machine, register, low);", "        _ = low;"));

    [Theory]
    [InlineData("blk-pci-mq")]
    [InlineData("blk-pc-mq")]
    public void A_notification_where_the_index_of_the_queue_says(string scenario) => IsFoundWith("odd", scenario, "lifecycle/notified-unready-queue",
        new SourceEdit("src/Kernel/Transports/PciQueueSetup.cs",
            "        ulong offset = (ulong)transport.Registers.Read16(machine, PciCommonRegister.QueueNotifyOff) * transport.NotifyMultiplier;",
            "        ulong offset = (ulong)queue.Value * transport.NotifyMultiplier;"));

    [Fact]
    public void A_buffer_mapped_for_both_directions() => IsFound("blk-pci-iommu", "dma/mapped-too-wide",
        new SourceEdit(Ownership,
            "        return machine.TryMapForDevice(buffer, deviceWrites ? DmaDirection.FromDevice : DmaDirection.ToDevice) ? DriverStatus.Ok : DriverStatus.NoSpace;",
            "        return machine.TryMapForDevice(buffer, DmaDirection.Both) ? DriverStatus.Ok : DriverStatus.NoSpace;"));

    [Fact]
    public void A_buffer_that_stays_mapped() => IsFound("blk-pci-iommu", "dma/mapped-twice",
        new SourceEdit(Ownership, "        if (buffer.Length != 0)\n            machine.UnmapForDevice(buffer);", "        if (buffer.Length == 1)\n            machine.UnmapForDevice(buffer);"));
}
