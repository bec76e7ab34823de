using Ringcheck.Devices;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;
using static Ringcheck.Tests.Qemu.Scripts.ChainBuffer;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>
/// Writes one request into the memory of both machines, wherever the device looks for its queue at the moment. A slot has sectors
/// and memory of its own, so that requests which are under way together never touch the same bytes, and their order does not matter.
/// </summary>
internal sealed class Placement
{
    /// <summary>Descriptors of a slot's chain: what lies beyond the table for a small queue is a malformed request too.</summary>
    private const int DescriptorsPerSlot = 4;

    private readonly DevicePair pair;
    private readonly ulong descriptors, available;
    private readonly uint queueSize;

    public Placement(DevicePair pair, int slot, uint variation)
    {
        this.pair = pair;
        Slot = slot;
        Variation = variation;
        DeviceQueue queue = pair.Simulated.Device.AllQueues[0];
        queueSize = queue.RingSize;
        bool isInArena = Arena.Contains(queue.Descriptors, SplitDescriptor.Size * queueSize)
            && Arena.Contains(queue.Available, AvailableRing.RingOffset + AvailableRing.EntrySize * queueSize);
        descriptors = isInArena ? queue.Descriptors : Arena.QueueA;
        available = isInArena ? queue.Available : Arena.QueueA + Arena.AvailableOffset;
        pair.Store(StatusAt, 1, BlkStatus.NotWritten);
        pair.OnQemu(Data, 4 * Sector.Size).Fill((byte)(0x40 + 8 * slot + variation % 8));
        pair.Store(Data, pair.OnQemu(Data, 4 * Sector.Size));
    }

    public int Slot { get; }

    public uint Variation { get; }

    public ulong Header => Arena.Header(Slot);

    public ulong Ranges => Arena.Ranges(Slot);

    public ulong StatusAt => Arena.Status(Slot);

    public ulong Table => Arena.Table(Slot);

    public ulong Data => Arena.Data(Slot);

    public ulong Capacity => pair.Simulated.Device.Capacity;

    /// <summary>One to four sectors of the slot's own eight.</summary>
    public ulong FirstSector => (ulong)(8 * Slot) + Variation % 4;

    public uint Sectors => 1 + Variation / 4 % 4;

    public uint Bytes => Sectors * Sector.Size;

    /// <summary>Where a header lies that has its data right behind it.</summary>
    public ulong HeaderBeforeData => Data - BlkRequest.HeaderSize;

    public ChainBuffer TheHeader => Readable(Header, BlkRequest.HeaderSize);

    public ChainBuffer TheStatus => Writable(StatusAt, BlkRequest.StatusSize);

    private ushort Head => (ushort)(Slot * DescriptorsPerSlot % queueSize);

    public Placement Request(uint type, ulong? sector = null, ulong? header = null)
    {
        ulong at = header ?? Header;
        pair.Store(at + BlkRequest.TypeOffset, 4, type);
        pair.Store(at + BlkRequest.ReservedOffset, 4, 0);
        pair.Store(at + BlkRequest.SectorOffset, 8, sector ?? FirstSector);
        return this;
    }

    public Placement Range(int index, ulong sector, uint count, uint flags = 0)
    {
        ulong at = Ranges + (ulong)index * BlkRequest.RangeSize;
        pair.Store(at + BlkRequest.RangeSectorOffset, 8, sector);
        pair.Store(at + BlkRequest.RangeCountOffset, 4, count);
        pair.Store(at + BlkRequest.RangeFlagsOffset, 4, flags);
        return this;
    }

    public Placement Descriptor(int index, ulong address, uint length, int flags, int next = 0, ulong? table = null)
    {
        ulong at = (table ?? descriptors) + SplitDescriptor.Size * (ulong)(index + (table is null ? Head : 0));
        pair.Store(at + SplitDescriptor.AddressOffset, 8, address);
        pair.Store(at + SplitDescriptor.LengthOffset, 4, length);
        pair.Store(at + SplitDescriptor.FlagsOffset, 2, (ulong)flags);
        pair.Store(at + SplitDescriptor.NextOffset, 2, (ulong)next);
        return this;
    }

    /// <summary>The buffers as descriptors from the slot's first on, or in a table.</summary>
    public Placement Chain(IReadOnlyList<ChainBuffer> buffers, ulong? table = null)
    {
        for (int i = 0; i < buffers.Count; i++)
        {
            bool more = i < buffers.Count - 1;
            int flags = (buffers[i].IsWritable ? SplitDescriptor.Write : 0) | (more ? SplitDescriptor.Next : 0);
            Descriptor(i, buffers[i].Address, buffers[i].Length, flags, more ? Link(i + 1, table) : 0, table);
        }

        return this;
    }

    /// <summary>What a next field holds to mean the slot's descriptor <paramref name="index"/>.</summary>
    public int Link(int index, ulong? table = null) => table is null ? Head + index : index;

    public void Publish() => Publish(Head);

    public void Publish(ushort head)
    {
        ushort index = pair.Load16(available + AvailableRing.IndexOffset);
        pair.Store(available + AvailableRing.RingOffset + AvailableRing.EntrySize * (index % queueSize), 2, head);
        Advance(1);
    }

    /// <summary>Moves avail.idx without a word about what lies between.</summary>
    public void Advance(int count)
    {
        ushort index = pair.Load16(available + AvailableRing.IndexOffset);
        pair.Store(available + AvailableRing.IndexOffset, 2, (ushort)(index + count));
    }

    public uint QueueSize => queueSize;
}
