using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering.CpuSystem;

namespace Ringcheck.Devices;

/// <summary>
/// The simulated lane of <see cref="ICpuSystem"/>. Which CPU it is for is who runs. Accesses, fetches, barriers that wait for others, and interrupts sent are
/// scheduling points; what concerns this CPU alone until its next access is not.
/// </summary>
public readonly partial struct SimCpu(SimulatedCpus machine) : ICpuSystem
{
    const ulong StoreMark = 1UL << 60, UpdateMark = 2UL << 60, EntryMark = 3UL << 60, InstructionMark = 4UL << 60, FetchMark = 5UL << 60;

    /// <summary>Instructions as an agent's history has them; each is a program counter of its own.</summary>
    enum Did : byte { Dsb, Isb, Clean, Invalidate, InvalidateAll, Tlbi, TlbiAll, Table, Mmu, FloatingPoint, Send, Acknowledge, UseFloatingPoint, Free }

    public uint CurrentCpu => (uint)machine.Running;

    public uint CpuCount => (uint)machine.Cpus.Length;

    public uint Load32(CpuAddress address) => (uint)Load(address.Value, 4);

    public ulong Load64(CpuAddress address) => Load(address.Value, 8);

    // Loads are made in program order here (docs/cpu-ordering.md), so an acquire is a load.
    public ulong LoadAcquire64(CpuAddress address) => Load(address.Value, 8);

    public void Store32(CpuAddress address, uint value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Store(address.Value, value, 4, isRelease: false, new(file, line, member));

    public void Store64(CpuAddress address, ulong value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Store(address.Value, value, 8, isRelease: false, new(file, line, member));

    public void StoreRelease64(CpuAddress address, ulong value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Store(address.Value, value, 8, isRelease: !IsGone(BarrierInstruction.Stlr, file, line, member, BarrierPurposes.Release), new(file, line, member));

    public void StoreEntry(PhysicalAddress address, ulong entry,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        var cpu = Point();
        cpu.Active.Observed(address.Value | EntryMark, 0);
        machine.Recorder?.Store(address.Value, sizeof(ulong), entry, "");
        machine.Model.StoreEntry(machine.Running, address.Value, entry, new(file, line, member));
    }

    /// <summary>A load of a program whose page may be taken away. False: it takes an exception.</summary>
    public bool TryLoad64(CpuAddress address, out ulong value) => TryLoad(address.Value, 8, mayFault: true, out value);

    /// <summary>Runs the instruction at an address.</summary>
    public void Run(CpuAddress address)
    {
        var cpu = Point();
        cpu.Active.Observed(address.Value | FetchMark, 0);
        machine.Recorder?.Fetch(address.Value);
        machine.Model.Fetch(machine.Running, address.Value);
    }

    /// <summary>A floating-point instruction.</summary>
    public void UseFloatingPoint()
    {
        Note(Did.UseFloatingPoint);
        machine.Model.UseFloatingPoint(machine.Running);
    }

    /// <summary>The caller says that a frame is free: nobody may reach it from here on.</summary>
    public void Free(PhysicalAddress frame)
    {
        Note(Did.Free, frame.Value);
        machine.Model.Free(frame.Value);
    }

    ulong Load(ulong address, int bytes)
    {
        TryLoad(address, bytes, mayFault: false, out ulong value);
        return value;
    }

    bool TryLoad(ulong address, int bytes, bool mayFault, out ulong value)
    {
        var cpu = Point();
        machine.Recorder?.Load(address, bytes);
        bool isThere = machine.Model.TryLoad(machine.Running, address, bytes, mayFault, out value, out ulong physical);
        machine.Recorder?.Got(isThere, value);
        if (isThere) cpu.NoteRead(physical & ~7UL);
        cpu.Active.Observed(address, isThere ? value : ulong.MaxValue);
        return isThere;
    }

    void Store(ulong address, ulong value, int bytes, bool isRelease, Site site)
    {
        var cpu = Point();
        cpu.Active.Observed(address | StoreMark, 0);
        machine.Recorder?.Store(address, bytes, value, isRelease ? "release" : "");
        machine.Model.TryStore(machine.Running, address, value, bytes, isRelease, mayFault: false, site);
    }

    CpuAgent Point()
    {
        var cpu = machine.Engine.Running;
        cpu.Point();
        return cpu;
    }

    void Note(Did what, ulong value = 0)
    {
        machine.Engine.Running.Active.Observed(InstructionMark | (ulong)what, value);
        machine.Recorder?.Instruction(NameOf(what), value);
    }

    static string NameOf(Did what) => what switch
    {
        Did.Dsb => "DSB",
        Did.Isb => "ISB",
        Did.Clean => "DC CVAU",
        Did.Invalidate => "IC IVAU",
        Did.InvalidateAll => "IC IALLUIS",
        Did.Tlbi => "TLBI VAAE1",
        Did.TlbiAll => "TLBI VMALLE1",
        Did.Table => "writes TTBR",
        Did.Mmu => "turns the MMU on",
        Did.FloatingPoint => "allows or forbids floating point",
        Did.Send => "sends an interrupt",
        Did.Acknowledge => "acknowledges an interrupt",
        Did.UseFloatingPoint => "a floating-point instruction",
        _ => "frees a frame",
    };
}
