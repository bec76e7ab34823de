using System.Runtime.CompilerServices;
using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>Two kernel threads, each in an address space of its own, and the one that boots.</summary>
static class Threads
{
    public const ulong BootStack = 0x1000;

    public static readonly KernelThread
        Boot = new(CpuMap.KernelTable, CpuMap.SaveAreas, UsesFloatingPoint: false),
        A = new(CpuMap.TableA, CpuMap.SaveAreas + 8, UsesFloatingPoint: true),
        B = new(CpuMap.TableB, CpuMap.SaveAreas + 16, UsesFloatingPoint: false);

    public static ulong StackOf(in KernelThread thread) => BootStack + thread.SaveArea.Value;

    /// <summary>What a thread leaves in its private page.</summary>
    public static ulong WorkDone(in KernelThread thread) => thread.Space.Root.Value + 1;

    static PhysicalAddress FrameOf(in KernelThread thread) => thread == A ? CpuMap.FrameA : CpuMap.FrameB;

    /// <summary>Both threads as the kernel has long made them.</summary>
    public static void Preset(SimulatedCpus machine)
    {
        foreach (var thread in (ReadOnlySpan<KernelThread>)[A, B])
        {
            for (uint page = 0; page < CpuMap.KernelPages; page++) Entry(machine, thread.Space, new(page * CpuMap.Page), new(page * CpuMap.Page));
            Entry(machine, thread.Space, CpuMap.Private, FrameOf(thread));
            machine.Preload(thread.SaveArea.Value, StackOf(thread));
        }
    }

    /// <summary>The same by the kernel itself, for one thread.</summary>
    public static void Make(SimCpu cpu, in KernelThread thread)
    {
        for (uint page = 0; page < CpuMap.KernelPages; page++)
            Mappings.Map(cpu, thread.Space, new(page * CpuMap.Page), new(page * CpuMap.Page), MemoryKind.Normal);
        Mappings.Map(cpu, thread.Space, CpuMap.Private, FrameOf(thread), MemoryKind.Normal);
        cpu.Store64(thread.SaveArea, StackOf(thread), Here(), 0, nameof(Make));
    }

    /// <summary>A thread's turn: it writes into its private page, and uses floating point if it may.</summary>
    public static void Work(SimCpu cpu, in KernelThread thread)
    {
        if (thread.UsesFloatingPoint) cpu.UseFloatingPoint();
        cpu.Store64(CpuMap.Private, WorkDone(thread), Here(), 0, nameof(Work));
    }

    static string Here([CallerFilePath] string file = "") => file;

    static void Entry(SimulatedCpus machine, PageTable table, CpuAddress page, PhysicalAddress frame)
        => machine.Preload(table.EntryOf(page).Value, PageTable.EntryFor(frame, MemoryKind.Normal));
}
