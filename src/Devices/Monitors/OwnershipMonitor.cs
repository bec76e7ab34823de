using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues" and 3.3.1 "Device cleanup". Checks that each descriptor and each byte of each buffer has
/// exactly one owner: what was published is the device's until the driver has seen it in the used ring, or has seen a reset
/// complete; what was not published is not the device's. Does not check indirect tables (not offered yet), nor reads by the
/// device of buffers that it is to write (2.7.5.1 says SHOULD NOT).
/// </summary>
public sealed class OwnershipMonitor(SimulatedMachine machine, Monitors monitors)
{
    const string Name = "ownership";

    readonly List<QueueWatch> queues = [];
    int liveCount;

    internal IReadOnlyList<QueueWatch> Queues => queues;

    internal bool AnyLive => liveCount != 0;

    /// <summary>Chains published, given back, and cut off by a reset: premises, counted over all executions.</summary>
    public long ChainsPublished, ChainsReturned, ChainsEndedByReset, IndexWraps;

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
    }

    internal void Fold(ref StateHasher hasher)
    {
        foreach (var queue in queues) queue.Fold(ref hasher);
    }

    // Life of a queue

    internal void Enabled(MmioDevice device, ushort number, ushort size, ulong descriptors, ulong available, ulong used, RingIndex start, bool legacy)
    {
        var queue = Slot(device, number);
        if (queue.Live) Release(queue);
        if (size == 0 || size > QueueWatch.MaxSize) return;
        CheckArea(device, "the descriptor table", descriptors, SplitDescriptor.Size * size, SplitLayout.DescriptorTableAlignment);
        CheckArea(device, "the available ring", available, AvailableRing.Length(size), SplitLayout.AvailableAlignment);
        CheckArea(device, "the used ring", used, UsedRing.Length(size), SplitLayout.UsedAlignment);
        queue.Device = device;
        queue.Number = number;
        queue.Size = size;
        queue.Descriptors = descriptors;
        queue.Available = available;
        queue.Used = used;
        queue.Published = queue.Taken = queue.Returned = queue.Seen = start;
        queue.Legacy = legacy;
        queue.Live = true;
        liveCount++;
        MarkArea(descriptors, SplitDescriptor.Size * size, MemoryOwner.DriverRing);
        MarkArea(available, AvailableRing.Length(size), MemoryOwner.DriverRing);
        MarkArea(used, UsedRing.Length(size), MemoryOwner.DeviceRing);
    }

    /// <summary>The queue is no longer live and the driver knows it: all that lay in it is the driver's again.</summary>
    internal void Disabled(MmioDevice device, ushort number)
    {
        foreach (var queue in queues)
        {
            if (!queue.Live || queue.Device != device || queue.Number != number) continue;
            ChainsEndedByReset += queue.Outstanding;
            Release(queue);
        }
    }

    internal void DisabledAll(MmioDevice device)
    {
        foreach (var queue in queues)
        {
            if (queue.Device == device) Disabled(device, queue.Number);
        }
    }

    QueueWatch Slot(MmioDevice device, ushort number)
    {
        foreach (var queue in queues)
        {
            if (queue.Device == device && queue.Number == number) return queue;
        }
        var added = new QueueWatch { Device = device, Number = number };
        queues.Add(added);
        return added;
    }

    void Release(QueueWatch queue)
    {
        if (!queue.Live) return;
        for (ushort head = 0; head < queue.Size; head++)
        {
            if (queue.State[head] != ChainState.Driver) MarkChain(queue, head, MemoryOwner.Driver, MemoryOwner.Driver);
        }
        MarkArea(queue.Descriptors, SplitDescriptor.Size * queue.Size, MemoryOwner.Driver);
        MarkArea(queue.Available, AvailableRing.Length(queue.Size), MemoryOwner.Driver);
        MarkArea(queue.Used, UsedRing.Length(queue.Size), MemoryOwner.Driver);
        queue.Clear();
        liveCount--;
    }

    void CheckArea(MmioDevice device, string what, ulong address, uint length, uint alignment)
    {
        if ((address & (alignment - 1)) != 0)
            monitors.Driver(device, Name, "ring-alignment", ["split.driver.virtqueues.1"],
                $"{what} lies at 0x{address:x}, which is not a multiple of {alignment}",
                "Align the descriptor table to 16, the available ring to 2 and the used ring to 4 bytes.");
        if (!machine.Ram.Contains(address, length))
            monitors.Driver(device, Name, "ring-outside-memory", [],
                $"{what} at 0x{address:x}, {length} bytes, lies outside memory", "Give the device bus addresses of memory that it can reach.");
        foreach (byte owner in machine.Ram.Owners(machine.Ram.Contains(address, length) ? address : machine.Ram.Base, machine.Ram.Contains(address, length) ? (int)length : 0))
        {
            if (owner == MemoryOwner.Driver) continue;
            monitors.Driver(device, Name, "ring-overlap", [], $"{what} at 0x{address:x} overlaps memory that is already in use by a queue",
                "Give each part of each queue memory of its own.");
            break;
        }
    }

    void MarkArea(ulong address, uint length, byte owner)
    {
        if (machine.Ram.Contains(address, length)) machine.Ram.Owners(address, (int)length).Fill(owner);
    }

    // The driver's accesses

    /// <summary>Before a load by a CPU.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CpuLoad(ulong address, ReadOnlySpan<byte> owners)
    {
        int bad = owners.IndexOfAnyInRange(MemoryOwner.DeviceWrites, MemoryOwner.ReturnedUnseen);
        if (bad >= 0) BadLoad(address + (ulong)bad, owners[bad]);
    }

    void BadLoad(ulong address, byte owner) => monitors.Driver(null, Name, owner == MemoryOwner.ReturnedUnseen ? "read-before-used" : "read-of-device-memory",
        ["split.driver.used-ring.1"],
        $"the driver reads 0x{address:x}, in a buffer that the device {(owner == MemoryOwner.ReturnedUnseen ? "has given back, but the driver has not read a used index that says so" : "still owns and may be writing")}",
        "Read a buffer that the device writes only after its chain was taken from the used ring.");

    /// <summary>Before a store by a CPU. True: it goes into a live ring.</summary>
    internal bool CpuStore(ulong address, ReadOnlySpan<byte> owners)
    {
        int bad = owners.IndexOfAnyExcept(MemoryOwner.Driver, MemoryOwner.DriverRing);
        if (bad >= 0) BadStore(address + (ulong)bad, owners[bad]);
        return owners.Contains(MemoryOwner.DriverRing);
    }

    void BadStore(ulong address, byte owner)
    {
        if (owner == MemoryOwner.DeviceRing)
            monitors.Driver(null, Name, "write-to-used-ring", ["split.driver.used-ring.1"],
                $"the driver writes 0x{address:x}, in the used ring of a live queue, which only the device writes",
                "Zero the used ring before the queue is enabled, and never write it after that.");
        bool resetPending = ResetPending;
        monitors.Driver(null, Name, resetPending ? "reuse-before-reset" : "write-to-device-memory",
            resetPending ? ["cleanup.driver.device-cleanup.2"] : ["cleanup.driver.device-cleanup.1"],
            $"the driver writes 0x{address:x}, in a buffer that the device {(owner == MemoryOwner.ReturnedUnseen ? "has given back, but the driver has not read a used index that says so" : resetPending ? "still owns: status 0 was written, but has not been read back" : "still owns")}",
            resetPending ? "After writing 0 to Status, read Status until it is 0; only then may the memory be used again."
                : "Leave a published buffer alone until its chain was taken from the used ring, or a reset was seen to complete.");
    }

    bool ResetPending
    {
        get
        {
            foreach (var queue in queues)
            {
                if (queue.Live && monitors.IsResetPending(queue.Device)) return true;
            }
            return false;
        }
    }

    /// <summary>A bulk copy by a CPU over part of a ring: never right while the queue is live.</summary>
    internal void CpuCopyIntoRing(ulong address) => monitors.Driver(null, Name, "bulk-write-to-ring", ["cleanup.driver.device-cleanup.1"],
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
                ushort id = (ushort)(descriptor / SplitDescriptor.Size);
                if (queue.InFlight[id])
                    monitors.Driver(queue.Device, Name, "descriptor-in-flight", ["cleanup.driver.device-cleanup.1"],
                        $"the driver writes descriptor {id}, which belongs to a chain that the device still owns",
                        "Take descriptors from the free list, and put them back there only when their chain was taken from the used ring.");
                return;
            }
            ulong entry = address - (queue.Available + AvailableRing.RingOffset);
            if (entry < AvailableRing.EntrySize * (ulong)queue.Size)
            {
                CheckSlot(queue, (ushort)(entry / AvailableRing.EntrySize));
                return;
            }
            if (address == queue.Available + AvailableRing.FlagsOffset && value > AvailableRing.NoInterrupt)
                monitors.Driver(queue.Device, Name, "available-flags", ["split.driver.used-buffer-notification-suppression.1"],
                    $"the driver sets the available ring's flags to {value}", "Without EVENT_IDX the flags are 0 or 1.");
        }
    }

    void CheckSlot(QueueWatch queue, ushort slot)
    {
        int waiting = queue.Taken.DistanceTo(queue.Published);
        for (int i = 0; i < waiting; i++)
        {
            if (queue.Taken.Plus((ushort)i).Slot(queue.Size) != slot) continue;
            monitors.Driver(queue.Device, Name, "slot-in-use", ["split.driver.available-ring.1"],
                $"the driver overwrites slot {slot} of the available ring before the device has read it",
                "Publish no more chains than the queue has entries.");
        }
    }

    void Publish(QueueWatch queue, RingIndex index)
    {
        int count = queue.Published.DistanceTo(index);
        if (count > queue.Size)
            monitors.Driver(queue.Device, Name, "available-index", ["split.driver.available-ring.1"],
                $"the available index goes from {queue.Published.Value} to {index.Value}: more than the {queue.Size} entries of the queue, or backwards",
                "The index counts published chains modulo 65,536; add to it, never set it back.");
        if (index.Value < queue.Published.Value) IndexWraps++;
        for (int i = 0; i < count && count <= queue.Size; i++) PublishEntry(queue, queue.Published.Plus((ushort)i).Slot(queue.Size));
        queue.Published = index;
    }

    void PublishEntry(QueueWatch queue, ushort slot)
    {
        ushort head = machine.Ram.Load<ushort>(queue.Available + AvailableRing.EntryOffset(slot));
        if (head >= queue.Size)
        {
            monitors.Driver(queue.Device, Name, "head-range", ["split.driver.indirect-descriptors.3"],
                $"slot {slot} of the available ring names descriptor {head} of a queue of {queue.Size}", "Publish the head of a chain of this queue.");
            return;
        }
        if (queue.State[head] != ChainState.Driver)
        {
            monitors.Driver(queue.Device, Name, "published-twice", ["cleanup.driver.device-cleanup.1"],
                $"the driver publishes chain {head}, which the device still owns", "Publish a chain again only after it was taken from the used ring.");
            return;
        }
        if (!ReadChain(queue, head)) return;
        queue.State[head] = ChainState.Available;
        queue.Outstanding++;
        ChainsPublished++;
        MarkChain(queue, head, MemoryOwner.DeviceReads, MemoryOwner.DeviceWrites);
    }

    /// <summary>Copies a chain as it is published, and checks it against 2.7.5.</summary>
    bool ReadChain(QueueWatch queue, ushort head)
    {
        ulong total = 0;
        bool writable = false;
        int count = 0;
        for (ushort id = head; ; id = queue.Next[id])
        {
            if (id >= queue.Size || count++ == queue.Size || queue.InFlight[id])
            {
                string why = id >= queue.Size ? $"goes on to descriptor {id} of {queue.Size}"
                    : count > queue.Size ? "does not end" : $"goes through descriptor {id}, which another chain still uses, or itself";
                Abandon(queue, head, count - 1);
                monitors.Driver(queue.Device, Name, "chain-broken", ["split.driver.descriptor-table.1"], $"chain {head} {why}",
                    "Link a chain from free descriptors, and clear NEXT in the last one.");
                return false;
            }
            ulong at = queue.Descriptors + (ulong)SplitDescriptor.Size * id;
            queue.Address[id] = machine.Ram.Load<ulong>(at);
            queue.Length[id] = machine.Ram.Load<uint>(at + SplitDescriptor.LengthOffset);
            queue.Flags[id] = machine.Ram.Load<ushort>(at + SplitDescriptor.FlagsOffset);
            queue.Next[id] = machine.Ram.Load<ushort>(at + SplitDescriptor.NextOffset);
            queue.InFlight[id] = true;
            total += queue.Length[id];
            bool isWritable = (queue.Flags[id] & SplitDescriptor.Write) != 0;
            CheckDescriptor(queue, head, id, writable && !isWritable);
            writable |= isWritable;
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) break;
        }
        if (total > uint.MaxValue)
            monitors.Driver(queue.Device, Name, "chain-length", ["split.driver.descriptor-table.1"], $"chain {head} describes {total} bytes, more than 2^32 - 1",
                "Split the request.");
        return true;
    }

    static void Abandon(QueueWatch queue, ushort head, int count)
    {
        for (ushort id = head; count > 0; count--, id = queue.Next[id]) queue.InFlight[id] = false;
    }

    void CheckDescriptor(QueueWatch queue, ushort head, ushort id, bool readableAfterWritable)
    {
        if (readableAfterWritable)
            monitors.Driver(queue.Device, Name, "readable-after-writable", ["split.driver.message-framing.1"],
                $"in chain {head}, descriptor {id} is for the device to read but comes after one that it writes", "Put all readable descriptors first.");
        if ((queue.Flags[id] & SplitDescriptor.Indirect) != 0)
            monitors.Driver(queue.Device, Name, "indirect", ["split.driver.indirect-descriptors.1"],
                $"descriptor {id} is INDIRECT, which was not negotiated", "Set INDIRECT only after VIRTIO_F_INDIRECT_DESC was negotiated.");
        if (!machine.Ram.Contains(queue.Address[id], queue.Length[id]))
        {
            monitors.Driver(queue.Device, Name, "buffer-outside-memory", [],
                $"descriptor {id} points to 0x{queue.Address[id]:x}, {queue.Length[id]} bytes, which is not memory",
                "Put bus addresses of memory into descriptors.");
            return;
        }
        bool isWritable = (queue.Flags[id] & SplitDescriptor.Write) != 0;
        var owners = machine.Ram.Owners(queue.Address[id], (int)queue.Length[id]);
        int shared = owners.IndexOfAnyExcept(MemoryOwner.Driver);
        if (shared < 0) return;
        if (!isWritable && owners.IndexOfAnyExcept(MemoryOwner.Driver, MemoryOwner.DeviceReads) < 0)
        {
            queue.Overlaps = true; // two requests may read the same memory
            return;
        }
        monitors.Driver(queue.Device, Name, "buffer-overlap", ["cleanup.driver.device-cleanup.1"],
            $"descriptor {id} of chain {head} publishes 0x{queue.Address[id] + (ulong)shared:x}, which the device already owns",
            "Give each request in flight memory of its own.");
    }

    void MarkChain(QueueWatch queue, ushort head, byte readable, byte writable)
    {
        for (ushort id = head; ; id = queue.Next[id])
        {
            if (queue.Length[id] != 0) MarkArea(queue.Address[id], queue.Length[id], (queue.Flags[id] & SplitDescriptor.Write) != 0 ? writable : readable);
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) return;
        }
    }

    /// <summary>After a CPU has read the used index: all that it covers is the driver's.</summary>
    internal void CpuLoaded(ulong address, ulong value)
    {
        foreach (var queue in queues)
        {
            if (!queue.Live || address != queue.UsedIndex) continue;
            // The device's word may be wrong; what counts is what the monitor saw go into the used ring.
            for (int count = Math.Min(queue.Seen.DistanceTo(new((ushort)value)), queue.Seen.DistanceTo(queue.Returned)); count > 0; count--)
            {
                uint head = machine.Ram.Load<uint>(queue.Used + UsedRing.EntryOffset(queue.Seen.Slot(queue.Size)) + UsedRing.ElementIdOffset);
                queue.Seen = queue.Seen.Next;
                if (head >= queue.Size || queue.State[head] != ChainState.Used) continue;
                TakeBack(queue, (ushort)head);
            }
            return;
        }
    }

    void TakeBack(QueueWatch queue, ushort head)
    {
        queue.State[head] = ChainState.Driver;
        MarkChain(queue, head, MemoryOwner.Driver, MemoryOwner.Driver);
        for (ushort id = head; ; id = queue.Next[id])
        {
            queue.InFlight[id] = false;
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) break;
        }
        if (!queue.Overlaps) return;
        for (ushort other = 0; other < queue.Size; other++)
        {
            if (queue.State[other] is ChainState.Available or ChainState.Taken) RemarkReadable(queue, other);
        }
    }

    void RemarkReadable(QueueWatch queue, ushort head)
    {
        for (ushort id = head; ; id = queue.Next[id])
        {
            if ((queue.Flags[id] & SplitDescriptor.Write) == 0) MarkArea(queue.Address[id], queue.Length[id], MemoryOwner.DeviceReads);
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) return;
        }
    }

    // The device's accesses

    internal void DeviceLoad(ulong address, ReadOnlySpan<byte> owners)
    {
        int bad = owners.IndexOfAny(MemoryOwner.Driver, MemoryOwner.ReturnedUnseen);
        if (bad >= 0 && monitors.JudgeDevices) monitors.Device("device-access", "read-outside", ["mmio.device.mmio-device-register-layout.7"],
            $"the device reads 0x{address + (ulong)bad:x}, which {(owners[bad] == MemoryOwner.Driver ? "no live queue gave it" : "it has given back")}",
            "A device reads only the rings of live queues and buffers of chains that it has not returned.");
        if (owners.Length == 2 && owners[0] == MemoryOwner.DriverRing) DeviceReadRing(address);
    }

    void DeviceReadRing(ulong address)
    {
        foreach (var queue in queues)
        {
            if (!queue.Live) continue;
            ulong entry = address - (queue.Available + AvailableRing.RingOffset);
            if (entry >= AvailableRing.EntrySize * (ulong)queue.Size) continue;
            if (queue.Taken == queue.Published || queue.Taken.Slot(queue.Size) != (ushort)(entry / AvailableRing.EntrySize)) return;
            queue.Taken = queue.Taken.Next;
            ushort head = machine.Ram.Load<ushort>(address);
            if (head < queue.Size && queue.State[head] == ChainState.Available) queue.State[head] = ChainState.Taken;
            return;
        }
    }

    internal void DeviceStore(ulong address, Span<byte> owners)
    {
        int bad = owners.IndexOfAnyExcept(MemoryOwner.DeviceWrites, MemoryOwner.DeviceWritten, MemoryOwner.DeviceRing);
        if (bad >= 0 && monitors.JudgeDevices) monitors.Device("device-access", "write-outside", [owners[bad] switch
            {
                MemoryOwner.DeviceReads => "split.device.descriptor-table.1",
                MemoryOwner.DriverRing => "split.device.descriptor-table.2",
                _ => "reset.device.device-reset.2",
            }],
            $"the device writes 0x{address + (ulong)bad:x}, {owners[bad] switch
            {
                MemoryOwner.DeviceReads => "in a buffer that it may only read",
                MemoryOwner.DriverRing => "in the driver's part of a queue",
                MemoryOwner.ReturnedUnseen => "in a buffer that it has given back",
                _ => "which no live queue gave it",
            }}",
            "A device writes only the used rings of live queues and the writable buffers of chains that it has not returned.");
        if (owners.Length > 0 && owners[0] == MemoryOwner.DeviceWrites) owners.Fill(MemoryOwner.DeviceWritten);
    }

    /// <summary>After a store by a device: does it return chains?</summary>
    internal void DeviceStored(ulong address, int length)
    {
        if (length != 2) return;
        foreach (var queue in queues)
        {
            if (queue.Live && address == queue.UsedIndex) Return(queue, new(machine.Ram.Load<ushort>(address)));
        }
    }

    void Return(QueueWatch queue, RingIndex index)
    {
        int count = queue.Returned.DistanceTo(index);
        if (count > queue.Size && monitors.JudgeDevices) monitors.Device(Name, "used-index", ["split.device.used-ring.1"],
            $"the used index goes from {queue.Returned.Value} to {index.Value}: more than the {queue.Size} entries of the queue, or backwards",
            "The index counts returned chains modulo 65,536.");
        for (int i = 0; i < count && count <= queue.Size; i++) ReturnEntry(queue, queue.Returned.Plus((ushort)i).Slot(queue.Size));
        queue.Returned = index;
    }

    void ReturnEntry(QueueWatch queue, ushort slot)
    {
        ulong element = queue.Used + UsedRing.EntryOffset(slot);
        uint head = machine.Ram.Load<uint>(element + UsedRing.ElementIdOffset);
        uint written = machine.Ram.Load<uint>(element + UsedRing.ElementLengthOffset);
        if (head >= queue.Size || queue.State[head] is ChainState.Driver or ChainState.Used)
        {
            if (monitors.JudgeDevices) monitors.Device(Name, "returned-not-in-flight", ["split.device.used-ring.1"],
                $"the device returns chain {head}, which it does not own", "Return each chain once, by the head that the available ring named.");
            return;
        }
        if (queue.State[head] == ChainState.Available && monitors.JudgeDevices) monitors.Device(Name, "returned-not-taken", ["split.device.used-ring.1"],
            $"the device returns chain {head}, whose entry in the available ring it has not read", "Return only chains that were taken from the available ring.");
        if (monitors.JudgeDevices) CheckWritten(queue, (ushort)head, written);
        queue.State[head] = ChainState.Used;
        queue.Outstanding--;
        ChainsReturned++;
        MarkChain(queue, (ushort)head, MemoryOwner.Driver, MemoryOwner.ReturnedUnseen);
        if (queue.Overlaps) for (ushort other = 0; other < queue.Size; other++)
        {
            if (queue.State[other] is ChainState.Available or ChainState.Taken) RemarkReadable(queue, other);
        }
    }

    /// <summary>2.7.8.2: at least len bytes, from the first writable byte on, were written before the used index advanced.</summary>
    void CheckWritten(QueueWatch queue, ushort head, uint written)
    {
        uint left = written;
        for (ushort id = head; ; id = queue.Next[id])
        {
            if ((queue.Flags[id] & SplitDescriptor.Write) != 0 && left > 0)
            {
                uint here = Math.Min(left, queue.Length[id]);
                left -= here;
                if (machine.Ram.Contains(queue.Address[id], here)
                    && machine.Ram.Owners(queue.Address[id], (int)here).IndexOfAnyExcept(MemoryOwner.DeviceWritten) is var gap and >= 0)
                    monitors.Device(Name, "length-not-written", ["split.device.used-ring.2"],
                        $"the device returns chain {head} with length {written}, but has not written 0x{queue.Address[id] + (ulong)gap:x}",
                        "Write all of the bytes that the length counts before the used index advances.");
            }
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) break;
        }
        if (left > 0) monitors.Device(Name, "length-too-long", ["split.device.used-ring.2"],
            $"the device returns chain {head} with length {written}, {left} bytes more than it has room for", "The length counts bytes written to the chain.");
    }
}
