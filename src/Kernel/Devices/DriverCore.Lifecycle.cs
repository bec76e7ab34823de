using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>
/// Virtio 1.4, 3.1 "Device Initialization", 3.3 "Device Cleanup", and a reset with requests in flight. A driver brings its device up by <see cref="Attach"/> or
/// <see cref="Recover"/>, then <see cref="Negotiate"/>, reading its configuration, <see cref="PrepareQueues"/>, <see cref="SetUpQueue"/> for each queue that there is, and
/// <see cref="Finish"/>, whatever came of the steps before.
/// </content>
internal sealed partial class DriverCore<TMachine>
{
    /// <summary>
    /// Takes a device over, and resets it. Ok: go on with <see cref="Negotiate"/>. InvalidArgument: options that make no sense, or
    /// <paramref name="region"/> shorter than <see cref="DriverMemory.LengthOf"/> or not aligned to a page. NoDevice: of another type, or gone meanwhile.
    /// TimedOut: the reset was not observed, and nothing else was done. Requests of an earlier life of this driver are forgotten; to end them properly, see
    /// <see cref="Recover"/>.
    /// </summary>
    /// <param name="transport">How the device is reached.</param>
    /// <param name="deviceType">Of <see cref="DeviceType"/>.</param>
    /// <param name="region">The driver's memory.</param>
    /// <param name="ownLength">Bytes of it that are the driver's own part.</param>
    public DriverStatus Attach(in Transport transport, uint deviceType, DmaRegion region, uint ownLength)
    {
        state = DriverState.Down;
        if (transport.Kind == TransportKind.None || transport.DeviceType != deviceType)
            return DriverStatus.NoDevice;
        bool isAligned = ((region.Cpu.Value | region.Bus.Value) & (TransportQueues.LegacyPageSize - 1)) == 0;
        if (!AreValid() || !isAligned || region.Length < DriverMemory.LengthOf(queueOptions, ownLength))
            return DriverStatus.InvalidArgument;

        memory = region;
        Own = DriverMemory.Own(region, queueOptions, ownLength);
        events = DriverMemory.Events(region, queueOptions, ownLength);
        this.transport = transport; // last: from here on, an interrupt is looked at
        DriverStatus status = ResetDevice();
        if (status == DriverStatus.NoDevice)
            state = DriverState.Gone;
        if (status != DriverStatus.Ok)
            return status;
        foreach (RequestQueue<TMachine> queue in queues)
            queue.Slots.Clear();
        return DriverStatus.Ok;
    }

    /// <summary>
    /// Resets the device, to be brought up again. What the device has returned by then ends with Ok, everything else in flight
    /// as Aborted, to be reaped as usual; the memory of all of it, and of requests that had timed out, is the driver's once
    /// this returns anything but TimedOut. TimedOut: the reset was not observed, nothing has ended, everything stays with the device.
    /// NoDevice: it is gone, and what was in flight has ended so.
    /// </summary>
    public DriverStatus Recover() => transport.Kind == TransportKind.None ? DriverStatus.NoDevice : EndAllByReset();

    /// <summary>
    /// Takes no more requests, waits for those that the device returns by itself, and resets it. Their ends can be reaped as long as the driver is
    /// not initialised again. Ok: all of them ended by themselves. Aborted: some had to be ended by the reset.
    /// TimedOut: the reset was not observed, and what was in flight stays with the device. NoDevice: it is gone, and what was in flight has ended so.
    /// </summary>
    public DriverStatus Shutdown(uint timeoutMs)
    {
        if (transport.Kind == TransportKind.None)
            return DriverStatus.NoDevice;
        bool isDrained = state == DriverState.Ready ? Drain(machine.DeadlineAfter(timeoutMs)) : WithDeviceCount == 0;
        if (isDrained && state == DriverState.Ready)
        {
            foreach (RequestQueue<TMachine> queue in queues)
            {
                if (queue.IsInUse && queue.Slots.WithDevice == 0 && transport.ReleaseQueue(machine, queue.Index) != DriverStatus.Ok)
                    break; // the reset releases them too
            }
        }

        DriverStatus status = EndAllByReset();
        if (status != DriverStatus.Ok)
            return status;
        return isDrained ? DriverStatus.Ok : DriverStatus.Aborted;
    }

    /// <summary>
    /// 3.1.1, steps 2 to 6, the device being fresh from reset; 3.1.2 for a legacy device. Accepts what is offered of <paramref name="wanted"/>, and what this core does
    /// itself. ACCESS_PLATFORM is implemented in that only bus addresses, as the machine gives them, are told to the device. INDIRECT_DESC and packed rings are not there yet.
    /// FeaturesRefused: something of <paramref name="required"/> is not offered, or the device does not take what was accepted. NeedsReset, DeviceError: it is not well.
    /// </summary>
    public DriverStatus Negotiate(FeatureSet wanted, FeatureSet required)
    {
        Add(DeviceStatus.Acknowledge);
        Add(DeviceStatus.Driver);

        FeatureSet implemented = transport.IsLegacy ? FeatureSet.Of(Feature.AnyLayout) : FeatureSet.Of(Feature.Version1).With(Feature.AccessPlatform);
        if (options.UseEventIndex)
            implemented = implemented.With(Feature.EventIndex);
        Features = transport.ReadFeatures(machine, wanted | required | implemented);
        if (!required.IsSubsetOf(Features) || (!transport.IsLegacy && !Features.Has(Feature.Version1)))
            return DriverStatus.FeaturesRefused;
        transport.WriteFeatures(machine, Features);
        if (transport.IsLegacy)
            return DriverStatus.Ok; // 3.1.2: no FEATURES_OK, and no answer

        Add(DeviceStatus.FeaturesOk);
        uint answer = transport.ReadStatus(machine);
        if (answer == statusBits)
            return DriverStatus.Ok;
        if ((answer & DeviceStatus.FeaturesOk) != 0)
            return (answer & DeviceStatus.NeedsReset) != 0 ? DriverStatus.NeedsReset : DriverStatus.DeviceError;
        statusBits &= ~DeviceStatus.FeaturesOk; // the device did not take it: the bit is not ours to write again
        return DriverStatus.FeaturesRefused;
    }

    /// <summary>3.1.1, step 7, before the first queue. VectorUnavailable: the device cannot interrupt as it was to.</summary>
    public DriverStatus PrepareQueues() => transport.PrepareQueues(machine);

    /// <summary>
    /// 3.1.1, step 7: the driver's queue <paramref name="number"/>, which is queue <paramref name="index"/> of the device, on a ring of its own and silent.
    /// QueueUnavailable: the device does not have it. NotSupported: too small for any request. DeviceError: see <see cref="TransportQueues.SetUpQueue"/>.
    /// </summary>
    public DriverStatus SetUpQueue(int number, QueueIndex index)
    {
        RequestQueue<TMachine> queue = queues[number];
        DriverStatus status = transport.ReadQueueSizeMax(machine, index, out uint sizeMax);
        if (status != DriverStatus.Ok)
            return status;
        ushort size = transport.ChooseQueueSize(sizeMax, queue.Options.Size);
        if (size == 0)
            return DriverStatus.QueueUnavailable;
        if (size < queue.Options.LeastSize)
            return DriverStatus.NotSupported;

        DmaRegion region = DriverMemory.Ring(memory, queueOptions, number);
        SplitLayout layout = transport.IsLegacy ? SplitLayout.Legacy(size, TransportQueues.LegacyPageSize) : SplitLayout.Modern(size);
        status = queue.Ring.Initialise(region, layout, options.StartAt, Features.Has(Feature.EventIndex));
        if (status != DriverStatus.Ok)
            return status;
        queue.Ring.DisableInterrupts(); // but for the time that somebody sleeps: see Wait
        status = transport.SetUpQueue(machine, index, layout, region.Bus, out Doorbell doorbell);
        queue.Ring.AttachDoorbell(doorbell);
        queue.Index = index;
        queue.IsInUse = status == DriverStatus.Ok;
        return status;
    }

    /// <summary>
    /// 3.1.1, step 8, if the steps before it went well; else the device is told that the driver has given up on it. The answer is <paramref name="soFar"/>, or how the
    /// device is by now: NeedsReset or NoDevice.
    /// </summary>
    public DriverStatus Finish(DriverStatus soFar)
    {
        if (soFar != DriverStatus.Ok)
        {
            transport.WriteStatus(machine, statusBits | DeviceStatus.Failed);
            if (!transport.IsGone(machine, transport.ReadStatus(machine)))
                return soFar;
            state = DriverState.Gone;
            return DriverStatus.NoDevice;
        }

        Add(DeviceStatus.DriverOk);
        state = DriverState.Ready;
        // No device tells of a change before DRIVER_OK has reached it (2.1.2), which it surely has once this reads the status back.
        CheckDeviceStatus();
        ConfigurationIsStale = true;
        return CheckState();
    }

    private void Add(uint bit)
    {
        statusBits |= bit;
        transport.WriteStatus(machine, statusBits);
    }

    private bool AreValid()
    {
        foreach (ref readonly QueueOptions queue in queueOptions.AsSpan())
        {
            if (!queue.AreValid)
                return false;
        }

        return true;
    }

    /// <summary>On Ok, all is the driver's again; which slots that ends is up to the caller.</summary>
    private DriverStatus ResetDevice()
    {
        DriverStatus status = transport.Reset(machine, machine.DeadlineAfter(options.ResetTimeoutMs));
        if (status != DriverStatus.Ok)
            return status;
        machine.Store32(events.Used, 0);
        machine.Store32(events.Configuration, 0);
        statusBits = 0;
        ConfigurationIsStale = false;
        foreach (RequestQueue<TMachine> queue in queues)
            queue.IsInUse = false;
        return DriverStatus.Ok;
    }

    private DriverStatus EndAllByReset()
    {
        if (state == DriverState.Gone)
            return DriverStatus.NoDevice;
        if (state == DriverState.Ready)
            CollectUsed();
        state = DriverState.Broken;
        DriverStatus status = ResetDevice();
        if (status == DriverStatus.NoDevice)
            Lose();
        if (status != DriverStatus.Ok)
            return status;
        state = DriverState.Down;
        foreach (RequestQueue<TMachine> queue in queues)
            queue.Slots.EndAll(DriverStatus.Aborted);
        return DriverStatus.Ok;
    }
}
