namespace Ringcheck.Ordering.Axioms;

public enum EventKind : byte
{
    Read,
    Write,
    Fence,

    /// <summary>A branch on a value read: a control dependency to all that comes later in the thread.</summary>
    Branch,
}

/// <summary>One event of an execution. Event ids are places in the record; -1 stands for none.</summary>
public struct ExecutionEvent
{
    public EventKind Kind;
    public AccessOrder Order;
    public Fence Fence;
    public int Thread;

    /// <summary>First byte accessed; pseudo-addresses of the caller's own choosing stand for messages.</summary>
    public ulong Address;

    /// <summary>Bytes accessed.</summary>
    public int Length;

    /// <summary>Of a read: the write that it read, -1 the initial one. Of a branch: the read that it depends on.</summary>
    public int Source;

    /// <summary>Of a write: the next write in coherence order when it was made, -1 if it was then the last.</summary>
    public int Before;

    /// <summary>The other half of a read-modify-write.</summary>
    public int Pair;

    /// <summary>The read that the address was computed from.</summary>
    public int AddressDependency;

    /// <summary>Of a write: the read that the data was computed from.</summary>
    public int DataDependency;

    /// <summary>Whatever the caller wants to find again.</summary>
    public int Site;

    public readonly bool IsAccess => Kind is EventKind.Read or EventKind.Write;

    public readonly bool IsRead => Kind == EventKind.Read;

    public readonly bool IsWrite => Kind == EventKind.Write;

    internal readonly bool AcquiresStrongly => IsRead && Order is AccessOrder.Acquire or AccessOrder.AcquireRelease;

    internal readonly bool Acquires => IsRead && Order is AccessOrder.Acquire or AccessOrder.AcquireRelease or AccessOrder.AcquirePc;

    internal readonly bool Releases => IsWrite && Order is AccessOrder.Release or AccessOrder.AcquireRelease;
}

/// <summary>
/// What one execution did: the events of each thread in program order, which write each read took its value from, and where each write
/// went in coherence order. Kept beside the memory machine and independently of it, for <see cref="AxiomaticCheck"/> and
/// <see cref="Diagnostician"/>; it knows the whole history, also what the machine has retired. Nothing is allocated once the arrays have grown.
/// </summary>
/// <remarks>
/// Accesses are to ranges of bytes. A write may be read in parts, and later writes may cover parts of it; a read takes all its
/// bytes from one write, and a write takes one place for all its bytes, so an access that does neither is recorded as several.
/// </remarks>
public sealed class ExecutionRecord
{
    ExecutionEvent[] events = new ExecutionEvent[64];
    (int Earlier, int Later)[] orders = new (int, int)[8];
    int orderCount;

    /// <summary>Number of events.</summary>
    public int Count { get; private set; }

    public ref readonly ExecutionEvent this[int id] => ref Events[id];

    public ReadOnlySpan<ExecutionEvent> Events => events.AsSpan(0, Count);

    /// <summary>Pairs of events that are ordered by other means; see <see cref="Order"/>.</summary>
    public ReadOnlySpan<(int Earlier, int Later)> Orders => orders.AsSpan(0, orderCount);

    public void Reset() => (Count, orderCount) = (0, 0);

    /// <summary>Records a load of bytes that were all written by <paramref name="source"/> (-1: never written). The source may be an event to come.</summary>
    /// <returns>The event's id.</returns>
    public int Read(int thread, ulong address, int length, AccessOrder order, int source, int addressDependency = -1, int site = 0)
    {
        ref var made = ref Access(EventKind.Read, thread, address, length, order, addressDependency, site);
        made.Source = source;
        return Count++;
    }

    /// <summary>Records a store that went directly before the write <paramref name="before"/> in coherence order (-1: after all others).</summary>
    /// <returns>The event's id.</returns>
    public int Write(int thread, ulong address, int length, AccessOrder order, int before = -1, int addressDependency = -1, int dataDependency = -1, int site = 0)
    {
        ref var made = ref Access(EventKind.Write, thread, address, length, order, addressDependency, site);
        made.Before = before;
        made.DataDependency = dataDependency;
        return Count++;
    }

    /// <summary>Records a read-modify-write; see <see cref="Read"/> and <see cref="Write"/> for what its halves take.</summary>
    /// <returns>The ids of its two halves.</returns>
    public (int Read, int Write) Update(int thread, ulong address, int length, AccessOrder order, int source, int before = -1,
        int addressDependency = -1, int dataDependency = -1, int site = 0)
    {
        int read = Read(thread, address, length, order, source, addressDependency, site);
        int write = Write(thread, address, length, order, before, addressDependency, dataDependency, site);
        events[read].Pair = write;
        events[write].Pair = read;
        return (read, write);
    }

    /// <summary>Records a barrier instruction.</summary>
    /// <returns>The event's id.</returns>
    public int Fence(int thread, Fence fence, int site = 0)
    {
        Append(EventKind.Fence, thread, site).Fence = fence;
        return Count++;
    }

    /// <summary>Records a branch that depends on the value of <paramref name="readEvent"/>.</summary>
    /// <returns>The event's id.</returns>
    public int Branch(int thread, int readEvent, int site = 0)
    {
        Append(EventKind.Branch, thread, site).Source = readEvent;
        return Count++;
    }

    /// <summary>Records that one access is ordered before another by other means than memory, such as the path to one peripheral.</summary>
    public void Order(int earlier, int later)
    {
        if (orderCount == orders.Length) Array.Resize(ref orders, orderCount * 2);
        orders[orderCount++] = (earlier, later);
    }

    /// <summary>What a thread did from an event on has not taken place. Loads, barriers and branches only, on which nothing depends; ids of other events stay.</summary>
    public void Forget(int thread, int from)
    {
        for (int id = from; id < Count; id++)
        {
            ref var at = ref events[id];
            if (at.Thread != thread) continue;
            if (at.IsWrite) throw new InvalidOperationException("a store cannot be forgotten");
            (at.Kind, at.Fence) = (EventKind.Fence, Ordering.Fence.None);
        }
    }

    /// <summary>Gives a read another source: a candidate that did not happen.</summary>
    internal void Redirect(int read, int source) => events[read].Source = source;

    /// <summary>Gives a write another place in coherence order.</summary>
    internal void Move(int write, int before) => events[write].Before = before;

    /// <summary>Copies another record.</summary>
    internal void CopyFrom(ExecutionRecord other)
    {
        if (events.Length < other.Count) events = new ExecutionEvent[other.events.Length];
        other.Events.CopyTo(events);
        if (orders.Length < other.orderCount) orders = new (int, int)[other.orders.Length];
        other.Orders.CopyTo(orders);
        (Count, orderCount) = (other.Count, other.orderCount);
    }

    ref ExecutionEvent Access(EventKind kind, int thread, ulong address, int length, AccessOrder order, int addressDependency, int site)
    {
        ref var made = ref Append(kind, thread, site);
        made.Address = address;
        made.Length = length;
        made.Order = order;
        made.AddressDependency = addressDependency;
        return ref made;
    }

    ref ExecutionEvent Append(EventKind kind, int thread, int site)
    {
        if (Count == events.Length) Array.Resize(ref events, Count * 2);
        ref var made = ref events[Count];
        made = new() { Kind = kind, Thread = thread, Site = site, Source = -1, Before = -1, Pair = -1, AddressDependency = -1, DataDependency = -1 };
        return ref made;
    }
}
