using System.Globalization;

namespace Ringcheck.Exploration;

/// <summary>What is being decided.</summary>
public enum ChoiceKind : byte
{
    /// <summary>Which agent takes the next step. Options are agent ids.</summary>
    Schedule,

    /// <summary>How a device uses its freedom. 0 is the ordinary way.</summary>
    Device,

    /// <summary>Whether something goes wrong here. 0 is no.</summary>
    Fault,

    /// <summary>Which write a load returns: how many newer ones it does not see. 0 is the newest.</summary>
    Source,

    /// <summary>Before how many writes of its location, in coherence order, a store goes. 0 is after all of them.</summary>
    Coherence,

    /// <summary>Whether a register write is on its way for a while. 0 is that it arrives at once.</summary>
    Posted,

    /// <summary>Whether others may come between a device's waking up and its first access. 0 is no. Only asked where the strategy wants it.</summary>
    Begin,
}

/// <summary>
/// One place where chance decides. Options are STABLE numbers, of which some are enabled now, and the key counts only the
/// deciding agent's own steps. That keeps a trace meaningful when another choice is removed from it: "agent 0, at its 37th
/// step: let agent 2 run" stays true.
/// </summary>
public readonly record struct ChoicePoint(ChoiceKind Kind, int Agent, uint Step, ulong Enabled, int Default)
{
    public ulong Key => ((ulong)Kind << 56) | ((ulong)(uint)Agent << 32) | Step;
}

/// <summary>A choice that was not the plain one. A list of these replays an execution.</summary>
public readonly record struct Deviation(ChoiceKind Kind, int Agent, uint Step, int Pick)
{
    /// <summary>One for each kind, in a replay string: schedule, device, fault, read source, coherence, posted, begin.</summary>
    const string Letters = "SDFRCPB";

    public ulong Key => ((ulong)Kind << 56) | ((ulong)(uint)Agent << 32) | Step;

    /// <summary>For example <c>S0@37=2</c>: a schedule choice, agent 0 at its step 37, picks agent 2.</summary>
    public override string ToString() => $"{Letters[(int)Kind]}{Agent}@{Step}={Pick}";

    public static bool TryParse(ReadOnlySpan<char> text, out Deviation deviation)
    {
        deviation = default;
        int at = text.IndexOf('@'), pick = text.IndexOf('=');
        if (text.Length < 6 || at < 2 || pick < at + 2 || pick == text.Length - 1) return false;
        int kind = Letters.IndexOf(text[0], StringComparison.Ordinal);
        if (kind < 0 || !Number(text[1..at], out uint agent) || !Number(text[(at + 1)..pick], out uint step)
            || !Number(text[(pick + 1)..], out uint option) || agent > 63 || option > 63) return false;
        deviation = new((ChoiceKind)kind, (int)agent, step, (int)option);
        return true;
    }

    static bool Number(ReadOnlySpan<char> text, out uint value) => uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
