using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Virtio 1.4, 4.2.3.2 "Virtqueue Configuration" and, for version 1, 4.2.4 "Legacy interface".</summary>
public abstract partial class MmioDevice
{
    DeviceQueue? SelectedQueue => queueSel < (uint)Queues.Length ? Queues[queueSel] : null;

    uint ReadQueueNumMax()
    {
        if (SelectedQueue is not { } queue) return 0;
        // 4.2.4: readable only while the queue is not in use.
        return !Rules.IsQemu && IsLegacy && queue.Descriptors != 0 ? 0u : queue.MaximumSize;
    }

    uint ReadQueueReady()
    {
        if (SelectedQueue is { } queue) return queue.Ready ? 1u : 0;
        return Rules.IsQemu ? (uint)(readyWithoutQueue[queueSel / 64] >> (int)(queueSel % 64)) & 1 : 0;
    }

    void WriteQueueRegister(uint offset, uint value)
    {
        if (SelectedQueue is not { } queue)
        {
            if (Rules.IsQemu && offset == MmioRegister.QueueReady) SetReadyWithoutQueue(value != 0);
            return;
        }
        if (offset == MmioRegister.QueueReady)
        {
            WriteQueueReady(queue, value);
            return;
        }
        // 4.2.2.2: frozen while the queue is ready.
        if (!Rules.IsQemu && queue.Ready) return;
        switch (offset)
        {
            case MmioRegister.QueueNum:
                queue.Size = value;
                if (Rules.IsQemu) SetRingSize(queue, value);
                break;
            case MmioRegister.QueueDescLow: queue.DescriptorAddress = WithLow(queue.DescriptorAddress, value); break;
            case MmioRegister.QueueDescHigh: queue.DescriptorAddress = WithHigh(queue.DescriptorAddress, value); break;
            case MmioRegister.QueueDriverLow: queue.DriverAddress = WithLow(queue.DriverAddress, value); break;
            case MmioRegister.QueueDriverHigh: queue.DriverAddress = WithHigh(queue.DriverAddress, value); break;
            case MmioRegister.QueueDeviceLow: queue.DeviceAddress = WithLow(queue.DeviceAddress, value); break;
            case MmioRegister.QueueDeviceHigh: queue.DeviceAddress = WithHigh(queue.DeviceAddress, value); break;
        }
    }

    static ulong WithLow(ulong address, uint value) => address & 0xFFFFFFFF_00000000UL | value;

    static ulong WithHigh(ulong address, uint value) => (uint)address | (ulong)value << 32;

    void SetReadyWithoutQueue(bool ready)
    {
        ulong bit = 1UL << (int)(queueSel % 64);
        ref ulong word = ref readyWithoutQueue[queueSel / 64];
        word = ready ? word | bit : word & ~bit;
    }

    void WriteQueueReady(DeviceQueue queue, uint value)
    {
        if (value == 0)
        {
            bool was = queue.Ready;
            queue.Ready = false;
            // QEMU only changes what it shows; the ring goes on being served.
            if (Rules.IsQemu || !was) return;
            Engine.Reducer?.Touches(0, Parts(PeripheralBits.Life));
            Shows(PeripheralBits.Control | PeripheralBits.Life, MmioRegister.QueueReady);
            Stop(queue);
            queue.ForgetRing();
            Machine.Monitors.QueueDisabled(this, queue.Index);
            return;
        }
        if (!Rules.IsQemu && (queue.Ready || !IsLegalSetup(queue))) return;
        if (Rules.IsQemu) SetRingSize(queue, queue.Size);
        else queue.RingSize = queue.Size;
        queue.Ready = true;
        Serve(queue, queue.DescriptorAddress, queue.DriverAddress, queue.DeviceAddress);
    }

    /// <summary>2.7 (sizes, alignments) and 3.1.1 (queues come after FEATURES_OK). What is not legal does not become ready.</summary>
    bool IsLegalSetup(DeviceQueue queue) => SplitLayout.IsLegalQueueSize(queue.Size) && queue.Size <= queue.MaximumSize
        && queue.DescriptorAddress % SplitLayout.DescriptorTableAlignment == 0 && queue.DriverAddress % SplitLayout.AvailableAlignment == 0
        && queue.DeviceAddress % SplitLayout.UsedAlignment == 0 && (status & DeviceStatus.FeaturesOk) != 0;

    /// <summary>QEMU ignores what would make the queue vanish or is above its own maximum, and takes all else at once.</summary>
    static void SetRingSize(DeviceQueue queue, uint size)
    {
        if (size is > 0 and <= QemuQueueNumMax) queue.RingSize = size;
    }

    /// <summary>The ring is there from now on, its indices where the settings say.</summary>
    void Serve(DeviceQueue queue, ulong descriptors, ulong available, ulong used)
    {
        bool isNew = !Rules.IsQemu || queue.Descriptors == 0;
        queue.Descriptors = descriptors;
        queue.Available = available;
        queue.Used = used;
        queue.SignalledUsedValid |= !Rules.IsQemu; // QEMU has none yet, and then interrupts
        if (isNew) queue.LastAvailable = queue.SeenAvailable = queue.UsedIndex = queue.SignalledUsed = Settings.StartAt;
        Machine.Monitors.QueueEnabled(this, queue.Index, (ushort)queue.RingSize, descriptors, available, used, queue.UsedIndex, IsLegacy);
        if (Rules.IsQemu) MapAsQemu(queue);
    }

    /// <summary>QEMU maps the three parts when it learns of them; one that leaves RAM in its midst breaks the device.</summary>
    void MapAsQemu(DeviceQueue queue)
    {
        uint events = negotiated.Has(Feature.EventIndex) ? 2u : 0;
        if (queue.Descriptors != 0 && (LeavesRam(queue.Descriptors, SplitDescriptor.Size * queue.RingSize)
            || LeavesRam(queue.Used, UsedRing.RingOffset + UsedRing.EntrySize * queue.RingSize + events)
            || LeavesRam(queue.Available, AvailableRing.RingOffset + AvailableRing.EntrySize * queue.RingSize + events))) RaiseNeedsReset();
    }

    bool LeavesRam(ulong bus, uint length) => Machine.MemoryAt(new(bus)) is var address && Machine.Ram.Contains(address, 1) && !Machine.Ram.Contains(address, length);

    void WriteLegacyQueueRegister(uint offset, uint value)
    {
        if (offset == MmioRegister.GuestPageSize)
        {
            // QEMU: trailing zeroes of the value; 0 counts as no shift.
            pageShift = value == 0 ? 0 : (uint)System.Numerics.BitOperations.TrailingZeroCount(value);
            return;
        }
        if (offset == MmioRegister.QueuePfn)
        {
            WriteQueuePfn(value);
            return;
        }
        if (SelectedQueue is not { } queue || (!Rules.IsQemu && queue.Descriptors != 0)) return;
        if (offset == MmioRegister.QueueNum)
        {
            queue.Size = value;
            if (!Rules.IsQemu) return;
            SetRingSize(queue, value);
            UpdateLegacyRing(queue);
        }
        else if (offset == MmioRegister.QueueAlign)
        {
            if (Rules.IsQemu && value == 0) return;
            queue.Align = value;
            if (Rules.IsQemu) UpdateLegacyRing(queue);
        }
    }

    void WriteQueuePfn(uint value)
    {
        if (Rules.IsQemu)
        {
            if (value == 0) CompleteReset();
            else if (SelectedQueue is { } selected) SetLegacyRing(selected, (ulong)value << (int)pageShift);
            return;
        }
        if (SelectedQueue is not { } queue) return;
        if (value == 0)
        {
            if (queue.Descriptors == 0) return;
            Engine.Reducer?.Touches(0, Parts(PeripheralBits.Life));
            Shows(PeripheralBits.Control | PeripheralBits.Life, MmioRegister.QueueReady);
            Stop(queue);
            queue.ForgetRing();
            Machine.Monitors.QueueDisabled(this, queue.Index);
            return;
        }
        bool isAlignment = queue.Align >= SplitLayout.UsedAlignment && (queue.Align & (queue.Align - 1)) == 0;
        if (queue.Descriptors != 0 || pageShift == 0 || !isAlignment || !SplitLayout.IsLegalQueueSize(queue.Size) || queue.Size > queue.MaximumSize) return;
        queue.RingSize = queue.Size;
        ulong address = (ulong)value << (int)pageShift;
        var layout = SplitLayout.Legacy((ushort)queue.Size, queue.Align);
        Serve(queue, address, address + layout.Available, address + layout.Used);
    }

    void SetLegacyRing(DeviceQueue queue, ulong address)
    {
        bool isNew = queue.Descriptors == 0;
        queue.Descriptors = address;
        UpdateLegacyRing(queue);
        if (isNew) queue.LastAvailable = queue.SeenAvailable = queue.UsedIndex = Settings.StartAt;
    }

    /// <summary>QEMU's layout leaves out the used_event word that 2.7.2 counts, and takes any alignment, powers of two or not.</summary>
    void UpdateLegacyRing(DeviceQueue queue)
    {
        if (queue.Descriptors == 0) return;
        ulong available = queue.Descriptors + SplitDescriptor.Size * queue.RingSize;
        ulong end = available + AvailableRing.RingOffset + AvailableRing.EntrySize * queue.RingSize;
        ulong used = (end + queue.Align - 1) / queue.Align * queue.Align;
        queue.Available = available;
        queue.Used = used;
        Machine.Monitors.QueueEnabled(this, queue.Index, (ushort)queue.RingSize, queue.Descriptors, available, used, queue.UsedIndex, legacy: true);
        MapAsQemu(queue);
    }

    /// <summary>4.2.2.2: a queue that is not ready (version 1: has no address) is not accessed.</summary>
    protected bool IsServed(DeviceQueue queue) => IsLegacy ? queue.Descriptors != 0 : queue.Ready;

    void WriteQueueNotify(uint value)
    {
        if (value >= (uint)Queues.Length || broken) return;
        var queue = Queues[value];
        if (Rules.IsQemu)
        {
            if (queue.Descriptors != 0) Notified(queue);
            return;
        }
        // 2.1.2: nothing is consumed before DRIVER_OK.
        if (IsServed(queue) && IsDriverOk && !resetPending) Notified(queue);
    }
}
