using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Standard;
using static Ringcheck.Tests.Properties.RegisterVerbs;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Random register scripts: the right one (3.1.1 "Driver Requirements: Device Initialization", 4.2.3), again after a reset, with a few
/// steps left out, doubled, exchanged or replaced. Wholly random accesses would break the first rule and say nothing of the others.
/// </summary>
public sealed class RegisterScripts(bool isLegacy)
{
    const uint Version1Word = 1, Ring = 0x10_0000, Align = 4096, PageSize = 4096;

    static readonly uint[] StatusValues = [0, 1, 2, 3, 4, 7, 8, 9, 11, 15, 0x40, 0x80, 0x83, 0x8F, 0xFF];

    /// <summary>Reset, acknowledge, features, one queue, DRIVER_OK, a notification with nothing to serve, stop.</summary>
    public Operation[] Right { get; } = isLegacy
        ?
        [
            Read(MmioRegister.MagicValue), Read(MmioRegister.Version), Read(MmioRegister.DeviceId),
            Write(MmioRegister.Status, 0), Read(MmioRegister.Status), Read(MmioRegister.Status), Read(MmioRegister.Status), Write(MmioRegister.Status, 1), Write(MmioRegister.Status, 3),
            Write(MmioRegister.DeviceFeaturesSel, 0), Read(MmioRegister.DeviceFeatures), Write(MmioRegister.DriverFeaturesSel, 0), Write(MmioRegister.DriverFeatures, 0),
            Write(MmioRegister.GuestPageSize, PageSize), Write(MmioRegister.QueueSel, 0), Read(MmioRegister.QueuePfn), Read(MmioRegister.QueueNumMax), Write(MmioRegister.QueueNum, 8),
            Write(MmioRegister.QueueAlign, Align), Write(MmioRegister.QueuePfn, (uint)((SimulatedMachine.RamBase + Ring) / PageSize)),
            Read(MmioRegister.Config), Write(MmioRegister.Status, 7), Read(MmioRegister.Status), Write(MmioRegister.QueueNotify, 0), Read(MmioRegister.InterruptStatus),
            Write(MmioRegister.Status, 0), Read(MmioRegister.Status),
        ]
        :
        [
            Read(MmioRegister.MagicValue), Read(MmioRegister.Version), Read(MmioRegister.DeviceId),
            Write(MmioRegister.Status, 0), Read(MmioRegister.Status), Read(MmioRegister.Status), Read(MmioRegister.Status), Write(MmioRegister.Status, 1), Write(MmioRegister.Status, 3),
            Write(MmioRegister.DeviceFeaturesSel, 1), Read(MmioRegister.DeviceFeatures), Write(MmioRegister.DriverFeaturesSel, 1), Write(MmioRegister.DriverFeatures, Version1Word),
            Write(MmioRegister.Status, 11), Read(MmioRegister.Status), Write(MmioRegister.QueueSel, 0), Read(MmioRegister.QueueReady), Read(MmioRegister.QueueNumMax), Write(MmioRegister.QueueNum, 8),
            Write(MmioRegister.QueueDescLow, (uint)SimulatedMachine.RamBase + Ring), Write(MmioRegister.QueueDescHigh, 0),
            Write(MmioRegister.QueueDriverLow, (uint)SimulatedMachine.RamBase + Ring + 0x1000), Write(MmioRegister.QueueDriverHigh, 0),
            Write(MmioRegister.QueueDeviceLow, (uint)SimulatedMachine.RamBase + Ring + 0x2000), Write(MmioRegister.QueueDeviceHigh, 0),
            Write(MmioRegister.QueueReady, 1), Read(MmioRegister.Config), Write(MmioRegister.Status, 15), Read(MmioRegister.Status), Write(MmioRegister.QueueNotify, 0),
            Read(MmioRegister.InterruptStatus), Write(MmioRegister.QueueReady, 0), Read(MmioRegister.QueueReady), Write(MmioRegister.Status, 0), Read(MmioRegister.Status),
        ];

    // The generators are properties without a store: they are built when all else is.

    /// <summary>Any access, with a value that its register knows. Addresses stay within memory: what is not is another monitor's.</summary>
    static Gen<Operation> Any => Gen.OneOf(Gen.Elements(Registers.ToArray()).Select(Read),
        from register in Gen.Elements(Registers.Where(register => register is not (MmioRegister.GuestPageSize or MmioRegister.QueuePfn)).ToArray()) from value in ValueOf(register) select Write(register, value));

    static Gen<uint> ValueOf(uint register) => register switch
    {
        MmioRegister.Status => Gen.Elements(StatusValues),
        MmioRegister.DriverFeatures => Gen.Elements(0u, 1u, 0x40u, uint.MaxValue),
        MmioRegister.DriverFeaturesSel or MmioRegister.DeviceFeaturesSel or MmioRegister.QueueSel or MmioRegister.QueueNotify => Gen.Elements(0u, 1u, 2u, 100u),
        MmioRegister.QueueNum => Gen.Elements(0u, 1u, 3u, 8u, 64u, 65u, 70_000u),
        MmioRegister.QueueReady => Gen.Elements(0u, 1u),
        MmioRegister.QueueAlign => Gen.Elements(0u, 3u, 4096u),
        MmioRegister.InterruptAck => Gen.Elements(0u, 1u, 2u, 3u),
        MmioRegister.QueueDescLow or MmioRegister.QueueDriverLow or MmioRegister.QueueDeviceLow => Gen.Choose(0, 15).Select(page => (uint)SimulatedMachine.RamBase + Ring + 0x4000 + 0x1000 * (uint)page),
        _ => Gen.Constant(0u),
    };

    enum Edit
    {
        Remove,
        Double,
        Exchange,
        Insert,
        Replace,
        SkipAhead,
    }

    public Gen<Operation[]> All =>
        from rounds in Gen.Choose(1, 3)
        from count in Gen.Sized(size => Gen.Choose(0, 1 + size / 30))
        from edits in (from kind in Gen.Elements(Enum.GetValues<Edit>()) from at in Gen.Choose(0, 1000) from operation in Any select (kind, at, operation)).ArrayOf(count)
        from walk in Gen.Choose(1, 1_000_000)
        let script = edits.Aggregate(Enumerable.Repeat(Right, rounds).SelectMany(script => script).ToArray(), (script, edit) => Apply(script, edit.kind, edit.at, edit.operation))
        select (Operation[])[Schedule(walk), .. script];

    static Operation[] Apply(Operation[] script, Edit edit, int where, Operation operation)
    {
        if (script.Length < 2) return [operation];
        int at = where % (script.Length - 1);
        return edit switch
        {
            Edit.Remove => [.. script[..at], .. script[(at + 1)..]],
            Edit.Double => [.. script[..at], script[at], .. script[at..]],
            Edit.Exchange => [.. script[..at], script[at + 1], script[at], .. script[(at + 2)..]],
            Edit.Insert => [.. script[..at], operation, .. script[at..]],
            Edit.Replace => [.. script[..at], operation, .. script[(at + 1)..]],
            _ => [.. script[..at], .. script[Math.Min(script.Length - 1, at + 1 + where % 7)..]],
        };
    }
}
