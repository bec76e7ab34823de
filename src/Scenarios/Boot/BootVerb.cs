using Ringcheck.Exploration;

namespace Ringcheck.Scenarios;

/// <summary>What is done with a machine that has booted.</summary>
enum BootVerb : byte
{
    /// <summary>A: disk; B: sector.</summary>
    Write,
    Read,

    /// <summary>A: sector. On all disks at once.</summary>
    ReadAll,

    /// <summary>A: milliseconds until the timer ticks, which is waited for.</summary>
    Tick,

    /// <summary>A line is typed at the serial port, and taken by the kernel as it comes.</summary>
    Type,
}

static class BootVerbs
{
    public static Operation Do(BootVerb verb, uint a = 0, uint b = 0) => new((byte)verb, a, b);

    public static string Describe(Operation operation) => (BootVerb)operation.Code switch
    {
        BootVerb.Write => $"write sector {operation.B} of blk{operation.A}",
        BootVerb.Read => $"read sector {operation.B} of blk{operation.A}",
        BootVerb.ReadAll => $"read sector {operation.A} of every disk at once",
        BootVerb.Type => "receive a line over the serial port",
        _ => $"wait for a tick in {operation.A} ms",
    };
}
