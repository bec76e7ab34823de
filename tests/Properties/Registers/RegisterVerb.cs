using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Properties;

/// <summary>A register access: B = offset, C = value (of a write). Any sequence is legal; few are right.</summary>
public enum RegisterVerb : byte
{
    Read = 1,
    Write,

    /// <summary>C = number of the random walk that schedules the script, wherever this stands; 0 without it.</summary>
    Schedule,
}

/// <summary>Register accesses in the standard's words, and made simpler.</summary>
public static class RegisterVerbs
{
    static readonly (uint Offset, string Name)[] Names =
    [
        (MmioRegister.MagicValue, "MagicValue"), (MmioRegister.Version, "Version"), (MmioRegister.DeviceId, "DeviceID"), (MmioRegister.VendorId, "VendorID"),
        (MmioRegister.DeviceFeatures, "DeviceFeatures"), (MmioRegister.DeviceFeaturesSel, "DeviceFeaturesSel"), (MmioRegister.DriverFeatures, "DriverFeatures"),
        (MmioRegister.DriverFeaturesSel, "DriverFeaturesSel"), (MmioRegister.GuestPageSize, "GuestPageSize"), (MmioRegister.QueueSel, "QueueSel"),
        (MmioRegister.QueueNumMax, "QueueNumMax"), (MmioRegister.QueueNum, "QueueNum"), (MmioRegister.QueueAlign, "QueueAlign"), (MmioRegister.QueuePfn, "QueuePFN"),
        (MmioRegister.QueueReady, "QueueReady"), (MmioRegister.QueueNotify, "QueueNotify"), (MmioRegister.InterruptStatus, "InterruptStatus"),
        (MmioRegister.InterruptAck, "InterruptACK"), (MmioRegister.Status, "Status"), (MmioRegister.QueueDescLow, "QueueDescLow"), (MmioRegister.QueueDescHigh, "QueueDescHigh"),
        (MmioRegister.QueueDriverLow, "QueueDriverLow"), (MmioRegister.QueueDriverHigh, "QueueDriverHigh"), (MmioRegister.QueueDeviceLow, "QueueDeviceLow"),
        (MmioRegister.QueueDeviceHigh, "QueueDeviceHigh"), (MmioRegister.ConfigGeneration, "ConfigGeneration"), (MmioRegister.Config, "Config"),
    ];

    public static Operation Read(uint register) => new((byte)RegisterVerb.Read, 0, register);

    public static Operation Write(uint register, uint value) => new((byte)RegisterVerb.Write, 0, register, value);

    public static Operation Schedule(int number) => new((byte)RegisterVerb.Schedule, 0, 0, (uint)number);

    public static IEnumerable<uint> Registers => Names.Select(name => name.Offset);

    public static string Describe(Operation operation)
    {
        if (operation.Code == (byte)RegisterVerb.Schedule) return $"scheduled by walk number {operation.C}";
        string name = Names.FirstOrDefault(name => name.Offset == operation.B).Name ?? $"0x{operation.B:x3}";
        return operation.Code == (byte)RegisterVerb.Read ? $"read {name}" : $"write 0x{operation.C:x} to {name}";
    }

    public static IEnumerable<Operation> Simpler(Operation operation)
    {
        if (operation.Code != (byte)RegisterVerb.Write || operation.C == 0) yield break;
        yield return operation with { C = 0 };
        if (operation.C > 1) yield return operation with { C = 1 };
    }
}
