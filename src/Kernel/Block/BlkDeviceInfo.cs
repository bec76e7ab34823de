using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Virtio 1.4, 5.2.4 "Device configuration layout", as the device gave it: a field is 0 unless its feature was negotiated, and is
/// not even read then (2.5.1). All sizes as in the standard; what to make of odd values is the business of <see cref="BlkLimits"/>.
/// </summary>
public readonly record struct BlkDeviceInfo(
    ulong CapacitySectors, uint SizeMax, uint SegMax, ushort Cylinders, byte Heads, byte SectorsPerTrack, uint BlockSize,
    ushort QueueCount, uint MaxDiscardSectors, uint MaxDiscardSegments, uint MaxWriteZeroesSectors, uint MaxWriteZeroesSegments)
{
    /// <summary>
    /// One picture of the whole; DeviceError when the configuration does not hold still (<see cref="DeviceConfig"/>), or is too short for the fields that these features
    /// promise: what is behind its end would read as all ones.
    /// </summary>
    public static DriverStatus TryRead<TMachine>(in Transport transport, TMachine machine, FeatureSet features, out BlkDeviceInfo info)
        where TMachine : struct, IMachine
    {
        info = default;
        if (!transport.Configuration.Holds(0, LengthOf(features)))
            return DriverStatus.DeviceError;
        BlkDeviceInfo previous = default;
        for (int attempt = 0; attempt < DeviceConfig.Attempts; attempt++)
        {
            uint generation = transport.ReadGeneration(machine);
            info = ReadOnce(transport, machine, features);
            if (transport.IsSettled(machine, generation, agrees: attempt > 0 && info == previous))
                return DriverStatus.Ok;
            previous = info;
        }

        info = default;
        return DriverStatus.DeviceError;
    }

    /// <summary>Where the last of the fields that are read ends, in bytes.</summary>
    private static uint LengthOf(FeatureSet features) =>
        features.Has(BlkFeature.WriteZeroes) ? BlkConfig.MaxWriteZeroesSegments + sizeof(uint)
        : features.Has(BlkFeature.Discard) ? BlkConfig.MaxDiscardSegments + sizeof(uint)
        : features.Has(BlkFeature.MultiQueue) ? BlkConfig.QueueCount + sizeof(ushort)
        : features.Has(BlkFeature.ConfigWce) ? BlkConfig.Writeback + sizeof(byte)
        : features.Has(BlkFeature.BlockSize) ? BlkConfig.BlockSize + sizeof(uint)
        : features.Has(BlkFeature.Geometry) ? BlkConfig.GeometrySectors + sizeof(byte)
        : features.Has(BlkFeature.SegMax) ? BlkConfig.SegMax + sizeof(uint)
        : features.Has(BlkFeature.SizeMax) ? BlkConfig.SizeMax + sizeof(uint)
        : BlkConfig.Capacity + sizeof(ulong);

    private static BlkDeviceInfo ReadOnce<TMachine>(in Transport transport, TMachine machine, FeatureSet features)
        where TMachine : struct, IMachine
    {
        BlkDeviceInfo info = new() { CapacitySectors = transport.ReadConfig64Once(machine, BlkConfig.Capacity) };
        if (features.Has(BlkFeature.SizeMax))
            info = info with { SizeMax = transport.ReadConfig32(machine, BlkConfig.SizeMax) };
        if (features.Has(BlkFeature.SegMax))
            info = info with { SegMax = transport.ReadConfig32(machine, BlkConfig.SegMax) };
        if (features.Has(BlkFeature.Geometry))
        {
            info = info with
            {
                Cylinders = transport.ReadConfig16(machine, BlkConfig.GeometryCylinders),
                Heads = transport.ReadConfig8(machine, BlkConfig.GeometryHeads),
                SectorsPerTrack = transport.ReadConfig8(machine, BlkConfig.GeometrySectors),
            };
        }

        if (features.Has(BlkFeature.BlockSize))
            info = info with { BlockSize = transport.ReadConfig32(machine, BlkConfig.BlockSize) };
        if (features.Has(BlkFeature.MultiQueue))
            info = info with { QueueCount = transport.ReadConfig16(machine, BlkConfig.QueueCount) };
        if (features.Has(BlkFeature.Discard))
        {
            info = info with
            {
                MaxDiscardSectors = transport.ReadConfig32(machine, BlkConfig.MaxDiscardSectors),
                MaxDiscardSegments = transport.ReadConfig32(machine, BlkConfig.MaxDiscardSegments),
            };
        }

        if (features.Has(BlkFeature.WriteZeroes))
        {
            info = info with
            {
                MaxWriteZeroesSectors = transport.ReadConfig32(machine, BlkConfig.MaxWriteZeroesSectors),
                MaxWriteZeroesSegments = transport.ReadConfig32(machine, BlkConfig.MaxWriteZeroesSegments),
            };
        }

        return info;
    }
}

/// <summary>
/// What one request may be, from what the device says, what its smallest queue has room for and what the driver was made for.
/// </summary>
/// <param name="MaxSegments">Pieces of data; 0 when the queue is too small for header, data and status apart.</param>
/// <param name="MaxSegmentLength">Bytes of one piece.</param>
public readonly record struct BlkLimits(
    uint MaxSegments, uint MaxSegmentLength, uint MaxDiscardRanges, uint MaxDiscardSectors, uint MaxWriteZeroesRanges,
    uint MaxWriteZeroesSectors)
{
    /// <summary>
    /// A seg_max of 0 is taken for 1, and a size_max of 0 for no limit, as Linux does: neither makes sense, and such devices exist.
    /// A limit of 0 for discard and write zeroes is believed: the device does not do it then.
    /// </summary>
    public static BlkLimits From(in BlkDeviceInfo info, FeatureSet features, in BlkOptions options, ushort queueSize)
    {
        uint segments = queueSize > 2 ? queueSize - 2u : 0;
        if (features.Has(BlkFeature.SegMax))
            segments = Smaller(segments, info.SegMax == 0 ? 1 : info.SegMax);
        return new(
            MaxSegments: Smaller(segments, options.MaxDataSegments),
            MaxSegmentLength: info.SizeMax == 0 ? uint.MaxValue : info.SizeMax,
            MaxDiscardRanges: Smaller(info.MaxDiscardSegments, options.MaxRanges),
            MaxDiscardSectors: info.MaxDiscardSectors,
            MaxWriteZeroesRanges: Smaller(info.MaxWriteZeroesSegments, options.MaxRanges),
            MaxWriteZeroesSectors: info.MaxWriteZeroesSectors);
    }

    private static uint Smaller(uint a, uint b) => a < b ? a : b;
}
