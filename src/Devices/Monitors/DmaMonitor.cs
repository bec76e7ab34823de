using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Addresses that devices use, and how long they may. Virtio 1.4, 2.7 speaks of physical addresses "as seen by the device"; with VIRTIO_F_ACCESS_PLATFORM (6.1) those are
/// what the platform translates and limits. Checks that rings and descriptors have bus addresses and not CPU addresses, that memory is mapped for a device in the
/// right direction before it uses it and until it has given it back, and that what was mapped is unmapped, once. Judges drivers only: of a device that
/// keeps no rules, the IOMMU keeps out what it keeps out. Does not check when an invalidation takes effect: here it does at once.
/// </summary>
sealed class DmaMonitor(SimulatedMachine machine, Monitors monitors)
{
    const string Name = "dma";

    /// <summary>
    /// An address in a descriptor or a queue register. True if it is a violation that was reported: no memory is there on the bus, and memory has that number for the CPU.
    /// </summary>
    internal bool IsCpuAddress(string where, ulong address, uint length)
    {
        ulong bus = address + machine.BusOffset;
        if (machine.BusOffset == 0 || !machine.Ram.Contains(bus, Math.Max(1, length))) return false;
        monitors.Driver(Name, "cpu-address-as-bus-address", [], $"{where} is told to the device as 0x{bus:x}, which is where the CPU finds memory; on the bus, nothing is there",
            $"Tell devices bus addresses only (DmaRegion.Bus); here the memory that the CPU sees at 0x{bus:x} is at 0x{bus + machine.BusOffset:x} on the bus.");
        return true;
    }

    /// <summary>A queue is live: the device reads two parts of it, and writes the third.</summary>
    internal void Given(QueueWatch queue)
    {
        if (machine.Iommu is not { } iommu) return;
        iommu.Give(queue.Descriptors, SplitDescriptor.Size * queue.Size, writes: false);
        iommu.Give(queue.Available, AvailableRing.Length(queue.Size), writes: false);
        iommu.Give(queue.Used, UsedRing.Length(queue.Size), writes: true);
    }

    /// <summary>A chain was published.</summary>
    internal void Given(QueueWatch queue, ushort head)
    {
        if (machine.Iommu is not { } iommu) return;
        for (ushort id = head; ; id = queue.Next[id])
        {
            iommu.Give(queue.Address[id], queue.Length[id], (queue.Flags[id] & SplitDescriptor.Write) != 0);
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0) return;
        }
    }

    /// <summary>The IOMMU looks whether an access may pass.</summary>
    internal void Checked()
    {
        if (!monitors.IsCovered || !monitors.JudgeDevices) return;
        monitors.Coverage.Meet(SystemRule.UnmappedAccess);
        monitors.Coverage.Meet(SystemRule.WrongDirection);
    }

    /// <summary>The IOMMU has kept an access out; at <paramref name="at"/> first.</summary>
    internal void Faulted(DmaPort port, ulong address, int length, bool writes, ulong at)
    {
        if (!monitors.JudgeDevices || !machine.Ram.Contains(address, (ulong)length)) return; // contained; or reported as outside memory
        // What the rings have not given to the device, it had no right to use, mapped or not: then the fault is its own.
        if (writes) monitors.Ownership.DeviceStoreSpan(address, length);
        else monitors.Ownership.DeviceLoadSpan(address, length);
        string what = $"{port.Agent.Name} {(writes ? "writes" : "reads")} {length} bytes at bus address 0x{address + machine.BusOffset:x}, {AddressNames.Of(machine, at).TrimEnd(',')}";
        if (machine.Iommu!.Find(at) is not { } mapping)
        {
            monitors.Driver(Name, "unmapped-access", [], $"{what}: byte 0x{at + machine.BusOffset:x} is not mapped, and the IOMMU drops the access",
                "Map each buffer before it is published, all of it, and keep it mapped until its end was seen: DmaOwnership. What a driver keeps for itself is mapped before the device is initialised.");
            return;
        }
        // 2.7.5.1: a device should not read what it is to write. Kept out, and nobody's loss.
        if (!writes && machine.Ram.Owners(at, 1)[0] is MemoryOwner.DeviceWrites or MemoryOwner.DeviceWritten) return;
        monitors.Driver(Name, "wrong-direction", [], $"{what}, which is mapped for the device {(mapping.Direction == DmaDirection.ToDevice ? "to read" : "to write")} only",
            "Map for the direction that the descriptor has: a buffer with WRITE in its flags is written by the device.");
    }

    internal bool TryMap(DmaRegion region, DmaDirection direction)
    {
        ulong address = machine.MemoryAt(region.Bus);
        if (monitors.IsCovered) monitors.Coverage.Meet(SystemRule.MappedTwice);
        foreach (var mapping in machine.Iommu!.Mappings)
        {
            if (address >= mapping.End || mapping.Address >= address + region.Length) continue;
            monitors.Driver(Name, "mapped-twice", [], $"the driver maps {Words(address, region.Length)}, of which {Words(mapping.Address, mapping.Length)} is mapped already",
                "Map a buffer once, and unmap it before it is mapped again; give buffers that are mapped together memory of their own.");
        }
        return machine.Iommu.TryMap(address, region.Length, direction);
    }

    internal void Unmap(DmaRegion region)
    {
        ulong address = machine.MemoryAt(region.Bus);
        if (monitors.IsCovered)
        {
            monitors.Coverage.Meet(SystemRule.UnmappedInFlight);
            monitors.Coverage.Meet(SystemRule.UnmappedUnknown);
            monitors.Coverage.Meet(SystemRule.MappedTooWide);
        }
        if (!machine.Iommu!.TryUnmap(address, region.Length, out var mapping))
        {
            monitors.Driver(Name, "unmapped-unknown", [], $"the driver unmaps {Words(address, region.Length)}, which is not mapped, or not as that",
                "Unmap what was mapped, as a whole, and once.");
            return;
        }
        if (mapping.Given != 0 && mapping.Given != mapping.Direction) // narrower is found when the device comes
            monitors.Driver(Name, "mapped-too-wide", [], $"the driver mapped {Words(address, region.Length)} for the device to read and to write, and gave it to be {(mapping.Given == DmaDirection.ToDevice ? "read" : "written")} only",
                "Map for the direction that the descriptor has: what a device is to read, it must not be able to change, and what it is to write may hold what it must not see.");
        if (!machine.Ram.Contains(address, region.Length)) return;
        int held = machine.Ram.Owners(address, (int)region.Length).IndexOfAnyExcept(MemoryOwner.Driver);
        if (held >= 0) monitors.Driver(Name, "unmapped-in-flight", [],
            $"the driver unmaps {Words(address, region.Length)} while the device has {AddressNames.Of(machine, address + (ulong)held).TrimEnd(',')}"
                + (monitors.AnyResetPending ? "; a reset was asked for, and has not been seen to be complete" : ""),
            "Unmap a buffer when the used index was seen to cover it, or when Status was read as 0 after a reset; a time-out ends nothing.");
    }

    /// <summary>The program has ended: what is mapped, and no device has, was forgotten.</summary>
    internal void CameToRest()
    {
        if (machine.Iommu is not { } iommu || !monitors.JudgeDevices) return;
        if (monitors.IsCovered) monitors.Coverage.Meet(SystemRule.MappingLeaked);
        foreach (var mapping in iommu.Mappings)
        {
            if (machine.Ram.Contains(mapping.Address, mapping.Length) && machine.Ram.Owners(mapping.Address, (int)mapping.Length).ContainsAnyExcept(MemoryOwner.Driver)) continue;
            monitors.Driver(Name, "mapping-leaked", [], $"{Words(mapping.Address, mapping.Length)} is still mapped, and no device has any of it",
                "Unmap on every way out: at the end of a request, at its refusal, and after a reset for all that the reset has ended.");
        }
    }

    string Words(ulong address, uint length) => $"{length} bytes at bus address 0x{address + machine.BusOffset:x}";
}
