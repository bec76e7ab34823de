namespace Ringcheck.Devices;

/// <summary>
/// The address map of register blocks. A read where nothing is assigned gives all ones or zero, as real buses do; a write there
/// is lost.
/// </summary>
public sealed class Bus
{
    /// <summary>Where the I/O ports of x86 are on this map: above all that a CPU can address. Ports that nobody has read as all ones.</summary>
    public const ulong PortSpace = 1UL << 56;

    readonly record struct Block(ulong Base, ulong Size, IBusDevice Device, PostedWrites[]? Paths);

    readonly List<Block> blocks = [];
    Block last;

    /// <summary>What an unassigned address reads as: all ones if true, zero if not.</summary>
    public bool UnassignedReadsOnes { get; set; }

    /// <summary>Puts a block of registers at an address.</summary>
    /// <param name="paths">What each CPU's register writes take on their way, on machines where they take time.</param>
    public void Add(ulong address, ulong size, IBusDevice device, PostedWrites[]? paths = null) => blocks.Add(new(address, size, device, paths));

    /// <summary>The block at an address, or null.</summary>
    public IBusDevice? Find(ulong address, out uint offset) => Find(address, out offset, out _);

    public IBusDevice? Find(ulong address, out uint offset, out PostedWrites[]? paths)
    {
        offset = (uint)(address - last.Base);
        paths = last.Paths;
        if (address - last.Base < last.Size) return last.Device;
        foreach (var block in blocks)
        {
            if (address - block.Base >= block.Size) continue;
            last = block;
            offset = (uint)(address - block.Base);
            paths = block.Paths;
            return block.Device;
        }
        paths = null;
        return null;
    }

    public ulong Unassigned(ulong address, int width) => UnassignedReadsOnes || address >= PortSpace ? ulong.MaxValue >> (64 - 8 * width) : 0;
}
