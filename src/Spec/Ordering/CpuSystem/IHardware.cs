using System.Diagnostics.CodeAnalysis;

namespace Ringcheck.Ordering.CpuSystem;

/// <summary>
/// What surrounds the model: who decides, and who is told. Deciding is all that the model leaves open, so that an explorer can go through
/// every behaviour.
/// </summary>
public interface IHardware
{
    /// <summary>One of <paramref name="count"/> ways, from 0; 0 is always that everything takes effect at once.</summary>
    int Choose(int count);

    /// <summary>A protocol is broken, and it has shown. Does not return.</summary>
    [DoesNotReturn]
    void Broken(in BrokenObligation broken);

    /// <summary>Nothing is broken, but a smaller instruction would do.</summary>
    void OverBroad(in BrokenObligation advice);

    /// <summary>A word of memory has changed, for everyone to see. The address is that of 8 aligned bytes.</summary>
    void MemoryChanged(ulong physical, ulong before, ulong after);

    /// <summary>A store to this word is on its way: whoever polls it may look again.</summary>
    void Stored(ulong word);

    /// <summary>
    /// Whether another CPU waits for stores of this one that are on their way, so that they may arrive at any time
    /// (<see cref="CpuSystemModel{THardware}.Arrive(int)"/>).
    /// </summary>
    void StoresWaiting(int cpu, bool any);
}

/// <summary>Takes the parts of a state, for a fingerprint.</summary>
public interface IStateSink
{
    void Add(ulong part);
}

/// <summary>Where in the sources an instruction stands.</summary>
public readonly record struct Site(string File, int Line, string Member)
{
    /// <summary>The file's name without its folder and what follows the first dot: the name of the type, by our custom.</summary>
    public ReadOnlySpan<char> Type
    {
        get
        {
            var name = File.AsSpan(File.AsSpan().LastIndexOfAny('/', '\\') + 1);
            int dot = name.IndexOf('.');
            return dot < 0 ? name : name[..dot];
        }
    }

    /// <summary>For example <c>ContextSwitch.SwitchTo (line 31)</c>.</summary>
    public override string ToString() => string.IsNullOrEmpty(File) ? Member ?? "" : $"{Type}.{Member} (line {Line})";
}

/// <summary>A step that a protocol wants and that was not there, in a place where it showed.</summary>
/// <param name="Obligation">Which one.</param>
/// <param name="What">What happened, with addresses.</param>
/// <param name="Mend">The instruction that would mend it, and where.</param>
public readonly record struct BrokenObligation(Obligation Obligation, string What, string Mend);
