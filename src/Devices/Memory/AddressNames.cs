using System.Reflection;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Addresses in the standard's words, for reports.</summary>
static class AddressNames
{
    /// <summary>What lies at an address of memory: a field of a ring, a buffer of a chain, or memory of the driver's own.</summary>
    public static string Of(SimulatedMachine machine, ulong address)
    {
        foreach (var queue in machine.Monitors.Ownership.Queues)
        {
            if (queue.Size == 0) continue;
            string? name = InQueue(queue, address);
            if (name is not null) return $"{name} of {queue.Device.Name}'s queue {queue.Number}";
        }
        foreach (var queue in machine.Monitors.Ownership.Queues)
        {
            for (int id = 0; id < queue.Size; id++)
            {
                if (address - queue.WrittenAddress[id] < queue.WrittenLength[id])
                    return $"byte {address - queue.WrittenAddress[id]} of the {Buffer(queue, id)} in descriptor {id} of {queue.Device.Name}'s queue {queue.Number}";
            }
        }
        return $"memory at 0x{address:x}";
    }

    /// <summary>Length and direction tell a reader what it is: 16 bytes to read are a block request's header, 1 byte to write is its status.</summary>
    static string Buffer(QueueWatch queue, int id)
        => $"{queue.WrittenLength[id]}-byte buffer that the device {((queue.WrittenFlags[id] & SplitDescriptor.Write) != 0 ? "writes" : "reads")},";

    static string? InQueue(QueueWatch queue, ulong address)
    {
        ulong descriptor = address - queue.Descriptors, available = address - queue.Available, used = address - queue.Used;
        if (descriptor < (ulong)queue.Size * SplitDescriptor.Size)
            return $"descriptor {descriptor / SplitDescriptor.Size}, {DescriptorField((uint)(descriptor % SplitDescriptor.Size))},";
        if (available < AvailableRing.Length(queue.Size)) return AvailableField(queue.Size, (uint)available);
        return used < UsedRing.Length(queue.Size) ? UsedField(queue.Size, (uint)used) : null;
    }

    static string DescriptorField(uint offset) => offset switch
    {
        < SplitDescriptor.LengthOffset => "addr",
        < SplitDescriptor.FlagsOffset => "len",
        < SplitDescriptor.NextOffset => "flags",
        _ => "next",
    };

    static string AvailableField(ushort size, uint offset) => offset switch
    {
        < AvailableRing.IndexOffset => "avail.flags",
        < AvailableRing.RingOffset => "avail.idx",
        _ when offset < AvailableRing.RingOffset + AvailableRing.EntrySize * size => $"avail.ring[{(offset - AvailableRing.RingOffset) / AvailableRing.EntrySize}]",
        _ => "used_event",
    };

    static string UsedField(ushort size, uint offset) => offset switch
    {
        < UsedRing.IndexOffset => "used.flags",
        < UsedRing.RingOffset => "used.idx",
        _ when offset < UsedRing.RingOffset + UsedRing.EntrySize * size => $"used.ring[{(offset - UsedRing.RingOffset) / UsedRing.EntrySize}]",
        _ => "avail_event",
    };

    /// <summary>A register by its offset, as the standard names it.</summary>
    public static string Register(uint offset) => Registers.TryGetValue(offset, out string? name) ? name : $"the register at 0x{offset:x}";

    /// <summary>Looked up once: an audited execution asks at each register access.</summary>
    static readonly Dictionary<uint, string> Registers = Named();

    static Dictionary<uint, string> Named()
    {
        var names = new Dictionary<uint, string>();
        foreach (var field in typeof(MmioRegister).GetFields(BindingFlags.Public | BindingFlags.Static))
        {
            if (field.IsLiteral && field.GetRawConstantValue() is uint value) names.TryAdd(value, field.Name);
        }
        return names;
    }
}
