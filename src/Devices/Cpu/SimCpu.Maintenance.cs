using System.Runtime.CompilerServices;
using Ringcheck.Hal;
using Ringcheck.Ordering.CpuSystem;

namespace Ringcheck.Devices;

public readonly partial struct SimCpu
{
    public void DataBarrier(DataBarrierKind kind,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        if (machine.IsLeftOut(new(file, line, member), isDsb: true)) return;
        if (kind != DataBarrierKind.ThisCpu) Point();
        Note(Did.Dsb, (ulong)kind);
        machine.Model.Complete(machine.Running, kind switch
        {
            DataBarrierKind.ThisCpu => Completion.ThisCpu,
            DataBarrierKind.Stores => Completion.Stores,
            _ => Completion.Everything,
        });
    }

    public void InstructionBarrier([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        if (machine.IsLeftOut(new(file, line, member), isDsb: false)) return;
        Note(Did.Isb);
        machine.Model.Synchronise(machine.Running);
    }

    public void CleanDataCache(CpuAddress start, uint length,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Note(Did.Clean, start.Value);
        machine.Model.CleanDataCache(machine.Running, start.Value, length);
    }

    public void InvalidateInstructionCache(CpuAddress start, uint length,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Note(Did.Invalidate, start.Value);
        machine.Model.InvalidateInstructions(machine.Running, start.Value, length);
    }

    public void InvalidateAllInstructionCaches([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Note(Did.InvalidateAll);
        machine.Model.InvalidateAllInstructions(machine.Running, new(file, line, member));
    }

    public void InvalidateTlb(CpuAddress page, TlbReach reach,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Note(Did.Tlbi, page.Value);
        machine.Model.InvalidateTlb(machine.Running, page.Value, reach == TlbReach.AllCpus);
    }

    public void InvalidateWholeTlb([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Note(Did.TlbiAll);
        machine.Model.InvalidateTlb(machine.Running, address: null, reachesAll: false);
    }

    public void WriteTranslationTable(PhysicalAddress root,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Note(Did.Table, root.Value);
        machine.Model.WriteTable(machine.Running, root.Value, new(file, line, member));
    }

    public void EnableMmu([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Note(Did.Mmu);
        machine.Model.EnableMmu(machine.Running, new(file, line, member));
    }

    public void AllowFloatingPoint(bool allowed,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Note(Did.FloatingPoint, allowed ? 1u : 0);
        machine.Model.AllowFloatingPoint(machine.Running, allowed, new(file, line, member));
    }

    public void SendInterrupt(uint cpu, uint id,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        Point();
        Note(Did.Send, cpu << 8 | id);
        machine.Raise((int)cpu, id);
    }

    /// <summary>No scheduling point: sending an interrupt commutes with whatever this CPU did just before.</summary>
    public uint AcknowledgeInterrupt()
    {
        uint id = machine.Acknowledge(machine.Running);
        Note(Did.Acknowledge, id);
        return id;
    }
}
