using Ringcheck.Qemu;
using Ringcheck.Standard;
using static Ringcheck.Tests.Qemu.Scripts.ChainBuffer;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>One buffer of a chain. Length in bytes.</summary>
public readonly record struct ChainBuffer(ulong Address, uint Length, bool IsWritable)
{
    public static ChainBuffer Readable(ulong address, uint length) => new(address, length, false);

    public static ChainBuffer Writable(ulong address, uint length) => new(address, length, true);
}

/// <summary>
/// Writes scripts: register accesses, device set-up, and ring requests piece by piece, so that malformed ones can be written too.
/// Request i has its own header, status byte and data page; a plain request uses the descriptors 3i, 3i+1, 3i+2.
/// </summary>
public sealed class ScriptBuilder(ushort queueSize = 8, bool legacy = false)
{
    /// <summary>QEMU's <c>virt</c> machine fills its 32 slots from the last.</summary>
    public const int BlkSlot = 31, SlotCount = 32;

    /// <summary>Memory of scripts, by bus address; all of it is cleared first.</summary>
    public const ulong Memory = SharedRam.Base + SharedRam.FirstFree;
    public const int MemoryLength = 0x60000;
    public const uint LegacyPageSize = 4096;

    private const uint Headers = 0x8000, StatusBytes = 0x9000, Tables = 0xA000, DataPages = 0x10000, DataPageLength = 0x1000;

    private readonly List<ScriptStep> steps =
        [new ResetMachineStep(), new ClearStep(Memory, MemoryLength)];

    private readonly SplitLayout layout = legacy ? SplitLayout.Legacy(queueSize, LegacyPageSize) : SplitLayout.Modern(queueSize);
    private RingIndex available;

    /// <summary>Bits of DriverFeatures: what a version 2 device requires, and nothing else.</summary>
    public static FeatureSet Version1 => FeatureSet.Of(Feature.Version1);

    public static ulong HeaderAddress(int request) => Memory + Headers + (ulong)request * BlkRequest.HeaderSize;

    public static ulong StatusAddress(int request) => Memory + StatusBytes + (ulong)request;

    public static ulong DataAddress(int request) => Memory + DataPages + (ulong)request * DataPageLength;

    /// <summary>Room for an indirect table.</summary>
    public static ulong TableAddress => Memory + Tables;

    public ulong DescriptorTable => Memory + layout.DescriptorTable;

    public ulong Available => Memory + layout.Available;

    public ulong Used => Memory + layout.Used;

    public RegisterScript Build(string name, bool needsFreshMachine = false) => new(name, [.. steps], needsFreshMachine);

    public ScriptBuilder Read(uint offset, ulong? expected = null, int width = 4, int slot = BlkSlot) =>
        Add(new ReadStep(slot, offset, width, expected));

    public ScriptBuilder Write(uint offset, ulong value, int width = 4, int slot = BlkSlot) =>
        Add(new WriteStep(slot, offset, width, value));

    public ScriptBuilder Copy(uint offset, byte[] expected) => Add(new CopyStep(BlkSlot, offset, expected));

    public ScriptBuilder Load(ulong address, int width, ulong? expected, string what) =>
        Add(new LoadStep(address, width, expected, what));

    public ScriptBuilder Store(ulong address, int width, ulong value, string what) => Add(new StoreStep(address, width, value, what));

    public ScriptBuilder LoadBytes(ulong address, byte[] expected, string what) => Add(new LoadBytesStep(address, expected, what));

    public ScriptBuilder StoreBytes(ulong address, byte[] bytes, string what) => Add(new StoreBytesStep(address, bytes, what));

    public ScriptBuilder Settle() => Add(new SettleStep());

    public ScriptBuilder Line(bool? high) => Add(new LineStep(BlkSlot, high));

    public ScriptBuilder ResizeDisk(long sectors) => Add(new ResizeStep(sectors));

    public ScriptBuilder ResetMachine() => Add(new ResetMachineStep());

    public ScriptBuilder Status(uint status) => Write(MmioRegister.Status, status);

    public ScriptBuilder ExpectStatus(uint status) => Read(MmioRegister.Status, status);

    public ScriptBuilder ExpectInterrupt(uint causes) => Read(MmioRegister.InterruptStatus, causes).Line(causes != 0);

    public ScriptBuilder Acknowledge(uint causes) => Write(MmioRegister.InterruptAck, causes);

    /// <summary>3.1.1, steps 1 to 6: reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK.</summary>
    public ScriptBuilder Negotiate(FeatureSet features) => Status(0).Status(DeviceStatus.Acknowledge)
        .Status(DeviceStatus.Acknowledge | DeviceStatus.Driver)
        .Write(MmioRegister.DriverFeaturesSel, 0).Write(MmioRegister.DriverFeatures, features.Word(0))
        .Write(MmioRegister.DriverFeaturesSel, 1).Write(MmioRegister.DriverFeatures, features.Word(1))
        .Status(DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk);

    /// <summary>4.2.3.2 "Virtqueue Configuration".</summary>
    public ScriptBuilder SetUpQueue(uint queue = 0) => Write(MmioRegister.QueueSel, queue).Write(MmioRegister.QueueNum, queueSize)
        .Write(MmioRegister.QueueDescLow, (uint)DescriptorTable).Write(MmioRegister.QueueDescHigh, DescriptorTable >> 32)
        .Write(MmioRegister.QueueDriverLow, (uint)Available).Write(MmioRegister.QueueDriverHigh, Available >> 32)
        .Write(MmioRegister.QueueDeviceLow, (uint)Used).Write(MmioRegister.QueueDeviceHigh, Used >> 32)
        .Write(MmioRegister.QueueReady, 1);

    /// <summary>3.1.1 as a whole, for a version 2 device.</summary>
    public ScriptBuilder BringUp(FeatureSet? features = null, uint queue = 0) => Negotiate(features ?? Version1).SetUpQueue(queue)
        .Status(DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk | DeviceStatus.DriverOk);

    /// <summary>3.1.2 and 4.2.4: the same for a version 1 device.</summary>
    public ScriptBuilder LegacyBringUp(uint features = 0) => Status(0).Status(DeviceStatus.Acknowledge)
        .Status(DeviceStatus.Acknowledge | DeviceStatus.Driver)
        .Write(MmioRegister.DriverFeaturesSel, 0).Write(MmioRegister.DriverFeatures, features)
        .Write(MmioRegister.GuestPageSize, LegacyPageSize).Write(MmioRegister.QueueSel, 0).Write(MmioRegister.QueueNum, queueSize)
        .Write(MmioRegister.QueueAlign, LegacyPageSize).Write(MmioRegister.QueuePfn, DescriptorTable / LegacyPageSize)
        .Status(DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.DriverOk);

    /// <summary>One descriptor, in the queue's table or in another.</summary>
    public ScriptBuilder Descriptor(uint id, ulong address, uint length, ushort flags, ushort next = 0, ulong? table = null)
    {
        ulong at = (table ?? DescriptorTable) + SplitDescriptor.Size * id;
        return Store(at + SplitDescriptor.AddressOffset, 8, address, $"descriptor {id} addr")
            .Store(at + SplitDescriptor.LengthOffset, 4, length, $"descriptor {id} len")
            .Store(at + SplitDescriptor.FlagsOffset, 2, flags, $"descriptor {id} flags")
            .Store(at + SplitDescriptor.NextOffset, 2, next, $"descriptor {id} next");
    }

    /// <summary>A chain of descriptors from <paramref name="head"/> on.</summary>
    public ScriptBuilder Chain(ushort head, params ReadOnlySpan<ChainBuffer> buffers)
    {
        for (int i = 0; i < buffers.Length; i++)
        {
            bool more = i < buffers.Length - 1;
            ushort flags = (ushort)((buffers[i].IsWritable ? SplitDescriptor.Write : 0) | (more ? SplitDescriptor.Next : 0));
            Descriptor((uint)(head + i), buffers[i].Address, buffers[i].Length, flags, (ushort)(more ? head + i + 1 : 0));
        }

        return this;
    }

    /// <summary>5.2.6: the header of a request, and a status byte that shows whether the device wrote it.</summary>
    public ScriptBuilder Header(int request, uint type, ulong sector) =>
        Store(HeaderAddress(request) + BlkRequest.TypeOffset, 4, type, $"request {request} type")
        .Store(HeaderAddress(request) + BlkRequest.ReservedOffset, 4, 0, $"request {request} reserved")
        .Store(HeaderAddress(request) + BlkRequest.SectorOffset, 8, sector, $"request {request} sector")
        .Store(StatusAddress(request), 1, BlkStatus.NotWritten, $"request {request} status");

    /// <summary>A whole request of three descriptors, not yet made available.</summary>
    public ScriptBuilder Request(int request, uint type, ulong sector, uint length = Sector.Size) => Header(request, type, sector)
        .Chain((ushort)(3 * request), Readable(HeaderAddress(request), BlkRequest.HeaderSize),
            new(DataAddress(request), length, type != BlkRequestType.Out), Writable(StatusAddress(request), BlkRequest.StatusSize));

    /// <summary>Puts a chain into the available ring and publishes it.</summary>
    public ScriptBuilder MakeAvailable(ushort head)
    {
        Store(Available + AvailableRing.EntryOffset(available.Slot(queueSize)), 2, head, $"avail.ring[{available.Slot(queueSize)}]");
        available = available.Next;
        return PublishIndex(available.Value);
    }

    public ScriptBuilder PublishIndex(ushort index) => Store(Available + AvailableRing.IndexOffset, 2, index, "avail.idx");

    public ScriptBuilder Kick(uint queue = 0) => Write(MmioRegister.QueueNotify, queue);

    public ScriptBuilder ExpectUsedIndex(ushort? index) => Load(Used + UsedRing.IndexOffset, 2, index, "used.idx");

    public ScriptBuilder ExpectUsed(ushort slot, uint id, uint length) =>
        Load(Used + UsedRing.EntryOffset(slot) + UsedRing.ElementIdOffset, 4, id, $"used.ring[{slot}].id")
        .Load(Used + UsedRing.EntryOffset(slot) + UsedRing.ElementLengthOffset, 4, length, $"used.ring[{slot}].len");

    public ScriptBuilder ExpectRequestStatus(int request, byte status) =>
        Load(StatusAddress(request), 1, status, $"request {request} status");

    private ScriptBuilder Add(ScriptStep step)
    {
        steps.Add(step);
        return this;
    }
}
