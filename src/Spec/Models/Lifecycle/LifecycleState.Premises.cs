using Ringcheck.Models.Rules;
using Ringcheck.Standard;
using Kind = Ringcheck.Models.Lifecycle.LifecycleEventKind;

namespace Ringcheck.Models.Lifecycle;

/// <content>Which rules an event is judged by, whether it breaks them or not: what an exploration has tried, and what it has not.</content>
public partial struct LifecycleState
{
    private const ulong AnyAccess = 1UL << (int)RuleViolation.TouchedBeforeProbe;
    private const ulong ModernOnly = 1UL << (int)RuleViolation.RegisterOfOtherVersion;
    private const ulong SetUp = 1UL << (int)RuleViolation.QueueSetupOutOfOrder | 1UL << (int)RuleViolation.QueueTouchedWhileReady;

    /// <summary>
    /// A word that stands for this state where only the way through initialization, reset and queue set-up matters: status, marks, and what the first queue has.
    /// Feature words and the numbers of queues stay out.
    /// </summary>
    public readonly ulong Abstract => _status | (ulong)_marks << 8 | (ulong)_queues[0] << 32 | (ulong)_causes << 40 | (ulong)_version << 48;

    /// <summary>
    /// The rules that could be broken by an event of this kind in this state, as bits by <see cref="RuleViolation"/>: the premise of each is true here,
    /// and what the driver or the device does is judged by it. Asked before <see cref="Next"/>.
    /// </summary>
    public readonly ulong PremisesOf(in LifecycleEvent what)
    {
        var isAccess = what.Kind > Kind.VersionRead && what.Kind < Kind.MemoryReused;
        var all = isAccess ? AnyAccess : 0;
        if (Has(Mark.Foreign))
            all |= Bit(RuleViolation.TouchedForeignDevice);
        if (Has(Mark.Empty))
            all |= Bit(RuleViolation.TouchedEmptySlot);
        return all | what.Kind switch
        {
            Kind.StatusWritten => Is(DeviceStatus.Failed) ? Bit(RuleViolation.StatusAfterFailed) : what.Value == 0 ? 0 : StatusPremises(what.Value),
            Kind.StatusRead => Has(Mark.Stopped) || IsReset() ? Bit(RuleViolation.StatusAfterReset) : 0,
            Kind.DeviceFeaturesRead => (IsLegacyPci ? 0 : Bit(RuleViolation.DeviceFeaturesSelNotWritten)) | Bit(RuleViolation.FeaturesOutOfOrder),
            Kind.DriverFeaturesWritten => (IsLegacyPci ? 0 : Bit(RuleViolation.DriverFeaturesSelNotWritten)) | Bit(RuleViolation.FeaturesOutOfOrder)
                | Bit(RuleViolation.FeaturesAfterFeaturesOk) | Bit(RuleViolation.FeatureNotOffered),
            Kind.QueueSelWritten => StopPremise(),
            Kind.QueueNumWritten => SetUpPremises() | Bit(RuleViolation.QueueNumNotChecked) | Bit(RuleViolation.QueueNumAboveMax),
            Kind.QueueAddressWritten => ModernOnly | SetUpPremises(),
            Kind.QueueReadyWritten => ModernOnly | (Has(Mark.Pci) ? Bit(RuleViolation.QueueEnableZero) : 0) | VectorPremise()
                | (what.Value == 0 ? 0 : SetUpPremises() | Bit(RuleViolation.QueueReadyIncomplete)),
            Kind.QueueReadyRead => ModernOnly | (Has(Mark.ResetSeen) ? Bit(RuleViolation.QueueReadyAfterReset) : 0),
            Kind.VectorWritten or Kind.VectorRead => VectorPremise(),
            Kind.GuestPageSizeWritten => ModernOnly | Bit(RuleViolation.LegacyPageSizeChanged),
            Kind.QueueAlignWritten => ModernOnly | SetUpPremises(),
            Kind.QueuePfnWritten => ModernOnly
                | (what.Value == 0 ? 0 : Has(Mark.Pci) ? SetUpPremises() | VectorPremise() : SetUpPremises() | Bit(RuleViolation.LegacyPageSizeMissing) | Bit(RuleViolation.LegacyQueueIncomplete)),
            Kind.NotifyWritten => Bit(RuleViolation.NotifiedBeforeDriverOk) | Bit(RuleViolation.NotifiedUnreadyQueue) | StopPremise()
                | (Has(Mark.NeedsResetSeen) ? Bit(RuleViolation.NotifiedAfterNeedsReset) : 0),
            Kind.InterruptStatusRead => IsReset() ? Bit(RuleViolation.InterruptAfterReset) : 0,
            Kind.InterruptAckWritten => Bit(RuleViolation.AcknowledgedUnseen),
            Kind.ConfigWritten => IsLegacy ? 0 : Bit(RuleViolation.ConfigWrittenDuringNegotiation),
            Kind.MemoryReused => Bit(RuleViolation.ReusedWhileLive) | StopPremise(),
            Kind.ResetCompleted => Has(Mark.Running) || QueueIs(0, Ready) ? Bit(RuleViolation.DeviceRanAfterReset) : 0,
            Kind.NeedsResetRaised => Has(Mark.Running) ? Bit(RuleViolation.NeedsResetNotNotified) : 0,
            Kind.DeviceTouchedQueue => DevicePremises() | Bit(RuleViolation.DeviceTouchedUnreadyQueue),
            Kind.DeviceRaisedInterrupt => DevicePremises(),
            _ => 0,
        };
    }

    private static ulong Bit(RuleViolation rule) => 1UL << (int)rule;

    private readonly ulong StatusPremises(uint value)
    {
        var added = value & ~(uint)_status;
        var rules = Bit(RuleViolation.StatusOutOfOrder);
        rules |= _status == 0 ? Bit(RuleViolation.InitWithoutReset) | Bit(RuleViolation.InitBeforeResetObserved) : Bit(RuleViolation.StatusBitCleared);
        rules |= VectorPremise();
        if (IsLegacy)
            return rules | Bit(RuleViolation.FeaturesOkOnLegacy);
        if ((added & DeviceStatus.FeaturesOk) != 0)
            rules |= Bit(RuleViolation.Version1NotAccepted);
        return (added & DeviceStatus.DriverOk) != 0 ? rules | SettledPremises() : rules;
    }

    private readonly ulong SettledPremises() =>
        IsLegacy ? 0 : Bit(Has(Mark.Refused) ? RuleViolation.ContinuedAfterRefusal : RuleViolation.FeaturesOkNotReadBack);

    private readonly ulong SetUpPremises() => SetUp | SettledPremises() | StopPremise();

    private readonly ulong StopPremise() => Has(Mark.StopUnread) ? Bit(RuleViolation.QueueStopNotReadBack) : 0;

    private readonly ulong VectorPremise() => Has(Mark.VectorUnread) ? Bit(RuleViolation.VectorNotReadBack) : 0;

    private readonly ulong DevicePremises() =>
        (IsReset() ? Bit(RuleViolation.DeviceRanAfterReset) : 0) | (IsLegacy ? 0 : Bit(RuleViolation.DeviceRanBeforeDriverOk));
}
