namespace Ringcheck.Standard;

/// <summary>
/// A free-running 16-bit ring index (Virtio 1.4, 2.7.6 and 2.7.8: idx "always increments"). Never masked when stored or compared;
/// only <see cref="Slot"/> reduces it to a position in a ring.
/// </summary>
public readonly record struct RingIndex(ushort Value)
{
    public RingIndex Next => new((ushort)(Value + 1));

    public RingIndex Previous => new((ushort)(Value - 1));

    public RingIndex Plus(ushort count) => new((ushort)(Value + count));

    /// <summary>How many increments lead from here to <paramref name="later"/>, modulo 2^16.</summary>
    public ushort DistanceTo(RingIndex later) => (ushort)(later.Value - Value);

    /// <summary>
    /// The one condition of EVENT_IDX, in both directions (2.7.7.1, 2.7.10.1): is the entry at <paramref name="wanted"/>, which the
    /// other side named in its event word, among the last <paramref name="count"/> entries before this index? As a distance, so that the
    /// wrap does not matter; a count of more than 65,535 has passed every index.
    /// </summary>
    public bool HasPassed(RingIndex wanted, ulong count) => wanted.Next.DistanceTo(this) < count;

    /// <summary>The position in a ring of <paramref name="queueSize"/> entries, a power of two (2.7).</summary>
    public ushort Slot(ushort queueSize) => (ushort)(Value & (queueSize - 1));
}

/// <summary>The number of a descriptor, 0 to Queue Size - 1.</summary>
public readonly record struct DescriptorId(ushort Value);

/// <summary>The number of a virtqueue of a device.</summary>
public readonly record struct QueueIndex(ushort Value);

/// <summary>A sector of 512 bytes, the unit of virtio-blk whatever the block size (Virtio 1.4, 5.2.6).</summary>
public readonly record struct Sector(ulong Value)
{
    public const uint Size = 512;

    public static Sector operator +(Sector sector, ulong count) => new(sector.Value + count);
}
