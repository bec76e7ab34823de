using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What a simulated disk is, fixed when the machine is built. Sectors are 512 bytes whatever the block size.</summary>
public sealed record BlkSettings : VirtioSettings
{
    public required IDiskImage Image { get; init; }

    public bool IsReadOnly { get; init; }

    /// <summary>Bits to offer instead of the profile's own, transport bits (VERSION_1 and so on) included.</summary>
    public FeatureSet? Offers { get; init; }

    public uint BlockSize { get; init; } = 512;

    /// <summary>Data buffers in a request, at most (SEG_MAX), and bytes in each (SIZE_MAX).</summary>
    public uint SegmentsMax { get; init; } = 254;

    public uint SegmentSizeMax { get; init; }

    /// <summary>Request queues; more than one offers MQ, as with QEMU. 1 to 32.</summary>
    public int QueueCount { get; init; } = 1;

    /// <summary>True: what is written is lost with the power until it is flushed, or written through (5.2.6.2). Costs a copy of each sector that is written.</summary>
    public bool HasVolatileCache { get; init; }

    /// <summary>In sectors for each range, ranges in a request, and the alignment of both ends in sectors.</summary>
    public uint DiscardSectorsMax { get; init; } = 0x3FFFFF;

    public uint DiscardRangesMax { get; init; } = 1;

    public uint DiscardAlignment { get; init; } = 1;

    public uint WriteZeroesSectorsMax { get; init; } = 0x3FFFFF;

    public uint WriteZeroesRangesMax { get; init; } = 1;

    /// <summary>What GET_ID answers, at most 20 bytes of ASCII. QEMU's default is none.</summary>
    public string Serial { get; init; } = "";

    /// <summary>What the capacity becomes when an odd device changes its configuration; 0: only the generation moves.</summary>
    public ulong CapacityAfterChange { get; init; }

    public FaultPlan Faults { get; init; } = FaultPlan.None;

    /// <summary>Features offered unless <see cref="Offers"/> says otherwise. QEMU's are those of virtio-blk-device of 7.2, as observed.</summary>
    public FeatureSet EffectiveOffer
    {
        get
        {
            var offer = Offers ?? (Profile, IsLegacy) switch
            {
                (DeviceProfile.Qemu, false) => new(0x101_30006E54, 0),
                (DeviceProfile.Qemu, true) => new(0x31006ED4, 0),
                _ => Plain,
            };
            if (QueueCount > 1) offer = offer.With(BlkFeature.MultiQueue);
            return IsReadOnly ? offer.With(BlkFeature.ReadOnly) : offer;
        }
    }

    FeatureSet Plain
    {
        get
        {
            var plain = FeatureSet.Of(BlkFeature.SegMax).With(BlkFeature.Geometry).With(BlkFeature.BlockSize).With(BlkFeature.Flush)
                .With(BlkFeature.ConfigWce).With(BlkFeature.Discard).With(BlkFeature.WriteZeroes).With(Feature.IndirectDescriptors).With(Feature.EventIndex);
            if (SegmentSizeMax != 0) plain = plain.With(BlkFeature.SizeMax);
            return IsLegacy ? plain : plain.With(Feature.Version1);
        }
    }
}
