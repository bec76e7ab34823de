using Ringcheck.Exploration;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;
using static Ringcheck.Models.Rules.RuleViolation;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 3.1 "Device Initialization", 2.1 "Device Status Field" and 4.2 "Virtio Over MMIO": the order of register accesses, said once
/// more and in another way than <see cref="Models.Lifecycle.LifecycleState"/> does, which keeps a state: here, each rule is a question to
/// the list of all accesses so far. An access may break several rules; any of them is a right verdict.
/// </summary>
public sealed class OrderRules(bool isLegacy)
{
    readonly record struct Access(bool IsWrite, uint Register, uint Value, uint Queue, uint Sel)
    {
        public bool Wrote(uint register) => IsWrite && Register == register;

        public bool Read(uint register) => !IsWrite && Register == register;
    }

    const uint DriverBits = DeviceStatus.All & ~DeviceStatus.NeedsReset;

    static readonly uint[] AddressWords =
    [
        MmioRegister.QueueDescLow, MmioRegister.QueueDescHigh, MmioRegister.QueueDriverLow, MmioRegister.QueueDriverHigh, MmioRegister.QueueDeviceLow, MmioRegister.QueueDeviceHigh,
    ];

    readonly List<Access> all = [];

    /// <summary>Adds an access; which rules it breaks.</summary>
    public IReadOnlyList<RuleViolation> Next(Operation operation, uint value)
    {
        bool isWrite = operation.Code == (byte)RegisterVerb.Write;
        uint selector = operation.B switch
        {
            MmioRegister.DeviceFeatures => LastWritten(all, MmioRegister.DeviceFeaturesSel),
            MmioRegister.DriverFeatures => LastWritten(all, MmioRegister.DriverFeaturesSel),
            _ => 0,
        };
        var access = new Access(isWrite, operation.B, value, LastWritten(SinceReset, MmioRegister.QueueSel), selector);
        var broken = Broken(access).ToList();
        all.Add(access);
        return broken;
    }

    // What has been

    static uint LastWritten(IEnumerable<Access> accesses, uint register) => accesses.LastOrDefault(access => access.Wrote(register)).Value;

    int LastResetAsked => all.FindLastIndex(access => access.Wrote(MmioRegister.Status) && access.Value == 0);

    /// <summary>Whether Status was read as 0 after 0 was last written to it.</summary>
    bool IsResetSeen => LastResetAsked >= 0 && all.Skip(LastResetAsked).Any(access => access.Read(MmioRegister.Status) && access.Value == 0);

    /// <summary>All since a reset was last seen to be complete.</summary>
    List<Access> SinceReset
    {
        get
        {
            int begin = 0;
            bool isAsked = false;
            for (int i = 0; i < all.Count; i++)
            {
                if (all[i].Wrote(MmioRegister.Status) && all[i].Value == 0) isAsked = true;
                if (!isAsked || !all[i].Read(MmioRegister.Status) || all[i].Value != 0) continue;
                begin = i + 1;
                isAsked = false;
            }
            return all[begin..];
        }
    }

    uint StatusBits => LastWritten(all, MmioRegister.Status) & DriverBits;

    bool Has(uint bit) => (StatusBits & bit) != 0;

    /// <summary>What Status said when it was first read after FEATURES_OK was written; null: it was not.</summary>
    bool? FeaturesOkReadBack
    {
        get
        {
            var since = SinceReset;
            int written = since.FindIndex(access => access.Wrote(MmioRegister.Status) && (access.Value & DeviceStatus.FeaturesOk) != 0);
            if (written < 0 || since.Skip(written).Any(access => access.Wrote(MmioRegister.Status) && access.Value == 0)) return null;
            int read = since.FindIndex(written, access => access.Read(MmioRegister.Status));
            return read < 0 ? null : (since[read].Value & DeviceStatus.FeaturesOk) != 0;
        }
    }

    /// <summary>Written since the reset, or since <paramref name="unless"/> was written 0, for a queue.</summary>
    bool IsGiven(uint queue, uint register, uint unless = uint.MaxValue)
    {
        var since = SinceReset;
        int begin = since.FindLastIndex(access => access.Wrote(unless) && access.Queue == queue && access.Value == 0) + 1;
        return since.Skip(begin).Any(access => access.Wrote(register) && access.Queue == queue);
    }

    /// <summary>The model says that it does not follow the set-up of queues beyond these.</summary>
    static bool IsFollowed(uint queue) => queue < Models.Lifecycle.LifecycleState.MaxQueues;

    bool IsReady(uint queue)
    {
        uint register = isLegacy ? MmioRegister.QueuePfn : MmioRegister.QueueReady;
        return SinceReset.LastOrDefault(access => access.Wrote(register) && access.Queue == queue).Value != 0;
    }

    /// <summary>A queue was in use, QueueReady was written 0, and has not been read as 0.</summary>
    bool IsStopUnread
    {
        get
        {
            var since = SinceReset;
            int stopped = since.FindLastIndex(access => access.Wrote(MmioRegister.QueueReady) && access.Value == 0);
            if (isLegacy || stopped < 0) return false;
            bool wasReady = since.Take(stopped).LastOrDefault(access => access.Wrote(MmioRegister.QueueReady) && access.Queue == since[stopped].Queue).Value != 0;
            return wasReady && !since.Skip(stopped).Any(access => (access.Read(MmioRegister.QueueReady) && access.Value == 0) || (access.Wrote(MmioRegister.Status) && access.Value == 0));
        }
    }

    uint CausesSeen
    {
        get
        {
            uint seen = 0;
            foreach (var access in SinceReset)
            {
                if (access.Read(MmioRegister.InterruptStatus)) seen |= access.Value & InterruptCause.All;
                if (access.Wrote(MmioRegister.InterruptAck)) seen &= ~access.Value;
            }
            return seen;
        }
    }

    // What is asked of an access

    IEnumerable<RuleViolation> Broken(Access now)
    {
        bool isProbing = now.Read(MmioRegister.MagicValue) || now.Read(MmioRegister.Version);
        if (!isProbing && !(all.Any(access => access.Read(MmioRegister.MagicValue)) && all.Any(access => access.Read(MmioRegister.Version)))) yield return TouchedBeforeProbe;
        var broken = (now.IsWrite, now.Register) switch
        {
            (true, MmioRegister.Status) when now.Value != 0 => OfStatus(now.Value),
            (false, MmioRegister.DeviceFeatures) => OfDeviceFeatures(),
            (true, MmioRegister.DriverFeatures) => OfDriverFeatures(now),
            (true, MmioRegister.QueueSel) => If(IsStopUnread, QueueStopNotReadBack),
            (true, MmioRegister.QueueNum) => OfSetUp(now, touches: true).Concat(OfQueueNum(now)),
            (true, MmioRegister.QueueReady) when now.Value != 0 => OfSetUp(now, touches: false).Concat(If(IsFollowed(now.Queue) && !IsComplete(now.Queue), QueueReadyIncomplete)),
            (true, MmioRegister.QueueAlign) => OfSetUp(now, touches: true),
            (true, MmioRegister.QueuePfn) when now.Value != 0 => OfSetUp(now, touches: true).Concat(OfPfn(now)),
            (true, MmioRegister.GuestPageSize) => If(Enumerable.Range(0, 3).Any(queue => IsReady((uint)queue)), LegacyPageSizeChanged),
            (true, MmioRegister.QueueNotify) => OfNotify(now.Value),
            (true, MmioRegister.InterruptAck) => If((now.Value & ~CausesSeen) != 0, AcknowledgedUnseen),
            (true, >= MmioRegister.Config) => If(!isLegacy && FeaturesOkReadBack != true, ConfigWrittenDuringNegotiation),
            (true, _) when AddressWords.Contains(now.Register) => OfSetUp(now, touches: true).Concat(If(IsFollowed(now.Queue) && !IsGiven(now.Queue, MmioRegister.QueueNum), QueueSetupOutOfOrder)),
            _ => [],
        };
        foreach (var rule in broken) yield return rule;
    }

    static IEnumerable<RuleViolation> If(bool isBroken, RuleViolation rule) => isBroken ? [rule] : [];

    IEnumerable<RuleViolation> OfStatus(uint value)
    {
        uint added = value & ~StatusBits & DriverBits;
        if (LastResetAsked < 0) yield return InitWithoutReset;
        else if (!IsResetSeen) yield return InitBeforeResetObserved;
        if (Has(DeviceStatus.Failed)) yield return StatusAfterFailed;
        if ((StatusBits & ~value) != 0) yield return StatusBitCleared;
        if ((added & DeviceStatus.Failed) != 0) yield break;
        if ((added & DeviceStatus.Driver) != 0 && (value & DeviceStatus.Acknowledge) == 0) yield return StatusOutOfOrder;
        if ((added & DeviceStatus.FeaturesOk) != 0)
        {
            if (isLegacy) yield return FeaturesOkOnLegacy;
            if (!Has(DeviceStatus.Driver)) yield return StatusOutOfOrder;
            bool isAccepted = (SinceReset.LastOrDefault(access => access.Wrote(MmioRegister.DriverFeatures) && access.Sel == 1).Value & 1) != 0;
            if (!isLegacy && !isAccepted) yield return Version1NotAccepted;
        }
        if ((added & DeviceStatus.DriverOk) == 0) yield break;
        if (!Has(isLegacy ? DeviceStatus.Driver : DeviceStatus.FeaturesOk)) yield return StatusOutOfOrder;
        foreach (var rule in OfFeaturesSettled()) yield return rule;
    }

    IEnumerable<RuleViolation> OfFeaturesSettled() => isLegacy ? [] : FeaturesOkReadBack switch
    {
        true => [],
        false => [ContinuedAfterRefusal],
        null => [FeaturesOkNotReadBack],
    };

    bool IsSelectorFresh(uint selector, Func<Access, bool> isUse)
    {
        var since = SinceReset;
        int written = since.FindLastIndex(access => access.Wrote(selector));
        return written >= 0 && !since.Skip(written).Any(isUse);
    }

    IEnumerable<RuleViolation> OfDeviceFeatures()
    {
        if (!IsSelectorFresh(MmioRegister.DeviceFeaturesSel, access => access.Read(MmioRegister.DeviceFeatures))) yield return DeviceFeaturesSelNotWritten;
        if (!Has(DeviceStatus.Driver)) yield return FeaturesOutOfOrder;
    }

    IEnumerable<RuleViolation> OfDriverFeatures(Access now)
    {
        if (!IsSelectorFresh(MmioRegister.DriverFeaturesSel, access => access.Wrote(MmioRegister.DriverFeatures))) yield return DriverFeaturesSelNotWritten;
        if (!Has(DeviceStatus.Driver)) yield return FeaturesOutOfOrder;
        if (Has(isLegacy ? DeviceStatus.DriverOk : DeviceStatus.FeaturesOk)) yield return FeaturesAfterFeaturesOk;
        uint offered = SinceReset.LastOrDefault(access => access.Read(MmioRegister.DeviceFeatures) && access.Sel == now.Sel).Value;
        if ((now.Value & ~offered) != 0) yield return FeatureNotOffered;
    }

    IEnumerable<RuleViolation> OfSetUp(Access now, bool touches)
    {
        if (!Has(isLegacy ? DeviceStatus.Driver : DeviceStatus.FeaturesOk) || !SinceReset.Any(access => access.Wrote(MmioRegister.QueueSel))) yield return QueueSetupOutOfOrder;
        if (!isLegacy && Has(DeviceStatus.DriverOk) && IsFollowed(now.Queue) && !WasReadyAtDriverOk(now.Queue)) yield return QueueSetupOutOfOrder;
        foreach (var rule in OfFeaturesSettled()) yield return rule;
        if (IsStopUnread) yield return QueueStopNotReadBack;
        if (touches && IsFollowed(now.Queue) && IsReady(now.Queue)) yield return QueueTouchedWhileReady;
    }

    IEnumerable<RuleViolation> OfQueueNum(Access now)
    {
        var since = SinceReset;
        int read = since.FindLastIndex(access => access.Read(MmioRegister.QueueNumMax));
        if (read < 0 || since.Skip(read).Any(access => access.Wrote(MmioRegister.QueueSel))) yield return QueueNumNotChecked;
        else if (now.Value == 0 || now.Value > since[read].Value) yield return QueueNumAboveMax;
    }

    /// <summary>A size, and after it every word of the addresses.</summary>
    bool IsComplete(uint queue)
    {
        var since = SinceReset;
        int sized = since.FindLastIndex(access => access.Wrote(MmioRegister.QueueNum) && access.Queue == queue);
        return sized >= 0 && AddressWords.All(word => since.Skip(sized).Any(access => access.Wrote(word) && access.Queue == queue));
    }

    bool WasReadyAtDriverOk(uint queue)
    {
        var since = SinceReset;
        int running = since.FindIndex(access => access.Wrote(MmioRegister.Status) && (access.Value & DeviceStatus.DriverOk) != 0);
        return since.Take(running).LastOrDefault(access => access.Wrote(MmioRegister.QueueReady) && access.Queue == queue).Value != 0;
    }

    IEnumerable<RuleViolation> OfPfn(Access now)
    {
        if (!SinceReset.Any(access => access.Wrote(MmioRegister.GuestPageSize))) yield return LegacyPageSizeMissing;
        bool isComplete = IsGiven(now.Queue, MmioRegister.QueueNum, unless: MmioRegister.QueuePfn) && IsGiven(now.Queue, MmioRegister.QueueAlign, unless: MmioRegister.QueuePfn);
        if (IsFollowed(now.Queue) && !isComplete) yield return LegacyQueueIncomplete;
    }

    IEnumerable<RuleViolation> OfNotify(uint queue)
    {
        if (!Has(DeviceStatus.DriverOk)) yield return NotifiedBeforeDriverOk;
        if (SinceReset.Any(access => access.Read(MmioRegister.Status) && (access.Value & DeviceStatus.NeedsReset) != 0)) yield return NotifiedAfterNeedsReset;
        if (IsFollowed(queue) && !IsReady(queue)) yield return IsStopUnread ? QueueStopNotReadBack : NotifiedUnreadyQueue;
    }
}
