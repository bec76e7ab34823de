using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <content>What an access to a register does.</content>
public sealed partial class Apics
{
    ulong ReadLocal(uint offset, int width)
    {
        int cpu = Machine.Accessing.Id;
        var local = locals[cpu];
        monitor.Access("the local APIC", offset, width, offset % 16 == 0 && IsLocal(offset) && offset != LocalApicRegister.EndOfInterrupt, writes: false);
        return offset switch
        {
            LocalApicRegister.Id => (uint)cpu << 24,
            LocalApicRegister.Version => LocalVersion,
            LocalApicRegister.TaskPriority => local.TaskPriority,
            LocalApicRegister.ProcessorPriority => ProcessorPriority(local),
            LocalApicRegister.Spurious => local.Spurious,
            >= LocalApicRegister.InService and < LocalApicRegister.TriggerMode => local.InService[WordOf(offset)],
            >= LocalApicRegister.TriggerMode and < LocalApicRegister.InterruptRequest => local.IsLevel[WordOf(offset)],
            >= LocalApicRegister.InterruptRequest and < LocalApicRegister.ErrorStatus => local.Requested[WordOf(offset)],
            _ when EntryOf(offset) is >= 0 and var entry => local.Table[entry],
            _ => 0u,
        };
    }

    void WriteLocal(uint offset, int width, uint value)
    {
        int cpu = Machine.Accessing.Id;
        var local = locals[cpu];
        monitor.Access("the local APIC", offset, width, offset % 16 == 0 && IsLocal(offset) && offset is not (LocalApicRegister.Version or LocalApicRegister.ProcessorPriority)
            and not (>= LocalApicRegister.InService and < LocalApicRegister.ErrorStatus), writes: true);
        switch (offset)
        {
            case LocalApicRegister.TaskPriority: local.TaskPriority = value & 0xFF; break;
            case LocalApicRegister.EndOfInterrupt: End(cpu); break;
            case LocalApicRegister.Spurious: local.Spurious = value & 0x1FF; break;
            default:
                if (EntryOf(offset) is >= 0 and var entry) local.Table[entry] = value | (local.IsOn ? 0 : LocalApicBit.Masked);
                break;
        }
        Changed();
    }

    static int WordOf(uint offset) => (int)(offset / 16 % Words);

    static int EntryOf(uint offset) => offset switch
    {
        LocalApicRegister.Timer => 0,
        LocalApicRegister.LocalInterrupt0 => 1,
        LocalApicRegister.LocalInterrupt1 => 2,
        LocalApicRegister.Error => 3,
        _ => -1,
    };

    static bool IsLocal(uint offset) => EntryOf(offset) >= 0 || offset is LocalApicRegister.Id or LocalApicRegister.Version or LocalApicRegister.TaskPriority
        or LocalApicRegister.ProcessorPriority or LocalApicRegister.EndOfInterrupt or LocalApicRegister.Spurious
        or (>= LocalApicRegister.InService and <= LocalApicRegister.ErrorStatus);

    ulong ReadIo(uint offset, int width)
    {
        monitor.Access("the I/O APIC", offset, width, offset is IoApicRegister.Select or IoApicRegister.Window, writes: false);
        if (offset != IoApicRegister.Window) return select;
        if (select == IoApicRegister.Version) return IoVersion;
        if (!IsEntry(out int input)) return 0;
        return select % 2 != 0 ? inputs[input].Upper : inputs[input].Lower | (inputs[input].IsRemote ? IoApicEntry.RemoteIrr : 0);
    }

    void WriteIo(uint offset, int width, uint value)
    {
        monitor.Access("the I/O APIC", offset, width, offset is IoApicRegister.Select or IoApicRegister.Window, writes: true);
        if (offset == IoApicRegister.Select) select = value & 0xFF;
        if (offset != IoApicRegister.Window || !IsEntry(out int number)) return;
        ref var input = ref inputs[number];
        if (select % 2 != 0)
        {
            monitor.Routes(number, value >> 24, locals.Length);
            input.Upper = value & 0xFF00_0000;
            return;
        }
        uint entry = value & ~(IoApicEntry.RemoteIrr | IoApicEntry.Pending);
        if ((entry & IoApicEntry.Masked) == 0) monitor.Unmasks(number, entry);
        if (!input.IsMasked && ((input.Lower ^ entry) & ~IoApicEntry.Masked) != 0) monitor.ReconfiguresUnmasked(number);
        input.Lower = entry;
        if (!input.IsLevel) input.IsRemote = false;
        Service();
        Changed();
    }

    bool IsEntry(out int input)
    {
        input = (int)(select - IoApicRegister.Redirection) / 2;
        return select >= IoApicRegister.Redirection && input < Inputs;
    }
}
