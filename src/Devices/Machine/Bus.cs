namespace Ringcheck.Devices;

/// <summary>
/// The address map of register blocks. A read where nothing is assigned gives all ones or zero, as real buses do; a write there
/// is lost.
/// </summary>
public sealed class Bus
{
    readonly record struct Block(ulong Base, ulong Size, IBusDevice Device);

    readonly List<Block> blocks = [];
    Block last;

    /// <summary>What an unassigned address reads as: all ones if true, zero if not.</summary>
    public bool UnassignedReadsOnes { get; set; }

    public void Add(ulong address, ulong size, IBusDevice device) => blocks.Add(new(address, size, device));

    /// <summary>The block at an address, or null.</summary>
    public IBusDevice? Find(ulong address, out uint offset)
    {
        offset = (uint)(address - last.Base);
        if (address - last.Base < last.Size) return last.Device;
        foreach (var block in blocks)
        {
            if (address - block.Base >= block.Size) continue;
            last = block;
            offset = (uint)(address - block.Base);
            return block.Device;
        }
        return null;
    }

    public ulong Unassigned(int width) => UnassignedReadsOnes ? ulong.MaxValue >> (64 - 8 * width) : 0;
}
