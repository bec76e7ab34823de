using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Virtio 1.4, 3.1 "Device Initialization", 3.3 "Device Cleanup", and a reset with requests in flight.</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>
    /// What this driver implements and was asked to use; nothing else is ever accepted. ACCESS_PLATFORM is implemented in that only
    /// bus addresses, as the machine gives them, are told to the device. INDIRECT_DESC and packed rings are not there yet.
    /// </summary>
    private FeatureSet Implemented(bool isLegacy)
    {
        FeatureSet features = FeatureSet.Of(BlkFeature.SizeMax).With(BlkFeature.SegMax).With(BlkFeature.Geometry)
            .With(BlkFeature.ReadOnly).With(BlkFeature.BlockSize).With(BlkFeature.Flush).With(BlkFeature.Discard)
            .With(BlkFeature.WriteZeroes).With(BlkFeature.ConfigWce);
        if (options.QueueCount > 1)
            features = features.With(BlkFeature.MultiQueue);
        if (options.UseEventIndex)
            features = features.With(Feature.EventIndex);
        return isLegacy ? features.With(Feature.AnyLayout) : features.With(Feature.Version1).With(Feature.AccessPlatform);
    }

    /// <summary>
    /// Brings the device up. Ok: requests can be submitted. InvalidArgument: options that make no sense, or
    /// <paramref name="region"/> shorter than <see cref="BlkOptions.MemoryLength"/> or not aligned to a page. NoDevice: not a block device, or gone meanwhile.
    /// TimedOut: the reset was not observed, and nothing else was done. FeaturesRefused, QueueUnavailable, NotSupported (a queue too small
    /// for any request), DeviceError: the device was told FAILED. Requests of an earlier life of this driver are forgotten; to end
    /// them properly, see <see cref="Recover"/>.
    /// </summary>
    public DriverStatus Initialise(in Transport transport, DmaRegion region)
    {
        state = BlkState.Down;
        if (transport.Kind == TransportKind.None || transport.DeviceType != DeviceType.Block)
            return DriverStatus.NoDevice;
        bool isAligned = ((region.Cpu.Value | region.Bus.Value) & (TransportQueues.LegacyPageSize - 1)) == 0;
        if (!options.AreValid || !isAligned || region.Length < options.MemoryLength)
            return DriverStatus.InvalidArgument;

        for (ushort i = 0; i < queues.Length; i++)
            queues[i].Attach(BlkMemory.Of(region, options, i));
        events = new(region.Cpu + BlkMemory.EventsOffset(options));
        cacheMode = BlkCacheMode.NotChosen;
        this.transport = transport; // last: from here on, an interrupt is looked at
        DriverStatus status = ResetDevice();
        if (status == DriverStatus.NoDevice)
            state = BlkState.Gone;
        if (status != DriverStatus.Ok)
            return status;
        foreach (BlkQueue<TMachine> queue in queues)
            queue.Slots.Clear();
        return BringUp();
    }

    /// <summary>
    /// Resets the device and brings it up again. What the device has finished by then ends with its result, everything else in flight
    /// as Aborted, to be reaped as usual; the memory of all of it, and of requests that had timed out, is the caller's once
    /// this returns anything but TimedOut. TimedOut: the reset was not observed, nothing has ended, everything stays with the device.
    /// NoDevice: it is gone, and what was in flight has ended so. Other errors: as <see cref="Initialise"/>.
    /// </summary>
    public DriverStatus Recover()
    {
        if (transport.Kind == TransportKind.None)
            return DriverStatus.NoDevice;
        DriverStatus status = EndAllByReset();
        return status == DriverStatus.Ok ? BringUp() : status;
    }

    /// <summary>
    /// Takes no more requests, waits for those in flight, and resets the device. Their ends can be reaped as long as the driver is
    /// not initialised again. Ok: all of them ended by themselves. Aborted: some had to be ended by the reset.
    /// TimedOut: the reset was not observed, and what was in flight stays with the device. NoDevice: it is gone, and what was in flight has ended so.
    /// </summary>
    public DriverStatus Shutdown(uint timeoutMs)
    {
        if (transport.Kind == TransportKind.None)
            return DriverStatus.NoDevice;
        bool isDrained = state == BlkState.Ready ? Drain(machine.DeadlineAfter(timeoutMs)) : WithDeviceCount == 0;
        if (isDrained && state == BlkState.Ready)
        {
            foreach (BlkQueue<TMachine> queue in QueuesInUse)
            {
                if (transport.ReleaseQueue(machine, queue.Index) != DriverStatus.Ok)
                    break; // the reset releases them too
            }
        }

        DriverStatus status = EndAllByReset();
        if (status != DriverStatus.Ok)
            return status;
        return isDrained ? DriverStatus.Ok : DriverStatus.Aborted;
    }

    /// <summary>On Ok, all is the driver's again; which slots that ends is up to the caller.</summary>
    private DriverStatus ResetDevice()
    {
        DriverStatus status = transport.Reset(machine, machine.DeadlineAfter(options.ResetTimeoutMs));
        if (status != DriverStatus.Ok)
            return status;
        machine.Store32(events.Used, 0);
        machine.Store32(events.Configuration, 0);
        configurationIsStale = false;
        return DriverStatus.Ok;
    }

    private DriverStatus EndAllByReset()
    {
        if (state == BlkState.Gone)
            return DriverStatus.NoDevice;
        if (state == BlkState.Ready)
            CollectUsed();
        state = BlkState.Broken;
        DriverStatus status = ResetDevice();
        if (status == DriverStatus.NoDevice)
            Lose();
        if (status != DriverStatus.Ok)
            return status;
        state = BlkState.Down;
        foreach (BlkQueue<TMachine> queue in queues)
            queue.Slots.EndAll(DriverStatus.Aborted);
        return DriverStatus.Ok;
    }

    /// <summary>3.1.1 from step 2 on, the device being fresh from reset; 3.1.2 for a legacy device.</summary>
    private DriverStatus BringUp()
    {
        uint bits = DeviceStatus.Acknowledge;
        transport.WriteStatus(machine, bits);
        bits |= DeviceStatus.Driver;
        transport.WriteStatus(machine, bits);

        DriverStatus status = NegotiateFeatures(ref bits);
        if (status == DriverStatus.Ok)
            status = ReadDevice();
        if (status == DriverStatus.Ok)
            status = RestoreCacheMode();
        if (status == DriverStatus.Ok)
            status = SetUpQueues();
        if (status != DriverStatus.Ok)
        {
            transport.WriteStatus(machine, bits | DeviceStatus.Failed);
            if (!transport.IsGone(machine, transport.ReadStatus(machine)))
                return status;
            state = BlkState.Gone;
            return DriverStatus.NoDevice;
        }

        transport.WriteStatus(machine, bits | DeviceStatus.DriverOk);
        state = BlkState.Ready;
        // No device tells of a change before DRIVER_OK has reached it (2.1.2), which it surely has once this reads the status back.
        ReadConfigurationAgain();
        return state == BlkState.Gone ? DriverStatus.NoDevice : DriverStatus.Ok;
    }

    private DriverStatus NegotiateFeatures(ref uint bits)
    {
        Features = transport.ReadFeatures(machine, Implemented(transport.IsLegacy));
        if (!transport.IsLegacy && !Features.Has(Feature.Version1))
            return DriverStatus.FeaturesRefused;
        transport.WriteFeatures(machine, Features);
        if (transport.IsLegacy)
            return DriverStatus.Ok; // 3.1.2: no FEATURES_OK, and no answer

        bits |= DeviceStatus.FeaturesOk;
        transport.WriteStatus(machine, bits);
        uint answer = transport.ReadStatus(machine);
        if (answer == bits)
            return DriverStatus.Ok;
        if ((answer & DeviceStatus.FeaturesOk) != 0)
            return (answer & DeviceStatus.NeedsReset) != 0 ? DriverStatus.NeedsReset : DriverStatus.DeviceError;
        bits &= ~DeviceStatus.FeaturesOk; // the device did not take it: the bit is not ours to write again
        return DriverStatus.FeaturesRefused;
    }

    private DriverStatus ReadDevice() => BlkDeviceInfo.TryRead(transport, machine, Features, out info);

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
        DriverStatus status = transport.PrepareQueues(machine);
        if (status != DriverStatus.Ok)
            return status;
        ushort smallest = options.QueueSize;
        foreach (BlkQueue<TMachine> queue in QueuesInUse)
        {
            status = SetUpQueue(queue);
            if (status != DriverStatus.Ok)
                return status;
            if (queue.Ring.Size < smallest)
                smallest = queue.Ring.Size;
        }

        limits = BlkLimits.From(info, Features, options, smallest);
        return DriverStatus.Ok;
    }

    private DriverStatus SetUpQueue(BlkQueue<TMachine> queue)
    {
        DriverStatus status = transport.ReadQueueSizeMax(machine, queue.Index, out uint sizeMax);
        if (status != DriverStatus.Ok)
            return status;
        ushort size = transport.ChooseQueueSize(sizeMax, options.QueueSize);
        if (size == 0)
            return DriverStatus.QueueUnavailable;
        if (size < 2)
            return DriverStatus.NotSupported; // the shortest request is a header and a status byte

        SplitQueue<TMachine> ring = queue.Ring;
        SplitLayout layout = transport.IsLegacy ? SplitLayout.Legacy(size, TransportQueues.LegacyPageSize) : SplitLayout.Modern(size);
        status = ring.Initialise(queue.Memory.Queue, layout, options.StartAt, Features.Has(Feature.EventIndex));
        if (status != DriverStatus.Ok)
            return status;
        ring.DisableInterrupts(); // but for the time that somebody sleeps: see Wait
        status = transport.SetUpQueue(machine, queue.Index, layout, queue.Memory.Queue.Bus, out Doorbell doorbell);
        ring.AttachDoorbell(doorbell);
        return status;
    }
}
