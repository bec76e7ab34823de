using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>Carrying out the program.</content>
sealed partial class BlkScenario
{
    struct Request
    {
        public RequestId Id;
        public BlkVerb Verb;
        public uint Sector, Count, Content;

        /// <summary>When it was submitted, by the reference disk's clock.</summary>
        public uint SubmittedAt;

        /// <summary>The same, by the clock of what is durable.</summary>
        public uint DurableAt;
        public int Buffer;
        public bool IsOutstanding, HasTimedOut;
    }

    readonly Request[] requests = new Request[MaxRequests];
    readonly DmaSegment[] pieces = new DmaSegment[16];
    readonly BlkRange[] ranges = new BlkRange[1];
    readonly byte[] scratch = new byte[BufferStride];
    int requestCount, outstanding, okCount;
    uint nextContent;

    bool powerIsCut;

    bool IsHostile => profile == DeviceProfile.Hostile;

    void ForgetRequests()
    {
        requestCount = outstanding = okCount = 0;
        powerIsCut = false;
        nextContent = 1;
    }

    public void Run()
    {
        Engine.Begins(-1, "find and initialise the device");
        if (BringUp())
        {
            cpu.UnmaskInterrupts();
            for (int i = 0; i < Program.Count; i++)
            {
                Engine.Begins(i);
                if (!Perform(Program[i])) break;
            }
            if (!powerIsCut)
            {
                Engine.Begins(-1, "wait for what is left");
                DrainAll();
                if (device.IsRemoved) JudgeRemoval();
                else JudgeCapacity();
            }
        }
        Close();
        machine.Cpu.Finish();
        Engine.RunToRest();
        machine.Monitors.CameToRest();
        if (powerIsCut) JudgeDurability();
        else JudgeOutcome();
    }

    /// <summary>Finds and initialises the device. False: it refused, as it may.</summary>
    bool BringUp()
    {
        MapDriverRegion();
        var status = transport.Kind == TransportKind.None ? FindDevice() : DriverStatus.Ok;
        deviceMayRun |= status == DriverStatus.Ok;
        if (status == DriverStatus.Ok) status = driver.Initialise(transport, driverRegion);
        if (status == DriverStatus.VectorUnavailable) status = UsePin();
        return status == DriverStatus.Ok || Refused(status);
    }

    bool Refused(DriverStatus status)
    {
        Count(BlkPremise.DeviceRefused);
        bool mayRefuse = IsHostile || (profile == DeviceProfile.Odd && status is DriverStatus.FeaturesRefused or DriverStatus.VectorUnavailable) || (device.IsRemoved && status == DriverStatus.NoDevice);
        if (!mayRefuse) JudgeAddresses();
        if (!mayRefuse) Fail("initialisation", status.ToString(), [], $"the driver could not bring up a device that is well: {status}",
            "Follow 3.1.1 step by step; the monitors name the step if it was one of the driver's.");
        return false;
    }

    /// <summary>False: the device is gone for good, and nothing more can be asked of it.</summary>
    bool Perform(Operation operation)
    {
        switch (operation.VerbOf())
        {
            case BlkVerb.Kick: driver.Kick(); return true;
            case BlkVerb.Wait: return outstanding == 0 || WaitOldest(operation.A, poll: false);
            case BlkVerb.Poll: return outstanding == 0 || WaitOldest(operation.A, poll: true);
            case BlkVerb.WaitAny: return outstanding == 0 || WaitAny(operation.A);
            case BlkVerb.Reap: return Reap();
            case BlkVerb.Recover: return Recover();
            case BlkVerb.Restart: return Restart(operation.A);
            case BlkVerb.Resize: device.Resize(operation.A); return true;
            case BlkVerb.SetWriteback: SetWriteback(operation.A != 0); return true;
            case BlkVerb.Unplug: Unplug(); return true;
            case BlkVerb.PowerCut: return !CutPower();
            default:
                if (requestCount < MaxRequests) Submit(operation);
                return true;
        }
    }

    void Fail(string monitor, string rule, string[] clauses, string message, string mend) => Engine.Fail(new(monitor, rule, clauses, message, mend));
}
