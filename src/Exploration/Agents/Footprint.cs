namespace Ringcheck.Exploration;

/// <summary>What one access touches: its first byte, and whether it writes. The default value is not known.</summary>
public readonly record struct Footprint
{
    readonly ulong word;

    Footprint(ulong word) => this.word = word;

    public static Footprint Read(ulong address) => new(address << 1);

    public static Footprint Write(ulong address) => new(address << 1 | 1);

    public bool IsKnown => word != 0;

    /// <summary>
    /// Do the two not commute? Of accesses that are known: the same place, and one of them writes. What is not known may touch anything.
    /// </summary>
    public bool RacesWith(Footprint other) => !IsKnown || !other.IsKnown || (word >> 1 == other.word >> 1 && ((word | other.word) & 1) != 0);
}
