using Ringcheck.Exploration;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues" and 3.3.1 "Device cleanup". Checks that each descriptor and each byte of each buffer has
/// exactly one owner: what was published is the device's until the driver has seen it in the used ring, or has seen a reset
/// complete; what was not published is not the device's. How a chain may pass from owner to owner is said by
/// <see cref="OwnershipRules"/>, the rules that the model is checked with. Does not check indirect tables (not offered yet), nor reads by the
/// device of buffers that it is to write (2.7.5.1 says SHOULD NOT).
/// </summary>
public sealed partial class OwnershipMonitor(SimulatedMachine machine, Monitors monitors)
{
    const string Name = "ownership";

    readonly List<QueueWatch> queues = [];
    int liveCount, stoppedCount;

    internal bool AnyLive => liveCount != 0;

    /// <summary>Chains published, given back, and cut off by a reset: premises, counted over all executions.</summary>
    public long ChainsPublished, ChainsReturned, ChainsEndedByReset, IndexWraps;

    /// <summary>
    /// Chains that devices gave back, and the driver saw, in this execution. What the driver saw is in its CPU's history, so this needs no place
    /// of its own in the fingerprint.
    /// </summary>
    public int TakenBackNow { get; private set; }

    internal List<QueueWatch> Queues => queues;

    /// <summary>Requests that the device owns now.</summary>
    public int Outstanding
    {
        get
        {
            int count = 0;
            foreach (var queue in queues) count += queue.Outstanding;
            return count;
        }
    }

    internal void Reset()
    {
        foreach (var queue in queues) Release(queue);
        TakenBackNow = 0;
    }

    internal void Fold(ref StateHasher hasher)
    {
        foreach (var queue in queues) queue.Fold(ref hasher);
    }

    internal void Enabled(VirtioDevice device, ushort number, ushort size, ulong descriptors, ulong available, ulong used, RingIndex start)
    {
        var queue = Slot(device, number);
        if (queue.Live) Release(queue);
        if (size == 0 || size > QueueWatch.MaxSize) return;
        bool isThere = IsFreeMemory(device, "the descriptor table", descriptors, SplitDescriptor.Size * size, SplitLayout.DescriptorTableAlignment)
            & IsFreeMemory(device, "the available ring", available, AvailableRing.Length(size), SplitLayout.AvailableAlignment)
            & IsFreeMemory(device, "the used ring", used, UsedRing.Length(size), SplitLayout.UsedAlignment);
        if (!isThere) return;
        queue.Size = size;
        queue.Descriptors = descriptors;
        queue.Available = available;
        queue.Used = used;
        queue.Published = queue.Taken = queue.Returned = queue.Seen = start;
        queue.Live = true;
        liveCount++;
        monitors.Notifications.Enabled(queue);
        for (int id = 0; id < size; id++) queue.CopyDescriptor(machine.Ram, id);
        MarkRings(queue, MemoryOwner.DriverRing, MemoryOwner.DeviceRing);
        monitors.Dma.Given(queue);
        if (monitors.IsCovered) monitors.Coverage.Enabled(queue);
        TakeInWhatIsThere(queue, start);
    }

    /// <summary>A driver may fill its ring before the queue is live, or before the write that makes it so has arrived.</summary>
    void TakeInWhatIsThere(QueueWatch queue, RingIndex start)
    {
        for (uint slot = 0; slot < queue.Size; slot++)
            queue.WrittenSlot[slot] = machine.Ram.Load<ushort>(queue.Available + AvailableRing.RingOffset + AvailableRing.EntrySize * slot);
        var index = new RingIndex(machine.Ram.Load<ushort>(queue.AvailableIndex));
        if (index != start && start.DistanceTo(index) <= queue.Size) Publish(queue, index);
    }

    /// <summary>The device has completed its reset; the driver has yet to see it.</summary>
    internal void DeviceStopped(VirtioDevice device)
    {
        foreach (var queue in queues)
        {
            if (!queue.Live || queue.Device != device || queue.Stopped) continue;
            queue.Stopped = true;
            stoppedCount++;
            if (!monitors.IsCovered) continue;
            monitors.Coverage.Meet(RuleViolation.DeviceTouchedAfterReset);
            monitors.Coverage.Reached(queue);
        }
    }

    /// <summary>The queue is no longer live and the driver knows it: all that lay in it is the driver's again.</summary>
    internal void Disabled(VirtioDevice device, ushort number)
    {
        foreach (var queue in queues)
        {
            if (queue.Device == device && queue.Number == number) Release(queue);
        }
    }

    internal void DisabledAll(VirtioDevice device)
    {
        foreach (var queue in queues)
        {
            if (queue.Device == device) Release(queue);
        }
    }

    /// <summary>What it gave back before, the driver may find whenever it looks.</summary>
    internal void Removed(VirtioDevice device)
    {
        foreach (var queue in queues)
        {
            if (queue.Live && queue.Device == device) TakenBackNow += queue.Seen.DistanceTo(queue.Returned);
        }
        DisabledAll(device);
    }

    QueueWatch Slot(VirtioDevice device, ushort number)
    {
        foreach (var queue in queues)
        {
            if (queue.Device == device && queue.Number == number) return queue;
        }
        var added = new QueueWatch { Device = device, Number = number, BusOffset = machine.BusOffset };
        queues.Add(added);
        return added;
    }

    void Release(QueueWatch queue)
    {
        if (!queue.Live) return;
        ChainsEndedByReset += queue.Outstanding;
        for (ushort head = 0; head < queue.Size; head++)
        {
            if (queue.Owners[head] != Owner.Driver) MarkChain(queue, head, MemoryOwner.Driver, MemoryOwner.Driver);
        }
        MarkRings(queue, MemoryOwner.Driver, MemoryOwner.Driver);
        liveCount--;
        if (queue.Stopped) stoppedCount--;
        queue.Clear();
    }

    bool IsFreeMemory(VirtioDevice device, string what, ulong address, uint length, uint alignment)
    {
        if ((address & (alignment - 1)) != 0)
            monitors.Driver(Name, "ring-alignment", ["split.driver.virtqueues.1"],
                $"{what} of queue {device.Name} lies at 0x{address:x}, which is not a multiple of {alignment}",
                "Align the descriptor table to 16, the available ring to 2 and the used ring to 4 bytes.");
        if (!machine.Ram.Contains(address, length))
        {
            if (!monitors.Dma.IsCpuAddress($"{what} of {device.Name}", address, length)) monitors.Driver(Name, "ring-outside-memory", [],
                $"{what} at bus address 0x{address + machine.BusOffset:x}, {length} bytes, lies outside memory", "Give the device bus addresses of memory that it can reach.");
            return false;
        }
        if (machine.Ram.Owners(address, (int)length).IndexOfAnyExcept(MemoryOwner.Driver) >= 0)
            monitors.Driver(Name, "ring-overlap", [], $"{what} at 0x{address:x} overlaps memory that is already in use by a queue",
                "Give each part of each queue memory of its own.");
        return true;
    }

    void MarkRings(QueueWatch queue, byte driver, byte device)
    {
        MarkArea(queue.Descriptors, SplitDescriptor.Size * queue.Size, driver);
        MarkArea(queue.Available, AvailableRing.Length(queue.Size), driver);
        MarkArea(queue.Used, UsedRing.Length(queue.Size), device);
    }

    void MarkArea(ulong address, uint length, byte owner)
    {
        if (machine.Ram.Contains(address, length)) machine.Ram.Owners(address, (int)length).Fill(owner);
    }

    void MarkChain(QueueWatch queue, ushort head, byte readable, byte writable)
    {
        for (ushort id = head; ; id = queue.Next[id])
        {
            if (queue.Length[id] != 0) MarkArea(queue.Address[id], queue.Length[id], (queue.Flags[id] & SplitDescriptor.Write) != 0 ? writable : readable);
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) return;
        }
    }

    /// <summary>Where requests read the same memory, the end of one must not take it from another.</summary>
    void RemarkShared(QueueWatch queue)
    {
        if (!queue.Overlaps) return;
        for (ushort head = 0; head < queue.Size; head++)
        {
            if (queue.Owners[head] is not (Owner.Available or Owner.Device)) continue;
            for (ushort id = head; ; id = queue.Next[id])
            {
                if ((queue.Flags[id] & SplitDescriptor.Write) == 0) MarkArea(queue.Address[id], queue.Length[id], MemoryOwner.DeviceReads);
                if ((queue.Flags[id] & SplitDescriptor.Next) == 0) break;
            }
        }
    }
}
