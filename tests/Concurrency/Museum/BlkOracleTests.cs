using Ringcheck.Museum;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Museum;

/// <summary>What the block scenarios say of removal, of the cache mode and of several queues: each oracle fires on a driver that gets it wrong.</summary>
public sealed class BlkOracleTests
{
    const string Wait = "src/Kernel/Block/VirtioBlk.Wait.cs", Removal = "src/Kernel/Block/VirtioBlk.Removal.cs", CacheMode = "src/Kernel/Block/VirtioBlk.CacheMode.cs",
        Lifecycle = "src/Kernel/Block/VirtioBlk.Lifecycle.cs", Queue = "src/Kernel/Block/BlkQueue.cs";

    const string Negotiates = "            .With(BlkFeature.WriteZeroes).With(BlkFeature.ConfigWce);", NegotiatesNot = "            .With(BlkFeature.WriteZeroes);";

    static void IsFound(string scenario, string monitor, params SourceEdit[] edits)
    {
        var exhibit = new Exhibit { Id = "TOY-1", Title = "a toy", Source = "nowhere", Targets = [new(scenario, "strict")], Monitors = [monitor], Edits = edits };
        var result = Assert.Single(new MuseumRunner(new() { Executions = 2_000 }).Run([exhibit]));
        Assert.True(result.IsAsExpected, string.Join('\n', result.Surprises));
    }

    [Fact]
    public void A_time_out_that_hides_a_removal() => IsFound("blk-unplug-silent", "removal/not-noticed",
        new SourceEdit(Wait, "        if (options.UseInterrupts && state == BlkState.Ready)\n            CheckDeviceStatus();", "        if (options.QueueSize == 0)\n            CheckDeviceStatus();"));

    [Fact]
    public void A_device_that_is_gone_and_was_shut_down_well() => IsFound("blk-unplug", "removal/not-said",
        new SourceEdit(Lifecycle, "        if (state == BlkState.Gone)\n            return DriverStatus.NoDevice;", "        if (state == BlkState.Gone)\n            return DriverStatus.Ok;"));

    [Fact]
    public void A_device_that_is_gone_and_is_to_be_reset() => IsFound("blk-unplug", "refusal/NeedsReset",
        new SourceEdit(Removal, "        state = BlkState.Gone;", "        state = BlkState.Broken;"));

    [Fact]
    public void Requests_of_another_queue_that_removal_does_not_end() => IsFound("blk-unplug-polling", "completion/request-lost",
        new SourceEdit(Removal, "        foreach (BlkQueue<TMachine> queue in queues)\n            queue.Slots.EndAll(DriverStatus.NoDevice);", "        queues[0].Slots.EndAll(DriverStatus.NoDevice);"));

    [Fact]
    public void A_mode_that_was_not_switched() => IsFound("blk-writeback", "cache-mode/not-switched",
        new SourceEdit(CacheMode, "        transport.WriteConfig8(machine, BlkConfig.Writeback, value);\n        return transport.ReadConfig8(machine, BlkConfig.Writeback) == value ? DriverStatus.Ok : RefuseWriteback();",
            "        return value < 2 ? DriverStatus.Ok : RefuseWriteback();"));

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
        new SourceEdit(Queue, "    public BlkSlots Slots { get; } = new(index, options.SlotCount);", "    public BlkSlots Slots { get; } = new(default, options.SlotCount);"));
}
