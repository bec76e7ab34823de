using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Virtio 1.4, 2.1 "Device Status Field", 2.2 "Feature Bits", 2.4 "Device Reset".</summary>
public abstract partial class VirtioDevice
{
    /// <summary>Only a status without FEATURES_OK step is legacy (3.1.2); SUSPEND is not offered.</summary>
    const uint KnownStatus = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.DriverOk | DeviceStatus.FeaturesOk
        | DeviceStatus.NeedsReset | DeviceStatus.Failed;

    /// <summary>Which word of the features <see cref="ReadDeviceFeatures"/> shows, and which one <see cref="WriteDriverFeatures"/> takes.</summary>
    internal uint DeviceFeaturesSel { get => deviceFeaturesSel; set => deviceFeaturesSel = value; }

    internal uint DriverFeaturesSel { get => driverFeaturesSel; set => driverFeaturesSel = value; }

    internal uint ReadDeviceFeatures() => IsLegacy && deviceFeaturesSel != 0 ? 0 : Offered.Word(deviceFeaturesSel);

    /// <summary>What the driver has written to the selected word.</summary>
    internal uint ReadDriverFeatures() => programmedFeatures.Word(driverFeaturesSel);

    internal void WriteDriverFeatures(uint value)
    {
        if (IsLegacy)
        {
            // 4.2.4 and 2.2.3: no FEATURES_OK, so that what is written is in force at once.
            if (driverFeaturesSel != 0 || (Rules.IsQemu && (status & DeviceStatus.FeaturesOk) != 0)) return;
            programmedFeatures = programmedFeatures.WithWord(0, value);
            negotiated = programmedFeatures & Transport.OfferedOverLegacy;
            return;
        }
        if (!Rules.IsQemu && (status & DeviceStatus.FeaturesOk) != 0) return;
        programmedFeatures = programmedFeatures.WithWord(driverFeaturesSel, value);
        if (Transport.TakesFeaturesAtOnce && (status & DeviceStatus.FeaturesOk) == 0) TakeAsQemu(programmedFeatures & Offered.With(Feature.NotifyOnEmpty));
    }

    /// <summary>Rings are mapped anew where their length depends on a feature.</summary>
    void TakeAsQemu(FeatureSet features)
    {
        negotiated = features;
        if (!features.Has(Feature.EventIndex)) return;
        foreach (var queue in Queues) MapAsQemu(queue);
    }

    internal void WriteStatus(uint value)
    {
        value &= 0xFF;
        if (Rules.IsQemu)
        {
            WriteStatusAsQemu(value);
            return;
        }
        if (value == 0)
        {
            BeginReset();
            return;
        }
        // 2.1.1: after FAILED, and while a reset goes on, nothing but a reset is heard.
        if (resetPending || (status & DeviceStatus.Failed) != 0) return;
        uint next = (value & KnownStatus & ~DeviceStatus.NeedsReset) | (status & DeviceStatus.NeedsReset);
        if (IsLegacy) next &= ~DeviceStatus.FeaturesOk;
        else next = Negotiate(next);
        status = next;
        Touch(VirtioRegister.Status);
        if (IsDriverOk) DriverOkWritten();
    }

    /// <summary>3.1.1, steps 5, 6 and 8: what of FEATURES_OK and DRIVER_OK this device grants.</summary>
    uint Negotiate(uint next)
    {
        if ((next & DeviceStatus.FeaturesOk) == 0) negotiated = default;
        else if ((status & DeviceStatus.FeaturesOk) == 0)
        {
            if (Accepts(programmedFeatures)) negotiated = programmedFeatures;
            else next &= ~DeviceStatus.FeaturesOk;
        }
        const uint before = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk;
        return (next & before) == before ? next : next & ~DeviceStatus.DriverOk;
    }

    /// <summary>2.2.2, 6.2: a subset of the offer that this device can work with.</summary>
    bool Accepts(FeatureSet features)
    {
        if (!features.IsSubsetOf(Offered) || !features.Has(Feature.Version1)) return false;
        return (features & Settings.Refusable) == FeatureSet.None || Whim(2, "refuses the features: FEATURES_OK stays clear") == 0;
    }

    void WriteStatusAsQemu(uint value)
    {
        if (!IsLegacy && !Transport.TakesFeaturesAtOnce && (value & DeviceStatus.FeaturesOk) != 0 && (status & DeviceStatus.FeaturesOk) == 0)
            negotiated = programmedFeatures & Offered.With(Feature.NotifyOnEmpty); // not shown on version 2, but taken
        status = value;
        if (IsDriverOk) DriverOkWritten();
        if (status == 0) CompleteReset();
    }

    /// <summary>As a driver leaves the device that is not there any more: running, with its first queue.</summary>
    internal void LeaveRunning(ulong memory)
    {
        status = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.DriverOk | (IsLegacy ? 0 : DeviceStatus.FeaturesOk);
        var queue = Queues[0];
        var layout = SplitLayout.Legacy((ushort)queue.MaximumSize, SplitLayout.UsedAlignment);
        queue.Size = queue.RingSize = queue.MaximumSize;
        queue.Ready = !IsLegacy;
        queue.DescriptorAddress = queue.Descriptors = memory;
        queue.DriverAddress = queue.Available = memory + layout.Available;
        queue.DeviceAddress = queue.Used = memory + layout.Used;
    }

    /// <summary>The transport does not let the device run any more.</summary>
    internal void ForgetDriverOk() => status &= ~DeviceStatus.DriverOk;

    /// <summary>
    /// 2.4.1: until the driver reads 0, work in flight may go on. A device that was never started has nothing in flight, and is
    /// done at once.
    /// </summary>
    void BeginReset()
    {
        if (status == 0 || !Rules.ResetTakesTime)
        {
            CompleteReset();
            return;
        }
        resetPending = true;
        Engine.Unblock(resetter);
        Engine.Reducer?.NoteWake(resetter);
    }

    /// <summary>The resetter's step. A hostile device may never come to it.</summary>
    void RunReset()
    {
        if (Lie(2, "never completes the reset") == 0) CompleteReset();
    }

    void CompleteReset()
    {
        Engine.Reducer?.Touches(0, Parts(PeripheralBits.All));
        Shows(PeripheralBits.All, VirtioRegister.Status);
        Reset();
        ClearRegisters();
        foreach (var queue in Queues)
        {
            queue.Ready = false;
            queue.ForgetRing();
            if (!Rules.IsQemu) queue.Clear();
        }
        if (!Rules.IsQemu)
        {
            programmedFeatures = default;
            // No driver may count on where the selectors are after a reset (4.2.2.2).
            deviceFeaturesSel = driverFeaturesSel = Rules.IsUnusual ? 3u : 0u;
            queueSel = Rules.IsUnusual ? (uint)Queues.Length : 0;
        }
        else if (!IsLegacy)
        {
            Array.Clear(readyWithoutQueue);
        }
        Transport.Reset();
        Touch(VirtioRegister.Status);
        Touch(VirtioRegister.InterruptStatus);
        Touch(VirtioRegister.QueueReady);
        Machine.Monitors.ResetCompleted(this);
    }

    void ClearRegisters()
    {
        Engine.Block(resetter);
        Engine.Block(lateInterrupt);
        Engine.Reducer?.NoteStop(resetter, wasAtWork: false);
        Engine.Reducer?.NoteStop(lateInterrupt, wasAtWork: false);
        status = interruptStatus = lateCauses = queueSel = 0;
        lateQueues = 0;
        negotiated = default;
        resetPending = broken = false;
    }
}
