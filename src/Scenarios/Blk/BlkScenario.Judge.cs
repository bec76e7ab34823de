using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>The oracles: refusals, ends, data, capacity, and the state that is left.</content>
sealed partial class BlkScenario
{
    void JudgeRefusal(in Request request, DriverStatus status)
    {
        if (IsHostile) return;
        bool isRight = status switch
        {
            DriverStatus.ReadOnly => setup.IsReadOnly && Changes(request.Verb),
            DriverStatus.NotSupported => request.Verb is BlkVerb.Discard or BlkVerb.WriteZeroes || (request.Verb == BlkVerb.Flush && !device.Offered.Has(BlkFeature.Flush))
                || setup.QueueSize < 3, // a ring of 2 has room for a header and a status, or for what the driver pools with them
            DriverStatus.NeedsReset => device.IsBroken,
            DriverStatus.NoDevice => device.IsBroken || device.IsRemoved,
            DriverStatus.InvalidArgument => setup.SegmentsMax < setup.MaxDataSegments || setup.SegmentSizeMax != 0
                || (setup.PooledBytes == 0 && request.Verb is BlkVerb.ReadPooled or BlkVerb.WritePooled),
            DriverStatus.NoSpace => outstanding > 0, // others hold the slots or the descriptors, timed out ones included
            _ => false,
        };
        if (!isRight) Fail("refusal", status.ToString(), [], $"the driver refused to {BlkVerbs.Describe(new((byte)request.Verb, request.Sector, request.Count, 1))}: {status}",
            "Refuse only what the device or its limits do not allow.");
    }

    /// <summary>A driver that reads back what it wrote sees that an address is wrong, and not why.</summary>
    void JudgeAddresses()
    {
        for (int queue = 0; queue < setup.DeviceQueues; queue++)
        {
            if (device.HalfMissing(queue) is { } half) Fail("initialisation", "half-an-address", [setup.Pci is null ? "mmio.driver.device-initialization.4" : "pci.driver.common-configuration-structure-layout.4"],
                $"the driver gave up on queue {queue} of {device.Name}, of which it never wrote {half}, and wrote the other half of that address",
                "A 64-bit queue address is two 32-bit words: write the low one and the high one, whatever is in them, before you read it back.");
        }
    }

    void Judge(in Request request, DriverStatus status)
    {
        switch (status)
        {
            case DriverStatus.Ok:
                Count(BlkPremise.RequestsOk);
                okCount++;
                JudgeData(request);
                return;
            case DriverStatus.Aborted:
                Count(BlkPremise.RequestsAborted);
                return;
            case DriverStatus.NoDevice when device.IsRemoved || IsHostile:
                Count(BlkPremise.EndedByRemoval);
                return;
            case DriverStatus.TimedOut:
                Count(BlkPremise.TimedOut);
                if (!IsHostile && !setup.TimersAtAnyTime && setup.Faults.MaximumHangs == 0)
                    Fail("completion", "timed-out", [], "a request timed out though nothing else could happen any more", "Look once more at the ring after a time-out.");
                return;
            default:
                Count(BlkPremise.RequestsFailed);
                bool mayFail = IsHostile || setup.Faults.MaximumErrors > 0 || setup.Faults.BadSectors > 0 || status == DriverStatus.Unsupported && request.Verb == BlkVerb.Discard;
                if (!mayFail) Fail("completion", "request-failed", [], $"{BlkVerbs.Describe(new((byte)request.Verb, request.Sector, request.Count, 1))} ended with {status} on a device that is well",
                    "Look at what the device was given.");
                return;
        }
    }

    void JudgeData(in Request request)
    {
        if (IsHostile) return;
        switch (request.Verb)
        {
            case BlkVerb.Read or BlkVerb.ReadPooled: JudgeRead(request); return;
        }
    }

    void JudgeRead(in Request request)
    {
        for (uint i = 0; i < request.Count; i++)
        {
            if (!reference.IsKnownSince(request.Sector + i, request.SubmittedAt)) continue;
            var bytes = scratch.AsSpan(0, (int)Sector.Size);
            if (request.Verb == BlkVerb.ReadPooled) cpu.CopyFromMemory(driver.IncomingBuffer(request.Id).Cpu, bytes);
            else CopyFromBuffer(request, i * Sector.Size, bytes);
            Count(BlkPremise.SectorsJudged);
            int wrong = reference.Compare(request.Sector + i, bytes);
            if (wrong >= 0) Fail("data-integrity", "wrong-data", [],
                $"sector {request.Sector + i}, byte {wrong}: 0x{BitConverter.ToUInt64(bytes[wrong..]):x16} was read, which is not what was last written there",
                "Compare header, descriptors and lengths of this request and of earlier writes with what was asked; hand data over only once the used ring has it.");
        }
    }

    /// <summary>The host has changed the capacity: after the interrupt that says so was taken, the driver must know.</summary>
    void JudgeCapacity()
    {
        if (IsHostile || device.Capacity == CapacitySectors || !driver.IsReady) return;
        cpu.UnmaskInterrupts(); // what is pending is taken here
        driver.TryReap(out _);
        if (driver.CapacitySectors != device.Capacity) Fail("configuration", "change-not-noticed",
            [setup.Pci is null ? "mmio.driver.notifications-from-device.1" : "pci.driver.notification-device-configuration-changes.1"],
            $"the device has {device.Capacity} sectors since its configuration changed; the driver still counts {driver.CapacitySectors}",
            setup.Pci is null ? "When InterruptStatus has bit 1, read the configuration again."
                : "When ISR status has bit 1, or the configuration's vector comes, read the configuration again; that may come together with used buffers.");
        Count(BlkPremise.CapacityFollowed);
    }

    void JudgeOutcome()
    {
        if (IsHostile) return;
        if (!AllHaveTimedOut) Fail("completion", "request-never-ended", [], "a request never ended", "Each request that was accepted ends, once.");
        if (okCount > machine.Monitors.Ownership.TakenBackNow) Fail("vacuity", "device-not-touched", [],
            $"{okCount} requests ended well, but the device has served {machine.Monitors.Ownership.TakenBackNow}", "Success without the device is a fallback: say so, or fail.");
        if (reference.IsUntouched && device.Disk.Written == 0) return;
        for (uint sector = 0; sector < CapacitySectors; sector++)
        {
            if (!reference.IsKnown(sector)) continue;
            device.Disk.Read(new Sector(sector), scratch.AsSpan(0, (int)Sector.Size));
            int wrong = reference.Compare(sector, scratch.AsSpan(0, (int)Sector.Size));
            if (wrong >= 0) Fail("data-integrity", "disk-differs", [], $"the disk holds other data in sector {sector}, byte {wrong}, than the program was told",
                "What a write reports as done must be on the disk, and nothing else may change.");
        }
    }
}
