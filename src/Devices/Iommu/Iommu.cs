using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Devices;

/// <summary>
/// An IOMMU between all devices and memory: an access that is not mapped, or not in its direction, reads zeroes or writes nothing. Mappings are counted in bytes, where
/// hardware counts in pages: whoever relies on the rest of a page is lucky, and here is not. One address space for all devices; a mapping takes effect, and
/// ends, at once. Says what happened and not whose fault it is: that is <see cref="DmaMonitor"/>'s.
/// </summary>
public sealed class Iommu
{
    /// <summary>What the address of an access becomes that does not get through: no memory is there.</summary>
    internal const ulong Nowhere = ulong.MaxValue;

    readonly SimulatedMachine machine;
    readonly List<Mapping> mappings = [];

    internal Iommu(SimulatedMachine machine) => this.machine = machine;

    /// <summary>From an address of memory on, as all that monitors see; the bus address is <see cref="SimulatedMachine.BusOffset"/> more.</summary>
    /// <param name="Given">The directions in which the rings have given any of it to a device since.</param>
    internal readonly record struct Mapping(ulong Address, uint Length, DmaDirection Direction, DmaDirection Given = 0)
    {
        public ulong End => Address + Length;
    }

    /// <summary>Entries that there is room for: one more is refused.</summary>
    public int MostMappings { get; set; } = 256;

    /// <summary>Over all executions: regions mapped, regions unmapped, device accesses let through, and device accesses kept out.</summary>
    public long Mapped { get; private set; }

    public long Unmapped { get; private set; }

    public long Passed { get; private set; }

    public long Faults { get; private set; }

    internal IReadOnlyList<Mapping> Mappings => mappings;

    /// <summary>Regions that are mapped now.</summary>
    public int InUse => mappings.Count;

    internal void Reset() => mappings.Clear();

    internal void Fold(ref StateHasher hasher)
    {
        foreach (var mapping in mappings)
        {
            hasher.Add(mapping.Address);
            hasher.Add(mapping.Length | (ulong)mapping.Direction << 32 | (ulong)mapping.Given << 40);
        }
    }

    /// <summary>False: there is no room.</summary>
    internal bool TryMap(ulong address, uint length, DmaDirection direction)
    {
        if (mappings.Count >= MostMappings) return false;
        mappings.Add(new(address, length, direction));
        if (!machine.Engine.Draining) Mapped++;
        return true;
    }

    /// <summary>False: there is no such mapping.</summary>
    internal bool TryUnmap(ulong address, uint length, out Mapping mapping)
    {
        int at = mappings.FindIndex(mapping => mapping.Address == address && mapping.Length == length);
        mapping = at < 0 ? default : mappings[at];
        if (at < 0) return false;
        mappings.RemoveAt(at);
        if (!machine.Engine.Draining) Unmapped++;
        return true;
    }

    /// <summary>The rings give memory to a device, to read or to write.</summary>
    internal void Give(ulong address, uint length, bool writes)
    {
        for (int i = 0; i < mappings.Count; i++)
        {
            var mapping = mappings[i];
            if (address < mapping.End && mapping.Address < address + length) mappings[i] = mapping with { Given = mapping.Given | (writes ? DmaDirection.FromDevice : DmaDirection.ToDevice) };
        }
    }

    /// <summary>Whether an access of a device gets through. It may lie in several mappings that follow each other.</summary>
    internal bool Passes(DmaPort port, ulong address, int length, bool writes)
    {
        machine.Monitors.Dma.Checked();
        var needed = writes ? DmaDirection.FromDevice : DmaDirection.ToDevice;
        ulong end = address + (ulong)length;
        for (ulong at = address; at < end;)
        {
            if (Find(at) is { } mapping && (mapping.Direction & needed) != 0)
            {
                at = mapping.End;
                continue;
            }
            if (!machine.Engine.Draining) Faults++;
            machine.Monitors.Dma.Faulted(port, address, length, writes, at);
            return false;
        }
        if (!machine.Engine.Draining) Passed++;
        return true;
    }

    internal Mapping? Find(ulong address)
    {
        foreach (var mapping in mappings)
        {
            if (address - mapping.Address < mapping.Length) return mapping;
        }
        return null;
    }
}
