using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;
using static Ringcheck.Tests.Qemu.Scripts.ChainBuffer;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>One kind of request: what is written into the rings.</summary>
internal sealed record RequestKind(string Name, Action<Placement> Place);

/// <summary>
/// Well-formed requests, and malformed ones of every kind that data/qemu-observed.md lists and that QEMU's device tells apart.
/// </summary>
internal static class RequestKinds
{
    private const uint Scsi = 2, OutBit = 1, BarrierBit = 0x8000_0000;
    private const int Next = SplitDescriptor.Next, Indirect = SplitDescriptor.Indirect, WriteFlag = SplitDescriptor.Write;

    public static IReadOnlyList<RequestKind> All { get; } =
        [.. Plain(), .. Framing(), .. Types(), .. Places(), .. RangeRequests(), .. BrokenChains(), .. Tables(), .. OddMemory(), .. Indices()];

    /// <summary>The kind that breaks any device.</summary>
    public static int Breaking { get; } = All.ToList().FindIndex(kind => string.Equals(kind.Name, "header only", StringComparison.Ordinal));

    private static IEnumerable<RequestKind> Plain()
    {
        yield return Kind("read", p => p.Request(BlkRequestType.In), p => [p.TheHeader, Writable(p.Data, p.Bytes), p.TheStatus]);
        yield return Kind("write", p => p.Request(BlkRequestType.Out), p => [p.TheHeader, Readable(p.Data, p.Bytes), p.TheStatus]);
        yield return Kind("flush", p => p.Request(BlkRequestType.Flush, 0), p => [p.TheHeader, p.TheStatus]);
        yield return Kind("get-id", p => p.Request(BlkRequestType.GetId, 0), p => [p.TheHeader, Writable(p.Data, 20), p.TheStatus]);
        yield return Ranged("discard", BlkRequestType.Discard, p => p.Range(0, p.FirstSector, p.Sectors));
        yield return Ranged("write zeroes", BlkRequestType.WriteZeroes, p => p.Range(0, p.FirstSector, p.Sectors));
        yield return Ranged("write zeroes, unmap", BlkRequestType.WriteZeroes, p => p.Range(0, p.FirstSector, p.Sectors, BlkRequest.RangeUnmap));
    }

    /// <summary>2.7.4 "Message Framing": where one descriptor ends means nothing.</summary>
    private static IEnumerable<RequestKind> Framing()
    {
        yield return Kind("read, data in two odd pieces", p => p.Request(BlkRequestType.In),
            p => [p.TheHeader, Writable(p.Data, 1 + p.Variation % 500), Writable(p.Data + 0x800, p.Bytes - 1 - p.Variation % 500), p.TheStatus]);
        yield return Kind("write, data in two odd pieces", p => p.Request(BlkRequestType.Out),
            p => [p.TheHeader, Readable(p.Data, 1 + p.Variation % 500), Readable(p.Data + 0x800, p.Bytes - 1 - p.Variation % 500), p.TheStatus]);
        yield return Kind("read, data and status in one", p => p.Request(BlkRequestType.In), p => [p.TheHeader, Writable(p.Data, p.Bytes + 1)]);
        yield return Kind("write, header and data in one", p => p.Request(BlkRequestType.Out, header: p.HeaderBeforeData),
            p => [Readable(p.HeaderBeforeData, BlkRequest.HeaderSize + p.Bytes), p.TheStatus]);
        yield return Kind("header in two", p => p.Request(BlkRequestType.In),
            p => [Readable(p.Header, 8), Readable(p.Header + 8, 8), Writable(p.Data, p.Bytes), p.TheStatus]);
        yield return Kind("header in two, cut within a field", p => p.Request(BlkRequestType.In),
            p => [Readable(p.Header, 11), Readable(p.Header + 11, 5), Writable(p.Data, p.Bytes), p.TheStatus]);
        yield return Kind("read, readable bytes after the header", p => p.Request(BlkRequestType.In),
            p => [Readable(p.Header, 40), Writable(p.Data, p.Bytes), p.TheStatus]);
        yield return Kind("read without data", p => p.Request(BlkRequestType.In), p => [p.TheHeader, p.TheStatus]);
        yield return Kind("write without data", p => p.Request(BlkRequestType.Out), p => [p.TheHeader, p.TheStatus]);
        yield return Kind("read of 100 bytes", p => p.Request(BlkRequestType.In), p => [p.TheHeader, Writable(p.Data, 100), p.TheStatus]);
        yield return Kind("write of 100 bytes", p => p.Request(BlkRequestType.Out), p => [p.TheHeader, Readable(p.Data, 100), p.TheStatus]);
        yield return Kind("status of two bytes", p => p.Request(BlkRequestType.In),
            p => [p.TheHeader, Writable(p.Data, p.Bytes), Writable(p.StatusAt, 2)]);
        yield return Kind("read into a readable buffer", p => p.Request(BlkRequestType.In), p => [p.TheHeader, Readable(p.Data, p.Bytes), p.TheStatus]);
        yield return Kind("write from a writable buffer", p => p.Request(BlkRequestType.Out), p => [p.TheHeader, Writable(p.Data, p.Bytes), p.TheStatus]);
        yield return Kind("get-id without a buffer", p => p.Request(BlkRequestType.GetId), p => [p.TheHeader, p.TheStatus]);
        yield return Kind("get-id of 5 bytes", p => p.Request(BlkRequestType.GetId), p => [p.TheHeader, Writable(p.Data, 5), p.TheStatus]);
        yield return Kind("get-id of 512 bytes", p => p.Request(BlkRequestType.GetId), p => [p.TheHeader, Writable(p.Data, 512), p.TheStatus]);
        yield return Kind("flush with data", p => p.Request(BlkRequestType.Flush, 0), p => [p.TheHeader, Readable(p.Data, 512), p.TheStatus]);
    }

    /// <summary>5.2.6: what type and flags there are, and what there is not.</summary>
    private static IEnumerable<RequestKind> Types()
    {
        foreach (uint type in (uint[])[Scsi, Scsi | OutBit, BlkRequestType.Flush | OutBit, 6, 7, BlkRequestType.GetId | OutBit,
            BlkRequestType.GetLifetime, 12, BlkRequestType.SecureErase, 15, 99, BlkRequestType.In | BarrierBit, BlkRequestType.Out | BarrierBit,
            BlkRequestType.Flush | BarrierBit, BlkRequestType.GetId | BarrierBit, 0x7FFF_FFFF, uint.MaxValue])
        {
            yield return Kind($"type 0x{type:x} with a writable buffer", p => p.Request(type), p => [p.TheHeader, Writable(p.Data, 512), p.TheStatus]);
            yield return Kind($"type 0x{type:x} with a readable buffer", p => p.Request(type), p => [p.TheHeader, Readable(p.Data, 512), p.TheStatus]);
        }

        yield return Kind("SCSI command with all its buffers", p => p.Request(Scsi),
            p => [p.TheHeader, Readable(p.Data, 16), Writable(p.Data + 0x100, 96), Writable(p.Data + 0x200, 17)]);
        yield return Ranged("discard with the barrier flag", BlkRequestType.Discard | BarrierBit, p => p.Range(0, p.FirstSector, p.Sectors));
    }

    /// <summary>5.2.6.1: at the end of the disk, and beyond. Only reads, and writes that fail, touch what is no slot's own.</summary>
    private static IEnumerable<RequestKind> Places()
    {
        (string Name, Func<Placement, ulong> Sector)[] places =
        [
            ("the first sector after the last", p => p.Capacity),
            ("the last sector and one more", p => p.Capacity - 1),
            ("sector 2^20", _ => 1 << 20),
            ("sector 2^55", _ => 1UL << 55),
            ("sector 2^63", _ => 1UL << 63),
            ("sector 2^64 - 1", _ => ulong.MaxValue),
        ];
        yield return Kind("read of the last sector", p => p.Request(BlkRequestType.In, p.Capacity - 1), p => [p.TheHeader, Writable(p.Data, 512), p.TheStatus]);
        foreach ((string name, Func<Placement, ulong> sector) in places)
        {
            yield return Kind($"read of {name}", p => p.Request(BlkRequestType.In, sector(p)), p => [p.TheHeader, Writable(p.Data, 1024), p.TheStatus]);
            yield return Kind($"write of {name}", p => p.Request(BlkRequestType.Out, sector(p)), p => [p.TheHeader, Readable(p.Data, 1024), p.TheStatus]);
        }
    }

    /// <summary>5.2.6.2: ranges of discard and write zeroes.</summary>
    private static IEnumerable<RequestKind> RangeRequests()
    {
        foreach ((string what, uint type) in ((string, uint)[])[("discard", BlkRequestType.Discard), ("write zeroes", BlkRequestType.WriteZeroes)])
        {
            yield return Ranged($"{what}, flag that is not defined", type, p => p.Range(0, p.FirstSector, p.Sectors, 2));
            yield return Ranged($"{what}, all flags", type, p => p.Range(0, p.FirstSector, p.Sectors, uint.MaxValue));
            yield return Ranged($"{what} of no sectors", type, p => p.Range(0, p.FirstSector, 0));
            yield return Ranged($"{what} beyond the end", type, p => p.Range(0, p.Capacity - 1, 2));
            yield return Ranged($"{what} of sector 2^63", type, p => p.Range(0, 1UL << 63, 1));
            yield return Ranged($"{what} of 2^32 - 1 sectors", type, p => p.Range(0, p.FirstSector, uint.MaxValue));
            yield return Ranged($"{what} of more sectors than allowed", type, p => p.Range(0, p.FirstSector, 0x40_0000));
            yield return Ranged($"{what}, two ranges", type, p => p.Range(0, p.FirstSector, 1).Range(1, p.FirstSector + 2, 1), 32);
            yield return Ranged($"{what}, half a range", type, p => p.Range(0, p.FirstSector, 1), 8);
            yield return Ranged($"{what}, a range and a half", type, p => p.Range(0, p.FirstSector, 1), 24);
            yield return Kind($"{what} without a range", p => p.Request(type, 0), p => [p.TheHeader, p.TheStatus]);
            yield return Kind($"{what}, range in two pieces", p => p.Request(type, 0).Range(0, p.FirstSector, p.Sectors),
                p => [p.TheHeader, Readable(p.Ranges, 5), Readable(p.Ranges + 5, 11), p.TheStatus]);
        }

        yield return Ranged("discard, unmap", BlkRequestType.Discard, p => p.Range(0, p.FirstSector, p.Sectors, BlkRequest.RangeUnmap));
    }

    /// <summary>2.7.5: chains that no driver may make.</summary>
    private static IEnumerable<RequestKind> BrokenChains()
    {
        yield return Kind("header only", p => p.Request(BlkRequestType.In), p => [p.TheHeader]);
        yield return Kind("header of 8 bytes", p => p.Request(BlkRequestType.In), p => [Readable(p.Header, 8), Writable(p.Data, 512), p.TheStatus]);
        yield return Kind("header of 15 bytes", p => p.Request(BlkRequestType.In), p => [Readable(p.Header, 15), Writable(p.Data, 512), p.TheStatus]);
        yield return Kind("status only", p => p.Request(BlkRequestType.In), p => [p.TheStatus]);
        yield return Kind("nothing to write to", p => p.Request(BlkRequestType.Out), p => [p.TheHeader, Readable(p.Data, 512)]);
        yield return Kind("header of length 0", p => p.Request(BlkRequestType.In), p => [Readable(p.Header, 0), Writable(p.Data, 512), p.TheStatus]);
        yield return Kind("data of length 0", p => p.Request(BlkRequestType.In), p => [p.TheHeader, Writable(p.Data, 0), p.TheStatus]);
        yield return Kind("status of length 0", p => p.Request(BlkRequestType.In), p => [p.TheHeader, Writable(p.Data, 512), Writable(p.StatusAt, 0)]);
        yield return Kind("readable after writable", p => p.Request(BlkRequestType.In),
            p => [p.TheHeader, Writable(p.Data, 512), Readable(p.Header, 16), p.TheStatus]);
        yield return Read("loop back to the data", p => p.Descriptor(2, p.StatusAt, 1, WriteFlag | Next, p.Link(1)));
        yield return Read("loop back to the header", p => p.Descriptor(2, p.StatusAt, 1, WriteFlag | Next, p.Link(0)));
        yield return Read("descriptor that is its own next", p => p.Descriptor(0, p.Header, 16, Next, p.Link(0)));
        yield return Read("next beyond the table", p => p.Descriptor(0, p.Header, 16, Next, (int)p.QueueSize));
        yield return Read("next of 65535", p => p.Descriptor(1, p.Data, 512, WriteFlag | Next, 0xFFFF));
        yield return Read("undefined descriptor flags", p => p.Descriptor(0, p.Header, 16, Next | 0xFFF8, p.Link(1)));
    }

    /// <summary>2.7.5.3 "Indirect Descriptors", whether negotiated or not.</summary>
    private static IEnumerable<RequestKind> Tables()
    {
        yield return Table("indirect table", p => p.Descriptor(0, p.Table, 48, Indirect));
        yield return Table("indirect and next together", p => p.Descriptor(0, p.Table, 48, Indirect | Next, p.Link(1)));
        yield return Table("indirect and write together", p => p.Descriptor(0, p.Table, 48, Indirect | WriteFlag));
        yield return Table("indirect table of 50 bytes", p => p.Descriptor(0, p.Table, 50, Indirect));
        yield return Table("indirect table of 0 bytes", p => p.Descriptor(0, p.Table, 0, Indirect));
        yield return Table("indirect table cut short", p => p.Descriptor(0, p.Table, 32, Indirect));
        yield return Table("indirect table in memory that is not there", p => p.Descriptor(0, Arena.Hole, 48, Indirect));
        yield return Table("indirect table that leaves RAM", p => p.Descriptor(0, Arena.RamEnd - 16, 48, Indirect));
        yield return Table("indirect table at an odd address", p => p.Descriptor(0, p.Table + 1, 48, Indirect));
        yield return Table("loop in an indirect table",
            p => p.Descriptor(0, p.Table, 48, Indirect).Descriptor(2, p.StatusAt, 1, WriteFlag | Next, 1, p.Table));
        yield return Table("indirect table within an indirect table",
            p => p.Descriptor(0, p.Table, 48, Indirect).Descriptor(1, p.Table, 48, Indirect | Next, 2, p.Table));
        yield return Table("indirect table whose first entry is indirect",
            p => p.Descriptor(0, p.Table, 48, Indirect).Descriptor(0, p.Table, 48, Indirect, 0, p.Table));
        yield return Table("indirect table after the header",
            p => p.Descriptor(0, p.Header, 16, Next, p.Link(1)).Descriptor(1, p.Table, 48, Indirect));
        yield return new RequestKind("indirect table of twelve", p =>
        {
            p.Request(BlkRequestType.In);
            List<ChainBuffer> buffers = [p.TheHeader];
            for (uint i = 0; i < 10; i++)
            {
                buffers.Add(Writable(p.Data + 0x100 * i, i < 9 ? 50 : 512u - 450));
            }

            buffers.Add(p.TheStatus);
            p.Chain(buffers, p.Table).Descriptor(0, p.Table, 12 * SplitDescriptor.Size, Indirect).Publish();
        });
    }

    /// <summary>Buffers that are not, or not all, in RAM.</summary>
    private static IEnumerable<RequestKind> OddMemory()
    {
        yield return Kind("header in memory that is not there", p => p.Request(BlkRequestType.In),
            p => [Readable(Arena.Hole, 16), Writable(p.Data, 512), p.TheStatus]);
        yield return Kind("data in memory that is not there", p => p.Request(BlkRequestType.In),
            p => [p.TheHeader, Writable(Arena.Hole, 512), p.TheStatus]);
        yield return Kind("write of data that is not there", p => p.Request(BlkRequestType.Out),
            p => [p.TheHeader, Readable(Arena.Hole, 512), p.TheStatus]);
        yield return Kind("status in memory that is not there", p => p.Request(BlkRequestType.In),
            p => [p.TheHeader, Writable(p.Data, 512), Writable(Arena.Hole, 1)]);
        yield return Kind("header and data in memory that is not there", p => p.Request(BlkRequestType.In),
            p => [Readable(Arena.Hole, 16), Writable(Arena.Hole + 0x1000, 512), p.TheStatus]);
        yield return Kind("8192 bytes of memory that is not there", p => p.Request(BlkRequestType.Out),
            p => [p.TheHeader, Readable(Arena.Hole, 8192), p.TheStatus]);
        yield return Kind("read of data that leaves RAM", p => p.Request(BlkRequestType.In),
            p => [p.TheHeader, Writable(Arena.RamEnd - 0x100, 512), p.TheStatus]);
        yield return Kind("buffer at the end of the address space", p => p.Request(BlkRequestType.Out),
            p => [p.TheHeader, Readable(ulong.MaxValue - 511, 512), p.TheStatus]);
        yield return Kind("data at an odd address", p => p.Request(BlkRequestType.In), p => [p.TheHeader, Writable(p.Data + 3, p.Bytes), p.TheStatus]);
        yield return new RequestKind("header at an odd address", p =>
        {
            p.Request(BlkRequestType.In, header: p.Header + 1);
            p.Chain([Readable(p.Header + 1, BlkRequest.HeaderSize), Writable(p.Data, Sector.Size), p.TheStatus]).Publish();
        });
    }

    /// <summary>2.7.6: what the available ring says.</summary>
    private static IEnumerable<RequestKind> Indices()
    {
        yield return Request("head beyond the table", p => p.Publish((ushort)p.QueueSize));
        yield return Request("head of 65535", p => p.Publish(0xFFFF));
        yield return Request("avail.idx further ahead than the queue is long", p => p.Advance((int)p.QueueSize + 1));
        yield return Request("avail.idx half way round", p => p.Advance(0x8000));
        yield return Request("avail.idx one back", p => p.Advance(-1));
        yield return Request("the same head twice", p =>
        {
            p.Publish();
            p.Publish();
        });
    }

    private static RequestKind Kind(string name, Action<Placement> header, Func<Placement, ChainBuffer[]> buffers) => new(name, p =>
    {
        header(p);
        p.Chain(buffers(p)).Publish();
    });

    private static RequestKind Ranged(string name, uint type, Action<Placement> ranges, uint length = BlkRequest.RangeSize) =>
        Kind(name, p => ranges(p.Request(type, 0)), p => [p.TheHeader, Readable(p.Ranges, length), p.TheStatus]);

    /// <summary>A read of one sector, then spoiled.</summary>
    private static RequestKind Read(string name, Action<Placement> spoil) => Request(name, p =>
    {
        spoil(p);
        p.Publish();
    });

    private static RequestKind Request(string name, Action<Placement> publish) => new(name, p =>
    {
        p.Request(BlkRequestType.In).Chain([p.TheHeader, Writable(p.Data, 512), p.TheStatus]);
        publish(p);
    });

    /// <summary>A read of one sector in an indirect table, to which <paramref name="refer"/> refers.</summary>
    private static RequestKind Table(string name, Action<Placement> refer) => new(name, p =>
    {
        p.Request(BlkRequestType.In).Chain([p.TheHeader, Writable(p.Data, 512), p.TheStatus], p.Table);
        refer(p);
        p.Publish();
    });
}
