using Ringcheck.Exploration;

namespace Ringcheck.Scenarios;

/// <summary>
/// What a block program is made of. Any sequence is legal: what makes no sense where it stands (waiting with nothing in flight) does
/// nothing. Requests are queued; they reach the device with the next <see cref="Kick"/> or wait.
/// </summary>
public enum BlkVerb : byte
{
    /// <summary>A = sector, B = sectors, C = pieces of the buffer.</summary>
    Read = 1,

    /// <summary>As <see cref="Read"/>.</summary>
    Write,
    Flush,
    GetId,

    /// <summary>A = sector, B = sectors.</summary>
    Discard,

    /// <summary>A = sector, B = sectors.</summary>
    WriteZeroes,

    /// <summary>As <see cref="Read"/> of one sector, into the driver's own buffer. A = sector.</summary>
    ReadPooled,

    /// <summary>As <see cref="Write"/> of one sector, from the driver's own buffer. A = sector.</summary>
    WritePooled,
    Kick,

    /// <summary>Waits for the oldest request. A = time-out in milliseconds, 0 for ever.</summary>
    Wait,

    /// <summary>As <see cref="Wait"/>, by polling, whether the driver uses interrupts or not.</summary>
    Poll,

    /// <summary>Waits until any request has ended. A = time-out.</summary>
    WaitAny,

    /// <summary>Takes what has ended, without waiting.</summary>
    Reap,

    /// <summary>Resets the device, with whatever is in flight, and brings it up again.</summary>
    Recover,

    /// <summary>Orderly shutdown; A = time-out. Then the driver is initialised again.</summary>
    Restart,

    /// <summary>The host changes the size of the disk, as QEMU's block_resize does. A = sectors.</summary>
    Resize,

    /// <summary>A = 0: the driver switches the cache to write-through; else to write-back.</summary>
    SetWriteback,

    /// <summary>From here on the device may be taken away at any moment.</summary>
    Unplug,

    /// <summary>The power goes, and the program ends: what is on the disk is judged.</summary>
    PowerCut,
}

static class BlkVerbs
{
    public static Operation Do(BlkVerb verb, uint a = 0, uint b = 0, uint c = 0) => new((byte)verb, a, b, c);

    public static BlkVerb VerbOf(this Operation operation) => (BlkVerb)operation.Code;

    public static string Describe(Operation operation) => operation.VerbOf() switch
    {
        BlkVerb.Read => $"read {Sectors(operation)} into {Pieces(operation)}",
        BlkVerb.Write => $"write {Sectors(operation)} from {Pieces(operation)}",
        BlkVerb.Flush => "flush",
        BlkVerb.GetId => "get id",
        BlkVerb.Discard => $"discard {Sectors(operation)}",
        BlkVerb.WriteZeroes => $"write zeroes to {Sectors(operation)}",
        BlkVerb.ReadPooled => $"read sector {operation.A} into the driver's buffer",
        BlkVerb.WritePooled => $"write sector {operation.A} from the driver's buffer",
        BlkVerb.Kick => "publish and notify",
        BlkVerb.Wait => "wait for the oldest request" + TimeOut(operation),
        BlkVerb.Poll => "poll for the oldest request" + TimeOut(operation),
        BlkVerb.WaitAny => "wait for any request" + TimeOut(operation),
        BlkVerb.Reap => "take what has ended",
        BlkVerb.Recover => "reset the device and bring it up again",
        BlkVerb.Restart => "shut down and initialise again",
        BlkVerb.Resize => $"the host resizes the disk to {operation.A} sectors",
        BlkVerb.SetWriteback => operation.A == 0 ? "switch the cache to write-through" : "switch the cache to write-back",
        BlkVerb.Unplug => "from here on the device may be taken away at any moment",
        BlkVerb.PowerCut => "the power goes",
        _ => $"operation {operation.Code} (unknown: does nothing)",
    };

    static string Sectors(Operation operation)
        => operation.B > 1 ? $"sectors {operation.A} to {operation.A + operation.B - 1}" : $"sector {operation.A}";

    static string Pieces(Operation operation) => operation.C > 1 ? $"{operation.C} pieces" : "one piece";

    static string TimeOut(Operation operation) => operation.A == 0 ? "" : $", at most {operation.A} ms";

    public static IEnumerable<Operation> Simpler(Operation operation)
    {
        switch (operation.VerbOf())
        {
            case BlkVerb.Read or BlkVerb.Write:
                if (operation.B > 1 && operation.C > 1) yield return operation with { B = 1, C = 1 };
                if (operation.C > 1) yield return operation with { C = 1 };
                if (operation.B > 1) yield return operation with { B = 1 };
                if (operation.VerbOf() == BlkVerb.Write) yield return operation with { Code = (byte)BlkVerb.Read };
                break;
            case BlkVerb.Discard or BlkVerb.WriteZeroes:
                yield return Do(BlkVerb.Read, operation.A, 1, 1);
                if (operation.B > 1) yield return operation with { B = 1 };
                break;
            case BlkVerb.Flush or BlkVerb.GetId or BlkVerb.ReadPooled or BlkVerb.WritePooled:
                yield return Do(BlkVerb.Read, operation.A, 1, 1);
                break;
            case BlkVerb.WaitAny:
                yield return Do(BlkVerb.Wait, operation.A);
                break;
            case BlkVerb.Restart:
                yield return Do(BlkVerb.Recover);
                break;
        }
    }
}
