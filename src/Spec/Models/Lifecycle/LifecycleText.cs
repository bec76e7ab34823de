using System.Globalization;
using Ringcheck.Standard;
using Kind = Ringcheck.Models.Lifecycle.LifecycleEventKind;

namespace Ringcheck.Models.Lifecycle;

/// <summary>Events in the standard's words.</summary>
public static class LifecycleText
{
    public static string Of(in LifecycleEvent what) => what.Kind switch
    {
        Kind.StatusWritten when what.Value == 0 => "driver: writes Status 0 (reset)",
        Kind.StatusWritten => $"driver: writes Status {Status(what.Value)}",
        Kind.StatusRead => $"driver: reads Status {Status(what.Value)}",
        Kind.QueueAddressWritten => $"driver: writes queue address word {(QueueAddressHalf)what.Value}",
        Kind.NotifyWritten => $"driver: notifies queue {what.Value}",
        Kind.MemoryReused => $"driver: reuses the memory of queue {what.Value}",
        Kind.InterruptAckWritten => Write("InterruptACK", what.Value),
        Kind.QueuePfnWritten => Write("QueuePFN", what.Value),
        Kind.MagicRead => "driver: reads MagicValue",
        Kind.DeviceIdRead => Read("DeviceID", what.Value),
        Kind.ConfigRead => $"driver: reads configuration at {what.Value}",
        Kind.ConfigWritten => $"driver: writes configuration at {what.Value}",
        Kind.OtherAccessed => $"driver: accesses register {Hex(what.Value)}",
        Kind.ResetCompleted => "device: completes the reset",
        Kind.NeedsResetRaised => "device: sets DEVICE_NEEDS_RESET",
        Kind.DeviceTouchedQueue => $"device: accesses queue {what.Value}",
        Kind.DeviceRaisedInterrupt => $"device: raises interrupt cause {what.Value}",
        _ when what.Kind.ToString().EndsWith("Written", StringComparison.Ordinal) => Write(what.Kind.ToString()[..^"Written".Length], what.Value),
        _ => Read(what.Kind.ToString()[..^"Read".Length], what.Value),
    };

    private static string Write(string register, uint value) => $"driver: writes {register} {Hex(value)}";

    private static string Read(string register, uint value) => $"driver: reads {register} {Hex(value)}";

    private static string Hex(uint value) => value < 10 ? value.ToString(CultureInfo.InvariantCulture) : $"0x{value:x}";

    private static string Status(uint value)
    {
        (uint Bit, string Name)[] bits =
        [
            (DeviceStatus.Acknowledge, "ACKNOWLEDGE"), (DeviceStatus.Driver, "DRIVER"), (DeviceStatus.FeaturesOk, "FEATURES_OK"),
            (DeviceStatus.DriverOk, "DRIVER_OK"), (DeviceStatus.Suspend, "SUSPEND"), (DeviceStatus.NeedsReset, "DEVICE_NEEDS_RESET"),
            (DeviceStatus.Failed, "FAILED"),
        ];
        return value == 0 ? "0" : $"{Hex(value)} ({string.Join('|', bits.Where(bit => (value & bit.Bit) != 0).Select(static bit => bit.Name))})";
    }
}
