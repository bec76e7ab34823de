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
public sealed class PendingRequest : DeviceRequest
{
    BlkRange[] ranges = new BlkRange[1];

    public uint Type;
    public Sector Sector;
    internal BlkAction Action;

    /// <summary>Bytes to move, header and status left out.</summary>
    public ulong DataLength;

    /// <summary><see cref="BlkStatus.NotWritten"/> until the outcome is known.</summary>
    public byte Status;

    /// <summary>QEMU: the disk will refuse, which shows only once it is asked.</summary>
    public bool FailsLate;

    public override bool IsAnswered => Status != BlkStatus.NotWritten;

    public int RangeCount { get; private set; }

    internal BlkRange Range(int index) => ranges[index];

    protected override void Clear()
    {
        Type = 0;
        Sector = default;
        Action = BlkAction.None;
        DataLength = 0;
        Status = BlkStatus.NotWritten;
        FailsLate = false;
        RangeCount = 0;
    }

    internal void AddRange(BlkRange range)
    {
        if (RangeCount == ranges.Length) Array.Resize(ref ranges, 2 * RangeCount);
        ranges[RangeCount++] = range;
    }

    public void End(byte status)
    {
        Action = BlkAction.None;
        Status = status;
    }

    public override void Fold(ref StateHasher hasher)
    {
        hasher.Add(Type | (ulong)Action << 32 | (ulong)Status << 40 | (FailsLate ? 1UL << 49 : 0));
        hasher.Add(Sector.Value);
        hasher.Add(DataLength);
        for (int i = 0; i < RangeCount; i++)
        {
            hasher.Add(ranges[i].Sector);
            hasher.Add(ranges[i].Count | (ulong)ranges[i].Flags << 32);
        }
        base.Fold(ref hasher);
    }
}
