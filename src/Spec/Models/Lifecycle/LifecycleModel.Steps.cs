using Ringcheck.Models.Checking;
using Ringcheck.Standard;
using Kind = Ringcheck.Models.Lifecycle.LifecycleEventKind;

namespace Ringcheck.Models.Lifecycle;

// What driver and device do.
internal readonly partial struct LifecycleModel
{
    private const int QueueNumMax = 4;
    private const int LowFeatures = 0x20;

    private int FeatureWords => _legacy ? 1 : 2;

    private void DriverSteps<TSink>(in LifecycleModelState state, ref TSink sink)
        where TSink : struct, ISink<LifecycleModelState>
    {
        var next = state;
        var at = state.At;
        switch (at)
        {
            case LifecycleAt.ReadMagic:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.MagicRead, MmioIdentity.Magic, LifecycleAt.ReadVersion);
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.MagicRead, 0, LifecycleAt.NoDevice);
                return;
            case LifecycleAt.ReadVersion:
                var version = _legacy ? MmioIdentity.LegacyVersion : MmioIdentity.ModernVersion;
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.VersionRead, version, LifecycleAt.ReadDeviceId);
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.VersionRead, 3, LifecycleAt.NoDevice);
                return;
            case LifecycleAt.ReadDeviceId:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.DeviceIdRead, DeviceType.Block, LifecycleAt.WriteReset);
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.DeviceIdRead, DeviceType.None, LifecycleAt.NoDevice);
                return;
            case LifecycleAt.WriteReset:
                WriteReset(in state, ref sink, Fair.DriverGoesOn);
                return;
            case LifecycleAt.AwaitReset:
                // A read that still sees the old status changes nothing, so only the one that ends the wait is fair.
                if (state.ResetPending == 0)
                    Step(in next, ref sink, Fair.DriverGoesOn, Kind.StatusRead, 0, LifecycleAt.ReuseMemory);
                else
                    Step(in next, ref sink, Fair.None, Kind.StatusRead, (uint)state.Status, at);
                return;
            case LifecycleAt.ReuseMemory:
                next.InFlight = state.InFlight & ~(1 << state.Counter);
                Count(ref next, _queues, LifecycleAt.ReuseMemory, LifecycleAt.Acknowledge, out var reused);
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.MemoryReused, (uint)state.Counter, reused);
                return;
            case LifecycleAt.NoDevice:
                return;
            case LifecycleAt.Failed:
                WriteReset(in state, ref sink, Fair.None);
                return;
        }
        if (at >= LifecycleAt.Running)
            RunningSteps(in state, ref sink);
        else
            InitSteps(in state, ref sink);
        // The driver may begin again, or give up, at any moment.
        WriteReset(in state, ref sink, Fair.None);
        if (at is > LifecycleAt.Acknowledge and < LifecycleAt.Running)
            WriteStatus(in state, ref sink, DeviceStatus.Failed, LifecycleAt.Failed);
    }

    private void InitSteps<TSink>(in LifecycleModelState state, ref TSink sink)
        where TSink : struct, ISink<LifecycleModelState>
    {
        var next = state;
        var word = (uint)state.Counter;
        switch (state.At)
        {
            case LifecycleAt.Acknowledge:
                WriteStatus(in next, ref sink, DeviceStatus.Acknowledge, LifecycleAt.Driver);
                break;
            case LifecycleAt.Driver:
                WriteStatus(in next, ref sink, DeviceStatus.Driver, LifecycleAt.SelectOffered);
                break;
            case LifecycleAt.SelectOffered:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.DeviceFeaturesSelWritten, word, LifecycleAt.ReadOffered);
                break;
            case LifecycleAt.ReadOffered:
                Count(ref next, FeatureWords, LifecycleAt.SelectOffered, LifecycleAt.SelectAccepted, out var read);
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.DeviceFeaturesRead, word == 0 ? LowFeatures : 1U, read);
                break;
            case LifecycleAt.SelectAccepted:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.DriverFeaturesSelWritten, word, LifecycleAt.WriteAccepted);
                break;
            case LifecycleAt.WriteAccepted:
                Count(ref next, FeatureWords, LifecycleAt.SelectAccepted, _legacy ? LifecycleAt.WriteConfig : LifecycleAt.FeaturesOk, out var wrote);
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.DriverFeaturesWritten, word == 0 ? LowFeatures : 1U, wrote);
                break;
            case LifecycleAt.FeaturesOk:
                // Whether the device accepts is its own choice.
                WriteStatus(in next, ref sink, DeviceStatus.FeaturesOk, LifecycleAt.ReadBack);
                next.Status = state.Status;
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.StatusWritten, (uint)state.Status | DeviceStatus.FeaturesOk, LifecycleAt.ReadBack);
                break;
            case LifecycleAt.ReadBack:
                if ((state.Status & (int)DeviceStatus.FeaturesOk) != 0)
                    Step(in next, ref sink, Fair.DriverGoesOn, Kind.StatusRead, (uint)state.Status, LifecycleAt.WriteConfig);
                else
                    Step(in next, ref sink, Fair.DriverGoesOn, Kind.StatusRead, (uint)state.Status, LifecycleAt.WriteReset);
                break;
            case LifecycleAt.WriteConfig:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.ConfigWritten, 0, _legacy ? LifecycleAt.PageSize : LifecycleAt.SelectQueue);
                break;
            case LifecycleAt.DriverOk:
                WriteStatus(in next, ref sink, DeviceStatus.DriverOk, LifecycleAt.Running);
                break;
            default:
                QueueSteps(in state, ref sink);
                break;
        }
    }

    private void QueueSteps<TSink>(in LifecycleModelState state, ref TSink sink)
        where TSink : struct, ISink<LifecycleModelState>
    {
        var next = state;
        switch (state.At)
        {
            case LifecycleAt.PageSize:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.GuestPageSizeWritten, 4096, LifecycleAt.SelectQueue);
                break;
            case LifecycleAt.SelectQueue:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.QueueSelWritten, (uint)state.Counter, LifecycleAt.ReadNumMax);
                break;
            case LifecycleAt.ReadNumMax:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.QueueNumMaxRead, QueueNumMax, LifecycleAt.WriteNum);
                break;
            case LifecycleAt.WriteNum:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.QueueNumWritten, QueueNumMax, LifecycleAt.WriteAddress);
                break;
            case LifecycleAt.WriteAddress when _legacy:
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.QueueAlignWritten, 4096, LifecycleAt.WriteReady);
                break;
            case LifecycleAt.WriteAddress:
                var last = state.Half == (int)QueueAddressHalf.DeviceHigh;
                next.Half = last ? 0 : state.Half + 1;
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.QueueAddressWritten, (uint)state.Half, last ? LifecycleAt.WriteReady : LifecycleAt.WriteAddress);
                break;
            case LifecycleAt.WriteReady:
                Count(ref next, _queues, LifecycleAt.SelectQueue, LifecycleAt.DriverOk, out var then);
                Step(in next, ref sink, Fair.DriverGoesOn, _legacy ? Kind.QueuePfnWritten : Kind.QueueReadyWritten, 1, then);
                break;
        }
    }

    private void RunningSteps<TSink>(in LifecycleModelState state, ref TSink sink)
        where TSink : struct, ISink<LifecycleModelState>
    {
        var next = state;
        switch (state.At)
        {
            case LifecycleAt.Running:
                for (var queue = 0; queue < _queues; queue++)
                {
                    if ((state.InFlight >> queue & 1) != 0)
                        continue;
                    next.InFlight = state.InFlight | (1 << queue);
                    next.Given = state.Given | (1 << queue);
                    Step(in next, ref sink, Fair.None, Kind.NotifyWritten, (uint)queue, LifecycleAt.Running);
                }
                if (state.InterruptStatus == 0)
                    break;
                next = state;
                next.Causes = state.InterruptStatus;
                Step(in next, ref sink, Fair.DriverHandlesInterrupt, Kind.InterruptStatusRead, (uint)state.InterruptStatus, LifecycleAt.AcknowledgeInterrupt);
                break;
            case LifecycleAt.AcknowledgeInterrupt:
                next.InterruptStatus = state.InterruptStatus & ~state.Causes;
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.InterruptAckWritten, (uint)state.Causes, LifecycleAt.Reap);
                break;
            case LifecycleAt.Reap:
                // The rings are those of another model: reading configuration stands for reading them.
                next.InFlight = state.InFlight & ~state.Used;
                next.Used = 0;
                next.Causes = 0;
                var changed = (state.Causes & (int)InterruptCause.ConfigurationChange) != 0;
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.ConfigRead, 0, changed ? LifecycleAt.ReadStatus : LifecycleAt.Running);
                break;
            case LifecycleAt.ReadStatus:
                var broken = (state.Status & (int)DeviceStatus.NeedsReset) != 0;
                Step(in next, ref sink, Fair.DriverGoesOn, Kind.StatusRead, (uint)state.Status, broken ? LifecycleAt.WriteReset : LifecycleAt.Running);
                break;
        }
    }

    private void DeviceSteps<TSink>(in LifecycleModelState state, ref TSink sink)
        where TSink : struct, ISink<LifecycleModelState>
    {
        var next = state;
        if (state.ResetPending != 0)
        {
            next.ResetPending = 0;
            next.Status = 0;
            next.InterruptStatus = 0;
            next.Given = 0;
            next.Used = 0;
            next.NoticeDue = 0;
            next.ConfigDue = 0;
            Step(in next, ref sink, Fair.DeviceResets, Kind.ResetCompleted, 0, state.At);
        }
        if ((state.Status & (int)DeviceStatus.DriverOk) == 0)
            return;
        if ((state.Status & (int)DeviceStatus.NeedsReset) == 0)
        {
            for (var queue = 0; queue < _queues; queue++)
            {
                if ((state.Given >> queue & 1) == 0)
                    continue;
                next = state;
                next.Given = state.Given & ~(1 << queue);
                next.Used = state.Used | (1 << queue);
                next.NoticeDue = 1;
                Step(in next, ref sink, Fair.DeviceCompletes + queue, Kind.DeviceTouchedQueue, (uint)queue, state.At);
            }
            next = state;
            next.Status = state.Status | (int)DeviceStatus.NeedsReset;
            next.ConfigDue = 1;
            Step(in next, ref sink, Fair.None, Kind.NeedsResetRaised, 0, state.At);
        }
        next = state;
        if (state.NoticeDue != 0)
        {
            next.NoticeDue = 0;
            next.InterruptStatus = state.InterruptStatus | (int)InterruptCause.UsedBuffer;
            Step(in next, ref sink, Fair.DeviceNotifies, Kind.DeviceRaisedInterrupt, InterruptCause.UsedBuffer, state.At);
        }
        next = state;
        if (state.ConfigDue != 0 && !_mute)
        {
            next.ConfigDue = 0;
            next.InterruptStatus = state.InterruptStatus | (int)InterruptCause.ConfigurationChange;
            Step(in next, ref sink, Fair.DeviceTellsNeedsReset, Kind.DeviceRaisedInterrupt, InterruptCause.ConfigurationChange, state.At);
        }
    }

    private static void WriteReset<TSink>(in LifecycleModelState state, ref TSink sink, Fair fair)
        where TSink : struct, ISink<LifecycleModelState>
    {
        var next = state;
        next.Counter = 0;
        next.Half = 0;
        next.Causes = 0;
        next.ResetPending = 1;
        if ((state.Status & (int)DeviceStatus.DriverOk) != 0)
            next.Recovering = 1;
        Step(in next, ref sink, fair, Kind.StatusWritten, 0, LifecycleAt.AwaitReset);
    }

    private static void WriteStatus<TSink>(in LifecycleModelState state, ref TSink sink, uint bit, LifecycleAt then)
        where TSink : struct, ISink<LifecycleModelState>
    {
        var next = state;
        // What the device shows may lack a bit that it refused: the driver keeps what it wrote itself.
        var value = state.Monitor.Status | bit;
        next.Status = (int)value;
        Step(in next, ref sink, bit == DeviceStatus.Failed ? Fair.None : Fair.DriverGoesOn, Kind.StatusWritten, value, then);
    }

    /// <summary>Goes through numbered things one by one.</summary>
    private static void Count(ref LifecycleModelState next, int of, LifecycleAt again, LifecycleAt after, out LifecycleAt then)
    {
        var last = next.Counter + 1 == of;
        next.Counter = last ? 0 : next.Counter + 1;
        then = last ? after : again;
    }
}
