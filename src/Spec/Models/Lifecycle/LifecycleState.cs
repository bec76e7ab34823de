using System.Runtime.CompilerServices;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;
using Kind = Ringcheck.Models.Lifecycle.LifecycleEventKind;

namespace Ringcheck.Models.Lifecycle;

/// <summary>
/// Virtio 1.4, 2.1 "Device Status Field", 2.4 "Device Reset", 3.1 "Device Initialization", 3.3 "Device Cleanup", 4.2 "Virtio Over MMIO" and
/// 4.2.4 "Legacy interface": the order of what a driver and a device do with each other, as plain data and a pure step. It is the monitor
/// of a running device and the judge of each step of <see cref="LifecycleModel"/>.
/// </summary>
/// <remarks>
/// The default value is a device before it is probed. After a broken rule the state means nothing more. Not in it: the width and alignment
/// of accesses, what is in the rings, and queues numbered <see cref="MaxQueues"/> or above, whose set-up is not followed.
/// 64 bytes, without padding, so that it is compared and copied as it is.
/// </remarks>
public partial struct LifecycleState
{
    /// <summary>Queues whose set-up is followed.</summary>
    public const int MaxQueues = 28;

    // What a queue has been given: a bit for each address half (version 1: Aligned), then size and life.
    private const byte AllHalves = 0x3F;
    private const byte Aligned = 0x01;
    private const byte Sized = 0x40;
    private const byte Ready = 0x80;

    private Words _offered;
    private uint _deviceSel;
    private uint _driverSel;
    private Mark _marks;
    private ushort _queueSel;
    private ushort _queueNumMax;
    private byte _status;
    private byte _causes;
    private ushort _version;
    private Queues _queues;

    [Flags]
    private enum Mark : uint
    {
        MagicSeen = 1 << 0,
        VersionSeen = 1 << 1,
        Foreign = 1 << 2,
        Empty = 1 << 3,
        ResetAsked = 1 << 4,
        ResetSeen = 1 << 5,
        Stopped = 1 << 6,
        Running = 1 << 7,
        DeviceSelFresh = 1 << 8,
        DriverSelFresh = 1 << 9,
        Version1Accepted = 1 << 10,
        FeaturesOkRead = 1 << 11,
        Refused = 1 << 12,
        QueueSelected = 1 << 13,
        NumMaxSeen = 1 << 14,
        StopUnread = 1 << 15,
        PageSize = 1 << 16,
        NeedsResetSeen = 1 << 17,
        NoticeOwed = 1 << 18,
        Pci = 1 << 19,
        VectorUnread = 1 << 20,
        Probed = MagicSeen | VersionSeen,
        OfProbing = Probed | Foreign | Empty | Pci,
    }

    /// <summary>A device that was probed already: MagicValue and Version were read and DeviceID is not 0.</summary>
    /// <param name="version">1 or 2.</param>
    public static LifecycleState Probed(uint version) => new() { _marks = Mark.Probed, _version = (ushort)version };

    /// <summary>A device on PCI, which is probed by its configuration space: by the structures of 4.1.4, or by the legacy registers (4.1.4.10).</summary>
    public static LifecycleState OfPci(bool isLegacy) => new()
    {
        _marks = Mark.Probed | Mark.Pci,
        _version = (ushort)(isLegacy ? MmioIdentity.LegacyVersion : MmioIdentity.ModernVersion),
    };

    /// <summary>The status bits that the driver has set since the last reset.</summary>
    public readonly uint Status => _status;

    /// <summary>Whether the driver has set DRIVER_OK and the device has not been reset since.</summary>
    public readonly bool IsRunning => Has(Mark.Running);

    /// <summary>Whether Status 0 was written and has not been read.</summary>
    public readonly bool IsResetPending => Has(Mark.ResetAsked);

    private readonly bool IsLegacy => _version == MmioIdentity.LegacyVersion;

    private readonly bool IsLegacyPci => IsLegacy && Has(Mark.Pci);

    /// <summary>Takes an event; says which rule it breaks, if any.</summary>
    public RuleViolation Next(in LifecycleEvent what)
    {
        // All but the device's own steps and probing itself need a device that was probed.
        if ((_marks & (Mark.OfProbing & ~Mark.Pci)) != Mark.Probed && what.Kind > Kind.VersionRead && what.Kind < Kind.MemoryReused && NotProbed() is var rule and not RuleViolation.None)
            return rule;
        switch (what.Kind)
        {
            case Kind.MagicRead:
                // Looking again is always allowed, and what was foreign (a bus that answered all ones) may be a device now.
                Set(Mark.MagicSeen, true);
                Set(Mark.Foreign, what.Value != MmioIdentity.Magic);
                return RuleViolation.None;
            case Kind.VersionRead:
                _version = (ushort)what.Value;
                Set(Mark.VersionSeen, true);
                if (what.Value is not (MmioIdentity.LegacyVersion or MmioIdentity.ModernVersion))
                    Set(Mark.Foreign, true);
                return RuleViolation.None;
            case Kind.DeviceIdRead:
                Set(Mark.Empty, what.Value == DeviceType.None);
                return RuleViolation.None;
            case Kind.StatusWritten:
                return what.Value == 0 ? AskReset() : WriteStatus(what.Value);
            case Kind.StatusRead:
                return ReadStatus(what.Value);
            case Kind.DeviceFeaturesSelWritten:
                _deviceSel = what.Value;
                _marks |= Mark.DeviceSelFresh;
                return RuleViolation.None;
            case Kind.DeviceFeaturesRead:
                return ReadFeatures(what.Value);
            case Kind.DriverFeaturesSelWritten:
                _driverSel = what.Value;
                _marks |= Mark.DriverSelFresh;
                return RuleViolation.None;
            case Kind.DriverFeaturesWritten:
                return WriteFeatures(what.Value);
            case Kind.QueueSelWritten:
                _queueSel = (ushort)Math.Min(what.Value, ushort.MaxValue);
                Set(Mark.QueueSelected, true);
                Set(Mark.NumMaxSeen, false);
                return StopUnread();
            case Kind.QueueNumMaxRead:
                _queueNumMax = (ushort)Math.Min(what.Value, ushort.MaxValue);
                Set(Mark.NumMaxSeen, true);
                // On PCI, a queue has a size before it is given one: to read it is enough.
                if (Has(Mark.Pci) && what.Value != 0 && _queueSel < MaxQueues)
                    _queues[_queueSel] |= Sized;
                return RuleViolation.None;
            case Kind.QueueNumWritten:
                return WriteQueueNum(what.Value);
            case Kind.QueueAddressWritten:
                return OnVersion(legacy: false, WriteQueueAddress((byte)(1 << (int)what.Value)));
            case Kind.QueueReadyWritten:
                return OnVersion(legacy: false, WriteQueueReady(what.Value));
            case Kind.QueueReadyRead:
                return OnVersion(legacy: false, ReadQueueReady(what.Value));
            case Kind.VectorWritten:
                return WriteVector(what.Value);
            case Kind.VectorRead:
                Set(Mark.VectorUnread, false);
                return RuleViolation.None;
            case Kind.GuestPageSizeWritten:
                return OnVersion(legacy: true, WritePageSize());
            case Kind.QueueAlignWritten:
                return OnVersion(legacy: true, SetUpQueue(Aligned));
            case Kind.QueuePfnWritten:
                return OnVersion(legacy: true, WriteQueuePfn(what.Value));
            case Kind.NotifyWritten:
                return Notify(what.Value & 0xFFFF);
            case Kind.InterruptStatusRead:
                _causes |= (byte)(what.Value & InterruptCause.All);
                return what.Value != 0 && IsReset() ? RuleViolation.InterruptAfterReset : RuleViolation.None;
            case Kind.InterruptAckWritten:
                var unseen = (what.Value & ~_causes) != 0;
                _causes &= (byte)~what.Value;
                return unseen ? RuleViolation.AcknowledgedUnseen : RuleViolation.None;
            case Kind.ConfigWritten:
                return !IsLegacy && !Has(Mark.FeaturesOkRead) ? RuleViolation.ConfigWrittenDuringNegotiation : RuleViolation.None;
            case Kind.MemoryReused:
                return QueueIs(what.Value, Ready) ? RuleViolation.ReusedWhileLive : StopUnread();
            case Kind.ResetCompleted:
                Set(Mark.Stopped, true);
                Set(Mark.Running | Mark.NoticeOwed, false);
                return RuleViolation.None;
            case Kind.NeedsResetRaised:
                Set(Mark.NoticeOwed, Has(Mark.Running));
                return RuleViolation.None;
            case Kind.DeviceTouchedQueue:
                return DeviceRuns() is var run and not RuleViolation.None ? run
                    : what.Value < MaxQueues && !QueueIs(what.Value, Ready) ? RuleViolation.DeviceTouchedUnreadyQueue : RuleViolation.None;
            case Kind.DeviceRaisedInterrupt:
                if ((what.Value & InterruptCause.ConfigurationChange) != 0)
                    Set(Mark.NoticeOwed, false);
                // A configuration change may be notified before DRIVER_OK, but nothing after a reset.
                return (what.Value & InterruptCause.UsedBuffer) != 0 || IsReset() ? DeviceRuns() : RuleViolation.None;
            default:
                return RuleViolation.None;
        }
    }

    /// <summary>What is still owed when nothing more happens.</summary>
    public readonly RuleViolation AtEnd() => Has(Mark.NoticeOwed) ? RuleViolation.NeedsResetNotNotified : StopUnread();

    private readonly bool Has(Mark mark) => (_marks & mark) != 0;

    private void Set(Mark mark, bool on) => _marks = on ? _marks | mark : _marks & ~mark;

    private readonly bool Is(uint statusBit) => (_status & statusBit) != 0;

    /// <summary>Whether the device is as its reset left it.</summary>
    private readonly bool IsReset() => _status == 0 && Has(Mark.Stopped | Mark.ResetSeen);

    private readonly bool QueueIs(uint queue, byte marks) => queue < MaxQueues && (_queues[(int)queue] & marks) == marks;

    private readonly RuleViolation NotProbed() =>
        Has(Mark.Foreign) ? RuleViolation.TouchedForeignDevice
        : Has(Mark.Empty) ? RuleViolation.TouchedEmptySlot
        : RuleViolation.TouchedBeforeProbe;

    private readonly RuleViolation OnVersion(bool legacy, RuleViolation rule) =>
        legacy == IsLegacy ? rule : RuleViolation.RegisterOfOtherVersion;

    private readonly RuleViolation StopUnread() => Has(Mark.StopUnread) ? RuleViolation.QueueStopNotReadBack : RuleViolation.None;

    private readonly RuleViolation DeviceRuns() =>
        Has(Mark.Running) ? RuleViolation.None
        : IsReset() ? RuleViolation.DeviceRanAfterReset
        : IsLegacy ? RuleViolation.None // 3.1.2: legacy drivers use the device before DRIVER_OK, and it lets them.
        : RuleViolation.DeviceRanBeforeDriverOk;

    private RuleViolation AskReset()
    {
        _status = 0;
        Set(Mark.ResetAsked, true);
        Set(Mark.ResetSeen | Mark.Stopped | Mark.StopUnread | Mark.VectorUnread, false);
        return RuleViolation.None;
    }

    private RuleViolation WriteStatus(uint value)
    {
        const uint DriverBits = DeviceStatus.All & ~DeviceStatus.NeedsReset;
        if (Is(DeviceStatus.Failed))
            return RuleViolation.StatusAfterFailed;
        if (Has(Mark.ResetAsked))
            return RuleViolation.InitBeforeResetObserved;
        if (!Has(Mark.ResetSeen))
            return RuleViolation.InitWithoutReset;
        // A FEATURES_OK that the device was seen not to take was never set.
        var refused = Has(Mark.Refused) ? DeviceStatus.FeaturesOk : 0;
        if ((_status & ~value & ~refused) != 0)
            return RuleViolation.StatusBitCleared;
        var added = value & ~(uint)_status & DriverBits;
        var before = (uint)_status;
        _status = (byte)(value & DriverBits);
        // Giving up is right at any time.
        if ((added & DeviceStatus.Failed) != 0)
            return RuleViolation.None;
        if ((added & DeviceStatus.Driver) != 0 && (value & DeviceStatus.Acknowledge) == 0)
            return RuleViolation.StatusOutOfOrder;
        if ((added & DeviceStatus.FeaturesOk) != 0)
        {
            if (IsLegacy)
                return RuleViolation.FeaturesOkOnLegacy;
            if ((before & DeviceStatus.Driver) == 0)
                return RuleViolation.StatusOutOfOrder;
            if (!Has(Mark.Version1Accepted))
                return RuleViolation.Version1NotAccepted;
        }
        if ((added & DeviceStatus.DriverOk) == 0)
            return RuleViolation.None;
        if ((before & (IsLegacy ? DeviceStatus.Driver : DeviceStatus.FeaturesOk)) == 0)
            return RuleViolation.StatusOutOfOrder;
        Set(Mark.Running, true);
        if (!IsLegacy)
            ForgetUnready();
        return Has(Mark.VectorUnread) ? RuleViolation.VectorNotReadBack : FeaturesSettled();
    }

    private RuleViolation ReadStatus(uint value)
    {
        if ((value & DeviceStatus.NeedsReset) != 0)
            Set(Mark.NeedsResetSeen, true);
        if (Has(Mark.ResetAsked))
        {
            if (value == 0)
                SeeReset();
            return value != 0 && Has(Mark.Stopped) ? RuleViolation.StatusAfterReset : RuleViolation.None;
        }
        if (value != 0 && IsReset())
            return RuleViolation.StatusAfterReset;
        if (Is(DeviceStatus.FeaturesOk) && !Has(Mark.FeaturesOkRead))
            Set((value & DeviceStatus.FeaturesOk) != 0 ? Mark.FeaturesOkRead : Mark.Refused, true);
        return RuleViolation.None;
    }

    /// <summary>The reset is complete and the driver knows: only what probing found is left.</summary>
    private void SeeReset()
    {
        var kept = new LifecycleState { _marks = (_marks & Mark.OfProbing) | Mark.ResetSeen, _version = _version };
        this = kept;
    }

    private RuleViolation ReadFeatures(uint value)
    {
        // The legacy registers of PCI have one word of features, and nothing to select.
        if (!Has(Mark.DeviceSelFresh) && !IsLegacyPci)
            return RuleViolation.DeviceFeaturesSelNotWritten;
        Set(Mark.DeviceSelFresh, false);
        if (_deviceSel < Words.Count)
            _offered[(int)_deviceSel] = value;
        return Is(DeviceStatus.Driver) ? RuleViolation.None : RuleViolation.FeaturesOutOfOrder;
    }

    private RuleViolation WriteFeatures(uint value)
    {
        const uint Version1 = 1U << (Feature.Version1 - 32);
        if (!Has(Mark.DriverSelFresh) && !IsLegacyPci)
            return RuleViolation.DriverFeaturesSelNotWritten;
        Set(Mark.DriverSelFresh, false);
        if (!Is(DeviceStatus.Driver))
            return RuleViolation.FeaturesOutOfOrder;
        if (Is(IsLegacy ? DeviceStatus.DriverOk : DeviceStatus.FeaturesOk))
            return RuleViolation.FeaturesAfterFeaturesOk;
        if (_driverSel == 1)
            Set(Mark.Version1Accepted, (value & Version1) != 0);
        return (value & ~(_driverSel < Words.Count ? _offered[(int)_driverSel] : 0)) != 0 ? RuleViolation.FeatureNotOffered : RuleViolation.None;
    }

    private readonly RuleViolation FeaturesSettled() =>
        IsLegacy ? RuleViolation.None
        : Has(Mark.Refused) ? RuleViolation.ContinuedAfterRefusal
        : Has(Mark.FeaturesOkRead) ? RuleViolation.None
        : RuleViolation.FeaturesOkNotReadBack;

    /// <summary>Gives the selected queue something that it has to have before it is ready.</summary>
    private RuleViolation SetUpQueue(byte given)
    {
        if (!Is(IsLegacy ? DeviceStatus.Driver : DeviceStatus.FeaturesOk) || !Has(Mark.QueueSelected))
            return RuleViolation.QueueSetupOutOfOrder;
        if (FeaturesSettled() is var rule and not RuleViolation.None)
            return rule;
        if (StopUnread() is var stop and not RuleViolation.None)
            return stop;
        if (given != 0 && QueueIs(_queueSel, Ready))
            return RuleViolation.QueueTouchedWhileReady;
        // A queue that was stopped may be set up again at any time; one that was not ready at DRIVER_OK comes too late.
        if (!IsLegacy && Is(DeviceStatus.DriverOk) && IsUntouched(_queueSel))
            return RuleViolation.QueueSetupOutOfOrder;
        if (_queueSel < MaxQueues)
            _queues[_queueSel] |= given;
        return RuleViolation.None;
    }

    /// <summary>Whether the device has nothing of the queue that it would need. A size that it has by itself is not counted.</summary>
    private readonly bool IsUntouched(uint queue) => queue < MaxQueues && (_queues[(int)queue] & (Has(Mark.Pci) ? ~Sized : byte.MaxValue)) == 0;

    /// <summary>The size comes before the addresses: a new one makes them, of which it tells how much memory they stand for, mean nothing.</summary>
    private RuleViolation WriteQueueNum(uint value)
    {
        if (SetUpQueue(Sized) is var rule and not RuleViolation.None)
            return rule;
        if (!IsLegacy)
            Clear(AllHalves);
        if (!Has(Mark.NumMaxSeen))
            return RuleViolation.QueueNumNotChecked;
        return value == 0 || value > _queueNumMax ? RuleViolation.QueueNumAboveMax : RuleViolation.None;
    }

    /// <summary>What a queue was given before DRIVER_OK does not count any more, if it was not made ready in time.</summary>
    private void ForgetUnready()
    {
        for (var queue = 0; queue < MaxQueues; queue++)
        {
            if ((_queues[queue] & Ready) == 0)
                _queues[queue] = 0;
        }
    }

    private RuleViolation WriteQueueAddress(byte half)
    {
        if (SetUpQueue(0) is var rule and not RuleViolation.None)
            return rule;
        if (_queueSel < MaxQueues && !QueueIs(_queueSel, Sized))
            return RuleViolation.QueueSetupOutOfOrder;
        return SetUpQueue(half);
    }

    private RuleViolation WriteQueueReady(uint value)
    {
        if (value == 0 && Has(Mark.Pci))
            return RuleViolation.QueueEnableZero;
        if (Has(Mark.VectorUnread))
            return RuleViolation.VectorNotReadBack;
        if (value == 0)
        {
            Set(Mark.StopUnread, QueueIs(_queueSel, Ready));
            Clear(Ready);
            return RuleViolation.None;
        }
        if (SetUpQueue(0) is var rule and not RuleViolation.None)
            return rule;
        if (_queueSel < MaxQueues && !QueueIs(_queueSel, Sized | AllHalves))
            return RuleViolation.QueueReadyIncomplete;
        if (_queueSel < MaxQueues)
            _queues[_queueSel] |= Ready;
        return RuleViolation.None;
    }

    private RuleViolation ReadQueueReady(uint value)
    {
        if (value == 0)
            Set(Mark.StopUnread, false);
        return value != 0 && Has(Mark.ResetSeen) && IsUntouched(_queueSel)
            ? RuleViolation.QueueReadyAfterReset : RuleViolation.None;
    }

    /// <summary>4.1.5.1.2.2: each mapping is verified before the next step; taking one back needs no answer.</summary>
    private RuleViolation WriteVector(uint value)
    {
        var isUnread = Has(Mark.VectorUnread);
        Set(Mark.VectorUnread, value != PciCommonRegister.NoVector);
        return isUnread ? RuleViolation.VectorNotReadBack : RuleViolation.None;
    }

    private RuleViolation WritePageSize()
    {
        Set(Mark.PageSize, true);
        for (var queue = 0; queue < MaxQueues; queue++)
        {
            if ((_queues[queue] & Ready) != 0)
                return RuleViolation.LegacyPageSizeChanged;
        }
        return RuleViolation.None;
    }

    private RuleViolation WriteQueuePfn(uint value)
    {
        if (value == 0)
        {
            Clear(Has(Mark.Pci) ? Ready : (byte)(Ready | Sized | Aligned));
            return RuleViolation.None;
        }
        if (Has(Mark.Pci))
            return Has(Mark.VectorUnread) ? RuleViolation.VectorNotReadBack : WritePciPage();
        if (!Has(Mark.PageSize))
            return RuleViolation.LegacyPageSizeMissing;
        if (_queueSel < MaxQueues && !QueueIs(_queueSel, Ready) && !QueueIs(_queueSel, Sized | Aligned))
            return RuleViolation.LegacyQueueIncomplete;
        return SetUpQueue(Ready);
    }

    /// <summary>4.1.5.1.3 of a legacy device: its size is fixed, and tells how much memory the page begins.</summary>
    private RuleViolation WritePciPage()
    {
        if (SetUpQueue(0) is var rule and not RuleViolation.None)
            return rule;
        return _queueSel < MaxQueues && !QueueIs(_queueSel, Sized) ? RuleViolation.QueueSetupOutOfOrder : SetUpQueue(Ready);
    }

    private void Clear(byte marks)
    {
        if (_queueSel < MaxQueues)
            _queues[_queueSel] &= (byte)~marks;
    }

    private readonly RuleViolation Notify(uint queue)
    {
        if (!Is(DeviceStatus.DriverOk))
            return RuleViolation.NotifiedBeforeDriverOk;
        if (Has(Mark.NeedsResetSeen))
            return RuleViolation.NotifiedAfterNeedsReset;
        if (queue < MaxQueues && !QueueIs(queue, Ready))
            return Has(Mark.StopUnread) ? RuleViolation.QueueStopNotReadBack : RuleViolation.NotifiedUnreadyQueue;
        return RuleViolation.None;
    }

    [InlineArray(Count)]
    private struct Words
    {
        public const int Count = 4;
        private uint _word;
    }

    [InlineArray(MaxQueues)]
    private struct Queues
    {
        private byte _marks;
    }
}
