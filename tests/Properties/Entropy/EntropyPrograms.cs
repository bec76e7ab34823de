using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;

namespace Ringcheck.Tests.Properties;

/// <summary>Random entropy programs, with the number of the random walk that schedules one.</summary>
public static class EntropyPrograms
{
    /// <summary>The device's one verb. A = bytes.</summary>
    static Gen<Operation> Request { get; } =
        from length in Gen.Frequency((4, Gen.Choose(1, 16)), (1, Gen.Elements(0, 1, 63, 64, 65, 1000)))
        select new Operation((byte)DeviceVerb.FirstOwn, (uint)length);

    static Gen<Operation> Waiting { get; } =
        from verb in Gen.Elements(DeviceVerb.Wait, DeviceVerb.Wait, DeviceVerb.Poll, DeviceVerb.WaitAny)
        from timeoutMs in Gen.Elements(0u, 0u, 10u)
        select Do(verb, timeoutMs);

    static Gen<Operation> Operation { get; } = Gen.Frequency(
        (10, Request), (5, Gen.Constant(Do(DeviceVerb.Kick))), (10, Waiting), (3, Gen.Constant(Do(DeviceVerb.Reap))), (1, Gen.Constant(Do(DeviceVerb.Recover))),
        (1, Gen.Constant(Do(DeviceVerb.Restart))), (1, Gen.Constant(Do(DeviceVerb.Unplug))));

    /// <summary>Up to 24 operations.</summary>
    public static Gen<(Operation[] Program, int Walk)> All { get; } =
        from count in Gen.Sized(size => Gen.Choose(1, 2 + size * 22 / 100))
        from program in Operation.ArrayOf(count)
        from walk in Gen.Choose(0, int.MaxValue)
        select (program, walk);

    static Operation Do(DeviceVerb verb, uint a = 0) => new((byte)verb, a);
}
