using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>
/// Every candidate execution of a straight-line test, judged by the axioms as a cat file writes them. It shares nothing with the machine or with
/// AxiomaticCheck but the test itself: barriers and branches are events here, and order is a product of relations.
/// AArch64: aarch64.cat (internal, atomic, external). TSO: Alglave, Maranget, Tautschnig, "Herding cats" (TOPLAS 2014), section 4.8. SC: Lamport.
/// </summary>
sealed class CatOracle
{
    readonly record struct Node(int Thread, int Slot, LitmusKind Kind, int Location, AccessOrder Order, Fence Fence, int ReadNumber, int Address, int Data, int Pair);

    readonly MemoryModel model;
    readonly bool loadBuffering;
    readonly List<Node> nodes = [];
    readonly List<int> reads = [], writes = [];
    readonly int locations;
    readonly Relation po, poLocation, rmw, preserved, external, onRead, onAcquire, dependent;
    readonly HashSet<string> executions = new(StringComparer.Ordinal);

    public CatOracle(LitmusTest test, MemoryModel model, bool loadBuffering)
    {
        (this.model, this.loadBuffering, locations) = (model, loadBuffering, test.Locations.Count);
        for (int location = 0; location < locations; location++) nodes.Add(new(-1, 0, LitmusKind.Write, location, 0, 0, -1, -1, -1, -1));
        for (int thread = 0; thread < test.Threads.Count; thread++)
        {
            for (int slot = 0; slot < test.Threads[thread].Count; slot++) Add(thread, slot, test.Threads[thread][slot]);
        }
        int size = nodes.Count;
        Relation On(Func<Node, bool> member) => Relation.On(size, i => member(nodes[i]));
        po = Relation.Of(size, (a, b) => nodes[a].Thread == nodes[b].Thread && nodes[a].Thread >= 0 && a < b);
        var access = On(IsAccess);
        poLocation = access * Relation.Of(size, (a, b) => po.Has(a, b) && nodes[a].Location == nodes[b].Location) * access;
        rmw = Relation.Of(size, (a, b) => a < b && nodes[a].Pair == b);
        external = Relation.Of(size, (a, b) => nodes[a].Thread != nodes[b].Thread);
        onRead = On(IsRead);
        onAcquire = On(node => IsRead(node) && node.Order is AccessOrder.Acquire or AccessOrder.AcquireRelease or AccessOrder.AcquirePc);
        var address = Relation.Of(size, (a, b) => IsAccess(nodes[b]) && IsReadNumber(a, nodes[b], nodes[b].Address));
        var data = Relation.Of(size, (a, b) => IsWrite(nodes[b]) && IsReadNumber(a, nodes[b], nodes[b].Data));
        // What is written by an update counts as computed from what it read, as in the machine; see the remark in Communication.cs.
        dependent = address | data | rmw;
        preserved = model switch
        {
            MemoryModel.SequentiallyConsistent => access * po * access,
            MemoryModel.Tso => Tso(On, access),
            _ => AArch64(On, access, address, data, size),
        };
    }

    /// <summary>How many candidates there are.</summary>
    public double Candidates
    {
        get
        {
            double count = 1;
            for (int location = 0; location < locations; location++)
            {
                int here = writes.Count(write => nodes[write].Location == location);
                for (int k = 2; k <= here; k++) count *= k;
                count *= Math.Pow(here + 1, reads.Count(read => nodes[read].Location == location));
            }
            return count;
        }
    }

    static bool IsRead(Node node) => node.Kind == LitmusKind.Read;

    static bool IsWrite(Node node) => node.Kind == LitmusKind.Write;

    static bool IsAccess(Node node) => IsRead(node) || IsWrite(node);

    bool IsReadNumber(int read, Node of, int number) => number >= 0 && IsRead(nodes[read]) && nodes[read].Thread == of.Thread && nodes[read].ReadNumber == number;

    void Add(int thread, int slot, LitmusStep step)
    {
        var node = new Node(thread, slot, step.Kind, step.Location, step.Order, step.Fence, step.Read, step.AddressFrom, step.DataFrom, -1);
        if (step.Reads)
        {
            reads.Add(nodes.Count);
            nodes.Add(node with { Kind = LitmusKind.Read, Pair = step.IsUpdate ? nodes.Count + 1 : -1 });
        }
        if (step.Writes)
        {
            writes.Add(nodes.Count);
            nodes.Add(node with { Kind = LitmusKind.Write, Pair = step.IsUpdate ? nodes.Count - 1 : -1 });
        }
        if (!step.IsAccess) nodes.Add(node);
    }

    /// <summary>ppo = po \ (W x R), and what locked instructions and MFENCE imply.</summary>
    Relation Tso(Func<Func<Node, bool>, Relation> on, Relation access)
    {
        var fence = on(node => node.Kind == LitmusKind.Fence && node.Fence is Fence.DmbFull or Fence.DsbFull or Fence.DsbStore);
        var locked = on(node => node.Pair >= 0);
        var write = on(IsWrite);
        var kept = po - (write * po * onRead);
        return access * (kept | (po * fence * po) | (locked * po) | (po * locked)) * access;
    }

    Relation AArch64(Func<Func<Node, bool>, Relation> on, Relation access, Relation address, Relation data, int size)
    {
        Relation Fences(params Fence[] kinds) => on(node => node.Kind == LitmusKind.Fence && kinds.Contains(node.Fence));
        var write = on(IsWrite);
        var control = Relation.Of(size, (a, b) => nodes[b].Kind == LitmusKind.Branch && IsReadNumber(a, nodes[b], nodes[b].Address)) * po;
        var release = on(node => IsWrite(node) && node.Order is AccessOrder.Release or AccessOrder.AcquireRelease);
        var strong = on(node => IsRead(node) && node.Order is AccessOrder.Acquire or AccessOrder.AcquireRelease);
        var both = on(node => IsWrite(node) && node.Pair >= 0 && node.Order == AccessOrder.AcquireRelease);
        var dob = address | data | (control * write) | (address * po * write) | ((control | (address * po)) * Fences(Fence.Isb) * po);
        var bob = (po * Fences(Fence.DmbFull, Fence.DsbFull) * po)
            | (onRead * po * Fences(Fence.DmbLoad, Fence.DsbLoad) * po)
            | (write * po * Fences(Fence.DmbStore) * po * write)
            | (write * po * Fences(Fence.DsbStore) * po)
            | (onAcquire * po) | (po * release) | (release * po * strong) | (both * po);
        return access * (dob | bob | rmw | (poLocation * write)) * access;
    }

    /// <summary>All executions that hold up, as <see cref="LitmusExecution.Key"/> writes them.</summary>
    public IReadOnlySet<string> Executions()
    {
        if (executions.Count == 0) Orders([], 0);
        return executions;
    }

    void Orders(List<int[]> coherence, int location)
    {
        if (location == locations)
        {
            Sources(coherence, []);
            return;
        }
        foreach (int[] order in Permutations(writes.FindAll(write => nodes[write].Location == location))) Orders([.. coherence, order], location + 1);
    }

    static IEnumerable<int[]> Permutations(List<int> items)
    {
        if (items.Count == 0) return [[]];
        return items.SelectMany(first => Permutations(items.FindAll(item => item != first)).Select(rest => (int[])[first, .. rest]));
    }

    void Sources(List<int[]> coherence, List<int> sources)
    {
        if (sources.Count == reads.Count)
        {
            if (IsConsistent(coherence, sources)) executions.Add(Key(coherence, sources));
            return;
        }
        int location = nodes[reads[sources.Count]].Location;
        foreach (int write in coherence[location].Prepend(location)) Sources(coherence, [.. sources, write]);
    }

    string Key(List<int[]> coherence, List<int> sources) => new LitmusExecution(
        [.. sources.Select(source => writes.IndexOf(source))], [.. coherence.Select(order => order.Select(write => writes.IndexOf(write)).ToArray())]).Key;

    bool IsConsistent(List<int[]> coherence, List<int> sources)
    {
        int size = nodes.Count;
        int[] place = new int[size];
        foreach (int[] order in coherence)
        {
            for (int i = 0; i < order.Length; i++) place[order[i]] = i + 1;
        }
        var rf = Relation.Of(size, (a, b) => reads.IndexOf(b) is >= 0 and int read && sources[read] == a);
        var co = Relation.Of(size, (a, b) => IsWrite(nodes[a]) && IsWrite(nodes[b]) && nodes[a].Location == nodes[b].Location && place[a] < place[b]);
        var fr = rf.Inverse() * co;
        if (!(poLocation | rf | co | fr).IsAcyclic()) return false;
        if (!(rmw & ((fr & external) * (co & external))).IsEmpty) return false;
        if (!loadBuffering && !(po | rf).IsAcyclic()) return false;
        if (model == MemoryModel.SequentiallyConsistent) return (po | rf | co | fr).IsAcyclic();
        if (model == MemoryModel.Tso) return (preserved | (rf & external) | co | fr).IsAcyclic();
        var internalSource = rf - external;
        var observed = (rf | co | fr) & external;
        return (preserved | observed | (dependent * internalSource) | (rmw.Inverse() * rmw * internalSource * onAcquire)).IsAcyclic();
    }
}
