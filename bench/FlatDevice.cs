using System.Runtime.CompilerServices;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Bench;

/// <summary>
/// The least that a device does with a ring: for each available chain it reads every descriptor, and returns the chain with the length
/// of its writable part; one store of used.idx for all. No data is moved.
/// </summary>
public sealed class FlatDevice(DmaRegion memory, SplitLayout layout)
{
    private readonly CpuAddress table = memory.Cpu + layout.DescriptorTable;
    private readonly CpuAddress available = memory.Cpu + layout.Available;
    private readonly CpuAddress used = memory.Cpu + layout.Used;
    private readonly FlatMachine machine = new();
    private readonly ushort size = layout.QueueSize;

    /// <summary>Up to where the available ring has been served. Chains return in order, so it is the used index as well.</summary>
    private RingIndex served;

    /// <summary>Serves all that is available; returns how many chains that was.</summary>
    public int Serve()
    {
        RingIndex published = new(machine.LoadAcquire16(available + AvailableRing.IndexOffset));
        RingIndex index = served;
        int count = index.DistanceTo(published);
        for (; index != published; index = index.Next)
        {
            ushort head = machine.Load16(available + AvailableRing.EntryOffset(index.Slot(size)));
            CpuAddress element = used + UsedRing.EntryOffset(index.Slot(size));
            machine.Store32(element + UsedRing.ElementIdOffset, head);
            machine.Store32(element + UsedRing.ElementLengthOffset, WritableLength(head));
        }

        served = index;
        machine.StoreRelease16(used + UsedRing.IndexOffset, index.Value);
        return count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint WritableLength(ushort id)
    {
        uint length = 0;
        ulong addresses = 0;
        while (true)
        {
            CpuAddress descriptor = table + (ulong)id * SplitDescriptor.Size;
            ushort flags = machine.Load16(descriptor + SplitDescriptor.FlagsOffset);
            addresses |= machine.Load64(descriptor + SplitDescriptor.AddressOffset);
            if ((flags & SplitDescriptor.Write) != 0)
                length += machine.Load32(descriptor + SplitDescriptor.LengthOffset);
            if ((flags & SplitDescriptor.Next) == 0)
                return addresses == 0 ? 0 : length;
            id = machine.Load16(descriptor + SplitDescriptor.NextOffset);
        }
    }
}
