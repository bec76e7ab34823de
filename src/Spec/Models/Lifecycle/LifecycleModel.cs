using Ringcheck.Models.Checking;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;
using Kind = Ringcheck.Models.Lifecycle.LifecycleEventKind;

namespace Ringcheck.Models.Lifecycle;

/// <summary>
/// A driver that conforms and may give up or reset at any moment, and a device that conforms and uses its freedom (slow reset, refusal,
/// DEVICE_NEEDS_RESET, late interrupts), with <see cref="LifecycleState"/> judging each step of both: the rules forbid nothing that the
/// standard allows them, and what is due comes. The sections are those of <see cref="LifecycleState"/>.
/// </summary>
/// <remarks>One request a queue; the content of rings and configuration is not in it (see <c>ownership</c>).</remarks>
internal readonly partial struct LifecycleModel : IModel<LifecycleModelState>
{
    private enum Fair
    {
        None = -1,
        DriverGoesOn,
        DriverHandlesInterrupt,
        DeviceResets,
        DeviceNotifies,
        DeviceTellsNeedsReset,
        DeviceCompletes,
    }

    private static readonly string[] _fairNames =
    [
        "driver goes on", "driver handles interrupts", "device resets", "device notifies", "device tells that it needs a reset",
        "device completes on queue 0", "device completes on queue 1", "device completes on queue 2", "device completes on queue 3",
    ];

    private static readonly ModelProperty[] _witnesses =
    [
        new("runs", "the driver reaps a completed request."),
        new("recovers", "the device runs again after a reset."),
        new("reset-in-flight", "a reset is awaited with a request in flight."),
        new("slow-reset", "the device works on during a reset."),
        new("needs-reset", "the driver resets a device that needs it."),
        new("fails", "the driver sets FAILED."),
        new("empty-slot", "the driver stops at DeviceID 0."),
    ];

    private static readonly ModelProperty[] _modernWitnesses = [.. _witnesses, new("refused", "the device refuses the features.")];

    private static readonly ModelProperty[] _progress =
    [
        new("reset-ends", "A reset is asked for and never seen to be complete.", "reset.device.device-reset.1"),
        new("init-ends", "Initialization neither runs the device, nor fails, nor begins again.", "init.driver.device-initialization.5"),
        new("needs-reset-told", "A device that needs a reset never says so.", "status.device.device-status-field.3"),
        new("needs-reset-mended", "A device that needs a reset is never reset.", "status.driver.device-status-field.4"),
        new("request-ends", "A request on queue 0 is neither completed nor ended by a reset.", "cleanup.driver.device-cleanup.2"),
    ];

    private readonly int _queues;
    private readonly bool _legacy;
    private readonly LifecycleFault? _fault;
    private readonly bool _mute;

    /// <summary>A model of one device.</summary>
    /// <param name="queues">Its virtqueues, 1 to 4.</param>
    /// <param name="legacy">Version 1 (4.2.4) rather than 2.</param>
    /// <param name="fault">A deliberate fault.</param>
    /// <param name="mute">The device does not tell that it needs a reset: a deliberate fault that only shows as lack of progress.</param>
    public LifecycleModel(int queues, bool legacy, LifecycleFault? fault = null, bool mute = false)
    {
        _queues = queues;
        _legacy = legacy;
        _fault = fault;
        _mute = mute;
    }

    public string Name => _legacy ? "lifecycle-legacy" : "lifecycle";

    public int Size => _queues;

    public IReadOnlyList<ModelProperty> Invariants => [];

    public IReadOnlyList<ModelProperty> Witnesses => _legacy ? _witnesses : _modernWitnesses;

    public IReadOnlyList<ModelProperty> Progress => _progress;

    public IReadOnlyList<string> FairClasses => _fairNames[..((int)Fair.DeviceCompletes + _queues)];

    public void Initial<TSink>(ref TSink sink)
        where TSink : struct, ISink<LifecycleModelState> => sink.Add(-1, default);

    public void Next<TSink>(in LifecycleModelState state, ref TSink sink)
        where TSink : struct, ISink<LifecycleModelState>
    {
        DriverSteps(in state, ref sink);
        DeviceSteps(in state, ref sink);
        if (_fault is { } fault && fault.At == state.At)
            Step(in state, ref sink, Fair.None, fault.Event.Kind, fault.Event.Value, state.At);
    }

    public ulong Broken(in LifecycleModelState state) => 0;

    public ulong Witnessed(in LifecycleModelState state)
    {
        var seen = 0UL;
        if (state.At == LifecycleAt.Reap && state.Used != 0)
            seen |= 1;
        if (state.At == LifecycleAt.Running && state.Recovering != 0)
            seen |= 2;
        if (state.At == LifecycleAt.AwaitReset && state.InFlight != 0)
            seen |= 4;
        if (state.At == LifecycleAt.AwaitReset && state.ResetPending != 0 && state.Used != 0)
            seen |= 8;
        if (state.At == LifecycleAt.WriteReset && (state.Status & (int)DeviceStatus.NeedsReset) != 0)
            seen |= 16;
        if (state.At == LifecycleAt.Failed)
            seen |= 32;
        if (state.At == LifecycleAt.NoDevice)
            seen |= 64;
        if (state.At == LifecycleAt.ReadBack && (state.Status & (int)DeviceStatus.FeaturesOk) == 0)
            seen |= 128;
        return seen;
    }

    public bool IsFinal(in LifecycleModelState state) => state.At == LifecycleAt.NoDevice;

    public bool IsPending(int property, in LifecycleModelState state) => property switch
    {
        0 => state.At == LifecycleAt.AwaitReset,
        1 => state.At is > LifecycleAt.ReuseMemory and < LifecycleAt.Running,
        2 => state.ConfigDue != 0,
        3 => (state.Status & (int)DeviceStatus.NeedsReset) != 0,
        _ => (state.InFlight & 1) != 0,
    };

    public bool IsReached(int property, in LifecycleModelState state) => property switch
    {
        0 => state.At != LifecycleAt.AwaitReset,
        1 => state.At is LifecycleAt.Running or LifecycleAt.Failed or LifecycleAt.WriteReset or LifecycleAt.AwaitReset,
        2 => state.ConfigDue == 0,
        3 => (state.Status & (int)DeviceStatus.NeedsReset) == 0,
        _ => (state.InFlight & 1) == 0,
    };

    public int FairClass(int action) => (action >> 24) - 1;

    public string ActionText(int action, in LifecycleModelState from, in LifecycleModelState to) =>
        LifecycleText.Of(new LifecycleEvent((Kind)(action & 0xFF), (uint)(action >> 8) & 0xFFFF));

    /// <summary>One step of either side, judged by the monitor; the caller has changed the world in <paramref name="next"/>.</summary>
    private static void Step<TSink>(
        in LifecycleModelState next, ref TSink sink, Fair fair, Kind kind, uint value, LifecycleAt then)
        where TSink : struct, ISink<LifecycleModelState>
    {
        var after = next;
        after.At = then;
        var rule = after.Monitor.Next(new LifecycleEvent(kind, value));
        // Values of more than 16 bits are identities, which the text of the step does not need.
        var action = (int)kind | (((int)value & 0xFFFF) << 8) | (((int)fair + 1) << 24);
        if (rule == RuleViolation.None)
            sink.Add(action, in after);
        else
            sink.Break(action, in after, rule);
    }
}
