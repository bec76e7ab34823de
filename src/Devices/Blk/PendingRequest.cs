using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What the device makes of a request's type.</summary>
enum BlkAction : byte
{
    None, Read, Write, Flush, Identify, Discard, WriteZeroes,
}

/// <summary>A range of a discard or write-zeroes request (5.2.6).</summary>
readonly record struct BlkRange(ulong Sector, uint Count, uint Flags);

/// <summary>A request in service.</summary>
sealed class PendingRequest
{
    BlkRange[] ranges = new BlkRange[1];

    public DeviceChain Chain { get; } = new();

    /// <summary>Where the chain came from, and goes back to.</summary>
    public DeviceQueue Queue { get; private set; } = null!;

    public uint Type;
    public Sector Sector;
    public BlkAction Action;

    /// <summary>Bytes to move, header and status left out.</summary>
    public ulong DataLength;

    /// <summary><see cref="BlkStatus.NotWritten"/> until the outcome is known.</summary>
    public byte Status;

    /// <summary>Bytes of data written from the first writable byte on.</summary>
    public ulong Written;

    /// <summary>QEMU: the disk will refuse, which shows only once it is asked.</summary>
    public bool FailsLate;

    /// <summary>A fault: never ends until the device is reset.</summary>
    public bool Hangs;

    public int RangeCount { get; private set; }

    public BlkRange Range(int index) => ranges[index];

    /// <summary>As new, whatever it was used for before: what is left over would tell equal states apart.</summary>
    public void Start(DeviceQueue queue)
    {
        Queue = queue;
        Chain.Start(0);
        Type = 0;
        Sector = default;
        Action = BlkAction.None;
        DataLength = Written = 0;
        Status = BlkStatus.NotWritten;
        Hangs = FailsLate = false;
        RangeCount = 0;
    }

    public void AddRange(BlkRange range)
    {
        if (RangeCount == ranges.Length) Array.Resize(ref ranges, 2 * RangeCount);
        ranges[RangeCount++] = range;
    }

    public void End(byte status)
    {
        Action = BlkAction.None;
        Status = status;
    }

    public void Fold(ref StateHasher hasher)
    {
        hasher.Add(Type | (ulong)Action << 32 | (ulong)Status << 40 | (Hangs ? 1UL << 48 : 0) | (FailsLate ? 1UL << 49 : 0));
        hasher.Add(Sector.Value);
        hasher.Add(DataLength);
        hasher.Add(Written);
        for (int i = 0; i < RangeCount; i++)
        {
            hasher.Add(ranges[i].Sector);
            hasher.Add(ranges[i].Count | (ulong)ranges[i].Flags << 32);
        }
        hasher.Add(Queue.Index);
        Chain.Fold(ref hasher);
    }
}
