namespace Ringcheck.Standard;

/// <summary>
/// Virtio 1.4, 2.2 "Feature Bits" and 6 "Reserved Feature Bits": bit numbers. A set of them is a <see cref="FeatureSet"/>.
/// </summary>
public static class Feature
{
    /// <summary>6.3, legacy only: the device interrupts when it runs out of buffers, whatever the suppression says.</summary>
    public const int NotifyOnEmpty = 24;

    /// <summary>6.3, legacy only: descriptors may be laid out freely.</summary>
    public const int AnyLayout = 27;
    public const int IndirectDescriptors = 28, EventIndex = 29;

    /// <summary>QEMU's legacy probe for drivers that acknowledge all bits; never to be accepted.</summary>
    public const int BadFeature = 30;
    public const int Version1 = 32, AccessPlatform = 33, RingPacked = 34, InOrder = 35, OrderPlatform = 36, SingleRootIov = 37;
    public const int NotificationData = 38, NotificationConfigData = 39, RingReset = 40, AdminQueue = 41;
}

/// <summary>Virtio 1.4, 5.2.3 "Feature bits" of the block device: bit numbers.</summary>
public static class BlkFeature
{
    /// <summary>Legacy only: request barriers (5.2.3.1).</summary>
    public const int Barrier = 0;
    public const int SizeMax = 1, SegMax = 2, Geometry = 4, ReadOnly = 5, BlockSize = 6;

    /// <summary>Legacy only: SCSI packet commands (5.2.3.1).</summary>
    public const int Scsi = 7;
    public const int Flush = 9, Topology = 10, ConfigWce = 11, MultiQueue = 12, Discard = 13, WriteZeroes = 14, Lifetime = 15;
    public const int SecureErase = 16, Zoned = 17;
}

/// <summary>Feature bits 0 to 127 (2.2): more than one 64-bit word, because extensions use bits above 63.</summary>
public readonly record struct FeatureSet(ulong Low, ulong High)
{
    public static FeatureSet None => default;

    public static FeatureSet Of(int bit) => bit < 64 ? new(1UL << bit, 0) : new(0, 1UL << (bit - 64));

    public bool Has(int bit) => bit < 64 ? (Low >> bit & 1) != 0 : (High >> (bit - 64) & 1) != 0;

    public FeatureSet With(int bit) => this | Of(bit);

    public FeatureSet Without(int bit) => new(Low & ~Of(bit).Low, High & ~Of(bit).High);

    /// <summary>The 32-bit word that a selector value of <paramref name="selector"/> (0 to 3) shows.</summary>
    public uint Word(uint selector) => selector switch
    {
        0 => (uint)Low,
        1 => (uint)(Low >> 32),
        2 => (uint)High,
        3 => (uint)(High >> 32),
        _ => 0,
    };

    public FeatureSet WithWord(uint selector, uint word) => selector switch
    {
        0 => new(Low & 0xFFFFFFFF_00000000UL | word, High),
        1 => new(Low & 0xFFFFFFFFUL | (ulong)word << 32, High),
        2 => new(Low, High & 0xFFFFFFFF_00000000UL | word),
        3 => new(Low, High & 0xFFFFFFFFUL | (ulong)word << 32),
        _ => this,
    };

    public static FeatureSet operator |(FeatureSet a, FeatureSet b) => new(a.Low | b.Low, a.High | b.High);

    public static FeatureSet operator &(FeatureSet a, FeatureSet b) => new(a.Low & b.Low, a.High & b.High);

    public bool IsSubsetOf(FeatureSet other) => (Low & ~other.Low) == 0 && (High & ~other.High) == 0;
}
