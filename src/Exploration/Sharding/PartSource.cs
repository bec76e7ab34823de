namespace Ringcheck.Exploration;

/// <summary>The part that a search is to do next, held until the search comes to it: numbers may run ahead of what is known of the tree.</summary>
internal sealed class PartSource(Func<long> next)
{
    const long None = -1;

    long held = None;

    public long Peek()
    {
        if (held == None) held = next();
        return held;
    }

    public void Take() => held = None;

    public void Save(BinaryWriter to) => to.Write(held);

    public void Load(BinaryReader from) => held = from.ReadInt64();
}
