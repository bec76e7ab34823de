namespace Ringcheck.Ordering.Litmus;

public enum LitmusKind : byte
{
    Read,
    Write,

    /// <summary>SWP: reads, and writes a value.</summary>
    Exchange,

    /// <summary>LDADD: reads, and writes what it read and a value more.</summary>
    Add,
    Fence,
    Branch,
}

/// <summary>One instruction of a test. Reads of a thread are numbered from 0; -1 stands for none.</summary>
/// <param name="Kind">What it does; the other parameters apply where they make sense.</param>
/// <param name="Location">Index of the location accessed.</param>
/// <param name="Value">What is written, or added.</param>
/// <param name="Order">What the access orders by itself.</param>
/// <param name="Fence">Which barrier it is.</param>
/// <param name="Read">Its own number, if it reads.</param>
/// <param name="AddressFrom">The read that its address, or a branch, depends on.</param>
/// <param name="DataFrom">The read that the value written depends on (without being changed by it).</param>
public readonly record struct LitmusStep(LitmusKind Kind, int Location = -1, int Value = 0, AccessOrder Order = AccessOrder.Plain, Fence Fence = Fence.None,
    int Read = -1, int AddressFrom = -1, int DataFrom = -1)
{
    public bool IsUpdate => Kind is LitmusKind.Exchange or LitmusKind.Add;

    public bool Reads => Kind == LitmusKind.Read || IsUpdate;

    public bool Writes => Kind == LitmusKind.Write || IsUpdate;

    public bool IsAccess => Reads || Writes;
}

/// <summary>What a final state tells: a location, or a register of a thread.</summary>
/// <param name="Name">"x", or "0:r1".</param>
/// <param name="Location">Index of the location, or -1.</param>
/// <param name="Thread">The register's thread.</param>
/// <param name="Read">The number of the last read into the register.</param>
public readonly record struct LitmusVariable(string Name, int Location, int Thread = -1, int Read = -1);

/// <summary>A straight-line program of a few threads, and the final states that the official model allows.</summary>
public sealed record LitmusTest
{
    public required string Name { get; init; }

    public required string Family { get; init; }

    public required IReadOnlyList<string> Locations { get; init; }

    /// <summary>First values, by location.</summary>
    public required IReadOnlyList<int> Initial { get; init; }

    public required IReadOnlyList<IReadOnlyList<LitmusStep>> Threads { get; init; }

    /// <summary>What is compared, sorted by name.</summary>
    public required IReadOnlyList<LitmusVariable> Variables { get; init; }

    /// <summary>Final states as <see cref="State"/> writes them; null if the file gives none.</summary>
    public IReadOnlySet<string>? Expected { get; init; }

    /// <summary>A final state in words: "0:r0=1 x=2".</summary>
    public string State(Func<LitmusVariable, int> value) => string.Join(' ', Variables.Select(variable => $"{variable.Name}={value(variable)}"));
}

/// <summary>A test file that cannot be used; the message is one line that says where and why.</summary>
public sealed class LitmusException(string message) : Exception(message);
