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
        A = new(CpuMap.TableA, CpuMap.Private + SaveOffset, UsesFloatingPoint: true),
        B = new(CpuMap.TableB, CpuMap.Private + SaveOffset, UsesFloatingPoint: false);

    /// <summary>Where in its private page a thread has its save area.</summary>
    const uint SaveOffset = 0x10;

    public static ulong StackOf(in KernelThread thread) => BootStack + thread.Space.Root.Value;

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
            machine.Preload((FrameOf(thread) + SaveOffset).Value, StackOf(thread));
        }
    }

    /// <summary>The same by the kernel itself, for one thread.</summary>
    public static void Make(SimCpu cpu, in KernelThread thread)
    {
        for (uint page = 0; page < CpuMap.KernelPages; page++)
            Mappings.Map(cpu, thread.Space, new(page * CpuMap.Page), new(page * CpuMap.Page), MemoryKind.Normal);
        Mappings.Map(cpu, thread.Space, CpuMap.Private, FrameOf(thread), MemoryKind.Normal);
        var window = thread == A ? CpuMap.WindowA : CpuMap.WindowB;
        Mappings.Map(cpu, CpuMap.KernelTable, window, FrameOf(thread), MemoryKind.Normal);
        cpu.Store64(window + SaveOffset, StackOf(thread));
    }

    /// <summary>A thread's turn: it writes into its private page, and uses floating point if it may.</summary>
    public static void Work(SimCpu cpu, in KernelThread thread)
    {
        if (thread.UsesFloatingPoint) cpu.UseFloatingPoint();
        cpu.Store64(CpuMap.Private, WorkDone(thread));
    }

    static void Entry(SimulatedCpus machine, PageTable table, CpuAddress page, PhysicalAddress frame)
        => machine.Preload(table.EntryOf(page).Value, PageTable.EntryFor(frame, MemoryKind.Normal));
}
