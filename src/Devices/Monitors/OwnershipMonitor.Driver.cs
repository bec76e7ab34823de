using System.Runtime.CompilerServices;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <content>What the driver does: its loads and stores, publication, and taking back.</content>
public sealed partial class OwnershipMonitor
{
    /// <summary>Before a load by a CPU. True: it reads the used ring of a live queue.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool CpuLoad(ulong address, ulong owners, int width)
    {
        if (owners == 0 || owners == MemoryOwner.Of(MemoryOwner.DriverRing, width) || owners == MemoryOwner.Of(MemoryOwner.DeviceReads, width)) return false;
        if (owners == MemoryOwner.Of(MemoryOwner.DeviceRing, width)) return true;
        CpuLoadSpan(address, width);
        return false;
    }

    internal void CpuLoadSpan(ulong address, int length)
    {
        var owners = machine.Ram.Owners(address, length);
        int bad = owners.IndexOfAnyInRange(MemoryOwner.DeviceWrites, MemoryOwner.ReturnedUnseen);
        if (bad >= 0) monitors.Driver(RuleViolation.DriverReadBeforeCompletion, $"it reads 0x{address + (ulong)bad:x}, in a buffer that {OwnerText(owners[bad])}");
    }

    /// <summary>Before a store by a CPU. True: it goes into a ring that the driver writes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal bool CpuStore(ulong address, ulong owners, int width)
    {
        if (owners == 0) return false;
        if (owners == MemoryOwner.Of(MemoryOwner.DriverRing, width)) return true;
        CpuStoreSpan(address, width);
        return true;
    }

    /// <summary>Before a store of any length by a CPU. True: part of it goes into a ring that the driver writes.</summary>
    internal bool CpuStoreSpan(ulong address, int length)
    {
        var owners = machine.Ram.Owners(address, length);
        int bad = owners.IndexOfAnyExcept(MemoryOwner.Driver, MemoryOwner.DriverRing);
        if (bad >= 0 && owners[bad] == MemoryOwner.DeviceRing)
        {
            monitors.Driver(Name, "write-to-used-ring", ["split.driver.used-ring.1"],
                $"the driver writes 0x{address + (ulong)bad:x}, in the used ring of a live queue, which only the device writes",
                "Zero the used ring before the queue is enabled, and never write it after that.");
        }
        else if (bad >= 0)
        {
            monitors.Driver(monitors.AnyResetPending ? RuleViolation.MemoryReusedBeforeReset : RuleViolation.DriverTouchedExposed,
                $"it writes 0x{address + (ulong)bad:x}, in a buffer that {OwnerText(owners[bad])}");
        }
        return owners.Contains(MemoryOwner.DriverRing);
    }

    static string OwnerText(byte owner) => owner == MemoryOwner.ReturnedUnseen
        ? "the device has given back, but the driver has not read a used index that says so"
        : "the device still owns";

    /// <summary>A bulk copy by a CPU over part of a ring: never right while the queue is live.</summary>
    internal void CpuCopyIntoRing(ulong address) => monitors.Driver(Name, "bulk-write-to-ring", ["cleanup.driver.device-cleanup.1"],
        $"the driver copies over 0x{address:x}, in the rings of a live queue", "Write ring fields one by one, in accesses of their own width.");

    /// <summary>After a store by a CPU into the descriptor table or the available ring of a live queue.</summary>
    internal void CpuStoredInRing(ulong address, ulong value)
    {
        foreach (var queue in queues)
        {
            if (!queue.Live) continue;
            if (address == queue.AvailableIndex)
            {
                Publish(queue, new((ushort)value));
                return;
            }
            ulong descriptor = address - queue.Descriptors;
            if (descriptor < SplitDescriptor.Size * (ulong)queue.Size)
            {
                StoredDescriptor(queue, (ushort)(descriptor / SplitDescriptor.Size), (uint)(descriptor % SplitDescriptor.Size), value);
                return;
            }
            ulong entry = address - (queue.Available + AvailableRing.RingOffset);
            if (entry < AvailableRing.EntrySize * (ulong)queue.Size)
            {
                StoredSlot(queue, (ushort)(entry / AvailableRing.EntrySize), (ushort)value);
                return;
            }
            if (address == queue.Available + AvailableRing.FlagsOffset) monitors.Notifications.DriverWroteFlags(queue, (ushort)value);
            else if (address == queue.UsedEvent) monitors.Notifications.DriverWroteUsedEvent(queue, new((ushort)value));
        }
    }

    void StoredDescriptor(QueueWatch queue, ushort id, uint offset, ulong value)
    {
        if (queue.Outstanding != 0 && monitors.IsCovered) monitors.Coverage.Meet(SystemRule.DescriptorInFlight);
        if (queue.InFlight[id])
            monitors.Driver(Name, "descriptor-in-flight", ["cleanup.driver.device-cleanup.1"],
                $"the driver writes descriptor {id}, which belongs to a chain that the device still owns",
                "Take descriptors from the free list, and put them back there only when their chain was taken from the used ring.");
        queue.CopyField(id, offset, value);
    }

    void StoredSlot(QueueWatch queue, ushort slot, ushort head)
    {
        queue.WrittenSlot[slot] = head;
        int waiting = queue.Taken.DistanceTo(queue.Published);
        if (waiting != 0 && monitors.IsCovered) monitors.Coverage.Meet(SystemRule.SlotInUse);
        for (int i = 0; i < waiting; i++)
        {
            if (queue.Taken.Plus((ushort)i).Slot(queue.Size) != slot) continue;
            monitors.Driver(Name, "slot-in-use", ["split.driver.available-ring.1"],
                $"the driver overwrites slot {slot} of the available ring before the device has read it", "Publish no more chains than the queue has entries.");
            return;
        }
    }

    void Publish(QueueWatch queue, RingIndex index)
    {
        int count = queue.Published.DistanceTo(index);
        int inUse = queue.Seen.DistanceTo(queue.Published);
        if (OwnershipRules.AvailableIndexStored(queue.Published, index, inUse, queue.Size) is var rule and not RuleViolation.None)
            monitors.Driver(rule, $"it goes from {queue.Published.Value} to {index.Value}, with {inUse} of {queue.Size} entries in use");
        if (index.Value < queue.Published.Value) IndexWraps++;
        for (int i = 0; i < count && count <= queue.Size; i++) PublishEntry(queue, queue.Published.Plus((ushort)i).Slot(queue.Size));
        var before = queue.Published;
        queue.Published = index;
        monitors.Notifications.Published(queue, before, index);
        if (monitors.IsCovered) monitors.Coverage.Reached(queue);
    }

    void PublishEntry(QueueWatch queue, ushort slot)
    {
        ushort head = queue.WrittenSlot[slot];
        if (head >= queue.Size)
        {
            monitors.Driver(Name, "head-range", ["split.driver.indirect-descriptors.3"],
                $"slot {slot} of the available ring names descriptor {head} of a queue of {queue.Size}", "Publish the head of a chain of this queue.");
            return;
        }
        var rule = OwnershipRules.Apply(ref queue.Owners[head], OwnershipEvent.Published, QueuePhase.Live);
        if (rule != RuleViolation.None)
        {
            monitors.Driver(rule, $"slot {slot} publishes chain {head}, which is not the driver's");
            return;
        }
        if (!CopyChain(queue, head))
        {
            queue.Owners[head] = Owner.Driver;
            return;
        }
        queue.Outstanding++;
        ChainsPublished++;
        MarkChain(queue, head, MemoryOwner.DeviceReads, MemoryOwner.DeviceWrites);
        monitors.Dma.Given(queue, head);
        if (monitors.IsCovered) monitors.Coverage.Published(queue, head);
    }

    /// <summary>Copies a chain as it is published, and checks it against 2.7.5.</summary>
    bool CopyChain(QueueWatch queue, ushort head)
    {
        ulong total = 0;
        bool writable = false;
        int count = 0;
        for (ushort id = head; ; id = queue.Next[id])
        {
            if (id >= queue.Size || count == queue.Size || queue.InFlight[id])
            {
                Abandon(queue, head, count);
                string why = id >= queue.Size ? $"goes on to descriptor {id} of {queue.Size}" : $"goes through descriptor {id}, which is in flight in this chain or another";
                monitors.Driver(Name, "chain-broken", ["split.driver.descriptor-table.1"], $"chain {head} {why}",
                    "Link a chain from free descriptors, and clear NEXT in the last one.");
                return false;
            }
            count++;
            queue.Address[id] = queue.WrittenAddress[id];
            queue.Length[id] = queue.WrittenLength[id];
            queue.Flags[id] = queue.WrittenFlags[id];
            queue.Next[id] = queue.WrittenNext[id];
            queue.InFlight[id] = true;
            total += queue.Length[id];
            bool isWritable = (queue.Flags[id] & SplitDescriptor.Write) != 0;
            CheckDescriptor(queue, head, id, writable && !isWritable);
            writable |= isWritable;
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) break;
        }
        if (total > uint.MaxValue)
            monitors.Driver(Name, "chain-length", ["split.driver.descriptor-table.1"], $"chain {head} describes {total} bytes, more than 2^32 - 1", "Split the request.");
        return true;
    }

    static void Abandon(QueueWatch queue, ushort head, int count)
    {
        for (ushort id = head; count > 0; count--, id = queue.Next[id]) queue.InFlight[id] = false;
    }

    void CheckDescriptor(QueueWatch queue, ushort head, ushort id, bool readableAfterWritable)
    {
        if (readableAfterWritable)
            monitors.Driver(Name, "readable-after-writable", ["split.driver.message-framing.1"],
                $"in chain {head}, descriptor {id} is for the device to read but comes after one that it writes", "Put all readable descriptors first.");
        if ((queue.Flags[id] & SplitDescriptor.Indirect) != 0)
            monitors.Driver(Name, "indirect", ["split.driver.indirect-descriptors.1"],
                $"descriptor {id} is INDIRECT, which was not negotiated", "Set INDIRECT only after VIRTIO_F_INDIRECT_DESC was negotiated.");
        if (!machine.Ram.Contains(queue.Address[id], queue.Length[id]))
        {
            if (!monitors.Dma.IsCpuAddress($"the {queue.Length[id]}-byte buffer of descriptor {id}", queue.Address[id], queue.Length[id])) monitors.Driver(Name, "buffer-outside-memory", [],
                $"descriptor {id} points to bus address 0x{queue.Address[id] + machine.BusOffset:x}, {queue.Length[id]} bytes, which is not memory", "Put bus addresses of memory into descriptors.");
            return;
        }
        var owners = machine.Ram.Owners(queue.Address[id], (int)queue.Length[id]);
        int shared = owners.IndexOfAnyExcept(MemoryOwner.Driver);
        if (shared < 0) return;
        if ((queue.Flags[id] & SplitDescriptor.Write) == 0 && owners.IndexOfAnyExcept(MemoryOwner.Driver, MemoryOwner.DeviceReads) < 0)
        {
            queue.Overlaps = true; // two requests may read the same memory
            return;
        }
        monitors.Driver(RuleViolation.DriverTouchedExposed,
            $"descriptor {id} of chain {head} publishes 0x{queue.Address[id] + (ulong)shared:x} again, in a buffer that {OwnerText(owners[shared])}");
    }

    /// <summary>After a CPU has read from a used ring: all that the index covers is the driver's.</summary>
    internal void CpuLoadedFromUsedRing(ulong address, ulong value)
    {
        foreach (var queue in queues)
        {
            if (!queue.Live) continue;
            if (!monitors.JudgeDevices) TakeHostilesWord(queue, address, value);
            if (address != queue.UsedIndex) continue;
            int count = Math.Min(queue.Seen.DistanceTo(new((ushort)value)), queue.Seen.DistanceTo(queue.Returned));
            for (; count > 0; count--)
            {
                uint head = machine.Ram.Load<uint>(queue.Used + UsedRing.EntryOffset(queue.Seen.Slot(queue.Size)) + UsedRing.ElementIdOffset);
                queue.Seen = queue.Seen.Next;
                if (head < queue.Size && queue.Owners[head] == Owner.Used) TakeBack(queue, (ushort)head);
            }
            if (monitors.IsCovered) monitors.Coverage.Reached(queue);
            return;
        }
    }

    /// <summary>
    /// What a hostile device puts into the used ring changes while the driver looks: a chain in flight is the driver's as soon as the
    /// driver has read its head there.
    /// </summary>
    void TakeHostilesWord(QueueWatch queue, ulong address, ulong value)
    {
        ulong element = address - (queue.Used + UsedRing.RingOffset);
        if (element >= UsedRing.EntrySize * (ulong)queue.Size || element % UsedRing.EntrySize != UsedRing.ElementIdOffset || value >= queue.Size) return;
        if (queue.Owners[value] is Owner.Available or Owner.Device) queue.Outstanding--;
        if (queue.Owners[value] == Owner.Driver) return;
        queue.Owners[value] = Owner.Used;
        TakeBack(queue, (ushort)value);
    }

    void TakeBack(QueueWatch queue, ushort head)
    {
        TakenBackNow++;
        OwnershipRules.Apply(ref queue.Owners[head], OwnershipEvent.Reaped, QueuePhase.Live);
        OwnershipRules.Apply(ref queue.Owners[head], OwnershipEvent.Released, QueuePhase.Live);
        MarkChain(queue, head, MemoryOwner.Driver, MemoryOwner.Driver);
        for (ushort id = head; ; id = queue.Next[id])
        {
            queue.InFlight[id] = false;
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) break;
        }
        RemarkShared(queue);
    }
}
