using System;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// Putting code into memory and running it. Instruction fetches are not coherent with stores: without the sequence of
/// <see cref="MakeExecutable"/> a CPU may run what was there before, from its instruction cache or from its pipeline.
/// </summary>
public static class CodeLoading
{
    /// <summary>Copies instructions to their place. They are data until <see cref="MakeExecutable"/>.</summary>
    public static void Load<TCpu>(TCpu cpu, CpuAddress destination, ReadOnlySpan<uint> words)
        where TCpu : struct, ICpuSystem
    {
        for (int i = 0; i < words.Length; i++)
            cpu.Store32(destination + 4 * (ulong)i, words[i]);
    }

    /// <summary>
    /// Makes <paramref name="length"/> bytes that this CPU has stored executable: here at once, and on another CPU once that has learnt of it and
    /// has called <see cref="BeginRunning"/>.
    /// </summary>
    public static void MakeExecutable<TCpu>(TCpu cpu, CpuAddress start, uint length)
        where TCpu : struct, ICpuSystem
    {
        cpu.CleanDataCache(start, length);
        // An instruction cache that is emptied before the clean is complete may fill again with what was there before.
        cpu.DataBarrier(DataBarrierKind.Everything);
        cpu.InvalidateInstructionCache(start, length);
        cpu.DataBarrier(DataBarrierKind.Everything);
        // What the pipeline has fetched already.
        cpu.InstructionBarrier();
    }

    /// <summary>On a CPU that is told that there is code from another one. Cache maintenance is broadcast, but nobody else's ISB is.</summary>
    public static void BeginRunning<TCpu>(TCpu cpu)
        where TCpu : struct, ICpuSystem => cpu.InstructionBarrier();
}
