using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 2.6 "Virtqueues": a queue is selected, sized, given its addresses and made ready; over a legacy interface (2.7.2) it gets one page number.
/// </summary>
public abstract partial class VirtioDevice
{
    /// <summary>Which queue the registers of queues are about.</summary>
    internal uint QueueSel { get => queueSel; set => queueSel = value; }

    internal DeviceQueue? SelectedQueue => queueSel < (uint)Queues.Length ? Queues[queueSel] : null;

    internal uint ReadQueueNumMax()
    {
        if (SelectedQueue is not { } queue) return 0;
        // 4.2.4: readable only while the queue is not in use.
        return !Rules.IsQemu && IsLegacy && queue.Descriptors != 0 ? 0u : queue.MaximumSize;
    }

    internal uint ReadQueueReady()
    {
        if (SelectedQueue is { } queue) return queue.Ready ? 1u : 0;
        return Rules.IsQemu ? (uint)(readyWithoutQueue[queueSel / 64] >> (int)(queueSel % 64)) & 1 : 0;
    }

    internal void WriteQueueRegister(VirtioRegister register, uint value)
    {
        if (SelectedQueue is not { } queue)
        {
            if (Rules.IsQemu && register == VirtioRegister.QueueReady) SetReadyWithoutQueue(value != 0);
            return;
        }
        if (register == VirtioRegister.QueueReady)
        {
            WriteQueueReady(queue, value);
            return;
        }
        // 4.2.2.2: frozen while the queue is ready.
        if (!Rules.IsQemu && queue.Ready) return;
        switch (register)
        {
            case VirtioRegister.QueueSize:
                queue.Size = value;
                if (Rules.IsQemu) SetRingSize(queue, value);
                break;
            case VirtioRegister.QueueDescLow: queue.DescriptorAddress = Kept(WithLow(queue.DescriptorAddress, value)); break;
            case VirtioRegister.QueueDescHigh: queue.DescriptorAddress = Kept(WithHigh(queue.DescriptorAddress, value)); break;
            case VirtioRegister.QueueDriverLow: queue.DriverAddress = Kept(WithLow(queue.DriverAddress, value)); break;
            case VirtioRegister.QueueDriverHigh: queue.DriverAddress = Kept(WithHigh(queue.DriverAddress, value)); break;
            case VirtioRegister.QueueDeviceLow: queue.DeviceAddress = Kept(WithLow(queue.DeviceAddress, value)); break;
            case VirtioRegister.QueueDeviceHigh: queue.DeviceAddress = Kept(WithHigh(queue.DeviceAddress, value)); break;
        }
    }

    ulong Kept(ulong address) => address & Settings.QueueAddressBits;

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
            Shows(PeripheralBits.Control | PeripheralBits.Life, VirtioRegister.QueueReady);
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
        if (size is > 0 and <= QemuQueueSizeMax) queue.RingSize = size;
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

    /// <summary>Legacy: the size of the pages that addresses of queues are counted in, as a number of bits.</summary>
    internal uint PageShift { get => pageShift; set => pageShift = value; }

    /// <summary>What the selected queue's page number reads as.</summary>
    internal uint ReadQueuePfn() => SelectedQueue is { } queue ? (uint)(queue.Descriptors >> (int)pageShift) : 0;

    internal void WriteLegacyQueueSize(uint value)
    {
        if (SelectedQueue is not { } queue || (!Rules.IsQemu && queue.Descriptors != 0)) return;
        queue.Size = value;
        if (!Rules.IsQemu) return;
        SetRingSize(queue, value);
        UpdateLegacyRing(queue);
    }

    internal void WriteLegacyQueueAlign(uint value)
    {
        if (SelectedQueue is not { } queue || (!Rules.IsQemu && queue.Descriptors != 0) || (Rules.IsQemu && value == 0)) return;
        queue.Align = value;
        if (Rules.IsQemu) UpdateLegacyRing(queue);
    }

    internal void WriteQueuePfn(uint value)
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
            Shows(PeripheralBits.Control | PeripheralBits.Life, VirtioRegister.QueueReady);
            Stop(queue);
            queue.ForgetRing();
            Machine.Monitors.QueueDisabled(this, queue.Index);
            return;
        }
        bool isAlignment = queue.Align >= SplitLayout.UsedAlignment && (queue.Align & (queue.Align - 1)) == 0;
        if (queue.Descriptors != 0 || pageShift == 0 || !isAlignment || !SplitLayout.IsLegalQueueSize(queue.Size) || queue.Size > queue.MaximumSize) return;
        ulong address = Kept((ulong)value << (int)pageShift);
        if (address == 0) return;
        queue.RingSize = queue.Size;
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

    /// <summary>2.6.1 as QEMU does it: the ring is gone, what was programmed stays.</summary>
    internal void ResetQueueAsQemu()
    {
        if (SelectedQueue is not { } queue)
        {
            SetReadyWithoutQueue(false);
            return;
        }
        Stop(queue);
        queue.Ready = false;
        queue.ForgetRing();
        Machine.Monitors.QueueDisabled(this, queue.Index);
    }

    /// <summary>4.2.2.2: a queue that is not ready (version 1: has no address) is not accessed.</summary>
    protected bool IsServed(DeviceQueue queue) => IsLegacy ? queue.Descriptors != 0 : queue.Ready;

    /// <summary>The driver notifies a queue (2.3).</summary>
    internal void WriteQueueNotify(uint value)
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
