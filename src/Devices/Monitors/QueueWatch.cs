using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Where a request is on its way from driver to device and back.</summary>
public enum ChainState : byte
{
    /// <summary>The driver's: not published, or taken back.</summary>
    Driver,

    /// <summary>Published in the available ring.</summary>
    Available,

    /// <summary>The device has read its head.</summary>
    Taken,

    /// <summary>In the used ring; the driver has not read an index that covers it.</summary>
    Used,
}

/// <summary>
/// What the ownership monitor knows of one live split virtqueue: a copy of each published chain as it was at publication, and how
/// far each side has come. Plain data, built once for the largest size.
/// </summary>
sealed class QueueWatch
{
    public const int MaxSize = 1024;

    public readonly ChainState[] State = new ChainState[MaxSize];       // by head
    public readonly bool[] InFlight = new bool[MaxSize];                // by descriptor
    public readonly ulong[] Address = new ulong[MaxSize];
    public readonly uint[] Length = new uint[MaxSize];
    public readonly ushort[] Flags = new ushort[MaxSize], Next = new ushort[MaxSize];

    public bool Live, Legacy;
    public MmioDevice Device = null!;
    public ushort Number, Size;
    public ulong Descriptors, Available, Used;
    public RingIndex Published, Taken, Returned, Seen;
    public int Outstanding;
    public bool Overlaps;

    public ulong AvailableIndex => Available + AvailableRing.IndexOffset;

    public ulong UsedIndex => Used + UsedRing.IndexOffset;

    public void Clear()
    {
        Array.Clear(State, 0, Size);
        Array.Clear(InFlight, 0, Size);
        Live = false;
        Outstanding = 0;
        Overlaps = false;
    }

    public void Fold(ref StateHasher hasher)
    {
        if (!Live) return;
        hasher.Add((ulong)Published.Value | (ulong)Taken.Value << 16 | (ulong)Returned.Value << 32 | (ulong)Seen.Value << 48);
        hasher.Add(Number | (ulong)Size << 16 | (Overlaps ? 1UL << 32 : 0));
        for (int head = 0; head < Size; head++)
        {
            if (State[head] == ChainState.Driver) continue;
            hasher.Add((ulong)head << 8 | (byte)State[head]);
            for (int id = head; ; id = Next[id])
            {
                hasher.Add(Address[id]);
                hasher.Add(Length[id] | (ulong)Flags[id] << 32 | (ulong)Next[id] << 48);
                if ((Flags[id] & SplitDescriptor.Next) == 0) break;
            }
        }
    }
}
