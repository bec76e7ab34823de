using Ringcheck.Exploration;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// What a sequence for a split virtqueue is made of. Any sequence is legal: what makes no sense where it stands (completing with
/// nothing in flight) does nothing. Before the first operation, the queue has 1 descriptor and both indices at 0.
/// </summary>
public enum RingVerb : byte
{
    /// <summary>Begins anew, as after a reset. A = log2 of Queue Size, B = index that both sides start from, C: bits of <see cref="RingTrial"/>.</summary>
    Initialise = 1,

    /// <summary>A = readable pieces, B = writable pieces, C = bytes of each.</summary>
    Add,

    /// <summary>One piece each way, by the queue's short form. A = readable bytes, B = writable bytes.</summary>
    AddPair,

    Publish,

    /// <summary>The device returns the chain number A (modulo) of those that it has, and says that it wrote B bytes (modulo room).</summary>
    Complete,

    /// <summary>The driver takes a chain back.</summary>
    Take,

    /// <summary>A = 0: the driver asks not to be interrupted.</summary>
    Interrupts,

    /// <summary>A = 1: the device asks not to be notified.</summary>
    Suppress,

    /// <summary>The device writes what no device may, and the driver looks. A = a <see cref="Lie"/>, B = which one of its kind.</summary>
    Lie,

    /// <summary>The driver decides whether to notify; with EVENT_IDX, about all that it has published since it last did.</summary>
    Decide,

    /// <summary>With EVENT_IDX: the device writes avail_event, A - 4 beyond the next chain.</summary>
    AvailEvent,
}

/// <summary>What a lying device writes into the used ring.</summary>
public enum Lie : byte
{
    IdOutOfRange,
    IdNotInFlight,
    LengthTooLong,
    IndexJump,
}

/// <summary>Operations of <see cref="RingVerb"/>: in words, and made simpler.</summary>
public static class RingVerbs
{
    /// <summary>Start indices that say most to a reader; any other is told by how far it is from the wrap.</summary>
    static readonly uint[] TellingStarts = [0, 0xFFFF, 0x00FF];

    public static Operation Do(RingVerb verb, uint a = 0, uint b = 0, uint c = 0) => new((byte)verb, a, b, c);

    public static RingVerb VerbOf(this Operation operation) => (RingVerb)operation.Code;

    public static string Describe(Operation operation) => operation.VerbOf() switch
    {
        RingVerb.Initialise => $"initialise {1 << (int)operation.A} descriptors, indices from {operation.B}{((operation.C & RingTrial.LegacyLayout) != 0 ? ", version 1 layout" : "")}{((operation.C & RingTrial.EventIndex) != 0 ? ", EVENT_IDX" : "")}",
        RingVerb.Add => $"add a chain of {operation.A} readable and {operation.B} writable pieces of {operation.C} bytes",
        RingVerb.AddPair => $"add {operation.A} bytes to read and {operation.B} bytes to write",
        RingVerb.Publish => "publish",
        RingVerb.Complete => $"the device returns the chain number {operation.A} that it has ({operation.B} bytes)",
        RingVerb.Take => "take a chain back",
        RingVerb.Interrupts => operation.A == 0 ? "ask for no interrupts" : "ask for interrupts",
        RingVerb.Suppress => operation.A == 0 ? "the device asks for notifications" : "the device asks for no notifications",
        RingVerb.Lie => $"the device lies: {(Lie)operation.A}, variant {operation.B}; the driver looks",
        RingVerb.Decide => "decide whether to notify",
        RingVerb.AvailEvent => $"with EVENT_IDX, the device writes avail_event: the next chain {(int)operation.A - 4:+0;-0;+0}",
        _ => $"operation {operation.Code} (unknown: does nothing)",
    };

    public static IEnumerable<Operation> Simpler(Operation operation)
    {
        var (a, b, c) = (operation.A, operation.B, operation.C);
        switch (operation.VerbOf())
        {
            case RingVerb.Initialise:
                foreach (uint start in SimplerStarts(b)) yield return Do(RingVerb.Initialise, a, start, c);
                if (c != 0) yield return Do(RingVerb.Initialise, a, b);
                if (c == (RingTrial.LegacyLayout | RingTrial.EventIndex)) yield return Do(RingVerb.Initialise, a, b, RingTrial.EventIndex);
                for (uint size = 0; size < a; size++) yield return Do(RingVerb.Initialise, size, b, c);
                break;
            case RingVerb.Add:
                if (a + b > 1) yield return Do(RingVerb.Add, 1, 0, 1);
                if (b > 0) yield return Do(RingVerb.Add, a + b, 0, 1);
                if (c != 1) yield return Do(RingVerb.Add, a, b, 1);
                if (a > 3) yield return Do(RingVerb.Add, a / 2, b, c);
                if (a > 1) yield return Do(RingVerb.Add, a - 1, b, c);
                if (b > 1) yield return Do(RingVerb.Add, a, b - 1, c);
                break;
            case RingVerb.AddPair:
                yield return Do(RingVerb.Add, 1, 0, 1);
                if (a != 1 || b != 1) yield return Do(RingVerb.AddPair, 1, 1);
                break;
            case RingVerb.Complete:
                if (a != 0 || b != 0) yield return Do(RingVerb.Complete);
                if (a > 1) yield return Do(RingVerb.Complete, 1, b);
                if (b != 0) yield return Do(RingVerb.Complete, a);
                break;
            case RingVerb.AvailEvent:
                if (operation.A != 4) yield return Do(RingVerb.AvailEvent, 4);
                if (operation.A > 8) yield return Do(RingVerb.AvailEvent, 3);
                break;
            case RingVerb.Lie:
                if (b != 0) yield return Do(RingVerb.Lie, a);
                break;
        }
    }

    /// <summary>0, the last before the wrap, the last of one byte; then nearer to the wrap.</summary>
    static IEnumerable<uint> SimplerStarts(uint start)
    {
        foreach (uint telling in TellingStarts)
        {
            if (start == telling) yield break;
            yield return telling;
        }
        yield return (start + 0x1_0000) / 2;
        yield return start + 1;
    }

    /// <summary>Right before the wrap, each index shows what only a long run from 0 does.</summary>
    public static IEnumerable<Operation> InsteadOf(Operation operation)
        => operation.VerbOf() == RingVerb.Initialise && operation.B == 0 ? [operation with { B = 0xFFFF }] : [];

    /// <summary>Add, publish, complete, take; what begins anew stays where it is.</summary>
    public static int Order(Operation first, Operation second)
        => first.VerbOf() == RingVerb.Initialise || second.VerbOf() == RingVerb.Initialise ? 0 : first.Code.CompareTo(second.Code);

    public static Operation? Merge(Operation first, Operation second)
        => Shape(first) is { } x && Shape(second) is { } y ? Do(RingVerb.Add, x.Readable + y.Readable, x.Writable + y.Writable, 1) : null;

    static (uint Readable, uint Writable)? Shape(Operation operation) => operation.VerbOf() switch
    {
        RingVerb.Add => (operation.A, operation.B),
        RingVerb.AddPair => (1, 1),
        _ => null,
    };
}
