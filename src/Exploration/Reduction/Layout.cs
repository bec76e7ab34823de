namespace Ringcheck.Exploration;

/// <summary>
/// What a search has learned about a scenario, once for all executions: which locations more than one thread uses (the others need no events), where
/// locations end, what interrupt handlers touch, which device engines are stopped in mid-work. It only grows; when it does, what was explored before was
/// explored with too few events, and the search begins again.
/// </summary>
sealed class Layout
{
    const int Nobody = -1, Shared = -2;

    readonly Dictionary<ulong, int> locations = [];
    readonly List<int> owners = [];
    readonly HashSet<ulong> cuts = [];
    readonly HashSet<ulong> handlerReads = [], handlerWrites = [];
    ulong handlerPartsRead, handlerPartsWritten;
    uint stopped;

    /// <summary>Grows with each thing learned.</summary>
    public int Version { get; private set; }

    /// <summary>The number of a location, the same in all executions.</summary>
    public int LocationAt(ulong address, int length)
    {
        ulong key = address << 16 | (uint)length;
        if (locations.TryGetValue(key, out int location)) return location;
        location = owners.Count;
        locations.Add(key, location);
        owners.Add(Nobody);
        return location;
    }

    /// <summary>True if others use the location too. What only one thread uses so far is noted as its own.</summary>
    public bool IsShared(int location, int thread)
    {
        int owner = owners[location];
        if (owner == Shared) return true;
        if (owner == thread) return false;
        if (owner == Nobody)
        {
            owners[location] = thread;
            return false;
        }
        owners[location] = Shared;
        Version++;
        return true;
    }

    /// <summary>No location lies across this address.</summary>
    public bool IsCut(ulong address) => cuts.Contains(address);

    public void Cut(ulong address)
    {
        if (cuts.Add(address)) Version++;
    }

    /// <summary>A handler makes this access.</summary>
    public void HandlerTouches(ulong address, int length, bool writes)
    {
        for (ulong word = address >> 3; word <= (address + (ulong)length - 1) >> 3; word++)
        {
            if ((writes ? handlerWrites : handlerReads).Add(word)) Version++;
        }
    }

    public void HandlerTouches(ulong reads, ulong writes)
    {
        if ((reads & ~handlerPartsRead) == 0 && (writes & ~handlerPartsWritten) == 0) return;
        handlerPartsRead |= reads;
        handlerPartsWritten |= writes;
        Version++;
    }

    /// <summary>Would it matter whether a handler runs before or after this access?</summary>
    public bool HandlerConflicts(ulong address, int length, bool writes)
    {
        for (ulong word = address >> 3; word <= (address + (ulong)length - 1) >> 3; word++)
        {
            if (handlerWrites.Contains(word) || (writes && handlerReads.Contains(word))) return true;
        }
        return false;
    }

    public bool HandlerConflicts(ulong reads, ulong writes)
        => (writes & (handlerPartsRead | handlerPartsWritten) | reads & handlerPartsWritten) != 0;

    /// <summary>True if this device engine may be stopped while it works.</summary>
    public bool MayStop(int thread) => (stopped >> thread & 1) != 0;

    public void IsStoppedAtWork(int thread)
    {
        if (MayStop(thread)) return;
        stopped |= 1u << thread;
        Version++;
    }
}
