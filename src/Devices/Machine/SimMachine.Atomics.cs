using System.Runtime.CompilerServices;
using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>Words that CPUs share with each other.</content>
public readonly partial struct SimMachine
{
    const ulong UpdateMark = 4UL << 60;

    public uint LoadRelaxed32(CpuAddress address) => Load<uint>(address.Value);

    public uint LoadAcquire32(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => LoadAcquire<uint>(address.Value, file, line, member);

    public void StoreRelaxed32(CpuAddress address, uint value) => Store(address.Value, value);

    public void StoreRelease32(CpuAddress address, uint value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => StoreRelease(address.Value, value, file, line, member);

    public uint Exchange32(CpuAddress address, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Update(address.Value, AtomicUpdate.Exchange(value), order, file, line, member);

    public uint CompareExchange32(CpuAddress address, uint expected, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Update(address.Value, AtomicUpdate.CompareExchange(expected, value), order, file, line, member);

    public uint FetchAdd32(CpuAddress address, uint add, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Update(address.Value, AtomicUpdate.Add(add), order, file, line, member);

    public void NoteLock(LockEvent what, CpuAddress address, string file, int line, string member)
    {
        var cpu = machine.Engine.Running;
        cpu.HandlerWaitsForLock = cpu.IsInHandler && what == LockEvent.Waits;
        machine.Recorder?.Lock(cpu.Active, what, address.Value);
        machine.Monitors.Locks.Note(cpu, what, address.Value, file, line, member);
    }

    uint Update(ulong address, in AtomicUpdate update, AtomicOrder order, string file, int line, string member)
    {
        var cpu = machine.Engine.Running;
        cpu.Point(address, sizeof(uint), writes: true);
        machine.Recorder?.Update(cpu.Active, address, update, order);
        machine.Monitors.CpuLoad<uint>(address);
        machine.Monitors.CpuStore<uint>(address);
        uint before;
        if (machine.Weak is { } weak)
        {
            machine.Cache?.CpuLoads(address, sizeof(uint));
            machine.Cache?.CpuStores(address, sizeof(uint));
            var mapped = BarrierMapping.Atomic(order, IsAArch64);
            var instruction = order == AtomicOrder.Relaxed ? mapped : machine.Barriers.Of(file, line, member, BarrierPurposes.Name(order), mapped);
            before = weak.Update(cpu.Id, address, update, BarrierSites.OrderOf(instruction), out bool older);
            NoteKeptStores(instruction);
            if (older) cpu.NoteOlderRead();
        }
        else
        {
            before = machine.Ram.Load<uint>(address);
            if (update.Stores(before, out uint after)) machine.Ram.Store(address, after);
        }
        machine.Recorder?.Got(before);
        cpu.NoteRead(Ram.WatchKey(address));
        cpu.Active.Observed(address | UpdateMark, before);
        return before;
    }
}
