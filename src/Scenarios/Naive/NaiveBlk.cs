using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// A block driver as it is first written by somebody whom ordering has bitten: a full barrier before and after every access, for no purpose that
/// could be named. One device, one queue of 8, reads of one sector, two of them in flight, polling. It is there to be weakened by
/// <c>ringcheck barriers ring-naive</c>, and to be believed in nothing else: it trusts its device.
/// </summary>
sealed class NaiveBlk(SimMachine cpu, DmaRegion memory)
{
    public const ushort QueueSize = 8;
    public const int InFlightMax = 2;

    /// <summary>Descriptors of a request: header, data, status.</summary>
    const ushort ChainLength = 3;

    const uint RequestStride = 0x400, RequestsOffset = 0x1000, DataOffset = 0x200, StatusOffset = 0x180;

    readonly SplitLayout layout = SplitLayout.Modern(QueueSize);
    readonly CpuAddress registers = new(SimulatedMachine.MmioBase);
    RingIndex available, used;

    public static uint MemoryLength => RequestsOffset + InFlightMax * RequestStride;

    /// <summary>Where request <paramref name="slot"/> has its data.</summary>
    CpuAddress DataOf(int slot) => memory.Cpu + RequestOffset(slot) + DataOffset;

    static uint RequestOffset(int slot) => RequestsOffset + (uint)slot * RequestStride;

    /// <summary>3.1.1, from the reset on. False: the device did not take what it was told.</summary>
    public bool Initialise()
    {
        available = used = default;
        if (ReadRegister(MmioRegister.MagicValue) != MmioIdentity.Magic || ReadRegister(MmioRegister.Version) != MmioIdentity.ModernVersion) return false;
        if (ReadRegister(MmioRegister.DeviceId) != DeviceType.Block) return false;
        WriteRegister(MmioRegister.Status, 0);
        var poll = cpu.BeginPoll(Deadline.Never);
        while (cpu.KeepPolling(ref poll, done: ReadRegister(MmioRegister.Status) == 0))
        {
        }
        uint status = DeviceStatus.Acknowledge | DeviceStatus.Driver;
        WriteRegister(MmioRegister.Status, DeviceStatus.Acknowledge);
        WriteRegister(MmioRegister.Status, status);
        for (uint selector = 0; selector < 2; selector++)
        {
            WriteRegister(MmioRegister.DeviceFeaturesSel, selector);
            uint wanted = FeatureSet.Of(Feature.Version1).Word(selector);
            if ((ReadRegister(MmioRegister.DeviceFeatures) & wanted) != wanted) return false;
            WriteRegister(MmioRegister.DriverFeaturesSel, selector);
            WriteRegister(MmioRegister.DriverFeatures, wanted);
        }
        status |= DeviceStatus.FeaturesOk;
        WriteRegister(MmioRegister.Status, status);
        if (ReadRegister(MmioRegister.Status) != status) return false;
        cpu.FillMemory(memory.Cpu, 0, layout.Length);
        WriteRegister(MmioRegister.QueueSel, 0);
        if (ReadRegister(MmioRegister.QueueReady) != 0 || ReadRegister(MmioRegister.QueueNumMax) < QueueSize) return false;
        WriteRegister(MmioRegister.QueueNum, QueueSize);
        WriteAddress(MmioRegister.QueueDescLow, layout.DescriptorTable);
        WriteAddress(MmioRegister.QueueDriverLow, layout.Available);
        WriteAddress(MmioRegister.QueueDeviceLow, layout.Used);
        WriteRegister(MmioRegister.QueueReady, 1);
        if (ReadRegister(MmioRegister.QueueReady) != 1) return false;
        WriteRegister(MmioRegister.Status, status | DeviceStatus.DriverOk);
        StoreAvailableFlags(AvailableRing.NoInterrupt);
        return true;
    }

    void WriteAddress(uint register, uint offset)
    {
        ulong address = (memory.Bus + offset).Value;
        WriteRegister(register, (uint)address);
        WriteRegister(register + sizeof(uint), (uint)(address >> 32));
    }

    /// <summary>Makes the chain of a slot, publishes it, and notifies the device if it wants that.</summary>
    public void Read(int slot, uint sector)
    {
        uint request = RequestOffset(slot);
        ushort first = (ushort)(slot * ChainLength);
        StoreHeader(request + BlkRequest.TypeOffset, BlkRequestType.In);
        StoreHeader(request + BlkRequest.SectorOffset, sector);
        StoreHeader(request + BlkRequest.SectorOffset + sizeof(uint), 0);
        StoreStatus(request);
        StoreDescriptor(first, request, BlkRequest.HeaderSize, SplitDescriptor.Next);
        StoreDescriptor((ushort)(first + 1), request + DataOffset, Sector.Size, SplitDescriptor.Next | SplitDescriptor.Write);
        StoreDescriptor((ushort)(first + 2), request + StatusOffset, BlkRequest.StatusSize, SplitDescriptor.Write);
        StoreAvailableSlot(available, first);
        available = available.Next;
        StoreAvailableIndex(available);
        if ((LoadUsedFlags() & UsedRing.NoNotify) == 0) RingDoorbell();
    }

    /// <summary>Waits until the device has returned a request: its slot, its status and its data.</summary>
    public (int Slot, byte Status) Wait(Span<byte> data)
    {
        var poll = cpu.BeginPoll(Deadline.Never);
        while (cpu.KeepPolling(ref poll, done: LoadUsedIndex() != used.Value))
        {
        }
        int slot = (int)(LoadUsedElement(used) / ChainLength);
        used = used.Next;
        byte status = LoadStatus(RequestOffset(slot));
        LoadData(slot, data);
        return (slot, status);
    }

    // Every access, between two barriers. Each barrier is a line of its own, so that each can be named.

    void StoreHeader(uint offset, uint value)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.Store32(memory.Cpu + offset, value);
        cpu.Barrier(BarrierPurpose.Everything);
    }

    void StoreStatus(uint request)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.Store8(memory.Cpu + request + StatusOffset, BlkStatus.NotWritten);
        cpu.Barrier(BarrierPurpose.Everything);
    }

    void StoreDescriptor(ushort id, uint offset, uint length, ushort flags)
    {
        var descriptor = memory.Cpu + layout.DescriptorTable + (ulong)id * SplitDescriptor.Size;
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.Store64(descriptor + SplitDescriptor.AddressOffset, (memory.Bus + offset).Value);
        cpu.Store32(descriptor + SplitDescriptor.LengthOffset, length);
        cpu.Store16(descriptor + SplitDescriptor.FlagsOffset, flags);
        cpu.Store16(descriptor + SplitDescriptor.NextOffset, (ushort)(id + 1));
        cpu.Barrier(BarrierPurpose.Everything);
    }

    void StoreAvailableFlags(ushort flags)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.Store16(memory.Cpu + layout.Available + AvailableRing.FlagsOffset, flags);
        cpu.Barrier(BarrierPurpose.Everything);
    }

    void StoreAvailableSlot(RingIndex index, ushort head)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.Store16(memory.Cpu + layout.Available + AvailableRing.EntryOffset(index.Slot(QueueSize)), head);
        cpu.Barrier(BarrierPurpose.Everything);
    }

    void StoreAvailableIndex(RingIndex index)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.Store16(memory.Cpu + layout.Available + AvailableRing.IndexOffset, index.Value);
        cpu.Barrier(BarrierPurpose.Everything);
    }

    ushort LoadUsedFlags()
    {
        cpu.Barrier(BarrierPurpose.Everything);
        ushort flags = cpu.Load16(memory.Cpu + layout.Used + UsedRing.FlagsOffset);
        cpu.Barrier(BarrierPurpose.Everything);
        return flags;
    }

    void RingDoorbell()
    {
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.WriteRegister32(registers + MmioRegister.QueueNotify, 0);
        cpu.Barrier(BarrierPurpose.Everything);
    }

    ushort LoadUsedIndex()
    {
        cpu.Barrier(BarrierPurpose.Everything);
        ushort index = cpu.Load16(memory.Cpu + layout.Used + UsedRing.IndexOffset);
        cpu.Barrier(BarrierPurpose.Everything);
        return index;
    }

    uint LoadUsedElement(RingIndex index)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        uint id = cpu.Load32(memory.Cpu + layout.Used + UsedRing.EntryOffset(index.Slot(QueueSize)) + UsedRing.ElementIdOffset);
        cpu.Barrier(BarrierPurpose.Everything);
        return id;
    }

    byte LoadStatus(uint request)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        byte status = cpu.Load8(memory.Cpu + request + StatusOffset);
        cpu.Barrier(BarrierPurpose.Everything);
        return status;
    }

    void LoadData(int slot, Span<byte> data)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.CopyFromMemory(DataOf(slot), data);
        cpu.Barrier(BarrierPurpose.Everything);
    }

    uint ReadRegister(uint register)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        uint value = cpu.ReadRegister32(registers + register);
        cpu.Barrier(BarrierPurpose.Everything);
        return value;
    }

    void WriteRegister(uint register, uint value)
    {
        cpu.Barrier(BarrierPurpose.Everything);
        cpu.WriteRegister32(registers + register, value);
        cpu.Barrier(BarrierPurpose.Everything);
    }
}
