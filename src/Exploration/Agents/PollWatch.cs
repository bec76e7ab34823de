namespace Ringcheck.Exploration;

/// <summary>What a polling loop has read since its last iteration began, and whether any of it has changed since.</summary>
public sealed class PollWatch
{
    readonly ulong[] keys = new ulong[16];
    int count;
    bool active;

    internal bool Changed { get; private set; }

    internal void Begin(Engine engine)
    {
        if (!active) engine.ActiveWatches++;
        active = true;
        Changed = false;
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
        Changed = false;
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

    internal void Touch(CpuAgent cpu, ulong key)
    {
        if (!active || Changed) return;
        for (int i = 0; i < count; i++)
        {
            if (keys[i] != key) continue;
            Changed = true;
            cpu.PolledValueChanged();
            return;
        }
    }
}
