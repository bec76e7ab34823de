using Ringcheck.Exploration;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <content>Carrying out the program.</content>
abstract partial class DeviceScenario<TDevice, TDriver>
{
    public void Run()
    {
        Engine.Begins(-1, "find and initialise the device");
        if (BringUp())
        {
            Cpu.UnmaskInterrupts();
            for (int i = 0; i < Program.Count; i++)
            {
                Engine.Begins(i);
                if (!Perform(Program[i])) break;
            }
            Engine.Begins(-1, "wait for what is left");
            DrainAll();
            if (Device.IsRemoved) JudgeRemoval();
        }
        Close();
        machine.Cpu.Finish();
        Engine.RunToRest();
        machine.Monitors.CameToRest();
        JudgeOutcome();
    }

    /// <summary>False: the device is gone for good, and nothing more can be asked of it.</summary>
    bool Perform(Operation operation)
    {
        switch ((DeviceVerb)operation.Code)
        {
            case DeviceVerb.Kick: Driver.Kick(); return true;
            case DeviceVerb.Wait: return WaitOldest(operation.A, poll: false);
            case DeviceVerb.Poll: return WaitOldest(operation.A, poll: true);
            case DeviceVerb.WaitAny: return WaitAny(operation.A);
            case DeviceVerb.Reap: return Reap();
            case DeviceVerb.Recover: return Recover();
            case DeviceVerb.Restart: return Restart(operation.A);
            case DeviceVerb.Unplug: Unplug(); return true;
            default:
                if (!operation.IsOfHost()) return !operation.IsOwn() || PerformOwn(operation);
                AskHost(operation);
                return true;
        }
    }

    /// <summary>A verb of the device's own: a request, unless the device's class knows better. False: the device is gone for good, and nothing more can be asked of it.</summary>
    protected virtual bool PerformOwn(Operation operation) => !HasRoom || Submit(operation);

    /// <summary>Makes a request of an operation; if there is no room for it among those in flight, once more after the oldest of them has ended.</summary>
    protected bool Submit(Operation operation)
    {
        var status = Submit(operation, out var id);
        if (status == DriverStatus.NoSpace && Outstanding > 0)
        {
            if (!WaitOldest(0, poll: false)) return false;
            status = Submit(operation, out id);
        }
        if (status == DriverStatus.Ok) Accepted(id);
        else JudgeRefusal(operation, status);
        return true;
    }

    /// <summary>Has the driver queue what an operation of the device's own asks for.</summary>
    protected abstract DriverStatus Submit(Operation operation, out RequestId id);

    void JudgeRefusal(Operation operation, DriverStatus status)
    {
        if (IsHostile) return;
        bool isRight = status switch
        {
            DriverStatus.NeedsReset => Device.IsBroken,
            DriverStatus.NoDevice => Device.IsBroken || Device.IsRemoved,
            DriverStatus.NoSpace => Outstanding > 0, // others hold the slots or the descriptors, timed out ones included
            _ => MayRefuse(operation, status),
        };
        if (!isRight) Fail("refusal", status.ToString(), [], $"the driver refused to {Describe(operation)}: {status}", "Refuse only what the device or its limits do not allow.");
    }

    /// <summary>Whether the driver of a device that is well may say this to an operation of the device's own.</summary>
    protected virtual bool MayRefuse(Operation operation, DriverStatus status) => false;

    bool Recover()
    {
        if (Outstanding > 0 && machine.Monitors.Ownership.Outstanding > 0) Count(DevicePremise.Resets);
        var status = Driver.Recover();
        ReapEnded(status);
        return status == DriverStatus.Ok || Refused(status);
    }

    /// <summary>The driver says that only a reset helps, which of a device that is well it has no reason to say.</summary>
    bool RecoverAsAsked()
    {
        if (!IsHostile && !Device.IsBroken && !Device.IsRemoved) Fail("completion", "needs-reset", [],
            $"the driver has given up on a device that is well (queue fault: {Driver.Fault})", "Compare ring indices modulo 65,536, and take back each chain once.");
        return Recover();
    }

    bool Restart(uint timeoutMs)
    {
        if (Outstanding > 0 && machine.Monitors.Ownership.Outstanding > 0) Count(DevicePremise.Resets);
        var status = Driver.Shutdown(TimeOut(timeoutMs));
        ReapEnded(status);
        if (status is DriverStatus.TimedOut or DriverStatus.NoDevice) return Refused(status);
        deviceMayRun = false;
        if (!IsHostile && machine.Monitors.Ownership.Outstanding > 0) Fail("shutdown", "requests-left", ["cleanup.driver.device-cleanup.2"],
            "the driver is shut down, and requests are still with the device", "Reset the device before giving its queue up.");
        return BringUp();
    }

    /// <summary>Everything that can be asked of a driver whose device is gone ends soon, and says so.</summary>
    void JudgeRemoval()
    {
        MustSay(Driver.Recover(), "reset");
        if (SampleRequest is { } operation) MustSay(Submit(operation, out _), Describe(operation));
        MustSay(Driver.Shutdown(UnansweredTimeoutMs), "shut down");
    }

    /// <summary>A request to ask a driver for whose device is gone; null for none.</summary>
    protected abstract Operation? SampleRequest { get; }

    void MustSay(DriverStatus status, string what)
    {
        if (status != DriverStatus.NoDevice && !IsHostile) Fail("removal", "not-said", [], $"the device is gone, and asked to {what} the driver says {status}",
            "Say NoDevice: a caller that is told to try again will.");
    }

    void JudgeOutcome()
    {
        if (IsHostile) return;
        if (okCount > machine.Monitors.Ownership.TakenBackNow) Fail("vacuity", "device-not-touched", [],
            $"{okCount} requests ended well, but the device has served {machine.Monitors.Ownership.TakenBackNow}", "Success without the device is a fallback: say so, or fail.");
    }
}
