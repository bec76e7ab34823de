namespace Ringcheck.Devices;

/// <summary>
/// The address map of register blocks. A read where nothing is assigned gives all ones or zero, as real buses do; a write there
/// is lost.
/// </summary>
public sealed class Bus
{
    /// <summary>Where the I/O ports of x86 are on this map: above all that a CPU can address. Ports that nobody has read as all ones.</summary>
    public const ulong PortSpace = 1UL << 56;

    readonly record struct Window(ulong Base, ulong Size, IBusWindow Inside);

    readonly List<BusBlock> blocks = [];
    readonly List<Window> windows = [];
    BusBlock last;

    /// <summary>What an unassigned address reads as: all ones if true, zero if not. In windows it is all ones.</summary>
    public bool UnassignedReadsOnes { get; set; }

    /// <summary>Puts a block of registers at an address.</summary>
    /// <param name="paths">What each CPU's register writes take on their way, on machines where they take time.</param>
    public void Add(ulong address, ulong size, IBusDevice device, PostedWrites[]? paths = null) => blocks.Add(new(address, size, device, paths));

    /// <summary>Puts a window at a range of addresses. Blocks inside it come before what it says.</summary>
    public void Add(ulong address, ulong size, IBusWindow window) => windows.Add(new(address, size, window));

    /// <summary>A window says something else from now on.</summary>
    public void Forget() => last = default;

    /// <summary>The block at an address, or null.</summary>
    public IBusDevice? Find(ulong address, out uint offset) => Find(address, out offset, out _);

    public IBusDevice? Find(ulong address, out uint offset, out PostedWrites[]? paths)
    {
        var block = last;
        if (address - block.Base >= block.Size && !TryFind(address, out block))
        {
            offset = 0;
            paths = null;
            return null;
        }
        offset = block.FirstOffset + (uint)(address - block.Base);
        paths = block.Paths;
        return block.Device;
    }

    bool TryFind(ulong address, out BusBlock found)
    {
        foreach (var block in blocks)
        {
            if (address - block.Base >= block.Size) continue;
            found = last = block;
            return true;
        }
        if (WindowAt(address) is { } window && window.TryFind(address, out found))
        {
            if (found.Holds) last = found;
            return true;
        }
        found = default;
        return false;
    }

    IBusWindow? WindowAt(ulong address)
    {
        foreach (var window in windows)
        {
            if (address - window.Base < window.Size) return window.Inside;
        }
        return null;
    }

    public ulong Unassigned(ulong address, int width)
        => UnassignedReadsOnes || address >= PortSpace || WindowAt(address) is { ReadsOnes: true } ? ulong.MaxValue >> (64 - 8 * width) : 0;
}
