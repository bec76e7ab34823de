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
        if (KindOf(machine.Barriers.Of(file, line, member, nameof(DataBarrier), InstructionFor(kind))) is not { } stands) return;
        kind = stands;
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
        if (machine.IsLeftOut(new(file, line, member), isDsb: false) || IsGone(BarrierInstruction.Isb, file, line, member, nameof(InstructionBarrier))) return;
        Note(Did.Isb);
        machine.Model.Synchronise(machine.Running);
    }

    public void CleanDataCache(CpuAddress start, uint length,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        if (IsGone(BarrierInstruction.DcCvau, file, line, member, nameof(CleanDataCache))) return;
        Note(Did.Clean, start.Value);
        machine.Model.CleanDataCache(machine.Running, start.Value, length);
    }

    public void InvalidateInstructionCache(CpuAddress start, uint length,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        if (IsGone(BarrierInstruction.IcIvau, file, line, member, nameof(InvalidateInstructionCache))) return;
        Note(Did.Invalidate, start.Value);
        machine.Model.InvalidateInstructions(machine.Running, start.Value, length);
    }

    public void InvalidateAllInstructionCaches([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        if (IsGone(BarrierInstruction.IcIalluis, file, line, member, nameof(InvalidateAllInstructionCaches))) return;
        Note(Did.InvalidateAll);
        machine.Model.InvalidateAllInstructions(machine.Running, new(file, line, member));
    }

    public void InvalidateTlb(CpuAddress page, TlbReach reach,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        var mapped = reach == TlbReach.AllCpus ? BarrierInstruction.TlbiVaae1is : BarrierInstruction.TlbiVaae1;
        var stands = machine.Barriers.Of(file, line, member, nameof(InvalidateTlb), mapped);
        if (stands == BarrierInstruction.None) return;
        Note(Did.Tlbi, page.Value);
        machine.Model.InvalidateTlb(machine.Running, page.Value, reachesAll: stands == BarrierInstruction.TlbiVaae1is);
    }

    public void InvalidateWholeTlb([CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        if (IsGone(BarrierInstruction.TlbiVmalle1, file, line, member, nameof(InvalidateWholeTlb))) return;
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

    /// <summary>Whether nothing stands at a site in the place of its instruction.</summary>
    bool IsGone(BarrierInstruction mapped, string file, int line, string member, string operation)
        => machine.Barriers.Of(file, line, member, operation, mapped) == BarrierInstruction.None;

    static BarrierInstruction InstructionFor(DataBarrierKind kind) => kind switch
    {
        DataBarrierKind.ThisCpu => BarrierInstruction.DsbNsh,
        DataBarrierKind.Stores => BarrierInstruction.DsbIshst,
        _ => BarrierInstruction.DsbIsh,
    };

    static DataBarrierKind? KindOf(BarrierInstruction instruction) => instruction switch
    {
        BarrierInstruction.DsbNsh => DataBarrierKind.ThisCpu,
        BarrierInstruction.DsbIshst => DataBarrierKind.Stores,
        BarrierInstruction.DsbIsh => DataBarrierKind.Everything,
        _ => null,
    };
}
