using System.Runtime.CompilerServices;

namespace Ringcheck.Ordering;

/// <summary>
/// A memory as one coherence list for each location and views: sets of writes that are ordered before something, closed under
/// ordered-before. Threads run in program order; a load may return an older write, a store may take an earlier place in coherence order,
/// as far as no cycle of ordered-before comes of it. The three memories are the same machine with different preserved program order.
/// </summary>
/// <remarks>
/// Agrees with the Armv8 axiomatic model restricted to executions without load buffering (po|rf acyclic); measured on litmus tests, not
/// proved: docs/ordering.md. Views as sets rather than places on a time line (Pulte et al., PLDI 2019), because two time lines that
/// differ in unrelated writes are the same behaviour.
/// Places are indices into the coherence list, valid until the next write. There is no limit on writes: those that nobody can see any more are
/// retired (<see cref="Retire"/>), and where that does not help, the table widens.
/// </remarks>
public sealed partial class SetViewMachine
{
    /// <summary>In the place of a write's number: the write that everybody has seen, and none at all.</summary>
    const int Settled = -1, Never = -2;

    /// <summary>Rows of one thread's views.</summary>
    struct Thread
    {
        /// <summary>What its reads, and its writes, were ordered after, these included.</summary>
        public int ReadOld, WriteOld;

        /// <summary>What its later reads, and its later writes, are ordered after.</summary>
        public int ReadNew, WriteNew;

        /// <summary>What branches and addresses depended on; its releases.</summary>
        public int Control, Release;

        /// <summary>What every later access is ordered after: worked out when retiring.</summary>
        public int Floor;
    }

    /// <summary>What one thread knows of one location.</summary>
    struct Place
    {
        /// <summary>The newest write that it read or made here: coherence.</summary>
        public int Seen;

        /// <summary>Its own last write here, which it may read before others do, what that depended on, and whether it was half of an update.</summary>
        public int Forward, ForwardView;
        public bool ForwardExclusive;

        /// <summary>What its reads here were ordered after: its own next write here comes later.</summary>
        public int LocalReads;
    }

    struct Location
    {
        public int[] Order;
        public int Count, Tag, View, Readers;
    }

    struct WriteRecord
    {
        public int Before, Readers, Tag, Location;
        public bool Exclusive;
    }

    readonly MemoryModel model;
    readonly int threadCount;
    readonly ViewTable views = new();
    readonly Thread[] threads;
    readonly int[][] slots;
    Place[] places;
    Location[] locations = new Location[32];
    WriteRecord[] writes;
    int[] freeWrites;
    int freeWriteCount, writeCount, locationCount, liveWrites, retireAt, scratch, scratch2;

    /// <summary>Operations in all, and of them each thread's loads and barriers.</summary>
    long operations;
    readonly long[] loads;

    /// <summary>A machine with no location yet.</summary>
    /// <param name="model">Which orders are kept.</param>
    /// <param name="threads">CPUs and DMA masters.</param>
    public SetViewMachine(MemoryModel model, int threads)
    {
        this.model = model;
        threadCount = threads;
        this.threads = new Thread[threads];
        loads = new long[threads];
        slots = new int[threads][];
        for (int t = 0; t < threads; t++) slots[t] = [];
        places = new Place[locations.Length * threads];
        writes = new WriteRecord[views.Capacity];
        freeWrites = new int[views.Capacity];
        Reset();
    }

    public MemoryModel Model => model;

    public int Threads => threadCount;

    /// <summary>
    /// A number that grows with each operation but loads and barriers of a thread. As long as it is the same, a copy of this machine (<see cref="CopyFrom"/>) can take those back and
    /// nothing else is lost.
    /// </summary>
    public long OperationsBut(int thread) => operations - loads[thread];

    /// <summary>Writes that the table has room for at present.</summary>
    public int Capacity => views.Capacity;

    /// <summary>No location, nothing seen by anybody.</summary>
    public void Reset()
    {
        views.Reset();
        scratch = views.New();
        scratch2 = views.New();
        for (int t = 0; t < threadCount; t++)
        {
            ref var thread = ref threads[t];
            thread.ReadOld = views.New();
            thread.WriteOld = views.New();
            thread.ReadNew = views.New();
            thread.WriteNew = views.New();
            thread.Control = views.New();
            thread.Release = views.New();
            thread.Floor = views.New();
            Array.Clear(slots[t]);
        }
        locationCount = liveWrites = 0;
        retireAt = RetireFirstAt;
        Array.Clear(writes, 0, writeCount);
        freeWriteCount = writeCount = 0;
    }

    /// <summary>A location with one write that everybody has seen. The tag is the caller's name for it.</summary>
    public int AddLocation(int tag)
    {
        if (locationCount == locations.Length)
        {
            Array.Resize(ref locations, locationCount * 2);
            Array.Resize(ref places, locationCount * 2 * threadCount);
        }
        operations++;
        int l = locationCount++;
        ref var location = ref locations[l];
        location.Order ??= new int[8];
        location.Order[0] = Settled;
        location.Count = 1;
        location.Tag = tag;
        location.View = location.Readers = ViewTable.Empty;
        places.AsSpan(l * threadCount, threadCount).Fill(new Place { Seen = Never, Forward = Never });
        return l;
    }

    /// <summary>Writes in the coherence list, the oldest that is still visible at place 0.</summary>
    public int Count(int location) => locations[location].Count;

    public int TagAt(int location, int place)
    {
        ref var at = ref locations[location];
        int write = at.Order[place];
        return write == Settled ? at.Tag : writes[write].Tag;
    }

    ref Place PlaceOf(int thread, int location) => ref places[location * threadCount + thread];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int Slot(int thread, int slot) => slot < 0 ? ViewTable.Empty : slots[thread][slot];

    /// <summary>The oldest place that a read may still see: no older one is left out, some newer ones <see cref="CanRead"/> refuses.</summary>
    public int OldestReadable(int thread, in Access access) => OldestReadableFor(thread, access, update: false);

    int OldestReadableFor(int thread, in Access access, bool update)
    {
        ref var location = ref locations[access.Location];
        int last = location.Count - 1;
        if (last == 0) return 0;
        int before = BeforeRead(thread, access, update), seen = PlaceOf(thread, access.Location).Seen;
        for (int i = last; i > 0; i--)
        {
            int write = location.Order[i];
            if (write == seen || views.Has(before, write)) return i;
        }
        return 0;
    }

    /// <summary>Whether a read may return the write at a place.</summary>
    public bool CanRead(int thread, in Access access, int place) => CanReadFor(thread, access, place, update: false);

    bool CanReadFor(int thread, in Access access, int place, bool update)
    {
        ref var location = ref locations[access.Location];
        if (place == location.Count - 1) return true;
        if (place < OldestReadableFor(thread, access, update)) return false;
        int after = AfterRead(thread, access, location.Order[place], update);
        return !HasFrom(after, ref location, place + 1);
    }

    bool HasFrom(int row, ref Location location, int place)
    {
        for (int i = location.Count - 1; i >= place; i--)
        {
            if (views.Has(row, location.Order[i])) return true;
        }
        return false;
    }

    /// <summary>The row of what a read is ordered after, its source left aside. May be <see cref="scratch"/>.</summary>
    int BeforeRead(int thread, in Access access, bool update)
    {
        ref var t = ref threads[thread];
        if (model == MemoryModel.SequentiallyConsistent) return t.ReadOld; // holds the writes too, see Write
        if (model == MemoryModel.Tso)
        {
            if (!update) return t.ReadNew;
            views.Set(scratch, t.ReadOld); // a locked instruction waits until the store buffer is empty
            views.Or(scratch, t.WriteOld);
            return scratch;
        }
        if (access.AddressView < 0 && !access.AcquiresStrongly) return t.ReadNew;
        views.Set(scratch, t.ReadNew);
        views.Or(scratch, Slot(thread, access.AddressView));
        if (access.AcquiresStrongly) views.Or(scratch, t.Release);
        return scratch;
    }

    /// <summary>Puts what a read of a write is ordered after, that write included, into <see cref="scratch"/>.</summary>
    int AfterRead(int thread, in Access access, int write, bool update)
    {
        int before = BeforeRead(thread, access, update);
        if (before != scratch) views.Set(scratch, before);
        ref var place = ref PlaceOf(thread, access.Location);
        if (write == Settled)
        {
            views.Or(scratch, locations[access.Location].View);
        }
        else if (place.Forward == write && model != MemoryModel.SequentiallyConsistent
            && !(place.ForwardExclusive && (access.Acquires || model == MemoryModel.Tso)))
        {
            views.Or(scratch, place.ForwardView);
        }
        else
        {
            views.Or(scratch, writes[write].Before);
            views.Add(scratch, write);
        }
        return scratch;
    }

    /// <summary>Reads the write at a place that <see cref="CanRead"/>.</summary>
    public void Read(int thread, in Access access, int place) => ReadFor(thread, access, place, update: false);

    void ReadFor(int thread, in Access access, int place, bool update)
    {
        operations++;
        loads[thread]++;
        ref var location = ref locations[access.Location];
        int write = location.Order[place];
        int after = AfterRead(thread, access, write, update);
        if (access.KeepView >= 0) Keep(thread, access.KeepView, after);
        ref var t = ref threads[thread];
        PlaceOf(thread, access.Location).Seen = write;
        if (model == MemoryModel.AArch64 && access.AddressView >= 0) views.Or(t.Control, Slot(thread, access.AddressView));
        if (views.IsEmpty(after)) return;
        views.Or(t.ReadOld, after);
        if (access.Acquires || model == MemoryModel.Tso)
        {
            views.Or(t.ReadNew, after);
            views.Or(t.WriteNew, after);
        }
        Join(ref write == Settled ? ref location.Readers : ref writes[write].Readers, after);
        Join(ref PlaceOf(thread, access.Location).LocalReads, after);
        if (place + 1 < location.Count) Grow(location.Order[place + 1], after); // the read is before the next write
    }

    /// <summary>Adds a row to one that is made when first needed.</summary>
    void Join(ref int row, int more)
    {
        if (row == ViewTable.Empty) row = views.New();
        views.Or(row, more);
    }

    void Keep(int thread, int slot, int row)
    {
        if (slot >= slots[thread].Length) Array.Resize(ref slots[thread], Math.Max(4, slot * 2));
        ref int kept = ref slots[thread][slot];
        if (kept == ViewTable.Empty) kept = views.New();
        views.Set(kept, row);
    }

    /// <summary>Puts what a write at a place is ordered after into <see cref="scratch"/>.</summary>
    void BeforeWrite(int thread, in Access access, int place, int readView)
    {
        ref var t = ref threads[thread];
        ref var location = ref locations[access.Location];
        int previous = location.Order[place - 1];
        views.Set(scratch, t.WriteNew);
        if (previous == Settled)
        {
            views.Or(scratch, location.View);
            views.Or(scratch, location.Readers);
        }
        else
        {
            views.Or(scratch, writes[previous].Before);
            views.Or(scratch, writes[previous].Readers);
            views.Add(scratch, previous);
        }
        views.Or(scratch, PlaceOf(thread, access.Location).LocalReads);
        views.Or(scratch, readView);
        if (model == MemoryModel.AArch64)
        {
            views.Or(scratch, t.Control);
            views.Or(scratch, Slot(thread, access.AddressView));
            views.Or(scratch, Slot(thread, access.DataView));
        }
        if (access.Releases || model != MemoryModel.AArch64)
        {
            views.Or(scratch, t.ReadOld);
            views.Or(scratch, t.WriteOld);
        }
    }

    /// <summary>Whether the write at a place is half of an update: nothing comes just before it. Places that <see cref="CanWrite"/> are contiguous but for these.</summary>
    public bool IsTaken(int location, int place) => locations[location].Order[place] is >= 0 and int write && writes[write].Exclusive;

    /// <summary>Whether a write may take a place, 1 to <see cref="Count"/>, and move what is there one further.</summary>
    public bool CanWrite(int thread, in Access access, int place)
    {
        ref var location = ref locations[access.Location];
        if (place == location.Count) return true;
        if (writes[location.Order[place]].Exclusive) return false; // nothing comes between the halves of an update
        int seen = PlaceOf(thread, access.Location).Seen;
        for (int i = place; i < location.Count; i++)
        {
            if (location.Order[i] == seen) return false;
        }
        BeforeWrite(thread, access, place, ViewTable.Empty);
        return !HasFrom(scratch, ref location, place);
    }

    /// <summary>Writes at a place that <see cref="CanWrite"/>. The tag is the caller's name for the write.</summary>
    public void Write(int thread, in Access access, int place, int tag)
    {
        BeforeWrite(thread, access, place, ViewTable.Empty);
        Insert(thread, access, place, tag, ViewTable.Empty, exclusive: false);
    }

    /// <summary>Whether a read-modify-write may read the write at a place and put its own just after it.</summary>
    public bool CanUpdate(int thread, in Access access, int place)
    {
        if (!CanReadFor(thread, access, place, update: true)) return false;
        ref var location = ref locations[access.Location];
        if (place + 1 == location.Count) return true;
        if (writes[location.Order[place + 1]].Exclusive) return false;
        views.Set(scratch2, AfterRead(thread, access, location.Order[place], update: true));
        BeforeWrite(thread, access, place + 1, scratch2);
        return !HasFrom(scratch, ref location, place + 1);
    }

    /// <summary>Reads the write at a place that <see cref="CanUpdate"/> and writes just after it, as one.</summary>
    public void Update(int thread, in Access access, int place, int tag)
    {
        ReadFor(thread, access, place, update: true);
        views.Set(scratch2, scratch); // Read leaves its view there
        BeforeWrite(thread, access, place + 1, scratch2);
        Insert(thread, access, place + 1, tag, scratch2, exclusive: true);
    }

    /// <summary><see cref="scratch"/> holds what the write is ordered after.</summary>
    void Insert(int thread, in Access access, int place, int tag, int readView, bool exclusive)
    {
        operations++;
        ref var t = ref threads[thread];
        ref var location = ref locations[access.Location];
        int write = freeWriteCount > 0 ? freeWrites[--freeWriteCount] : writeCount++;
        liveWrites++;
        ref var record = ref writes[write];
        record = new() { Before = views.New(), Readers = ViewTable.Empty, Tag = tag, Location = access.Location, Exclusive = exclusive };
        views.Set(record.Before, scratch);
        if (location.Count == location.Order.Length) Array.Resize(ref location.Order, location.Count * 2);
        for (int i = location.Count; i > place; i--) location.Order[i] = location.Order[i - 1];
        location.Order[place] = write;
        location.Count++;
        views.Add(scratch, write);
        if (place + 1 < location.Count) Grow(location.Order[place + 1], scratch);

        ref var mine = ref PlaceOf(thread, access.Location);
        mine.Seen = mine.Forward = write;
        mine.ForwardExclusive = exclusive;
        if (mine.ForwardView != ViewTable.Empty) views.Clear(mine.ForwardView);
        views.Or(t.WriteOld, scratch);
        if (model == MemoryModel.SequentiallyConsistent) views.Or(t.ReadOld, scratch);
        if (model == MemoryModel.AArch64)
        {
            if (access.AddressView >= 0)
            {
                Join(ref mine.ForwardView, Slot(thread, access.AddressView));
                views.Or(t.Control, Slot(thread, access.AddressView));
            }
            if (access.DataView >= 0) Join(ref mine.ForwardView, Slot(thread, access.DataView));
            if (readView != ViewTable.Empty) Join(ref mine.ForwardView, readView);
        }
        if (access.Releases) views.Or(t.Release, scratch);
        if (exclusive && (access.Order == AccessOrder.AcquireRelease || model == MemoryModel.Tso))
        {
            views.Or(t.ReadNew, scratch);
            views.Or(t.WriteNew, scratch);
        }
        if (liveWrites >= retireAt) Retire();
    }

    /// <summary>More is now known to be before a write.</summary>
    void Grow(int write, int more)
    {
        views.Or(writes[write].Before, more);
        views.Grow(write, more);
    }

    public void Fence(int thread, Fence fence)
    {
        operations++;
        loads[thread]++;
        ref var t = ref threads[thread];
        switch (fence)
        {
            case Ordering.Fence.DmbFull or Ordering.Fence.DsbFull:
                views.Or(t.ReadNew, t.ReadOld);
                views.Or(t.ReadNew, t.WriteOld);
                views.Or(t.WriteNew, t.ReadOld);
                views.Or(t.WriteNew, t.WriteOld);
                break;
            case Ordering.Fence.DmbLoad or Ordering.Fence.DsbLoad:
                views.Or(t.ReadNew, t.ReadOld);
                views.Or(t.WriteNew, t.ReadOld);
                break;
            case Ordering.Fence.DmbStore:
                views.Or(t.WriteNew, t.WriteOld);
                break;
            case Ordering.Fence.DsbStore:
                views.Or(t.ReadNew, t.WriteOld);
                views.Or(t.WriteNew, t.WriteOld);
                break;
            case Ordering.Fence.Isb:
                views.Or(t.ReadNew, t.Control);
                break;
        }
    }

    /// <summary>The thread branches on a value whose view was kept: a control dependency of all that follows.</summary>
    public void Branch(int thread, int viewSlot)
    {
        if (model == MemoryModel.AArch64) views.Or(threads[thread].Control, Slot(thread, viewSlot));
    }
}
