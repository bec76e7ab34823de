using System.Runtime.InteropServices;

namespace Ringcheck.Exploration;

/// <summary>
/// Who did what, which write each read returned, in which order writes to a location and accesses to peripherals came. And, as a plan, the order in which to
/// make its events again.
/// </summary>
sealed class ExecutionGraph
{
    const int None = GraphEvent.None;

    GraphEvent[] events = new GraphEvent[128];
    int[] order = new int[128], chain = new int[64];
    readonly int[] lastOf = new int[Clock.Threads];
    int[] newest = [], lastRead = [];

    public ExecutionGraph() => Clear();

    public int Count { get; private set; }

    /// <summary>Choices on the way to it that were not the first ones.</summary>
    public int Depth { get; set; }

    /// <summary>As a plan: its last event is a read or a choice with another answer than the first one.</summary>
    public bool EndsInChoice { get; set; }

    public int OrderCount { get; private set; }

    public int ChainCount { get; private set; }

    public ref GraphEvent this[int number] => ref events[number];

    /// <summary>Events in the order in which the engine made, or is to make them.</summary>
    public ReadOnlySpan<int> Order => order.AsSpan(0, OrderCount);

    /// <summary>Accesses to peripherals in the order of their arrival.</summary>
    public ReadOnlySpan<int> Chain => chain.AsSpan(0, ChainCount);

    public int LastOf(int thread) => lastOf[thread];

    /// <summary>The last write to a location in coherence order.</summary>
    public int NewestWrite(int location) => location < newest.Length ? newest[location] : None;

    public int LastRead(int location) => location < lastRead.Length ? lastRead[location] : None;

    public void Clear()
    {
        Count = OrderCount = ChainCount = Depth = 0;
        EndsInChoice = false;
        Array.Fill(lastOf, None);
        Array.Fill(newest, None);
        Array.Fill(lastRead, None);
    }

    /// <summary>Adds an event to its thread. Reads and writes are then linked by <see cref="Returns"/> and <see cref="Insert"/>.</summary>
    public int Append(in GraphEvent added)
    {
        if (Count == events.Length) Array.Resize(ref events, Count * 2);
        ref var mine = ref events[Count];
        mine = added;
        mine.Previous = lastOf[added.Thread];
        mine.Index = mine.Previous == None ? (ushort)0 : checked((ushort)(events[mine.Previous].Index + 1));
        mine.Before = mine.After = mine.FirstReader = mine.NextReader = None;
        if (added.Location != None) EnsureLocation(added.Location);
        if (added.Kind == EventKind.Read)
        {
            mine.EarlierHere = lastRead[added.Location];
            lastRead[added.Location] = Count;
        }
        lastOf[added.Thread] = Count;
        CloseStep(Count++);
        return Count - 1;
    }

    /// <summary>An event is the last one, so far, of its step.</summary>
    void CloseStep(int end)
    {
        for (int at = end; ; at = events[at].Previous)
        {
            events[at].StepEnd = end;
            if (events[at].BeginsStep || events[at].Previous == None) return;
        }
    }

    void EnsureLocation(int location)
    {
        if (location < newest.Length) return;
        int old = newest.Length, size = Math.Max(16, (location + 1) * 2);
        Array.Resize(ref newest, size);
        Array.Resize(ref lastRead, size);
        newest.AsSpan(old).Fill(None);
        lastRead.AsSpan(old).Fill(None);
    }

    /// <summary>A read returns a write, <see cref="None"/> for the initial one.</summary>
    public void Returns(int read, int write)
    {
        ref var mine = ref events[read];
        if (mine.Source != None) Forget(read, mine.Source);
        mine.Source = write;
        if (write == None) return;
        mine.NextReader = events[write].FirstReader;
        events[write].FirstReader = read;
    }

    void Forget(int read, int write)
    {
        ref int link = ref events[write].FirstReader;
        while (link != read && link != None) link = ref events[link].NextReader;
        if (link == read) link = events[read].NextReader;
    }

    /// <summary>Puts a write into coherence order, just after another one; <see cref="None"/>: the initial one.</summary>
    public void Insert(int write, int after)
    {
        int location = events[write].Location;
        EnsureLocation(location);
        int next = after == None ? First(location) : events[after].After;
        events[write].Before = after;
        events[write].After = next;
        if (after != None) events[after].After = write;
        if (next != None) events[next].Before = write;
        else newest[location] = write;
    }

    /// <summary>Takes a write out of coherence order.</summary>
    public void Remove(int write)
    {
        var (before, after) = (events[write].Before, events[write].After);
        if (before != None) events[before].After = after;
        if (after != None) events[after].Before = before;
        else newest[events[write].Location] = before;
        events[write].Before = events[write].After = None;
    }

    public int First(int location)
    {
        int at = NewestWrite(location);
        while (at != None && events[at].Before != None) at = events[at].Before;
        return at;
    }

    /// <summary>The event has been made.</summary>
    public void Performed(int number)
    {
        if (OrderCount == order.Length) Array.Resize(ref order, OrderCount * 2);
        order[OrderCount++] = number;
        if (!events[number].IsPeripheral) return;
        if (ChainCount == chain.Length) Array.Resize(ref chain, ChainCount * 2);
        chain[ChainCount++] = number;
    }

    /// <summary>As a plan that was taken up: its order is that of another graph, and nothing has been made.</summary>
    public void BeginAgain() => OrderCount = ChainCount = 0;

    /// <summary>Takes back the events from a number on, which nothing else refers to.</summary>
    public void Truncate(int count)
    {
        while (Count > count)
        {
            int last = Count - 1;
            ref var gone = ref events[last];
            if (gone.Kind == EventKind.Write) Remove(last);
            if (gone.Kind == EventKind.Read)
            {
                if (gone.Source != None) Forget(last, gone.Source);
                lastRead[gone.Location] = gone.EarlierHere;
            }
            if (ChainCount > 0 && chain[ChainCount - 1] == last) ChainCount--;
            if (OrderCount > 0 && order[OrderCount - 1] == last) OrderCount--;
            lastOf[gone.Thread] = gone.Previous;
            if (!gone.BeginsStep && gone.Previous != None) CloseStep(gone.Previous);
            Count--;
        }
    }

    public void CopyTo(ExecutionGraph other)
    {
        if (other.events.Length < Count) other.events = new GraphEvent[events.Length];
        if (other.order.Length < OrderCount) other.order = new int[order.Length];
        if (other.newest.Length != newest.Length)
        {
            other.newest = new int[newest.Length];
            other.lastRead = new int[newest.Length];
        }
        Array.Copy(events, other.events, Count);
        Array.Copy(order, other.order, OrderCount);
        Array.Copy(newest, other.newest, newest.Length);
        Array.Copy(lastRead, other.lastRead, newest.Length);
        Array.Copy(lastOf, other.lastOf, lastOf.Length);
        (other.Count, other.OrderCount, other.ChainCount, other.Depth, other.EndsInChoice) = (Count, OrderCount, 0, Depth, false);
    }

    public void Save(BinaryWriter to)
    {
        to.Write(Depth);
        to.Write(EndsInChoice);
        Save(to, MemoryMarshal.AsBytes(events.AsSpan(0, Count)));
        Save(to, MemoryMarshal.AsBytes(order.AsSpan(0, OrderCount)));
        Save(to, MemoryMarshal.AsBytes(newest.AsSpan()));
        Save(to, MemoryMarshal.AsBytes(lastRead.AsSpan()));
        Save(to, MemoryMarshal.AsBytes(lastOf.AsSpan()));
    }

    static void Save(BinaryWriter to, ReadOnlySpan<byte> bytes)
    {
        to.Write(bytes.Length);
        to.Write(bytes);
    }

    public void Load(BinaryReader from)
    {
        Clear();
        Depth = from.ReadInt32();
        EndsInChoice = from.ReadBoolean();
        events = Load<GraphEvent>(from, out int count);
        order = Load<int>(from, out int made);
        newest = Load<int>(from, out _);
        lastRead = Load<int>(from, out _);
        Load<int>(from, out _).CopyTo(lastOf, 0);
        (Count, OrderCount) = (count, made);
    }

    /// <summary>Room for at least one.</summary>
    static unsafe T[] Load<T>(BinaryReader from, out int count) where T : unmanaged
    {
        var bytes = from.ReadBytes(from.ReadInt32());
        count = bytes.Length / sizeof(T);
        var array = new T[Math.Max(count, 1)];
        if (count == 0 && typeof(T) == typeof(int)) return [];
        MemoryMarshal.Cast<byte, T>(bytes).CopyTo(array);
        return array;
    }

    /// <summary>The graph of the kept events, in the same order of adding; <paramref name="map"/> gives their new numbers. Its order is left empty.</summary>
    public void Restrict(ReadOnlySpan<bool> keep, Span<int> map, ExecutionGraph into)
    {
        into.Clear();
        into.Depth = Depth;
        for (int e = 0; e < Count; e++)
        {
            map[e] = None;
            if (keep[e]) map[e] = into.Append(events[e]);
        }
        for (int e = 0; e < Count; e++)
        {
            if (!keep[e]) continue;
            ref var kept = ref into.events[map[e]];
            int source = kept.Source;
            kept.Source = None;
            if (source == None) continue;
            if (kept.Kind == EventKind.Read) into.Returns(map[e], map[source]);
            else kept.Source = map[source];
        }
        for (int location = 0; location < newest.Length; location++)
        {
            for (int write = First(location), last = None; write != None; write = events[write].After)
            {
                if (!keep[write]) continue;
                into.Insert(map[write], last);
                last = map[write];
            }
        }
    }

    /// <summary>The order in which events of a plan are to be made.</summary>
    public void SetOrder(ReadOnlySpan<int> numbers)
    {
        if (order.Length < numbers.Length) order = new int[Math.Max(numbers.Length, order.Length * 2)];
        numbers.CopyTo(order);
        OrderCount = numbers.Length;
    }

    public void AppendToOrder(int number)
    {
        if (OrderCount == order.Length) Array.Resize(ref order, OrderCount * 2);
        order[OrderCount++] = number;
    }

    /// <summary>
    /// The same for all executions of one class: program order, reads-from, coherence, choices, and which conflicting accesses to peripherals came before
    /// which.
    /// </summary>
    public Fingerprint Canonical()
    {
        var hasher = new StateHasher();
        for (int thread = 0; thread < lastOf.Length; thread++)
        {
            hasher.Add(0xABCDUL << 32 | (uint)thread);
            for (int e = lastOf[thread]; e != None; e = events[e].Previous)
            {
                ref var at = ref events[e];
                hasher.Add((ulong)at.Kind << 56 | (ulong)(uint)at.Location << 16 | at.Index);
                hasher.Add(at.Detail);
                if (at.Kind is EventKind.Choice or EventKind.Delivery or EventKind.Line) hasher.Add(at.Value);
                if (at.Kind is EventKind.Read) hasher.Add(NameOf(at.Source));
                if (at.Kind is EventKind.Write) hasher.Add(NameOf(at.Before));
                if (at.IsPeripheral) AddConflicts(ref hasher, e);
            }
        }
        return hasher.Result;
    }

    ulong NameOf(int number) => number == None ? ulong.MaxValue : (ulong)(uint)events[number].Thread << 32 | events[number].Index;

    void AddConflicts(ref StateHasher hasher, int number)
    {
        var before = default(Clock);
        foreach (int other in Chain)
        {
            if (other == number) break;
            ref var at = ref events[other];
            if (at.ConflictsWith(events[number]) && before[at.Thread] <= at.Index) before[at.Thread] = (ushort)(at.Index + 1);
        }
        foreach (ulong word in MemoryMarshal.Cast<Clock, ulong>(MemoryMarshal.CreateReadOnlySpan(ref before, 1))) hasher.Add(word);
    }

    /// <summary>The same as <see cref="Canonical"/>, for people: a line for each event.</summary>
    public List<string> Describe()
    {
        var lines = new List<string>();
        string Name(int number) => number == None ? "initial" : $"{events[number].Thread}.{events[number].Index}";
        for (int thread = 0; thread < lastOf.Length; thread++)
        {
            for (int e = lastOf[thread]; e != None; e = events[e].Previous)
            {
                ref var at = ref events[e];
                string text = $"{Name(e)} {at.Kind}";
                if (at.Kind is EventKind.Read) text += $" of {at.Location} from {Name(at.Source)}";
                if (at.Kind is EventKind.Write) text += $" of {at.Location} after {Name(at.Before)}";
                if (at.Kind is EventKind.Choice or EventKind.Delivery or EventKind.Line) text += $" = {at.Value}";
                if (at.IsPeripheral)
                {
                    var before = new SortedDictionary<int, int>();
                    foreach (int other in Chain)
                    {
                        if (other == e) break;
                        if (events[other].ConflictsWith(at)) before[events[other].Thread] = events[other].Index;
                    }
                    text += $" of {at.Reads:x}/{at.Writes:x}, behind {string.Join(' ', before.Select(pair => $"{pair.Key}.{pair.Value}"))}";
                }
                lines.Add(text);
            }
        }
        return lines;
    }
}
