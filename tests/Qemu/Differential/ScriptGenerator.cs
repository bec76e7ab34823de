using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Standard;
using static Ringcheck.Standard.MmioRegister;

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

    /// <summary>What the selectors select, whatever has been written to them.</summary>
    private static readonly Act[] Looks = [Act.Read(DeviceFeatures), Act.Read(QueueNumMax), Act.Read(QueueReady), Act.Read(QueuePfn)];

    /// <summary>So many scripts, in one piece: each state has as many of them as any other.</summary>
    public static Gen<DifferentialScript[]> Suite(bool legacy, int scriptsPerState) =>
        Gen.CollectToArray(RegisterCells.States, state => OfState(legacy, state, scriptsPerState)).Select(states => states.SelectMany(s => s).ToArray());

    private static Gen<DifferentialScript[]> OfState(bool legacy, DeviceState state, int scripts)
    {
        RegisterCell[] all = [.. RegisterCells.Of(state)];
        RegisterCell[] calm = [.. all.Where(cell => !MayChangeState(cell))], rest = [.. all.Where(MayChangeState)];
        return from deck in Gen.Shuffle(calm)
               from kinds in Gen.Shuffle(Enumerable.Range(0, RequestKinds.All.Count))
               from made in Gen.CollectToArray(Enumerable.Range(0, scripts), i => OneScript(legacy, state,
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

    private static Gen<DifferentialScript> OneScript(bool legacy, DeviceState state, RegisterCell[] cells, int kind) =>
        from preamble in APreamble(legacy, Gen.Constant(state))
        from dealt in Gen.CollectToArray(cells, cell => AccessTo(cell, legacy))
        from start in APreamble(legacy, Gen.Constant(DeviceState.Running))
        from slot in RandomSlot
        from variation in Variation
        from length in Gen.Choose(2, 8)
        from tail in Chunk(legacy).ListOf(length)
        select new DifferentialScript(preamble,
        [
            .. dealt[..^1],
            .. Looks,
            dealt[^1],
            // Whatever came before: one request of a kind that is dealt too, by a device that listens.
            Act.Write(MmioRegister.Status, 0),
            .. start.Acts(),
            Act.Place(kind, slot, variation),
            Act.Write(QueueNotify, 0),
            .. tail.SelectMany(acts => acts),
        ]);

    private static Gen<Preamble> APreamble(bool legacy, Gen<DeviceState> state) =>
        from s in state
        from size in Gen.Frequency((8, Gen.Elements<ushort>(16, 32, 64)), (2, Gen.Elements<ushort>(1, 2, 4, 8, 256, 1024)), (1, Gen.Elements<ushort>(3, 6, 100)))
        from features in Features
        select new Preamble(legacy, s, size, features);

    private static Gen<ulong> Features =>
        from version1 in Gen.Frequency((4, Gen.Constant(FeatureSet.Of(Feature.Version1))), (1, Gen.Constant(FeatureSet.None)))
        from more in Gen.SubListOf(Feature.EventIndex, Feature.IndirectDescriptors, Feature.NotifyOnEmpty, BlkFeature.Flush, BlkFeature.ConfigWce,
            BlkFeature.Discard, BlkFeature.WriteZeroes)
        from all in Gen.Frequency((9, Gen.Constant(0UL)), (1, Gen.Constant(ulong.MaxValue)))
        select more.Aggregate(version1, (set, bit) => set.With(bit)).Low | all;

    /// <summary>A few steps that belong together.</summary>
    private static Gen<Act[]> Chunk(bool legacy) => Gen.Frequency<Act[]>(
        (8, Batch),
        (4, AnyCell.SelectMany(cell => AccessTo(cell, legacy)).Select(act => (Act[])[act])),
        (1, Gen.Elements<ulong>(0, 1, 2, ushort.MaxValue).Select(flags => (Act[])[new(Verb.AvailFlags, Value: flags)])),
        (1, Gen.Elements<ulong>(0, 1, 2, 3, 5, ushort.MaxValue).Select(index => (Act[])[new(Verb.UsedEvent, Value: index)])),
        (3, UsedEventAndBatch),
        (1, Gen.Elements<ulong>(1, 2, 3, uint.MaxValue).Select(causes => (Act[])[Act.Write(InterruptAck, causes)])),
        (1, Gen.Elements<ulong>(DevicePair.Sectors + 8, 2 * DevicePair.Sectors).Select(sectors =>
            (Act[])[new(Verb.Resize, Value: sectors), Act.Read(MmioRegister.Config, 8), Act.Read(ConfigGeneration)])),
        (2, from reset in Gen.Elements(true, false)
            from state in APreamble(legacy, Gen.Elements<DeviceState>(RegisterCells.States))
            select (Act[])[.. reset ? (Act[])[Act.Write(MmioRegister.Status, 0)] : [], .. state.Acts()]));

    /// <summary>What a driver does: asks, with EVENT_IDX, for one of the next interrupts or none, and acknowledges what came before; then publishes.</summary>
    private static Gen<Act[]> UsedEventAndBatch =>
        from ahead in Gen.Elements<ulong>(ushort.MaxValue, 0, 0, 1, 2)
        from batch in Batch
        select (Act[])[new(Verb.UsedEvent, Act.FromUsedIndex, Value: ahead), Act.Write(InterruptAck, InterruptCause.All), .. batch];

    /// <summary>Requests in slots of their own, then the notification.</summary>
    private static Gen<Act[]> Batch =>
        from slots in Gen.Shuffle(Enumerable.Range(0, Arena.Slots))
        from count in Gen.Frequency((3, Gen.Constant(1)), (3, Gen.Choose(2, 4)), (1, Gen.Choose(5, Arena.Slots)))
        from kinds in Gen.Frequency((2, Gen.Choose(0, 1)), (2, Gen.Choose(0, 6)), (3, Gen.Choose(0, RequestKinds.All.Count - 1))).ListOf(count)
        from variations in Variation.ListOf(count)
        from queue in Gen.Frequency((12, Gen.Constant(0UL)), (1, Gen.Elements<ulong>(1, 5, 0xFFFF)))
        select (Act[])[.. kinds.Select((kind, i) => Act.Place(kind, slots[i], variations[i])), Act.Write(QueueNotify, queue)];

    private static Gen<RegisterCell> AnyCell =>
        from register in Gen.Choose(0, RegisterCells.Registers.Count - 1)
        from shape in Gen.Choose(0, RegisterCells.Shapes.Count - 1)
        from isWrite in Gen.Elements(true, false)
        select new RegisterCell(register, shape, isWrite, default);

    private static Gen<Act> AccessTo(RegisterCell cell, bool legacy)
    {
        AccessShape shape = RegisterCells.Shapes[cell.Shape];
        return from register in Gen.Elements(RegisterCells.Registers[cell.Register].Offsets)
               from inside in shape.IsInside ? Gen.Choose(1, 3) : Gen.Constant(0)
               from value in cell.IsWrite ? RegisterValues.For(register + (uint)inside, shape.Width, legacy) : Gen.Constant(0UL)
               select cell.IsWrite ? Act.Write(register + (uint)inside, value, shape.Width) : Act.Read(register + (uint)inside, shape.Width);
    }

    /// <summary>Writes that may lead into another state come last among those that are dealt.</summary>
    private static bool MayChangeState(RegisterCell cell)
    {
        AccessShape shape = RegisterCells.Shapes[cell.Shape];
        return cell.IsWrite && shape.Width >= 4 && RegisterCells.Registers[cell.Register].Offsets.Any(offset =>
            Array.Exists((uint[])[MmioRegister.Status, QueuePfn, QueueReady, QueueNotify], register => offset == register || (shape.Width == 8 && offset + 4 == register)));
    }
}
