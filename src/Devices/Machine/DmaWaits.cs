namespace Ringcheck.Devices;

/// <summary>The DMA masters of a machine that wait for a store (<see cref="DmaPort.LoadUntil"/>). Nobody is polled: each store to where somebody waits asks once.</summary>
sealed class DmaWaits
{
    readonly List<DmaPort> waiting = [];

    /// <summary>False for nearly all stores, which then pay one branch.</summary>
    public bool Any { get; private set; }

    public void Reset()
    {
        waiting.Clear();
        Any = false;
    }

    public void Add(DmaPort port)
    {
        if (waiting.Contains(port)) return;
        waiting.Add(port);
        Any = true;
        port.Machine.Engine.ActiveWatches++; // plain RAM tells only then
    }

    public void Remove(DmaPort port)
    {
        int at = waiting.IndexOf(port);
        if (at >= 0) RemoveAt(at);
    }

    void RemoveAt(int at)
    {
        waiting[at].Machine.Engine.ActiveWatches--;
        waiting.RemoveAt(at);
        Any = waiting.Count > 0;
    }

    /// <summary>A store to a cell, which has one size where somebody waits.</summary>
    public void Stored(ulong address) => Ask(address, address + 1);

    /// <summary>The value of a word of plain RAM has changed.</summary>
    public void Changed(ulong watchKey) => Ask(watchKey << 3, (watchKey + 1) << 3);

    void Ask(ulong from, ulong to)
    {
        for (int i = waiting.Count - 1; i >= 0; i--)
        {
            if (waiting[i].Wakes(from, to)) RemoveAt(i);
        }
    }
}
