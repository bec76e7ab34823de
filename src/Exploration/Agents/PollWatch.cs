namespace Ringcheck.Exploration;

/// <summary>What a polling loop has read since its last iteration began, and whether any of it has changed since.</summary>
public sealed class PollWatch
{
    readonly ulong[] keys = new ulong[16];
    int count;
    bool active;

    internal bool IsActive => active;

    internal uint Iteration { get; private set; }

    internal bool Changed { get; private set; }

    /// <summary>A load of this iteration returned an older value: another iteration finds a newer one, so there is nothing to wait for.</summary>
    internal bool ReadOlder { get; private set; }

    /// <summary>
    /// The iteration before failed on an older value. This one reads the newest: a failed iteration leaves nothing behind, so more of them would
    /// only be a way never to end.
    /// </summary>
    internal bool NewestOnly { get; private set; }

    internal void Begin(Engine engine)
    {
        if (!active) engine.ActiveWatches++;
        active = true;
        Iteration++;
        NewestOnly = ReadOlder;
        Changed = ReadOlder = false;
        count = 0;
    }

    /// <summary>The same iteration once more, with other values.</summary>
    internal void Retry()
    {
        Iteration++;
        Changed = ReadOlder = NewestOnly = false;
        count = 0;
    }

    internal void End(Engine engine)
    {
        if (active) engine.ActiveWatches--;
        Reset();
    }

    internal void Reset()
    {
        active = false;
        Changed = ReadOlder = NewestOnly = false;
    }

    internal void NoteOlder()
    {
        if (active) ReadOlder = true;
    }

    internal void Read(ulong key)
    {
        if (!active) return;
        if (count == keys.Length)
        {
            Changed = true; // too much to watch: spin instead of block, which is still sound
            return;
        }
        keys[count++] = key;
    }

    /// <summary>True if this is the first that has changed of what the loop has read.</summary>
    internal bool Touch(ulong key)
    {
        if (!active || Changed) return false;
        for (int i = 0; i < count; i++)
        {
            if (keys[i] != key) continue;
            Changed = true;
            return true;
        }
        return false;
    }
}
