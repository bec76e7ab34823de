using System.Runtime.CompilerServices;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <content>What the device does: its loads and stores, taking chains and returning them.</content>
public sealed partial class OwnershipMonitor
{
    QueuePhase DevicePhase => stoppedCount != 0 && stoppedCount == liveCount ? QueuePhase.Stopped : QueuePhase.Live;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void DeviceLoad(ulong address, ulong owners, int width)
    {
        if (owners == MemoryOwner.Of(MemoryOwner.DriverRing, width) && stoppedCount == 0)
        {
            if (width == 2) DeviceReadRing(address);
            return;
        }
        if (owners != MemoryOwner.Of(MemoryOwner.DeviceReads, width) || stoppedCount != 0) DeviceLoadSpan(address, width);
    }

    internal void DeviceLoadSpan(ulong address, int length)
    {
        if (!monitors.JudgeDevices) return;
        var owners = machine.Ram.Owners(address, length);
        int bad = owners.IndexOfAny(MemoryOwner.Driver, MemoryOwner.ReturnedUnseen);
        if (bad < 0 && DevicePhase == QueuePhase.Live) return;
        DeviceBroke(bad, address, owners, "reads");
    }

    void DeviceBroke(int bad, ulong address, ReadOnlySpan<byte> owners, string what)
    {
        byte owner = bad < 0 ? MemoryOwner.DriverRing : owners[bad];
        var rule = DevicePhase == QueuePhase.Stopped ? RuleViolation.DeviceTouchedAfterReset
            : owner == MemoryOwner.ReturnedUnseen ? RuleViolation.DeviceTouchedAfterCompletion
            : RuleViolation.DeviceTouchedForeign;
        monitors.Device(rule, $"it {what} 0x{address + (ulong)Math.Max(0, bad):x}{owner switch
        {
            MemoryOwner.DeviceReads => ", in a buffer that it may only read",
            MemoryOwner.DriverRing when bad >= 0 => ", in the driver's part of a queue",
            _ => "",
        }}");
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
            ushort head = queue.WrittenSlot[entry / AvailableRing.EntrySize];
            if (head < queue.Size && OwnershipRules.Apply(ref queue.Owners[head], OwnershipEvent.Taken, QueuePhase.Live) == RuleViolation.None) queue.Held++;
            monitors.DeviceTookChain(queue);
            if (monitors.IsCovered) monitors.Coverage.Taken(queue);
            return;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void DeviceStore(ulong address, ulong owners, int width)
    {
        if (owners == MemoryOwner.Of(MemoryOwner.DeviceRing, width) && stoppedCount == 0) return;
        DeviceStoreSpan(address, width);
    }

    internal void DeviceStoreSpan(ulong address, int length)
    {
        if (length == 0) return;
        var owners = machine.Ram.Owners(address, length);
        if (monitors.JudgeDevices)
        {
            int bad = owners.IndexOfAnyExcept(MemoryOwner.DeviceWrites, MemoryOwner.DeviceWritten, MemoryOwner.DeviceRing);
            if (bad >= 0 || DevicePhase == QueuePhase.Stopped) DeviceBroke(bad, address, owners, "writes");
        }
        if (owners[0] == MemoryOwner.DeviceWrites) owners.Replace(MemoryOwner.DeviceWrites, MemoryOwner.DeviceWritten);
    }

    /// <summary>After a store of two bytes by a device: does it return chains, or say whether it wants to be notified?</summary>
    public void DeviceStored(ulong address, ushort value)
    {
        foreach (var queue in queues)
        {
            if (!queue.Live) continue;
            if (address == queue.UsedIndex) Return(queue, new(value));
            else if (address == queue.Used + UsedRing.FlagsOffset) monitors.Notifications.DeviceWroteFlags(queue, value);
            else if (address == queue.AvailEvent) monitors.Notifications.DeviceWroteAvailEvent(queue, new(value));
        }
    }

    void Return(QueueWatch queue, RingIndex index)
    {
        int count = queue.Returned.DistanceTo(index);
        if (monitors.JudgeDevices && OwnershipRules.UsedIndexStored(queue.Returned, index, queue.Held) is var rule and not RuleViolation.None)
            monitors.Device(rule, $"it goes from {queue.Returned.Value} to {index.Value}, and the device holds {queue.Held} chains");
        for (int i = 0; i < count && count <= queue.Size; i++) ReturnEntry(queue, queue.Returned.Plus((ushort)i).Slot(queue.Size));
        var before = queue.Returned;
        queue.Returned = index;
        monitors.Notifications.Returned(queue, before, index);
        if (!monitors.IsCovered) return;
        monitors.Coverage.Returned();
        monitors.Coverage.Reached(queue);
    }

    void ReturnEntry(QueueWatch queue, ushort slot)
    {
        ulong element = queue.Used + UsedRing.EntryOffset(slot);
        uint head = machine.Ram.Load<uint>(element + UsedRing.ElementIdOffset);
        uint written = machine.Ram.Load<uint>(element + UsedRing.ElementLengthOffset);
        var rule = head < queue.Size ? OwnershipRules.Apply(ref queue.Owners[head], OwnershipEvent.Completed, DevicePhase) : RuleViolation.CompletedNotHeld;
        if (rule != RuleViolation.None)
        {
            if (monitors.JudgeDevices) monitors.Device(rule, $"slot {slot} of the used ring names chain {head}");
            return;
        }
        if (monitors.JudgeDevices && monitors.JudgeLengths) CheckWritten(queue, (ushort)head, written);
        queue.Held--;
        queue.Outstanding--;
        ChainsReturned++;
        MarkChain(queue, (ushort)head, MemoryOwner.Driver, MemoryOwner.ReturnedUnseen);
        RemarkShared(queue);
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
                int gap = machine.Ram.Contains(queue.Address[id], here)
                    ? machine.Ram.Owners(queue.Address[id], (int)here).IndexOfAnyExcept(MemoryOwner.DeviceWritten) : -1;
                if (gap >= 0) monitors.Device(Name, "length-not-written", ["split.device.used-ring.2"],
                    $"the device returns chain {head} with length {written}, but has not written 0x{queue.Address[id] + (ulong)gap:x}",
                    "Write all of the bytes that the length counts before the used index advances.");
            }
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) break;
        }
        if (left > 0) monitors.Device(Name, "length-too-long", ["split.device.used-ring.2"],
            $"the device returns chain {head} with length {written}, {left} bytes more than it has room for", "The length counts bytes written to the chain.");
    }
}
