namespace Ringcheck.Ordering.CpuSystem;

/// <summary>
/// Several CPUs with what lies between an instruction and its effect: stores on their way, system registers that take effect later, TLBs that
/// remember, instruction caches and pipelines that hold what was there before. Until the synchronisation that the architecture asks for is
/// complete, each use may get the old or the new, and <typeparamref name="THardware"/> decides which. Where the old one matters, the obligation
/// that was not met is reported. Plain data throughout; what is not modelled is in docs/cpu-ordering.md.
/// Addresses: <see cref="Pages"/> pages of 4 KiB, of which <see cref="CodeLines"/> cache lines from <see cref="CodeBase"/> on are fetched from.
/// </summary>
public sealed partial class CpuSystemModel<THardware> where THardware : struct, IHardware
{
    public const int MaxCpus = 4, Pages = 16, PageBits = 12, CodeLines = 4, LineBits = 6;

    public const ulong CodeBase = 1 << PageBits, MemorySize = (ulong)Pages << PageBits;

    const ulong PageMask = (1 << PageBits) - 1;

    readonly THardware hardware;
    readonly int cpuCount;
    readonly ulong[] memory = new ulong[MemorySize / 8];
    readonly List<int> written = [];
    uint freedFrames;

    public CpuSystemModel(THardware hardware, int cpus)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(cpus, MaxCpus);
        this.hardware = hardware;
        cpuCount = cpus;
        for (int i = 0; i < cpus; i++)
        {
            contexts[i] = new();
            stores[i] = new();
            tlbs[i] = new();
        }
    }

    /// <summary>Power-on: memory zero, the MMU off, nothing cached.</summary>
    public void Reset()
    {
        foreach (int index in written) memory[index] = 0;
        written.Clear();
        freedFrames = 0;
        for (int i = 0; i < cpuCount; i++)
        {
            contexts[i].Reset();
            stores[i].Reset();
            tlbs[i].Reset();
        }
        ResetInstructions();
    }

    /// <summary>Puts a word into memory before anything runs, as a boot loader would.</summary>
    public void Preload(ulong physical, ulong value) => Commit(physical, value);

    /// <summary>Instead of booting: this CPU has long been translating with a table.</summary>
    public void Preset(int cpu, ulong root)
    {
        var context = contexts[cpu];
        context.Table.New = context.Table.Old = root;
        context.Mmu.New = context.Mmu.Old = 1;
        NoteRoots(cpu);
    }

    /// <summary>The word that everyone can see now.</summary>
    public ulong Peek(ulong physical) => memory[physical >> 3];

    /// <summary>The frame is nobody's now: an access that still reaches it is one too many.</summary>
    public void Free(ulong frame) => freedFrames |= 1u << (int)(frame >> PageBits);

    void Commit(ulong physical, ulong value)
    {
        int index = (int)(physical >> 3);
        ulong before = memory[index];
        if (before == value) return;
        memory[index] = value;
        written.Add(index);
        hardware.MemoryChanged(physical & ~7UL, before, value);
    }

    /// <summary>All but memory, whose changes <typeparamref name="THardware"/> is told of.</summary>
    public void Fold<TSink>(ref TSink sink) where TSink : struct, IStateSink
    {
        sink.Add(freedFrames);
        for (int i = 0; i < cpuCount; i++)
        {
            contexts[i].Fold(ref sink);
            stores[i].Fold(ref sink);
            tlbs[i].Fold(ref sink);
        }
        FoldInstructions(ref sink);
    }
}
