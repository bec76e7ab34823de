using Ringcheck.Exploration;

namespace Ringcheck.Scenarios;

/// <summary>
/// What a program can do with any device. Any sequence is legal: what makes no sense where it stands (waiting with nothing in flight) does nothing. A device's own verbs
/// make requests, which are queued; they reach the device with the next <see cref="Kick"/> or wait.
/// </summary>
public enum DeviceVerb : byte
{
    Kick = 1,

    /// <summary>Waits for the oldest request. A = time-out in milliseconds, 0 for ever.</summary>
    Wait,

    /// <summary>As <see cref="Wait"/>, by polling, whether the driver uses interrupts or not.</summary>
    Poll,

    /// <summary>Waits until any request has ended. A = time-out.</summary>
    WaitAny,

    /// <summary>Takes what has ended, without waiting.</summary>
    Reap,

    /// <summary>Resets the device, with whatever is in flight, and brings it up again.</summary>
    Recover,

    /// <summary>Orderly shutdown; A = time-out. Then the driver is initialised again.</summary>
    Restart,

    /// <summary>From here on the device may be taken away at any moment.</summary>
    Unplug,

    /// <summary>A device's own verbs have this code or a greater one, below <see cref="FirstHost"/>.</summary>
    FirstOwn = 32,

    /// <summary>
    /// With this code or a greater one, what happens outside of the machine, at any moment from here on, each thing after the one before: a frame arrives, somebody presses
    /// a key.
    /// </summary>
    FirstHost = 128,
}

static class DeviceVerbs
{
    public static Operation Do(DeviceVerb verb, uint a = 0) => new((byte)verb, a);

    /// <summary>Whether the device's own class knows it, as a verb of the program or as one of the host's.</summary>
    public static bool IsOwn(this Operation operation) => operation.Code >= (byte)DeviceVerb.FirstOwn;

    /// <summary>Whether it happens outside of the machine.</summary>
    public static bool IsOfHost(this Operation operation) => operation.Code >= (byte)DeviceVerb.FirstHost;

    /// <summary>A verb of any device, in words.</summary>
    public static string Describe(Operation operation) => (DeviceVerb)operation.Code switch
    {
        DeviceVerb.Kick => "publish and notify",
        DeviceVerb.Wait => "wait for the oldest request" + TimeOut(operation),
        DeviceVerb.Poll => "poll for the oldest request" + TimeOut(operation),
        DeviceVerb.WaitAny => "wait for any request" + TimeOut(operation),
        DeviceVerb.Reap => "take what has ended",
        DeviceVerb.Recover => "reset the device and bring it up again",
        DeviceVerb.Restart => "shut down and initialise again",
        DeviceVerb.Unplug => "from here on the device may be taken away at any moment",
        _ => $"operation {operation.Code} (unknown: does nothing)",
    };

    public static IEnumerable<Operation> Simpler(Operation operation)
    {
        if (operation.Code == (byte)DeviceVerb.WaitAny) yield return Do(DeviceVerb.Wait, operation.A);
        if (operation.Code == (byte)DeviceVerb.Restart) yield return Do(DeviceVerb.Recover);
    }

    static string TimeOut(Operation operation) => operation.A == 0 ? "" : $", at most {operation.A} ms";
}
