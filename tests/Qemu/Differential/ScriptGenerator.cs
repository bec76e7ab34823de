using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>
/// FsCheck's part of the differential test. Each script begins in one of the states of <see cref="DeviceState"/>, goes through its share of
/// the register cells of that state, dealt from a shuffled deck so that none is left out, and ends with a random mixture of requests,
/// register accesses and new starts.
/// </summary>
internal static class ScriptGenerator
{
    private static readonly Gen<uint> Variation = Gen.Choose(0, 1023).Select(v => (uint)v);
    private static readonly Gen<int> RandomSlot = Gen.Choose(0, Arena.Slots - 1);

    /// <summary>So many scripts, in one piece: each state has as many of them as any other.</summary>
    public static Gen<DifferentialScript[]> Suite(ScriptTransport transport, int scriptsPerState) =>
        Gen.CollectToArray(RegisterCells.States, state => OfState(transport, state, scriptsPerState)).Select(states => states.SelectMany(s => s).ToArray());

    private static Gen<DifferentialScript[]> OfState(ScriptTransport transport, DeviceState state, int scripts)
    {
        RegisterCell[] all = [.. transport.Cells.Of(state)];
        RegisterCell[] calm = [.. all.Where(cell => !MayChangeState(transport, cell))], rest = [.. all.Where(cell => MayChangeState(transport, cell))];
        return from deck in Gen.Shuffle(calm)
               from kinds in Gen.Shuffle(Enumerable.Range(0, RequestKinds.All.Count))
               from made in Gen.CollectToArray(Enumerable.Range(0, scripts), i => OneScript(transport, state,
                   [.. Deal(deck, i, scripts), rest[i % rest.Length]], kinds[i % kinds.Length]))
               select made;
    }

    private static IEnumerable<RegisterCell> Deal(RegisterCell[] deck, int hand, int hands)
    {
        for (int i = hand; i < deck.Length; i += hands)
        {
            yield return deck[i];
        }
    }

    private static Gen<DifferentialScript> OneScript(ScriptTransport transport, DeviceState state, RegisterCell[] cells, int kind) =>
        from preamble in APreamble(transport, Gen.Constant(state))
        from dealt in Gen.CollectToArray(cells, cell => AccessTo(cell, transport))
        from start in APreamble(transport, Gen.Constant(DeviceState.Running))
        from slot in RandomSlot
        from variation in Variation
        from length in Gen.Choose(2, 8)
        from tail in Chunk(transport).ListOf(length)
        select new DifferentialScript(preamble,
        [
            .. dealt[..^1],
            .. transport.Looks,
            dealt[^1],
            // Whatever came before: one request of a kind that is dealt too, by a device that listens.
            transport.Status(0),
            .. start.Acts(),
            Act.Place(kind, slot, variation),
            transport.Notify(0),
            .. tail.SelectMany(acts => acts),
        ]);

    private static Gen<Preamble> APreamble(ScriptTransport transport, Gen<DeviceState> state) =>
        from s in state
        from size in Gen.Frequency((8, Gen.Elements<ushort>(16, 32, 64)), (2, Gen.Elements<ushort>(1, 2, 4, 8, 256, 1024)), (1, Gen.Elements<ushort>(3, 6, 100)))
        from features in Features
        from variation in Gen.Choose(0, transport.Variations - 1)
        select new Preamble(transport, s, size, features, (uint)variation);

    private static Gen<ulong> Features =>
        from version1 in Gen.Frequency((4, Gen.Constant(FeatureSet.Of(Feature.Version1))), (1, Gen.Constant(FeatureSet.None)))
        from more in Gen.SubListOf(Feature.EventIndex, Feature.IndirectDescriptors, Feature.NotifyOnEmpty, BlkFeature.Flush, BlkFeature.ConfigWce,
            BlkFeature.Discard, BlkFeature.WriteZeroes)
        from all in Gen.Frequency((9, Gen.Constant(0UL)), (1, Gen.Constant(ulong.MaxValue)))
        select more.Aggregate(version1, (set, bit) => set.With(bit)).Low | all;

    /// <summary>A few steps that belong together.</summary>
    private static Gen<Act[]> Chunk(ScriptTransport transport) => Gen.Frequency<Act[]>(
        (8, Batch(transport)),
        (4, AnyCell(transport).SelectMany(cell => AccessTo(cell, transport)).Select(act => (Act[])[act])),
        (1, Gen.Elements<ulong>(0, 1, 2, ushort.MaxValue).Select(flags => (Act[])[new(Verb.AvailFlags, Value: flags)])),
        (1, Gen.Elements<ulong>(0, 1, 2, 3, 5, ushort.MaxValue).Select(index => (Act[])[new(Verb.UsedEvent, Value: index)])),
        (3, UsedEventAndBatch(transport)),
        (transport.Chunk is null ? 0 : 3, transport.Chunk ?? Gen.Constant<Act[]>([])),
        (1, Gen.Elements<ulong>(1, 2, 3, uint.MaxValue).Select(causes => (Act[])[transport.Acknowledge(causes)])),
        (1, Gen.Elements<ulong>(DevicePair.Sectors + 8, 2 * DevicePair.Sectors).Select(sectors =>
            (Act[])[new(Verb.Resize, Value: sectors), .. transport.LooksAtSize])),
        (2, from reset in Gen.Elements(true, false)
            from state in APreamble(transport, Gen.Elements<DeviceState>(RegisterCells.States))
            select (Act[])[.. reset ? (Act[])[transport.Status(0)] : [], .. state.Acts()]));

    /// <summary>What a driver does: asks, with EVENT_IDX, for one of the next interrupts or none, and acknowledges what came before; then publishes.</summary>
    private static Gen<Act[]> UsedEventAndBatch(ScriptTransport transport) =>
        from ahead in Gen.Elements<ulong>(ushort.MaxValue, 0, 0, 1, 2)
        from batch in Batch(transport)
        select (Act[])[new(Verb.UsedEvent, Act.FromUsedIndex, Value: ahead), transport.Acknowledge(InterruptCause.All), .. batch];

    /// <summary>Requests in slots of their own, then the notification.</summary>
    private static Gen<Act[]> Batch(ScriptTransport transport) =>
        from slots in Gen.Shuffle(Enumerable.Range(0, Arena.Slots))
        from count in Gen.Frequency((3, Gen.Constant(1)), (3, Gen.Choose(2, 4)), (1, Gen.Choose(5, Arena.Slots)))
        from kinds in Gen.Frequency((2, Gen.Choose(0, 1)), (2, Gen.Choose(0, 6)), (3, Gen.Choose(0, RequestKinds.All.Count - 1))).ListOf(count)
        from variations in Variation.ListOf(count)
        from queue in Gen.Frequency((12, Gen.Constant(0UL)), (1, Gen.Elements<ulong>(1, 5, 0xFFFF)))
        select (Act[])[.. kinds.Select((kind, i) => Act.Place(kind, slots[i], variations[i])), transport.Notify(queue)];

    private static Gen<RegisterCell> AnyCell(ScriptTransport transport) =>
        Gen.Elements(transport.Cells.Of(DeviceState.Reset).ToArray());

    private static Gen<Act> AccessTo(RegisterCell cell, ScriptTransport transport)
    {
        ScriptRegister register = transport.Cells.Registers[cell.Register];
        AccessShape shape = transport.Cells.Shapes[cell.Shape];
        return from offset in Gen.Elements(register.Offsets)
               from inside in Gen.Elements(transport.Cells.Starts(register, shape))
               from value in cell.IsWrite ? transport.Value(register.Block, offset + inside, shape.Width) : Gen.Constant(0UL)
               select cell.IsWrite ? Act.Write(offset + inside, value, shape.Width, register.Block) : Act.Read(offset + inside, shape.Width, register.Block);
    }

    /// <summary>Writes that may lead into another state come last among those that are dealt.</summary>
    private static bool MayChangeState(ScriptTransport transport, RegisterCell cell) =>
        cell.IsWrite && transport.MayChangeState(transport.Cells.Registers[cell.Register], transport.Cells.Shapes[cell.Shape]);
}
