using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Virtio 1.4, 3.1 "Device Initialization" and 5.2.5, as far as it is a block device's own, and its end.</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>What this driver implements and was asked to use; nothing else of the device's own features is ever accepted.</summary>
    private FeatureSet Implemented
    {
        get
        {
            FeatureSet features = FeatureSet.Of(BlkFeature.SizeMax).With(BlkFeature.SegMax).With(BlkFeature.Geometry)
                .With(BlkFeature.ReadOnly).With(BlkFeature.BlockSize).With(BlkFeature.Flush).With(BlkFeature.Discard)
                .With(BlkFeature.WriteZeroes).With(BlkFeature.ConfigWce);
            return options.QueueCount > 1 ? features.With(BlkFeature.MultiQueue) : features;
        }
    }

    /// <summary>
    /// Brings the device up. Ok: requests can be submitted. InvalidArgument: options that make no sense, or
    /// <paramref name="region"/> shorter than <see cref="BlkOptions.MemoryLength"/> or not aligned to a page. NoDevice: not a block device, or gone meanwhile.
    /// TimedOut: the reset was not observed, and nothing else was done. FeaturesRefused, QueueUnavailable, NotSupported (a queue too small
    /// for any request), VectorUnavailable, DeviceError: the device was told FAILED. NeedsReset: it asked for one at once. Requests of an earlier life of this driver are
    /// forgotten; to end them properly, see <see cref="Recover"/>.
    /// </summary>
    public override DriverStatus Initialise(in Transport transport, DmaRegion region)
    {
        if (!options.AreValid)
            return DriverStatus.InvalidArgument;
        DriverStatus status = core.Attach(transport, DeviceType.Block, region, BlkMemory.LengthOf(options));
        if (status != DriverStatus.Ok)
            return status;
        for (ushort i = 0; i < memories.Length; i++)
            memories[i] = BlkMemory.Of(core.Own, options, i);
        cacheMode = BlkCacheMode.NotChosen;
        return BringUp();
    }

    /// <summary>
    /// Resets the device and brings it up again. What the device has finished by then ends with its result, everything else in flight
    /// as Aborted, to be reaped as usual; the memory of all of it, and of requests that had timed out, is the caller's once
    /// this returns anything but TimedOut. TimedOut: the reset was not observed, nothing has ended, everything stays with the device.
    /// NoDevice: it is gone, and what was in flight has ended so. Other errors: as <see cref="Initialise"/>.
    /// </summary>
    public override DriverStatus Recover()
    {
        DriverStatus status = core.Recover();
        return status == DriverStatus.Ok ? BringUp() : status;
    }

    private DriverStatus BringUp()
    {
        DriverStatus status = core.Negotiate(Implemented, required: FeatureSet.None);
        if (status == DriverStatus.Ok)
            status = BlkDeviceInfo.TryRead(Transport, machine, Features, out info);
        if (status == DriverStatus.Ok)
            status = RestoreCacheMode();
        if (status == DriverStatus.Ok)
            status = SetUpQueues();
        status = core.Finish(status);
        Refresh();
        return status;
    }

    /// <summary>
    /// 5.2.5: as many queues as the device has, as far as the driver was made for them; without MQ there is one. The limits are those of the
    /// smallest: a device may allow each queue another size.
    /// </summary>
    private DriverStatus SetUpQueues()
    {
        ushort offered = Features.Has(BlkFeature.MultiQueue) ? info.QueueCount : (ushort)1;
        if (offered == 0)
            return DriverStatus.DeviceError;
        queueCount = offered < options.QueueCount ? offered : options.QueueCount;
        DriverStatus status = core.PrepareQueues();
        if (status != DriverStatus.Ok)
            return status;
        ushort smallest = options.QueueSize;
        for (ushort i = 0; i < queueCount; i++)
        {
            status = core.SetUpQueue(i, new QueueIndex(i));
            if (status != DriverStatus.Ok)
                return status;
            if (core[i].Ring.Size < smallest)
                smallest = core[i].Ring.Size;
        }

        limits = BlkLimits.From(info, Features, options, smallest);
        return DriverStatus.Ok;
    }

    /// <summary>
    /// 5.2.4: the capacity may have changed; limits and features do not. A configuration that does not hold still is read again at the next occasion: until then the old
    /// capacity stands.
    /// </summary>
    private void Refresh()
    {
        capacityIsStale |= core.TakeConfigurationChange();
        if (!capacityIsStale || !core.IsReady)
            return;
        capacityIsStale = Transport.ReadConfig64(machine, BlkConfig.Capacity, out ulong capacity) != DriverStatus.Ok;
        if (!capacityIsStale)
            info = info with { CapacitySectors = capacity };
    }
}
