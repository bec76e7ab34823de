using Ringcheck.Museum;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Entropy;

/// <summary>What the scenarios of any device, and those of virtio-entropy, judge: each oracle fires on a driver that gets it wrong.</summary>
public sealed class EntropyOracleTests
{
    const string Driver = "src/Kernel/Entropy/VirtioEntropy.cs", Lifecycle = "src/Kernel/Devices/DriverCore.Lifecycle.cs", Completion = "src/Kernel/Devices/DriverCore.Completion.cs",
        Waiting = "src/Kernel/Devices/DriverCore.Waiting.cs";

    static void IsFound(string scenario, string profile, string monitor, params SourceEdit[] edits)
    {
        var exhibit = new Exhibit { Id = "TOY-1", Title = "a toy", Source = "nowhere", Targets = [new(scenario, profile)], Monitors = [monitor], Edits = edits };
        var result = Assert.Single(new MuseumRunner(new() { Executions = 2_000 }).Run([exhibit]));
        Assert.True(result.IsAsExpected, string.Join('\n', result.Surprises));
    }

    [Fact]
    public void A_device_that_is_well_and_given_up() => IsFound("entropy", "strict", "initialisation/DeviceError",
        new SourceEdit(Lifecycle, "        if (answer == statusBits)", "        if (answer == 0)"));

    [Fact]
    public void A_request_that_is_refused_without_a_reason() => IsFound("entropy", "strict", "refusal/InvalidArgument",
        new SourceEdit(Driver, "        if (length < Entropy.LeastLength || length > options.RequestSize)", "        if (length < Entropy.LeastLength || length > 4)"));

    [Fact]
    public void A_device_that_is_gone_and_was_shut_down_well() => IsFound("entropy-unplug", "strict", "removal/not-said",
        new SourceEdit(Lifecycle, "        if (state == DriverState.Gone)\n            return DriverStatus.NoDevice;", "        if (state == DriverState.Gone)\n            return DriverStatus.Ok;"));

    [Fact]
    public void A_time_out_that_hides_a_removal() => IsFound("entropy-unplug-silent", "strict", "removal/not-noticed",
        new SourceEdit(Waiting, "        if (options.UseInterrupts && state == DriverState.Ready)\n            CheckDeviceStatus();", "        if (queues.Length == 0)\n            CheckDeviceStatus();"));

    [Fact]
    public void A_driver_that_gives_up_too_soon() => IsFound("entropy-ring-2", "strict", "completion/needs-reset",
        new SourceEdit(Waiting, "        if (count > 0 || state != DriverState.Ready)\n            return true;", "        state = DriverState.Broken;\n        if (count > 0)\n            return true;"));

    [Fact]
    public void A_request_that_the_driver_does_not_know_any_more() => IsFound("entropy", "strict", "completion/request-unknown",
        new SourceEdit(Waiting, "        if (QueueOf(id) is not { } queue || queue.Slots.StateOf(id.Slot) is SlotState.Abandoned or SlotState.Held)", "        if (QueueOf(id) is not { } queue || queue.Slots.StateOf(id.Slot) is SlotState.Abandoned or SlotState.Held or SlotState.Ended)"));

    [Fact]
    public void Requests_that_a_reset_forgets() => IsFound("entropy-recover", "strict", "completion/request-lost",
        new SourceEdit(Lifecycle, "            queue.Slots.EndAll(DriverStatus.Aborted);", "            queue.Slots.Clear();"));

    [Fact]
    public void A_request_that_ends_after_its_time_out() => IsFound("entropy-timeout", "strict", "completion/request-ended-twice",
        new SourceEdit(Completion, "                    queue.Slots.Reclaim(slot);", "                    queue.Slots.End(slot, DriverStatus.Ok, usedLength);"));

    [Fact]
    public void An_answer_that_is_taken_for_an_error() => IsFound("entropy", "strict", "completion/request-failed",
        new SourceEdit(Driver, "        DriverStatus status = end.Status == DriverStatus.Ok && end.UsedLength < Entropy.LeastLength ? DriverStatus.DeviceError : end.Status;", "        DriverStatus status = end.Status == DriverStatus.Ok && end.UsedLength <= 8 ? DriverStatus.DeviceError : end.Status;"));

    [Fact]
    public void A_time_out_of_a_device_that_has_answered() => IsFound("entropy-unplug-silent", "strict", "completion/timed-out",
        new SourceEdit(Waiting, "    private bool HasEvent() => machine.Load32(events.Used) != 0 || machine.Load32(events.Configuration) != 0;", "    private bool HasEvent() => machine.Load32(events.Configuration) != 0;"),
        new SourceEdit(Waiting, "        LookAtLateDevice();\n        DriverStatus status = Look(id, out end);\n        if (status != DriverStatus.Pending)\n            return status;", "        LookAtLateDevice();"));

    [Fact]
    public void A_shutdown_that_leaves_requests_behind() => IsFound("entropy-timeout", "strict", "shutdown/requests-left",
        new SourceEdit(Lifecycle, "        DriverStatus status = EndAllByReset();\n        if (status != DriverStatus.Ok)\n            return status;\n        return isDrained ? DriverStatus.Ok : DriverStatus.Aborted;",
            "        state = DriverState.Down;\n        foreach (RequestQueue<TMachine> queue in queues)\n            queue.Slots.EndAll(DriverStatus.Aborted);\n        return isDrained ? DriverStatus.Ok : DriverStatus.Aborted;"));

    [Fact]
    public void A_reset_that_is_not_seen() => IsFound("entropy-recover", "strict", "reset/not-observed",
        new SourceEdit(Lifecycle, "        if (status == DriverStatus.NoDevice)\n            Lose();", "        if (status == DriverStatus.Ok)\n            status = DriverStatus.TimedOut;"));

    [Fact]
    public void Bytes_that_are_not_the_devices() => IsFound("entropy", "strict", "entropy/wrong-bytes",
        new SourceEdit(Driver, "        machine.CopyFromMemory(Buffer(end.Id.Slot).Cpu, destination[..(int)length]);", "        machine.CopyFromMemory(Buffer(end.Id.Slot).Cpu + 1, destination[..(int)length]);"));

    [Fact]
    public void Bytes_that_somebody_has_already() => IsFound("entropy-ring-1", "strict", "entropy/repeated-bytes",
        new SourceEdit(Driver, "        machine.CopyFromMemory(Buffer(end.Id.Slot).Cpu, destination[..(int)length]);", "        if (end.Id.Generation == 1)\n            machine.CopyFromMemory(Buffer(end.Id.Slot).Cpu, destination[..(int)length]);"));

    [Fact]
    public void Bytes_left_over_from_an_earlier_request() => IsFound("entropy-ring-1", "hostile", "entropy/stale-bytes",
        new SourceEdit(Driver, "        machine.FillMemory(buffer.Cpu, 0, length);", "        // as it was left"));

    [Fact]
    public void More_bytes_than_there_was_room_for() => IsFound("entropy", "hostile", "completion/length",
        new SourceEdit("src/Kernel/Queues/SplitQueue.Device.cs", "        if (length > link.WritableLength)\n            return Break(QueueFault.UsedLengthTooLong, out used);", "        // as the device says"));
}
