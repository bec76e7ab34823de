using System.Runtime.InteropServices;
using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Devices;

/// <summary>
/// The CPU's data cache on a machine whose devices do not see it, as obligations on each cache line: what the CPU wrote is cleaned before a device uses it,
/// what a device wrote is invalidated before the CPU does. Whether a line is in the cache at a given moment is the hardware's business, so that breaking an
/// obligation is the violation, whatever value would have come of it. Memory that is mapped uncached is left alone.
/// </summary>
public sealed class CacheWatch(Engine engine, Ram ram)
{
    const int LineShift = 6;
    const byte Dirty = 1, Outdated = 2, Uncached = 4;

    readonly byte[] lines = new byte[ram.Size >> LineShift];
    readonly List<int> touched = [];

    /// <summary>Bytes of a cache line.</summary>
    public const int LineLength = 1 << LineShift;

    /// <summary>Maps a range uncached, as memory for rings is. Once, before the first execution.</summary>
    public void MapUncached(ulong address, ulong length)
    {
        foreach (ref byte line in Lines(address, length, out _)) line = Uncached;
    }

    internal void Reset()
    {
        foreach (int line in CollectionsMarshal.AsSpan(touched)) lines[line] &= Uncached;
        touched.Clear();
    }

    internal void Fold(ref StateHasher hasher)
    {
        ulong sum = 0;
        foreach (int line in CollectionsMarshal.AsSpan(touched)) sum += Hashing.Mix((ulong)line, lines[line]);
        hasher.Add(sum);
    }

    Span<byte> Lines(ulong address, ulong length, out int first)
    {
        first = (int)((address - ram.Base) >> LineShift);
        int last = length == 0 ? first - 1 : (int)((address - ram.Base + length - 1) >> LineShift);
        return lines.AsSpan(first, last - first + 1);
    }

    internal void CpuStores(ulong address, int length)
    {
        foreach (ref byte line in Lines(address, (ulong)length, out int at))
        {
            if ((line & Outdated) != 0) NotInvalidated(address, "writes to");
            if ((line & Uncached) == 0) Set(ref line, at, Dirty);
            at++;
        }
    }

    internal void CpuLoads(ulong address, int length)
    {
        foreach (byte line in Lines(address, (ulong)length, out _))
        {
            if ((line & Outdated) != 0) NotInvalidated(address, "reads");
        }
    }

    internal void DeviceLoads(ulong address, int length)
    {
        foreach (byte line in Lines(address, (ulong)length, out _))
        {
            if ((line & Dirty) == 0) continue;
            engine.Fail(new("cache", "not-cleaned", [], $"a device that does not see the CPU's cache reads {AddressOf(address)}, which the CPU wrote and did not clean",
                "Clean a buffer (DC CVAC; DSB) after writing it and before it is published: DmaOwnership.GiveToDevice."));
        }
    }

    internal void DeviceStores(ulong address, int length)
    {
        foreach (ref byte line in Lines(address, (ulong)length, out int at))
        {
            if ((line & Dirty) != 0)
                engine.Fail(new("cache", "written-back-over-data", [],
                    $"a device writes {AddressOf(address)} while the CPU's cache holds a changed line of it, which may be written back over the device's data at any time",
                    "Clean and invalidate a buffer (DC CIVAC; DSB) before a device is to write to it, and keep it apart from other data by whole cache lines."));
            if ((line & Uncached) == 0) Set(ref line, at, Outdated);
            at++;
        }
    }

    internal void Maintain(CacheOperation operation, ulong address, uint length)
    {
        foreach (ref byte line in Lines(address, length, out _))
        {
            if (operation == CacheOperation.Invalidate && (line & Dirty) != 0)
                engine.Fail(new("cache", "write-lost", [], $"invalidating {AddressOf(address)} throws away what the CPU wrote there and did not clean",
                    "Clean first, or do not write to a buffer that the device has."));
            line &= operation == CacheOperation.Clean ? unchecked((byte)~Dirty) : Uncached;
        }
    }

    void Set(ref byte line, int at, byte state)
    {
        if ((line & ~Uncached) == 0) touched.Add(at);
        line |= state;
    }

    void NotInvalidated(ulong address, string what) => engine.Fail(new("cache", "not-invalidated", [],
        $"the CPU {what} {AddressOf(address)}, which a device wrote; its cache does not see that, and may hold what was there before",
        "Invalidate a buffer (DC IVAC) after the device has given it back and before looking at it: DmaOwnership.TakeFromDevice."));

    static string AddressOf(ulong address) => $"0x{address:x}";
}
