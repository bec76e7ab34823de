using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;

namespace Ringcheck.Tests.Properties;

/// <summary>Random block programs, on one to four queues as the scenario has them, with the number of the random walk that schedules one.</summary>
public static class BlkPrograms
{
    /// <summary>Mostly a few sectors, so that requests meet; now and then the last ones.</summary>
    static Gen<uint> Sector { get; } = Gen.Frequency((6, Between(0, 5)), (2, Between(0, 63)), (1, Between(60, 64)));

    static Gen<Operation> Request { get; } =
        from verb in Gen.Elements(BlkVerb.Read, BlkVerb.Read, BlkVerb.Write, BlkVerb.Write)
        from sector in Sector
        from sectors in Gen.Frequency((4, Between(1, 2)), (1, Between(0, 9)))
        from pieces in Between(0, 3)
        select Do(verb, sector, sectors, pieces);

    static Gen<Operation> Pooled { get; } = from verb in Gen.Elements(BlkVerb.ReadPooled, BlkVerb.WritePooled) from sector in Sector select Do(verb, sector);

    static Gen<Operation> Range { get; } =
        from verb in Gen.Elements(BlkVerb.Discard, BlkVerb.WriteZeroes)
        from sector in Sector
        from sectors in Between(1, 4)
        select Do(verb, sector, sectors);

    static Gen<Operation> Waiting { get; } =
        from verb in Gen.Elements(BlkVerb.Wait, BlkVerb.Wait, BlkVerb.Poll, BlkVerb.WaitAny)
        from timeoutMs in Gen.Elements(0u, 0u, 10u)
        select Do(verb, timeoutMs);

    static Gen<Operation> Operation { get; } = Gen.Frequency(
        (10, Request), (3, Pooled), (3, Range), (1, Gen.Elements(Do(BlkVerb.Flush), Do(BlkVerb.GetId))), (5, Gen.Constant(Do(BlkVerb.Kick))), (10, Waiting),
        (3, Gen.Constant(Do(BlkVerb.Reap))), (1, Gen.Constant(Do(BlkVerb.Recover))), (1, Gen.Constant(Do(BlkVerb.Restart))),
        (1, Gen.Elements(Do(BlkVerb.SetWriteback, 0), Do(BlkVerb.SetWriteback, 1))), (1, Gen.Constant(Do(BlkVerb.Unplug))), (1, Gen.Constant(Do(BlkVerb.PowerCut))));

    /// <summary>Up to 24 operations.</summary>
    public static Gen<(Operation[] Program, int Walk)> All { get; } =
        from count in Gen.Sized(size => Gen.Choose(1, 2 + size * 22 / 100))
        from program in Operation.ArrayOf(count)
        from walk in Gen.Choose(0, int.MaxValue)
        select (program, walk);

    static Operation Do(BlkVerb verb, uint a = 0, uint b = 0, uint c = 0) => new((byte)verb, a, b, c);

    static Gen<uint> Between(int low, int high) => Gen.Choose(low, high).Select(value => (uint)value);
}
