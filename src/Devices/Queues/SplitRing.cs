using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues", the device's part: looking for chains, taking them, returning them, notification
/// suppression in both directions (2.7.7, 2.7.10), EVENT_IDX and indirect tables where negotiated. Each field is one access of its
/// own width, and each access a scheduling point. Nothing that the driver wrote is believed: what is out of bounds ends in
/// NEEDS_RESET. Not here: what a chain means.
/// </summary>
public sealed class SplitRing(VirtioDevice device, DmaPort dma)
{
    /// <summary>QEMU maps memory that is not RAM through one buffer of this many bytes.</summary>
    const uint QemuBounceBuffer = 4096;

    /// <summary>QEMU: segments in a request, at most.</summary>
    const uint QemuMaximumSegments = 1024;

    bool bounceBufferIsHeld;

    public void Reset() => bounceBufferIsHeld = false;

    bool HasEventIndex => device.Negotiated.Has(Feature.EventIndex);

    bool IsQemu => device.Rules.IsQemu;

    /// <summary>2.7.10.2: no notifications while the device looks by itself.</summary>
    public async DeviceTask<Nothing> SuppressNotifications(DeviceQueue queue)
    {
        queue.SuppressesNotifications = true;
        if (HasEventIndex) return default; // avail_event stays behind, which is suppression enough
        ushort flags = IsQemu ? await dma.Load<ushort>(new(queue.Used)) : (ushort)0;
        await dma.Store(new(queue.Used), (ushort)(flags | UsedRing.NoNotify));
        return default;
    }

    /// <summary>
    /// Asks for notifications again, with EVENT_IDX for that of the next chain to be taken. Whoever calls this looks once more, or what came in
    /// between is lost.
    /// </summary>
    public async DeviceTask<Nothing> WantNotifications(DeviceQueue queue)
    {
        queue.SuppressesNotifications = false;
        if (HasEventIndex)
        {
            if (IsQemu) queue.SeenAvailable = new(await dma.Load<ushort>(new(queue.Available + AvailableRing.IndexOffset)));
            await WriteAvailEvent(queue, IsQemu ? queue.SeenAvailable : queue.LastAvailable);
            dma.StoreThenLoad();
            return default;
        }
        ushort flags = IsQemu ? await dma.Load<ushort>(new(queue.Used)) : (ushort)0;
        await dma.Store(new(queue.Used), (ushort)(flags & ~UsedRing.NoNotify));
        dma.StoreThenLoad();
        return default;
    }

    async DeviceTask<Nothing> WriteAvailEvent(DeviceQueue queue, RingIndex index)
    {
        await dma.Store(new(queue.Used + UsedRing.RingOffset + UsedRing.EntrySize * queue.RingSize), index.Value);
        return default;
    }

    /// <summary>Is there a chain that was not taken yet? 2.7.13.3: more than Queue Size of them is the driver's fault.</summary>
    public async DeviceTask<bool> Look(DeviceQueue queue)
    {
        if (device.Transport.TakesNoBuffers) return false;
        if (queue.SeenAvailable != queue.LastAvailable) return true;
        if (IsQemu && queue.Available == 0) return false;
        var index = new RingIndex(await dma.Load<ushort>(new(queue.Available + AvailableRing.IndexOffset)));
        dma.OrderLoads(); // the index, then slots and descriptors
        if (!IsQemu && queue.LastAvailable.DistanceTo(index) > queue.RingSize) return Refuse();
        queue.SeenAvailable = index;
        return queue.SeenAvailable != queue.LastAvailable;
    }

    /// <summary>Takes the next chain. False: the device is broken now.</summary>
    public async DeviceTask<bool> Take(DeviceQueue queue, DeviceChain chain)
    {
        if (queue.InUse >= queue.RingSize) return Refuse();
        uint slot = queue.LastAvailable.Value % queue.RingSize;
        ushort head = await dma.Load<ushort>(new(queue.Available + AvailableRing.RingOffset + AvailableRing.EntrySize * slot));
        queue.LastAvailable = queue.LastAvailable.Next;
        if (head >= queue.RingSize) return Refuse();
        // QEMU asks for the notification of the next chain each time that it takes one, unless it suppresses them.
        if (IsQemu && HasEventIndex && !queue.SuppressesNotifications) await WriteAvailEvent(queue, queue.LastAvailable);
        chain.Start(head);

        ulong table = queue.Descriptors;
        uint entries = queue.RingSize, at = head, links = 0;
        bool isIndirect = false;
        while (true)
        {
            ulong descriptor = table + SplitDescriptor.Size * at;
            ushort flags = await dma.Load<ushort>(new(descriptor + SplitDescriptor.FlagsOffset));
            ulong address = await dma.Load<ulong>(new(descriptor + SplitDescriptor.AddressOffset));
            uint length = await dma.Load<uint>(new(descriptor + SplitDescriptor.LengthOffset));
            if (IsTable(flags, isIndirect, links))
            {
                if (length == 0 || length % SplitDescriptor.Size != 0 || !MayUseTable(queue, flags, isIndirect, links, length)) return Refuse();
                table = address;
                entries = length / SplitDescriptor.Size;
                at = 0;
                isIndirect = true;
                continue;
            }
            if (!Add(chain, flags, new(address, length)) || ++links > (IsQemu ? Math.Min(entries, QemuMaximumSegments) : queue.RingSize)) return Refuse();
            if ((flags & SplitDescriptor.Next) == 0) break;
            at = await dma.Load<ushort>(new(descriptor + SplitDescriptor.NextOffset));
            if (at >= entries) return Refuse();
        }
        // 2.7.5.2: a chain of more than 2^32 bytes is not legal.
        if (!IsQemu && chain.ReadableLength + chain.WritableLength > uint.MaxValue) return Refuse();
        queue.InUse++;
        // An odd device asks for the next notification early, while it still looks by itself: it may then come for nothing (2.7.10.2).
        if (HasEventIndex && device.Whim(2, "asks for the next notification early, while it still looks by itself") != 0) await WriteAvailEvent(queue, queue.LastAvailable);
        return true;
    }

    /// <summary>QEMU looks at INDIRECT in a chain's first descriptor only.</summary>
    bool IsTable(ushort flags, bool isIndirect, uint links)
        => (flags & SplitDescriptor.Indirect) != 0 && (!IsQemu || (!isIndirect && links == 0));

    /// <summary>2.7.5.3: negotiated, not within another table, last in its chain, and not longer than the queue allows.</summary>
    bool MayUseTable(DeviceQueue queue, ushort flags, bool isIndirect, uint links, uint length) => IsQemu
        || (device.Negotiated.Has(Feature.IndirectDescriptors) && !isIndirect && (flags & SplitDescriptor.Next) == 0
            && length / SplitDescriptor.Size + links <= queue.RingSize);

    /// <summary>2.7.4.2: all that the device reads comes before all that it writes.</summary>
    bool Add(DeviceChain chain, ushort flags, DeviceBuffer buffer)
    {
        if (IsQemu && !MapAsQemu(chain, buffer)) return false;
        if ((flags & SplitDescriptor.Write) != 0)
        {
            chain.AddWritable(buffer);
            return true;
        }
        if (chain.WritableCount != 0) return false;
        chain.AddReadable(buffer);
        return true;
    }

    /// <summary>QEMU refuses empty buffers, and maps what is not RAM through one bounce buffer, or not at all.</summary>
    bool MapAsQemu(DeviceChain chain, DeviceBuffer buffer)
    {
        if (buffer.Length == 0) return false;
        var ram = device.Machine.Ram;
        ulong address = device.Machine.MemoryAt(new(buffer.Address));
        if (ram.Contains(address, buffer.Length)) return true;
        ulong within = ram.Contains(address, 1) ? ram.Base + ram.Size - address : 0;
        if (bounceBufferIsHeld || buffer.Length - within > QemuBounceBuffer) return false;
        bounceBufferIsHeld = chain.HoldsBounceBuffer = true;
        return true;
    }

    /// <summary>The chain will not be returned.</summary>
    public void Drop(DeviceQueue queue, DeviceChain chain)
    {
        queue.InUse--;
        if (chain.HoldsBounceBuffer) bounceBufferIsHeld = false;
    }

    /// <summary>
    /// 2.7.8 and 2.7.14: used element, then index, then an interrupt if one is wanted. <paramref name="length"/>: bytes written
    /// from the first writable byte on. <paramref name="notifies"/>: false where the interrupt is decided about later, by <see cref="Notify"/>.
    /// </summary>
    public async DeviceTask<Nothing> Return(DeviceQueue queue, DeviceChain chain, uint length, bool notifies = true)
    {
        if (chain.HoldsBounceBuffer) bounceBufferIsHeld = false;
        if (IsQemu && device.IsBroken)
        {
            queue.InUse--;
        }
        else if (!IsQemu || queue.Used != 0)
        {
            uint slot = queue.UsedIndex.Value % queue.RingSize;
            ulong element = queue.Used + UsedRing.RingOffset + UsedRing.EntrySize * slot;
            await dma.Store(new(element + UsedRing.ElementIdOffset), LiedId(queue, chain.Head));
            await dma.Store(new(element + UsedRing.ElementLengthOffset), LiedLength(length));
            queue.UsedIndex = queue.UsedIndex.Next;
            queue.InUse--;
            dma.BeforePublishing(); // data, status and element, then the index
            await dma.Store(new(queue.Used + UsedRing.IndexOffset), LiedIndex(queue));
            dma.StoreThenLoad(); // the index, then whether an interrupt is wanted
        }
        if (notifies) await Notify(queue);
        return default;
    }

    /// <summary>Interrupts, if that is wanted for what was returned since the last decision.</summary>
    public async DeviceTask<Nothing> Notify(DeviceQueue queue)
    {
        if (!await IsInterruptWanted(queue)) return default;
        if (device.Whim(2, "raises its interrupt only later") == 0) device.RaiseInterrupt(InterruptCause.UsedBuffer, queue);
        else device.RaiseInterruptLater(InterruptCause.UsedBuffer, queue);
        return default;
    }

    async DeviceTask<bool> IsInterruptWanted(DeviceQueue queue)
    {
        if (device.Negotiated.Has(Feature.NotifyOnEmpty) && queue.InUse == 0 && (device.IsBroken || !await Look(queue))) return true;
        if (!HasEventIndex) return (await dma.Load<ushort>(new(queue.Available)) & AvailableRing.NoInterrupt) == 0;
        var wanted = new RingIndex(await dma.Load<ushort>(new(queue.Available + AvailableRing.RingOffset + AvailableRing.EntrySize * queue.RingSize)));
        bool wasSignalled = queue.SignalledUsedValid;
        var before = queue.SignalledUsed;
        queue.SignalledUsedValid = true;
        queue.SignalledUsed = queue.UsedIndex;
        // 2.7.7.2: all that was returned since the last decision counts. QEMU's first decision after a reset is yes, whatever was asked.
        if (!wasSignalled || queue.UsedIndex.HasPassed(wanted, before.DistanceTo(queue.UsedIndex))) return true;
        return device.BoundedWhim("interrupts although the driver does not ask for it"); // an odd device may interrupt all the same: 2.7.7.2 only says SHOULD NOT
    }

    bool Refuse()
    {
        device.RaiseNeedsReset();
        return false;
    }

    // What a hostile device writes instead

    uint LiedId(DeviceQueue queue, uint id) => device.Lie(5, "returns head 0xffffffff|returns a head beyond the queue|returns the next head|returns the head with a bit above 16 set") switch
    {
        1 => uint.MaxValue,
        2 => queue.RingSize,
        3 => (id + 1) % queue.RingSize,
        4 => id | 0x1_0000,
        _ => id,
    };

    uint LiedLength(uint length) => device.Lie(4, "says that it wrote 0xffffffff bytes|says that it wrote a byte more|says that it wrote nothing") switch
    {
        1 => uint.MaxValue,
        2 => length + 1,
        3 => 0,
        _ => length,
    };

    ushort LiedIndex(DeviceQueue queue) => device.Lie(5, "stores a used index one too far|stores a used index beyond the ring|stores a used index half way round|stores a used index that goes back") switch
    {
        1 => queue.UsedIndex.Next.Value,
        2 => queue.UsedIndex.Plus((ushort)(queue.RingSize + 1)).Value,
        3 => queue.UsedIndex.Plus(0x8000).Value,
        4 => queue.UsedIndex.Plus(0xFFFE).Value,
        _ => queue.UsedIndex.Value,
    };

    const string Misdeeds = "writes 0xffff to the next field of descriptor 0|writes all ones to the address of descriptor 0|writes 0xffff to the available index"
        + "|asks for no notifications|raises interrupts without end|says that it needs a reset|asks to be notified half way round";

    /// <summary>Between two requests, a hostile device writes where it may not, interrupts without end, or gives up.</summary>
    public async DeviceTask<Nothing> Misbehave(DeviceQueue queue)
    {
        switch (device.Lie(HasEventIndex ? 8 : 7, Misdeeds))
        {
            case 1: await dma.Store(new(queue.Descriptors + SplitDescriptor.NextOffset), (ushort)0xFFFF); break;
            case 2: await dma.Store(new(queue.Descriptors + SplitDescriptor.AddressOffset), ulong.MaxValue); break;
            case 3: await dma.Store(new(queue.Available + AvailableRing.IndexOffset), (ushort)0xFFFF); break;
            case 4: await dma.Store(new(queue.Used), UsedRing.NoNotify); break;
            case 5: device.BeginInterruptStorm(); break;
            case 6: device.RaiseNeedsReset(); break;
            case 7: await WriteAvailEvent(queue, queue.LastAvailable.Plus(0x8000)); break;
        }
        return default;
    }
}
