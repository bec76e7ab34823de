using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>A PCI bus: what is plugged into it, and the bridge that it is behind.</summary>
public sealed class PciBus(PciBridge? bridge)
{
    readonly PciFunction?[] functions = new PciFunction?[PciLimits.FunctionsOfBus];
    readonly List<PciBridge> bridges = [];

    /// <summary>Null: the root bus.</summary>
    public PciBridge? Bridge => bridge;

    internal void Plug(PciFunction function)
    {
        if (functions[function.Slot] is not null) throw new ArgumentException($"{function.Name}: there is a function at {function.Device}.{function.Function} already");
        functions[function.Slot] = function;
        if (function is PciBridge other) bridges.Add(other);
    }

    /// <summary>The function at a device and function number, if it is there now.</summary>
    internal PciFunction? At(int slot) => functions[slot] is { IsPresent: true } found ? found : null;

    /// <summary>
    /// The bus of a number, by the bridges' registers as they are. Null: nobody forwards there. Where several would, they all do, and two functions may answer at once: that is
    /// reported, and the first bridge wins.
    /// </summary>
    /// <param name="number">Which.</param>
    /// <param name="own">The number of this bus.</param>
    internal PciBus? Find(int number, int own)
    {
        if (number == own) return this;
        PciBridge? found = null;
        foreach (var other in bridges)
        {
            if (!other.Claims(number)) continue;
            if (found is not null) other.ClaimedAsWell(number, found);
            found ??= other;
        }
        return found?.Behind.Find(number, found.SecondaryBus);
    }

    internal void NoteCommandChange()
    {
        foreach (var function in functions) function?.NoteCommandChange();
    }

    /// <summary>Whether an address reaches this bus from the root, through the windows of all bridges above.</summary>
    internal bool IsReached(PciSpace space, ulong address)
    {
        for (var above = bridge; above is not null; above = above.Bus.Bridge)
        {
            if (!above.IsPresent || !above.Forwards(space, address)) return false;
        }
        return true;
    }

    /// <summary>The same for each address of a range, through one window of each bridge.</summary>
    internal bool IsWhollyReached(PciSpace space, ulong address, ulong size)
    {
        for (var above = bridge; above is not null; above = above.Bus.Bridge)
        {
            if (!above.IsPresent || !above.ForwardsWhole(space, address, size)) return false;
        }
        return true;
    }
}
