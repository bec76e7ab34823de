using Ringcheck.Models.Checking;

namespace Ringcheck.Tests.Concurrency.Models;

/// <summary>A graph of at most 64 states given by its edges: what the checker says of it can be worked out by hand.</summary>
internal readonly struct GraphModel : IModel<ulong>
{
    /// <summary>Edges: from, to, fair class or −1.</summary>
    public required (int From, int To, int Fair)[] Edges { get; init; }

    public ulong Bad { get; init; }

    public ulong Final { get; init; }

    public ulong Seen { get; init; }

    public ulong Pending { get; init; }

    public ulong Reached { get; init; }

    public string Name => "graph";

    public int Size => 0;

    public IReadOnlyList<ModelProperty> Invariants => [new("bad", "A bad state.")];

    public IReadOnlyList<ModelProperty> Witnesses => Seen == 0 ? [] : [new("seen", "the state is reached.")];

    public IReadOnlyList<ModelProperty> Progress => Pending == 0 ? [] : [new("gets-there", "It does not get there.")];

    public IReadOnlyList<string> FairClasses => ["a", "b"];

    public void Initial<TSink>(ref TSink sink)
        where TSink : struct, ISink<ulong> => sink.Add(-1, 0);

    public void Next<TSink>(in ulong state, ref TSink sink)
        where TSink : struct, ISink<ulong>
    {
        for (var i = 0; i < Edges.Length; i++)
        {
            if (Edges[i].From == (int)state)
                sink.Add(i, (ulong)Edges[i].To);
        }
    }

    public ulong Broken(in ulong state) => Bad >> (int)state & 1;

    public ulong Witnessed(in ulong state) => Seen >> (int)state & 1;

    public bool IsFinal(in ulong state) => (Final >> (int)state & 1) != 0;

    public bool IsPending(int property, in ulong state) => (Pending >> (int)state & 1) != 0;

    public bool IsReached(int property, in ulong state) => (Reached >> (int)state & 1) != 0;

    public int FairClass(int action) => Edges[action].Fair;

    public string ActionText(int action, in ulong from, in ulong to) => $"{from}>{to}";

    public CheckResult Check(CheckOptions? options = null) => Checker.Check<GraphModel, ulong>(this, options ?? new CheckOptions { Workers = 1 });
}
