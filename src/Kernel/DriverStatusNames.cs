using System;

namespace Ringcheck.Kernel;

/// <summary>A <see cref="DriverStatus"/> as its own name in UTF-8, for boot lines.</summary>
public static class DriverStatusNames
{
    public static ReadOnlySpan<byte> Of(DriverStatus status) => status switch
    {
        DriverStatus.Ok => "Ok"u8,
        DriverStatus.Pending => "Pending"u8,
        DriverStatus.NoDevice => "NoDevice"u8,
        DriverStatus.NotSupported => "NotSupported"u8,
        DriverStatus.FeaturesRefused => "FeaturesRefused"u8,
        DriverStatus.QueueUnavailable => "QueueUnavailable"u8,
        DriverStatus.VectorUnavailable => "VectorUnavailable"u8,
        DriverStatus.NoSpace => "NoSpace"u8,
        DriverStatus.InvalidArgument => "InvalidArgument"u8,
        DriverStatus.ReadOnly => "ReadOnly"u8,
        DriverStatus.OutOfRange => "OutOfRange"u8,
        DriverStatus.TimedOut => "TimedOut"u8,
        DriverStatus.DeviceError => "DeviceError"u8,
        DriverStatus.NeedsReset => "NeedsReset"u8,
        DriverStatus.IoError => "IoError"u8,
        DriverStatus.Unsupported => "Unsupported"u8,
        DriverStatus.Aborted => "Aborted"u8,
        _ => "unknown"u8,
    };
}
