using Ringcheck.Models.Checking;
using Ringcheck.Models.Lifecycle;
using Ringcheck.Models.Rules;
using Xunit;
using static Ringcheck.Models.Lifecycle.LifecycleEventKind;

namespace Ringcheck.Tests.Concurrency.Models;

/// <summary>Each lifecycle rule, shown to fire on a driver or device with one fault.</summary>
public sealed class LifecycleModelTests
{
    private static readonly (LifecycleAt At, LifecycleEventKind Kind, uint Value, RuleViolation Rule)[] _modern =
    [
        (LifecycleAt.ReadVersion, StatusWritten, 0, RuleViolation.TouchedBeforeProbe),
        (LifecycleAt.NoDevice, StatusWritten, 0, RuleViolation.TouchedForeignDevice),
        (LifecycleAt.SelectQueue, QueuePfnWritten, 1, RuleViolation.RegisterOfOtherVersion),
        (LifecycleAt.WriteReset, StatusWritten, 1, RuleViolation.InitWithoutReset),
        (LifecycleAt.AwaitReset, StatusWritten, 1, RuleViolation.InitBeforeResetObserved),
        (LifecycleAt.SelectOffered, StatusWritten, 1, RuleViolation.StatusBitCleared),
        (LifecycleAt.Acknowledge, StatusWritten, 2, RuleViolation.StatusOutOfOrder),
        (LifecycleAt.SelectOffered, StatusWritten, 7, RuleViolation.StatusOutOfOrder),
        (LifecycleAt.Failed, StatusWritten, 0x87, RuleViolation.StatusAfterFailed),
        (LifecycleAt.SelectOffered, DeviceFeaturesRead, 0, RuleViolation.DeviceFeaturesSelNotWritten),
        (LifecycleAt.SelectAccepted, DriverFeaturesWritten, 0, RuleViolation.DriverFeaturesSelNotWritten),
        (LifecycleAt.WriteAccepted, DriverFeaturesWritten, 0x40, RuleViolation.FeatureNotOffered),
        (LifecycleAt.ReadBack, StatusWritten, 15, RuleViolation.FeaturesOkNotReadBack),
        (LifecycleAt.ReadBack, QueueNumWritten, 4, RuleViolation.QueueSetupOutOfOrder),
        (LifecycleAt.WriteAccepted, StatusWritten, 11, RuleViolation.Version1NotAccepted),
        (LifecycleAt.ReadBack, ConfigWritten, 0, RuleViolation.ConfigWrittenDuringNegotiation),
        (LifecycleAt.SelectQueue, QueueNumWritten, 4, RuleViolation.QueueSetupOutOfOrder),
        (LifecycleAt.ReadNumMax, QueueNumWritten, 4, RuleViolation.QueueNumNotChecked),
        (LifecycleAt.WriteNum, QueueNumWritten, 8, RuleViolation.QueueNumAboveMax),
        (LifecycleAt.WriteNum, QueueNumWritten, 0, RuleViolation.QueueNumAboveMax),
        (LifecycleAt.DriverOk, QueueNumWritten, 4, RuleViolation.QueueTouchedWhileReady),
        (LifecycleAt.WriteAddress, QueueReadyWritten, 1, RuleViolation.QueueReadyIncomplete),
        (LifecycleAt.DriverOk, NotifyWritten, 0, RuleViolation.NotifiedBeforeDriverOk),
        (LifecycleAt.Running, NotifyWritten, 5, RuleViolation.NotifiedUnreadyQueue),
        (LifecycleAt.Running, InterruptAckWritten, 1, RuleViolation.AcknowledgedUnseen),
        (LifecycleAt.AwaitReset, MemoryReused, 0, RuleViolation.ReusedWhileLive),
        (LifecycleAt.DriverOk, DeviceTouchedQueue, 0, RuleViolation.DeviceRanBeforeDriverOk),
        (LifecycleAt.DriverOk, DeviceRaisedInterrupt, 1, RuleViolation.DeviceRanBeforeDriverOk),
        (LifecycleAt.ReuseMemory, DeviceTouchedQueue, 0, RuleViolation.DeviceRanAfterReset),
        (LifecycleAt.ReuseMemory, DeviceRaisedInterrupt, 2, RuleViolation.DeviceRanAfterReset),
        (LifecycleAt.Running, DeviceTouchedQueue, 5, RuleViolation.DeviceTouchedUnreadyQueue),
        (LifecycleAt.Acknowledge, StatusRead, 1, RuleViolation.StatusAfterReset),
        (LifecycleAt.Acknowledge, QueueReadyRead, 1, RuleViolation.QueueReadyAfterReset),
        (LifecycleAt.Acknowledge, InterruptStatusRead, 1, RuleViolation.InterruptAfterReset),
        (LifecycleAt.ReadBack, DriverFeaturesWritten, 1, RuleViolation.DriverFeaturesSelNotWritten),
    ];

    private static readonly (LifecycleAt At, LifecycleEventKind Kind, uint Value, RuleViolation Rule)[] _legacy =
    [
        (LifecycleAt.SelectQueue, QueueReadyWritten, 1, RuleViolation.RegisterOfOtherVersion),
        (LifecycleAt.SelectQueue, StatusWritten, 11, RuleViolation.FeaturesOkOnLegacy),
        (LifecycleAt.PageSize, QueuePfnWritten, 1, RuleViolation.LegacyPageSizeMissing),
        (LifecycleAt.DriverOk, GuestPageSizeWritten, 4096, RuleViolation.LegacyPageSizeChanged),
        (LifecycleAt.WriteAddress, QueuePfnWritten, 1, RuleViolation.LegacyQueueIncomplete),
        (LifecycleAt.DriverOk, QueueAlignWritten, 4096, RuleViolation.QueueTouchedWhileReady),
        (LifecycleAt.DriverOk, NotifyWritten, 0, RuleViolation.NotifiedBeforeDriverOk),
        (LifecycleAt.Acknowledge, StatusWritten, 2, RuleViolation.StatusOutOfOrder),
        (LifecycleAt.AwaitReset, MemoryReused, 0, RuleViolation.ReusedWhileLive),
        (LifecycleAt.WriteAccepted, DriverFeaturesWritten, 0x40, RuleViolation.FeatureNotOffered),
    ];

    /// <summary>Rules that take two wrong steps, or that a shorter one hides: scripts on the monitor alone, after probing.</summary>
    private static readonly (uint Version, RuleViolation Rule, LifecycleEvent[] Script)[] _scripts =
    [
        (2, RuleViolation.TouchedEmptySlot, [new(DeviceIdRead, 0), new(StatusWritten, 0)]),
        (2, RuleViolation.FeaturesOutOfOrder, [.. Reset, new(StatusWritten, 1), new(DeviceFeaturesSelWritten, 0), new(DeviceFeaturesRead, 0)]),
        (2, RuleViolation.FeaturesAfterFeaturesOk, [.. Negotiated, new(DriverFeaturesSelWritten, 1), new(DriverFeaturesWritten, 1)]),
        (2, RuleViolation.ContinuedAfterRefusal, [.. Offered, new(StatusRead, 3), new(QueueSelWritten, 0), new(QueueNumWritten, 4)]),
        (2, RuleViolation.QueueStopNotReadBack, [.. Running, new(QueueReadyWritten, 0), new(NotifyWritten, 0)]),
        (2, RuleViolation.QueueStopNotReadBack, [.. Running, new(QueueReadyWritten, 0), new(MemoryReused, 0)]),
        (2, RuleViolation.NotifiedAfterNeedsReset, [.. Running, new(StatusRead, 0x4F), new(NotifyWritten, 0)]),
        (2, RuleViolation.QueueSetupOutOfOrder, [.. Selected, new(QueueAddressWritten, 0)]),
        (2, RuleViolation.QueueReadyIncomplete, [.. Addressed, new(QueueNumWritten, 4), new(QueueReadyWritten, 1)]),
        (2, RuleViolation.QueueSetupOutOfOrder, [.. Addressed, new(StatusWritten, 15), new(QueueReadyWritten, 1)]),
        (2, RuleViolation.None, [.. Addressed, new(QueueNumWritten, 4), .. Addresses, new(QueueReadyWritten, 1)]),
        (2, RuleViolation.None, [.. Running, new(QueueReadyWritten, 0), new(QueueReadyRead, 0), new(QueueReadyWritten, 1)]),
        (2, RuleViolation.None, [.. Running, new(QueueReadyWritten, 0), new(QueueReadyRead, 0), new(MemoryReused, 0)]),
        (2, RuleViolation.None, [.. Running, new(StatusWritten, 0), new(DeviceTouchedQueue, 0), new(ResetCompleted), new(StatusRead, 0), new(MemoryReused, 0)]),
    ];

    /// <summary>The same for what only PCI has.</summary>
    private static readonly (bool IsLegacy, RuleViolation Rule, LifecycleEvent[] Script)[] _pciScripts =
    [
        (false, RuleViolation.QueueSetupOutOfOrder, [.. Negotiated, new(QueueSelWritten, 0), new(QueueAddressWritten, 0)]),
        (false, RuleViolation.QueueReadyIncomplete, [.. Addressed, new(QueueNumWritten, 4), new(QueueReadyWritten, 1)]),
        (false, RuleViolation.QueueReadyIncomplete, [.. Selected, new(QueueReadyWritten, 1)]),
        (false, RuleViolation.QueueSetupOutOfOrder, [.. Addressed, new(StatusWritten, 15), new(QueueReadyWritten, 1)]),
        (false, RuleViolation.QueueSetupOutOfOrder, [.. Negotiated, new(StatusWritten, 15), new(QueueSelWritten, 0), new(QueueNumMaxRead, 8), new(QueueAddressWritten, 0)]),
        (false, RuleViolation.None, [.. Selected, .. Addresses, new(QueueReadyWritten, 1), new(StatusWritten, 15)]),
        (true, RuleViolation.QueueSetupOutOfOrder, [.. Reset, new(StatusWritten, 1), new(StatusWritten, 3), new(QueueSelWritten, 0), new(QueuePfnWritten, 1)]),
        (true, RuleViolation.None, [.. Reset, new(StatusWritten, 1), new(StatusWritten, 3), new(QueueSelWritten, 0), new(QueueNumMaxRead, 8), new(QueuePfnWritten, 1), new(QueuePfnWritten, 0), new(QueuePfnWritten, 1)]),
        (false, RuleViolation.QueueEnableZero, [.. Running, new(QueueReadyWritten, 0)]),
        (false, RuleViolation.VectorNotReadBack, [.. Negotiated, new(VectorWritten, 0), new(StatusWritten, 15)]),
        (false, RuleViolation.VectorNotReadBack, [.. Negotiated, new(VectorWritten, 0), new(VectorWritten, 1)]),
        (false, RuleViolation.VectorNotReadBack, [.. Negotiated, new(QueueSelWritten, 0), new(VectorWritten, 1), new(QueueReadyWritten, 1)]),
        (true, RuleViolation.VectorNotReadBack, [.. Reset, new(StatusWritten, 1), new(StatusWritten, 3), new(QueueSelWritten, 0), new(VectorWritten, 1), new(QueuePfnWritten, 1)]),
        (false, RuleViolation.None, [.. Negotiated, new(VectorWritten, 0), new(VectorRead, 0), new(VectorWritten, 0xFFFF), new(StatusWritten, 15)]),
        (false, RuleViolation.None, [.. Negotiated, new(VectorWritten, 0), new(StatusWritten, 0), new(ResetCompleted), new(StatusRead, 0), new(VectorWritten, 0)]),
    ];

    private static LifecycleEvent[] Reset => [new(StatusWritten, 0), new(ResetCompleted), new(StatusRead, 0)];

    private static LifecycleEvent[] Offered =>
    [
        .. Reset, new(StatusWritten, 1), new(StatusWritten, 3), new(DeviceFeaturesSelWritten, 1), new(DeviceFeaturesRead, 1),
        new(DriverFeaturesSelWritten, 1), new(DriverFeaturesWritten, 1), new(StatusWritten, 11),
    ];

    private static LifecycleEvent[] Negotiated => [.. Offered, new(StatusRead, 11)];

    private static LifecycleEvent[] Selected => [.. Negotiated, new(QueueSelWritten, 0), new(QueueNumMaxRead, 8)];

    private static LifecycleEvent[] Addresses => [.. Enumerable.Range(0, 6).Select(static half => new LifecycleEvent(QueueAddressWritten, (uint)half))];

    private static LifecycleEvent[] Addressed => [.. Selected, new(QueueNumWritten, 8), .. Addresses];

    private static LifecycleEvent[] Running => [.. Addressed, new(QueueReadyWritten, 1), new(StatusWritten, 15)];

    [Fact]
    public void Each_fault_of_the_modern_driver_and_device_is_named() => CheckFaults(_modern, legacy: false);

    [Fact]
    public void Each_fault_of_the_legacy_driver_and_device_is_named() => CheckFaults(_legacy, legacy: true);

    [Fact]
    public void Each_script_breaks_its_rule_at_its_last_step()
    {
        foreach (var (version, rule, script) in _scripts)
        {
            var state = LifecycleState.Probed(version);
            foreach (var step in script[..^1])
                Assert.Equal(RuleViolation.None, state.Next(in step));
            Assert.Equal(rule, state.Next(in script[^1]));
        }
    }

    [Fact]
    public void Each_script_of_pci_breaks_its_rule_at_its_last_step()
    {
        foreach (var (isLegacy, rule, script) in _pciScripts)
        {
            var state = LifecycleState.OfPci(isLegacy);
            foreach (var step in script[..^1])
                Assert.Equal(RuleViolation.None, state.Next(in step));
            Assert.Equal(rule, state.Next(in script[^1]));
        }
    }

    [Fact]
    public void Skipping_the_read_back_is_found_by_the_shortest_way()
    {
        var result = Check(legacy: false, new LifecycleFault(LifecycleAt.ReadBack, new(StatusWritten, 15)));
        var violation = Assert.Single(result.Violations);
        Assert.Equal(RuleTable.Of(RuleViolation.FeaturesOkNotReadBack).Name, violation.Property);
        Assert.Equal("driver: writes Status 0xf (ACKNOWLEDGE|DRIVER|FEATURES_OK|DRIVER_OK)", violation.Trace[^1]);
        // Probe 3, reset 3, memory 1, status 2, features 8, FEATURES_OK 1, and the fault.
        Assert.Equal(19, violation.Trace.Count);
    }

    [Fact]
    public void A_device_that_keeps_its_need_for_a_reset_to_itself_breaks_progress()
    {
        var result = Checker.Check<LifecycleModel, LifecycleModelState>(new LifecycleModel(1, legacy: false, mute: true), new CheckOptions { Workers = 1 });
        Assert.Contains(result.Violations, static v => v.Property == "needs-reset-told" && v.CycleStart >= 0);

        var state = LifecycleState.Probed(2);
        foreach (var step in Running)
            state.Next(in step);
        state.Next(new LifecycleEvent(NeedsResetRaised));
        Assert.Equal(RuleViolation.NeedsResetNotNotified, state.AtEnd());
        state.Next(new LifecycleEvent(DeviceRaisedInterrupt, 2));
        Assert.Equal(RuleViolation.None, state.AtEnd());
    }

    [Fact]
    public void Every_lifecycle_rule_is_shown_to_fire()
    {
        RuleViolation[] shown =
        [
            .. _modern.Select(static f => f.Rule), .. _legacy.Select(static f => f.Rule), .. _scripts.Select(static s => s.Rule), .. _pciScripts.Select(static s => s.Rule),
            RuleViolation.NeedsResetNotNotified,
        ];
        Assert.All(RuleTable.All.Where(static r => r.Monitor == "lifecycle"), rule => Assert.Contains(rule.Rule, shown));
    }

    private static void CheckFaults((LifecycleAt At, LifecycleEventKind Kind, uint Value, RuleViolation Rule)[] faults, bool legacy)
    {
        foreach (var (at, kind, value, rule) in faults)
        {
            var result = Check(legacy, new LifecycleFault(at, new LifecycleEvent(kind, value)));
            Assert.True(
                result.Violations is [var only] && only.Property == RuleTable.Of(rule).Name && only.Trace.Count > 0,
                $"{at}, {kind} {value}: wanted {rule}, got {string.Join(", ", result.Violations.Select(static v => v.Property))}");
        }
    }

    private static CheckResult Check(bool legacy, LifecycleFault fault) =>
        Checker.Check<LifecycleModel, LifecycleModelState>(new LifecycleModel(1, legacy, fault), new CheckOptions { Workers = 1 });
}
