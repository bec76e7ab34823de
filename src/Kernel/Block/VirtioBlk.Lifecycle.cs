using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Virtio 1.4, 3.1 "Device Initialization", 3.3 "Device Cleanup", and a reset with requests in flight.</content>
public sealed partial class VirtioBlk<TMachine>
{
    private static readonly QueueIndex RequestQueue = new(0);

    /// <summary>
    /// What this driver implements and was asked to use; nothing else is ever accepted. ACCESS_PLATFORM is implemented in that only
    /// bus addresses, as the machine gives them, are told to the device. INDIRECT_DESC and packed rings are not there yet.
    /// </summary>
    private FeatureSet Implemented(bool isLegacy)
    {
        FeatureSet features = FeatureSet.Of(BlkFeature.SizeMax).With(BlkFeature.SegMax).With(BlkFeature.Geometry)
            .With(BlkFeature.ReadOnly).With(BlkFeature.BlockSize).With(BlkFeature.Flush).With(BlkFeature.Discard)
            .With(BlkFeature.WriteZeroes);
        if (options.UseEventIndex)
            features = features.With(Feature.EventIndex);
        return isLegacy ? features.With(Feature.AnyLayout) : features.With(Feature.Version1).With(Feature.AccessPlatform);
    }

    /// <summary>
    /// Brings the device up. Ok: requests can be submitted. InvalidArgument: options that make no sense, or
    /// <paramref name="region"/> shorter than <see cref="BlkOptions.MemoryLength"/> or not aligned to a page. NoDevice: not a block device.
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

        memory = new(region, options);
        this.transport = transport; // last: from here on, an interrupt is looked at
        DriverStatus status = ResetDevice();
        if (status != DriverStatus.Ok)
            return status;
        slots.Clear();
        return BringUp();
    }

    /// <summary>
    /// Resets the device and brings it up again. What the device has finished by then ends with its result, everything else in flight
    /// as Aborted, to be reaped as usual; the memory of all of it, and of requests that had timed out, is the caller's once
    /// this returns anything but TimedOut. TimedOut: the reset was not observed, nothing has ended, everything stays with the device.
    /// Other errors: as <see cref="Initialise"/>.
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
    /// TimedOut: the reset was not observed, and what was in flight stays with the device.
    /// </summary>
    public DriverStatus Shutdown(uint timeoutMs)
    {
        if (transport.Kind == TransportKind.None)
            return DriverStatus.NoDevice;
        bool isDrained = state == BlkState.Ready ? Drain(machine.DeadlineAfter(timeoutMs)) : slots.WithDevice == 0;
        if (isDrained && state == BlkState.Ready)
            transport.ReleaseQueue(machine, RequestQueue); // whatever the answer: the reset releases it too
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
        machine.Store32(memory.UsedEvent, 0);
        machine.Store32(memory.ConfigurationEvent, 0);
        configurationIsStale = false;
        return DriverStatus.Ok;
    }

    private DriverStatus EndAllByReset()
    {
        if (state == BlkState.Ready)
            CollectUsed();
        state = BlkState.Broken;
        DriverStatus status = ResetDevice();
        if (status != DriverStatus.Ok)
            return status;
        state = BlkState.Down;
        for (ushort slot = 0; slot < slots.Count; slot++)
        {
            if (slots[slot].State == BlkSlotState.InFlight)
                slots.End(slot, DriverStatus.Aborted, 0);
            else if (slots[slot].State == BlkSlotState.Abandoned)
                slots.Reclaim(slot);
        }

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
            status = SetUpQueue();
        if (status != DriverStatus.Ok)
        {
            transport.WriteStatus(machine, bits | DeviceStatus.Failed);
            return status;
        }

        transport.WriteStatus(machine, bits | DeviceStatus.DriverOk);
        state = BlkState.Ready;
        // No device tells of a change before DRIVER_OK has reached it (2.1.2), which it surely has once this reads the status back.
        ReadConfigurationAgain();
        return DriverStatus.Ok;
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

    private DriverStatus SetUpQueue()
    {
        DriverStatus status = transport.PrepareQueues(machine);
        uint sizeMax = 0;
        if (status == DriverStatus.Ok)
            status = transport.ReadQueueSizeMax(machine, RequestQueue, out sizeMax);
        if (status != DriverStatus.Ok)
            return status;
        ushort size = transport.ChooseQueueSize(sizeMax, options.QueueSize);
        if (size == 0)
            return DriverStatus.QueueUnavailable;
        if (size < 2)
            return DriverStatus.NotSupported; // the shortest request is a header and a status byte

        limits = BlkLimits.From(info, Features, options, size);
        SplitLayout layout = transport.IsLegacy ? SplitLayout.Legacy(size, TransportQueues.LegacyPageSize) : SplitLayout.Modern(size);
        status = queue.Initialise(memory.Queue, layout, options.StartAt, Features.Has(Feature.EventIndex));
        if (status != DriverStatus.Ok)
            return status;
        queue.DisableInterrupts(); // but for the time that somebody sleeps: see Wait
        status = transport.SetUpQueue(machine, RequestQueue, layout, memory.Queue.Bus, out Doorbell doorbell);
        queue.AttachDoorbell(doorbell);
        return status;
    }
}
