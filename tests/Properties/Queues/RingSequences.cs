using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Exploration;
using static Ringcheck.Tests.Properties.RingVerbs;

namespace Ringcheck.Tests.Properties;

/// <summary>Random sequences for a split virtqueue, of up to as many operations as FsCheck's size says.</summary>
public static class RingSequences
{
    // In this order: each generator is built from the ones above it.

    /// <summary>Anywhere, most often just before 65,535 and 0x00ff: where 16-bit and 8-bit arithmetic breaks.</summary>
    static Gen<uint> StartIndex { get; } = Gen.Frequency(
        (4, Between(0xFFF0, 0xFFFF)), (2, Between(0x00F8, 0x0100)), (1, Gen.Constant(0u)), (3, Between(0, 0xFFFF)));

    static Gen<Operation> Initialise { get; } =
        from size in Gen.Frequency((1, Gen.Constant(0u)), (2, Gen.Constant(1u)), (4, Gen.Constant(2u)), (3, Gen.Constant(3u)), (1, Between(4, 6)))
        from start in StartIndex
        from layout in Gen.Frequency((4, Gen.Constant(0u)), (1, Gen.Constant(RingTrial.LegacyLayout)))
        select Do(RingVerb.Initialise, size, start, layout);

    static Gen<uint> Length { get; } = Gen.Frequency((15, Between(1, 4096)), (1, Gen.Elements(0u, 1u, 0x7FFF_FFFFu, 0x8000_0000u, 0xFFFF_FFFFu)));

    static Gen<Operation> Add { get; } =
        from readable in Gen.Frequency((8, Between(0, 2)), (1, Between(0, 9)))
        from writable in Gen.Frequency((8, Between(0, 2)), (1, Between(0, 9)))
        from length in Length
        select Do(RingVerb.Add, readable, writable, length);

    static Gen<Operation> AddPair { get; } =
        from readable in Length
        from writable in Length
        select Do(RingVerb.AddPair, readable, writable);

    static Gen<Operation> Complete { get; } =
        from which in Between(0, 7)
        from length in Gen.Frequency((1, Gen.Constant(0u)), (2, Between(0, 4096)), (1, Gen.Constant(uint.MaxValue)))
        select Do(RingVerb.Complete, which, length);

    static Gen<Operation> DeviceLie { get; } =
        from lie in Between(0, 3)
        from variant in Gen.Frequency((1, Between(0, 7)), (1, Between(0, 0xFFFF)))
        select Do(RingVerb.Lie, lie, variant);

    /// <summary>Devices that keep to the standard.</summary>
    public static Gen<Operation[]> Honest { get; } = Of(lies: 0);

    /// <summary>Devices that break it now and then.</summary>
    public static Gen<Operation[]> WithLies { get; } = Of(lies: 1);

    /// <summary>Rings with EVENT_IDX, and devices that keep to the standard: event words near where each side is, most often near the wrap.</summary>
    public static Gen<Operation[]> WithEvents { get; } = EventSequences();

    static Gen<Operation[]> EventSequences()
    {
        var initialise = Initialise.Select(operation => operation with { C = operation.C | RingTrial.EventIndex });
        var availEvent = Gen.Frequency((8, Between(0, 8)), (1, Between(0, 0xFFFF))).Select(at => Do(RingVerb.AvailEvent, at));
        var operation = Gen.Frequency(
            (16, Add), (20, Gen.Constant(Do(RingVerb.Publish))), (16, Gen.Constant(Do(RingVerb.Decide))), (20, Complete), (20, Gen.Constant(Do(RingVerb.Take))),
            (8, availEvent), (8, Between(0, 1).Select(on => Do(RingVerb.Interrupts, on))), (1, initialise));
        return from first in initialise
               from rest in Gen.Sized(size => Gen.Choose(1, size).SelectMany(count => operation.ArrayOf(count)))
               select (Operation[])[first, .. rest];
    }

    static Gen<Operation[]> Of(int lies)
    {
        var operation = Gen.Frequency([
            (20, Add), (10, AddPair), (20, Gen.Constant(Do(RingVerb.Publish))), (25, Complete), (25, Gen.Constant(Do(RingVerb.Take))), (1, Initialise),
            (1, Between(0, 1).Select(on => Do(RingVerb.Interrupts, on))), (1, Between(0, 1).Select(on => Do(RingVerb.Suppress, on))),
            .. lies == 0 ? Array.Empty<(int, Gen<Operation>)>() : [(lies, DeviceLie)],
        ]);
        return from first in Initialise
               from rest in Gen.Sized(size => Gen.Choose(1, size).SelectMany(count => operation.ArrayOf(count)))
               select (Operation[])[first, .. rest];
    }

    static Gen<uint> Between(int low, int high) => Gen.Choose(low, high).Select(value => (uint)value);
}
