using System.Globalization;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What is accessed and what value it has, in few words: a picture has no room for more.</summary>
sealed class TraceNames(SimulatedMachine machine)
{
    /// <summary>Of an address of memory, or null if nobody knows it (yet).</summary>
    public string? Memory(ulong address)
    {
        var queues = machine.Monitors.Ownership.Queues;
        foreach (var queue in queues)
        {
            if (queue.Size == 0) continue;
            if (Ring(queue, address) is { } name) return Prefix(queue) + name;
        }
        foreach (var queue in queues)
        {
            for (int id = 0; id < queue.Size; id++)
            {
                ulong offset = address - queue.WrittenAddress[id];
                if (offset < queue.WrittenLength[id]) return $"{Prefix(queue)}{Buffer(queue, id)} (desc {id}){(offset == 0 ? "" : $" +{offset}")}";
            }
        }
        return null;
    }

    /// <summary>Length and direction tell of a block request which part it is.</summary>
    static string Buffer(QueueWatch queue, int id)
    {
        bool isWritten = (queue.WrittenFlags[id] & SplitDescriptor.Write) != 0;
        if (queue.Device.DeviceId != DeviceType.Block) return isWritten ? "in-buffer" : "out-buffer";
        return !isWritten && queue.WrittenLength[id] == BlkRequest.HeaderSize ? "header" : isWritten && queue.WrittenLength[id] == BlkRequest.StatusSize ? "status byte" : "data";
    }

    /// <summary>One queue needs no name.</summary>
    string Prefix(QueueWatch queue) => machine.Monitors.Ownership.Queues.Count > 1 ? $"{queue.Device.Name}.q{queue.Number} " : "";

    static string? Ring(QueueWatch queue, ulong address)
    {
        ulong descriptor = address - queue.Descriptors, available = address - queue.Available, used = address - queue.Used;
        if (descriptor < (ulong)queue.Size * SplitDescriptor.Size) return $"desc[{descriptor / SplitDescriptor.Size}].{Field((uint)(descriptor % SplitDescriptor.Size))}";
        if (available < AvailableRing.Length(queue.Size))
            return available < AvailableRing.IndexOffset ? "avail.flags" : available < AvailableRing.RingOffset ? "avail.idx"
                : available < AvailableRing.UsedEventOffset(queue.Size) ? $"avail.ring[{(available - AvailableRing.RingOffset) / AvailableRing.EntrySize}]" : "used_event";
        if (used >= UsedRing.Length(queue.Size)) return null;
        return used < UsedRing.IndexOffset ? "used.flags" : used < UsedRing.RingOffset ? "used.idx"
            : used >= UsedRing.AvailEventOffset(queue.Size) ? "avail_event"
            : $"used.ring[{(used - UsedRing.RingOffset) / UsedRing.EntrySize}].{((used - UsedRing.RingOffset) % UsedRing.EntrySize < UsedRing.ElementLengthOffset ? "id" : "len")}";
    }

    static string Field(uint offset) => offset switch
    {
        < SplitDescriptor.LengthOffset => "addr",
        < SplitDescriptor.FlagsOffset => "len",
        < SplitDescriptor.NextOffset => "flags",
        _ => "next",
    };

    /// <summary>Of a register, and of a byte in configuration space.</summary>
    public static string Register(IBusDevice? device, ulong address, uint offset) => device switch
    {
        null => string.Create(CultureInfo.InvariantCulture, $"unassigned 0x{address:x}"),
        MmioTransport when offset >= MmioRegister.Config => string.Create(CultureInfo.InvariantCulture, $"config+0x{offset - MmioRegister.Config:x}"),
        _ => device.NameOf(offset),
    };

    /// <summary>A value as whoever reads the name of its place expects it.</summary>
    public static string Value(string name, ulong value)
    {
        if (name.EndsWith(".flags", StringComparison.Ordinal))
            return name.Contains("desc[", StringComparison.Ordinal) ? Bits(value, (SplitDescriptor.Next, "NEXT"), (SplitDescriptor.Write, "WRITE"), (SplitDescriptor.Indirect, "INDIRECT"))
                : name.Contains("avail", StringComparison.Ordinal) ? Bits(value, (AvailableRing.NoInterrupt, "NO_INTERRUPT")) : Bits(value, (UsedRing.NoNotify, "NO_NOTIFY"));
        return name switch
        {
            nameof(MmioRegister.Status) => Bits(value, (DeviceStatus.Acknowledge, "ACKNOWLEDGE"), (DeviceStatus.Driver, "DRIVER"), (DeviceStatus.FeaturesOk, "FEATURES_OK"),
                (DeviceStatus.DriverOk, "DRIVER_OK"), (DeviceStatus.NeedsReset, "NEEDS_RESET"), (DeviceStatus.Failed, "FAILED")),
            nameof(MmioRegister.InterruptStatus) or nameof(MmioRegister.InterruptAck) => Bits(value, (InterruptCause.UsedBuffer, "used buffer"), (InterruptCause.ConfigurationChange, "configuration")),
            _ => value < 0x1_0000 ? value.ToString(CultureInfo.InvariantCulture) : string.Create(CultureInfo.InvariantCulture, $"0x{value:x}"),
        };
    }

    static string Bits(ulong value, params ReadOnlySpan<(uint Bit, string Name)> names)
    {
        if (value == 0) return "0";
        List<string> set = [];
        foreach (var (bit, name) in names)
        {
            if ((value & bit) != 0) set.Add(name);
            value &= ~(ulong)bit;
        }
        if (value != 0) set.Add(string.Create(CultureInfo.InvariantCulture, $"0x{value:x}"));
        return string.Join('|', set);
    }

    /// <summary>The first bytes of what was copied.</summary>
    public static string Bytes(ReadOnlySpan<byte> bytes)
    {
        const int shown = 4;
        string first = Convert.ToHexStringLower(bytes[..Math.Min(shown, bytes.Length)]);
        return bytes.Length <= shown ? $"0x{first}" : $"0x{first}… ({bytes.Length} bytes)";
    }
}
