using Ringcheck.Exploration;
using Ringcheck.Models.Ownership;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// What the ownership monitor knows of one live split virtqueue: a copy of each published chain as it was at publication, and how
/// far each side has come. Plain data, built once for the largest size.
/// </summary>
sealed class QueueWatch
{
    public const int MaxSize = 1024;

    public readonly Owner[] Owners = new Owner[MaxSize];               // by head
    public readonly bool[] InFlight = new bool[MaxSize];                // by descriptor
    public readonly ulong[] Address = new ulong[MaxSize];
    public readonly uint[] Length = new uint[MaxSize];
    public readonly ushort[] Flags = new ushort[MaxSize], Next = new ushort[MaxSize];

    // The rings as the driver wrote them: a hostile device may have written over them since, and that is not the driver's doing. Addresses are places in memory.
    public readonly ulong[] WrittenAddress = new ulong[MaxSize];
    public readonly uint[] WrittenLength = new uint[MaxSize];
    public readonly ushort[] WrittenFlags = new ushort[MaxSize], WrittenNext = new ushort[MaxSize], WrittenSlot = new ushort[MaxSize];

    public bool Live, Overlaps;

    /// <summary>The device has completed a reset: it may touch nothing of this any more, whether the driver knows it or not.</summary>
    public bool Stopped;
    public VirtioDevice Device = null!;
    public ushort Number, Size;
    public ulong Descriptors, Available, Used;

    /// <summary>What descriptors say is this much more than where it lies in memory (<see cref="SimulatedMachine.BusOffset"/>).</summary>
    public ulong BusOffset;
    public RingIndex Published, Taken, Returned, Seen;
    public int Outstanding, Held;
    public NotificationWatch Kick, Interrupt;

    public ulong AvailableIndex => Available + AvailableRing.IndexOffset;

    public ulong UsedIndex => Used + UsedRing.IndexOffset;

    /// <summary>The event words: read with EVENT_IDX only, there in any case.</summary>
    public ulong UsedEvent => Available + AvailableRing.UsedEventOffset(Size);

    public ulong AvailEvent => Used + UsedRing.AvailEventOffset(Size);

    /// <summary>Copies a descriptor right after the driver wrote to it, or when the queue becomes live.</summary>
    public void CopyDescriptor(Ram ram, int id)
    {
        ulong at = Descriptors + SplitDescriptor.Size * (ulong)id;
        WrittenAddress[id] = ram.Load<ulong>(at) - BusOffset;
        WrittenLength[id] = ram.Load<uint>(at + SplitDescriptor.LengthOffset);
        WrittenFlags[id] = ram.Load<ushort>(at + SplitDescriptor.FlagsOffset);
        WrittenNext[id] = ram.Load<ushort>(at + SplitDescriptor.NextOffset);
    }

    /// <summary>As <see cref="CopyDescriptor"/>, for the one field that a store of its own width has just written.</summary>
    public void CopyField(int id, uint offset, ulong value)
    {
        switch (offset)
        {
            case SplitDescriptor.AddressOffset: WrittenAddress[id] = value - BusOffset; break;
            case SplitDescriptor.LengthOffset: WrittenLength[id] = (uint)value; break;
            case SplitDescriptor.FlagsOffset: WrittenFlags[id] = (ushort)value; break;
            case SplitDescriptor.NextOffset: WrittenNext[id] = (ushort)value; break;
        }
    }

    public void Clear()
    {
        Array.Clear(Owners, 0, Size);
        Array.Clear(InFlight, 0, Size);
        Live = Stopped = Overlaps = false;
        Outstanding = Held = 0;
    }

    public void Fold(ref StateHasher hasher)
    {
        if (!Live) return;
        hasher.Add((ulong)Published.Value | (ulong)Taken.Value << 16 | (ulong)Returned.Value << 32 | (ulong)Seen.Value << 48);
        hasher.Add(Number | (ulong)Size << 16 | (Overlaps ? 1UL << 32 : 0) | (Stopped ? 1UL << 33 : 0));
        hasher.Add(Kick.Word | Interrupt.Word << 32);
        for (int head = 0; head < Size; head++)
        {
            if (Owners[head] == Owner.Driver) continue;
            hasher.Add((ulong)head << 8 | (byte)Owners[head]);
            for (int id = head; ; id = Next[id])
            {
                hasher.Add(Address[id]);
                hasher.Add(Length[id] | (ulong)Flags[id] << 32 | (ulong)Next[id] << 48);
                if ((Flags[id] & SplitDescriptor.Next) == 0) break;
            }
        }
    }
}
