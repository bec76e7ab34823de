using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>
/// Memory that orders no more than its model says. RAM holds the newest value of everything; beside it, each piece of memory that is
/// accessed as one (a cell) has its coherence list in a <see cref="SetViewMachine"/>, and the older values that somebody may still read. Which write a
/// load returns, and where in coherence order a store goes, are choices; the newest and the last are the plain ones. Its threads are the CPUs, by
/// their agents' numbers, and then the DMA masters.
/// </summary>
public sealed unsafe partial class WeakMemory : IDisposable
{
    /// <summary>A choice has at most so many options.</summary>
    const int MostOptions = 64;

    struct Version
    {
        /// <summary>The value, up to 8 bytes, or where it begins in <see cref="longValues"/>. Valid once the version is not the newest any more.</summary>
        public ulong Value;

        /// <summary>Its write in the record of the execution, or -1.</summary>
        public int Event;
    }

    readonly Engine engine;
    readonly Ram ram;
    readonly SetViewMachine machine;
    Version[] versions = new Version[256];
    int versionCount;
    byte[] longValues = new byte[4096];
    int longCount;

    internal WeakMemory(Engine engine, Ram ram, MemoryModel model, int threads, DmaWaits waits)
    {
        Waits = waits;
        this.engine = engine;
        this.ram = ram;
        machine = new(model, threads);
        iterations = new Iteration?[2 * threads];
        cellOf = (int*)NativeMemory.AllocZeroed((nuint)ram.Size, sizeof(int));
        Audit = new(model);
    }

    public SetViewMachine Machine => machine;

    internal Engine Engine => engine;

    /// <summary>DMA masters that wait for a store.</summary>
    internal DmaWaits Waits { get; }

    /// <summary>What the execution did, for the axioms, while <see cref="Engine.Audited"/>.</summary>
    public OrderingAudit Audit { get; }

    /// <summary>Loads that returned an older value, and stores that took an earlier place: counted over all executions.</summary>
    public long OlderLoads { get; private set; }

    public long EarlierStores { get; private set; }

    /// <summary>Register writes that did not arrive at once.</summary>
    public long PostedWrites { get; internal set; }

    /// <summary>Registers whose writes arrived late, in the order of arrival, of an audited execution.</summary>
    internal List<string> LateWrites { get; } = [];

    public void Dispose() => NativeMemory.Free(cellOf);

    public void Reset()
    {
        machine.Reset();
        ForgetCells();
        versionCount = longCount = 0;
        LateWrites.Clear();
        Audit.Reset(engine.Audited);
    }

    public T Load<T>(int thread, ulong address, AccessOrder order, out bool older) where T : unmanaged
    {
        T value = default;
        older = Load(thread, address, new Span<byte>(&value, sizeof(T)), order);
        return value;
    }

    public void Store<T>(int thread, ulong address, T value, AccessOrder order) where T : unmanaged
        => Store(thread, address, new ReadOnlySpan<byte>(&value, sizeof(T)), order);

    /// <summary>Loads what may be several cells, one after the other. True if any of them was not the newest.</summary>
    public bool Load(int thread, ulong address, Span<byte> into, AccessOrder order)
    {
        int cell = CellAt(address, into.Length);
        if (cell >= 0) return LoadCell(thread, new(cell, order), into);
        bool older = false;
        for (int done = 0; done < into.Length;)
        {
            cell = CellCovering(address + (ulong)done);
            int length = cells[cell].Length;
            older |= LoadCell(thread, new(cell, order), into.Slice(done, length));
            done += length;
        }
        return older;
    }

    public void Store(int thread, ulong address, ReadOnlySpan<byte> source, AccessOrder order)
    {
        int cell = CellAt(address, source.Length);
        if (cell >= 0)
        {
            StoreCell(thread, new(cell, order), source);
            return;
        }
        for (int done = 0; done < source.Length;)
        {
            cell = CellCovering(address + (ulong)done);
            int length = cells[cell].Length;
            StoreCell(thread, new(cell, order), source.Slice(done, length));
            done += length;
        }
    }

    bool LoadCell(int thread, in Access access, Span<byte> into)
    {
        if (engine.ActiveWatches != 0 && thread == engine.Running.Id && engine.Running.IsPolling) Remember(engine.Running);
        int cell = access.Location, last = machine.Count(cell) - 1, place = last;
        if (engine.Reducer is { } reducer) place = FollowedSource(reducer, thread, access, last);
        else if (last > 0 && !(thread == engine.Running.Id && engine.Running.ReadsNewestOnly)) place = ChooseSource(thread, access, last);
        return LoadAt(thread, access, place, last, into);
    }

    bool LoadAt(int thread, in Access access, int place, int last, Span<byte> into)
    {
        int cell = access.Location;
        if (Audit.IsOn) Audit.Read(thread, cells[cell].Address, cells[cell].Length, access, versions[machine.TagAt(cell, place)].Event, isOlder: place != last);
        if (place == last) ram.Span(cells[cell].Address, into.Length).CopyTo(into);
        else OlderValue(machine.TagAt(cell, place), into.Length).CopyTo(into);
        machine.Read(thread, access, place);
        if (place == last) return false;
        if (!engine.Draining) OlderLoads++;
        return true;
    }

    int ChooseSource(int thread, in Access access, int last)
    {
        ulong options = Sources(thread, access, last);
        return options == 1 ? last : last - engine.Choose(ChoiceKind.Source, options);
    }

    /// <summary>A bit for each write that a load may return: how many newer ones there are.</summary>
    ulong Sources(int thread, in Access access, int last)
    {
        int oldest = Math.Max(machine.OldestReadable(thread, access), last - MostOptions + 1);
        ulong options = 1;
        for (int place = last - 1; place >= oldest; place--)
        {
            if (machine.CanRead(thread, access, place)) options |= 1UL << (last - place);
        }
        return options;
    }

    void StoreCell(int thread, in Access access, ReadOnlySpan<byte> source)
    {
        int cell = access.Location;
        if (engine.Hashing) machine.Retire(); // two ways to one state must not differ in what is merely not retired yet
        int end = machine.Count(cell), number = NotFollowed;
        int place = engine.Reducer is { } reducer ? FollowedPlace(reducer, thread, access, source, end, out number) : ChoosePlace(thread, access, end);
        int version = NewVersion();
        if (number != NotFollowed) engine.Reducer?.NoteVersion(version, number);
        if (Audit.IsOn)
        {
            int next = place == end ? -1 : versions[machine.TagAt(cell, place)].Event;
            versions[version].Event = Audit.Write(thread, cells[cell].Address, cells[cell].Length, access, next);
        }
        if (place == end)
        {
            Keep(machine.TagAt(cell, end - 1), ram.Span(cells[cell].Address, source.Length));
            ram.Copy(cells[cell].Address, source);
        }
        else
        {
            Keep(version, source);
            if (!engine.Draining) EarlierStores++;
        }
        machine.Write(thread, access, place, version);
        if (Waits.Any) Waits.Stored(cells[cell].Address);
    }

    int ChoosePlace(int thread, in Access access, int end)
    {
        ulong options = Places(thread, access, end);
        return options == 1 ? end : end - engine.Choose(ChoiceKind.Coherence, options);
    }

    /// <summary>A bit for each place that a store may take: before how many others.</summary>
    ulong Places(int thread, in Access access, int end)
    {
        ulong options = 1;
        for (int place = end - 1; place > 0 && end - place < MostOptions; place--)
        {
            if (machine.IsTaken(access.Location, place)) continue;
            if (!machine.CanWrite(thread, access, place)) break;
            options |= 1UL << (end - place);
        }
        return options;
    }

    int NewVersion()
    {
        if (versionCount == versions.Length) Array.Resize(ref versions, versionCount * 2);
        versions[versionCount] = new() { Event = -1 };
        engine.Reducer?.NoteVersion(versionCount, NotFollowed);
        return versionCount++;
    }

    /// <summary>Keeps a value for those who may still read it.</summary>
    void Keep(int version, ReadOnlySpan<byte> value)
    {
        if (value.Length <= sizeof(ulong))
        {
            ulong word = 0;
            value.CopyTo(new Span<byte>(&word, sizeof(ulong)));
            versions[version].Value = word;
            return;
        }
        if (longCount + value.Length > longValues.Length) Array.Resize(ref longValues, Math.Max(longValues.Length * 2, longCount + value.Length));
        value.CopyTo(longValues.AsSpan(longCount));
        versions[version].Value = (ulong)longCount;
        longCount += value.Length;
    }

    /// <summary>Valid until the next write.</summary>
    ReadOnlySpan<byte> OlderValue(int version, int length) => length <= sizeof(ulong)
        ? MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(ref versions[version].Value))[..length]
        : longValues.AsSpan((int)versions[version].Value, length);

    /// <summary>A barrier of a thread.</summary>
    public void Fence(int thread, Fence fence)
    {
        if (fence == Ordering.Fence.None) return;
        if (Audit.IsOn) Audit.Fence(thread, fence);
        machine.Fence(thread, fence);
    }
}
