using System.Runtime.CompilerServices;
using Ringcheck.Hal;

namespace Ringcheck.Devices;

/// <content>
/// Words that CPUs share. Loads are made in program order here (docs/cpu-ordering.md), and every read-modify-write acquires and releases, whatever it asks
/// for: how little suffices is explored on <see cref="SimMachine"/>.
/// </content>
public readonly partial struct SimCpu
{
    public uint LoadRelaxed32(CpuAddress address) => Load32(address);

    public uint LoadAcquire32(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Load32(address);

    public void StoreRelaxed32(CpuAddress address, uint value) => Store(address.Value, value, 4, isRelease: false, new("", 0, ""));

    public void StoreRelease32(CpuAddress address, uint value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Store(address.Value, value, 4, isRelease: !IsGone(BarrierInstruction.Stlr, file, line, member, BarrierPurposes.Release), new(file, line, member));

    public uint Exchange32(CpuAddress address, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Update(address.Value, AtomicUpdate.Exchange(value), file, line, member);

    public uint CompareExchange32(CpuAddress address, uint expected, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Update(address.Value, AtomicUpdate.CompareExchange(expected, value), file, line, member);

    public uint FetchAdd32(CpuAddress address, uint add, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Update(address.Value, AtomicUpdate.Add(add), file, line, member);

    /// <summary>Locks are not watched here.</summary>
    public void NoteLock(LockEvent what, CpuAddress address, string file, int line, string member)
    {
        var cpu = machine.Engine.Running;
        cpu.HandlerWaitsForLock = cpu.IsInHandler && what == LockEvent.Waits;
    }

    uint Update(ulong address, in AtomicUpdate update, string file, int line, string member)
    {
        var cpu = Point();
        machine.Recorder?.Update(address);
        uint before = machine.Model.ReadExclusive(machine.Running, address, out ulong physical);
        if (update.Stores(before, out uint after)) machine.Model.WriteExclusive(machine.Running, physical, after, new(file, line, member));
        machine.Recorder?.Got(isThere: true, before);
        cpu.NoteRead(physical & ~7UL);
        cpu.Active.Observed(address | UpdateMark, before);
        return before;
    }
}
