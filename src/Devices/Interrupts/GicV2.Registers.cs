using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <content>What an access to a register does. Those of private interrupts are banked: each CPU has its own (IHI 0048B, 4.1.4).</content>
public sealed partial class GicV2
{
    /// <summary>ARM's JEP106 code; the rest is the implementer's.</summary>
    const uint Implementer = 0x43B;

    ulong ReadDistributor(uint offset, int width)
    {
        monitor.Access("GICD", offset, width, IsByWidth(offset, width), IsDistributorRegister(offset), writes: false);
        return offset switch
        {
            GicDistributor.Control => isOn ? 1u : 0,
            GicDistributor.Type => (uint)((Interrupts / 32) - 1 | (cpus - 1) << 5),
            GicDistributor.Implementer => Implementer,
            >= GicDistributor.SetEnable and < GicDistributor.SetPending => Gather(offset, width, 1, static slot => slot.IsEnabled ? 1u : 0),
            >= GicDistributor.SetPending and < GicDistributor.SetActive => Gather(offset, width, 1, static slot => slot.IsPending ? 1u : 0),
            >= GicDistributor.SetActive and < GicDistributor.Priority => Gather(offset, width, 1, static slot => slot.IsActive ? 1u : 0),
            >= GicDistributor.Priority and < GicDistributor.Targets => Gather(offset, width, 8, static slot => slot.Priority),
            >= GicDistributor.Targets and < GicDistributor.Configuration => ReadTargets(offset, width),
            >= GicDistributor.Configuration and < GicDistributor.SoftwareGenerate => Gather(offset, width, 2, static slot => slot.IsEdge ? 2u : 0),
            _ => 0u,
        };
    }

    void WriteDistributor(uint offset, int width, uint value)
    {
        monitor.Access("GICD", offset, width, IsByWidth(offset, width), IsDistributorRegister(offset) && offset is not (GicDistributor.Type or GicDistributor.Implementer), writes: true);
        switch (offset)
        {
            case GicDistributor.Control: isOn = (value & 1) != 0; break;
            case GicDistributor.SoftwareGenerate: Generate(value); break;
            case >= GicDistributor.SetEnable and < GicDistributor.Priority: WriteBits(offset, width, value); break;
            case >= GicDistributor.Priority and < GicDistributor.SoftwareGenerate: WriteFields(offset, width, value); break;
        }
        Changed();
    }

    /// <summary>The interrupts that bits of a register are about, and where in it they are.</summary>
    int FirstOf(uint offset, int bits) => (int)(offset & (bits == 1 ? 0x7Fu : bits == 2 ? 0xFFu : 0x3FFu)) * 8 / bits;

    uint Gather(uint offset, int width, int bits, Func<Slot, uint> field)
    {
        uint value = 0;
        for (int i = 0; i < width * 8 / bits; i++)
        {
            int id = FirstOf(offset, bits) + i;
            if (id < Interrupts) value |= field(slots[IndexOf(Machine.Accessing.Id, id)]) << (i * bits);
        }
        return value;
    }

    /// <summary>4.3.12: of a private interrupt, the CPU that reads.</summary>
    uint ReadTargets(uint offset, int width)
    {
        if (FirstOf(offset, 8) >= Private) return Gather(offset, width, 8, static slot => slot.Targets);
        return (1u << Machine.Accessing.Id) * (width == 4 ? 0x0101_0101u : 1);
    }

    void WriteBits(uint offset, int width, uint value)
    {
        int cpu = Machine.Accessing.Id;
        for (int i = 0; i < width * 8; i++)
        {
            int id = FirstOf(offset, 1) + i;
            if (id >= Interrupts || (value >> i & 1) == 0) continue;
            ref var slot = ref slots[IndexOf(cpu, id)];
            switch (offset & ~0x7Fu)
            {
                case GicDistributor.SetEnable:
                    if (id >= Private && !slot.IsEnabled) monitor.Enables(id, slot.Targets);
                    slot.IsEnabled = true;
                    break;
                case GicDistributor.ClearEnable: slot.IsEnabled = false; break;
                case GicDistributor.SetPending: slot.IsLatched |= id >= Software; break;
                case GicDistributor.ClearPending: slot.IsLatched = false; break;
                case GicDistributor.SetActive: slot.IsActive = true; break;
                case GicDistributor.ClearActive: slot.IsActive = false; break;
            }
        }
    }

    void WriteFields(uint offset, int width, uint value)
    {
        int bits = offset < GicDistributor.Configuration ? 8 : 2;
        for (int i = 0; i < width * 8 / bits; i++)
        {
            int id = FirstOf(offset, bits) + i;
            if (id >= Interrupts) return;
            ref var slot = ref slots[IndexOf(Machine.Accessing.Id, id)];
            uint field = value >> (i * bits) & ((1u << bits) - 1);
            if (offset < GicDistributor.Targets) slot.Priority = (byte)(field & PriorityBits);
            else if (bits == 8)
            {
                if (id >= Private) slot.Targets = (byte)(field & ((1u << cpus) - 1));
            }
            else if (id >= Software)
            {
                bool isEdge = (field & 2) != 0;
                if (isEdge != slot.IsEdge && slot.IsEnabled) monitor.ReconfiguresEnabled(id);
                slot.IsEdge = isEdge;
            }
        }
    }

    /// <summary>4.3.15: to the CPUs of a list, to all others, or to the one that writes.</summary>
    void Generate(uint value)
    {
        int self = Machine.Accessing.Id;
        uint all = (1u << cpus) - 1;
        uint targets = (value >> 24 & 3) switch
        {
            0 => value >> 16 & 0xFF & all,
            1 => all & ~(1u << self),
            2 => 1u << self,
            _ => 0,
        };
        for (int cpu = 0; cpu < cpus; cpu++)
        {
            if ((targets >> cpu & 1) != 0) slots[IndexOf(cpu, (int)(value & 0xF))].Senders |= (byte)(1 << self);
        }
    }

    ulong ReadCpu(uint offset, int width)
    {
        int cpu = Machine.Accessing.Id;
        monitor.Access("GICC", offset, width, width == 4 && offset % 4 == 0, offset <= GicCpu.HighestPending && offset != GicCpu.EndOfInterrupt, writes: false);
        return offset switch
        {
            GicCpu.Control => isCpuOn[cpu] ? 1u : 0,
            GicCpu.PriorityMask => priorityMask[cpu],
            GicCpu.BinaryPoint => 3,
            GicCpu.Acknowledge => Acknowledge(cpu),
            GicCpu.RunningPriority => RunningPriority(cpu),
            GicCpu.HighestPending => (uint)HighestPending(cpu, out _),
            _ => 0u,
        };
    }

    void WriteCpu(uint offset, int width, uint value)
    {
        int cpu = Machine.Accessing.Id;
        monitor.Access("GICC", offset, width, width == 4 && offset % 4 == 0, offset <= GicCpu.BinaryPoint || offset == GicCpu.EndOfInterrupt, writes: true);
        switch (offset)
        {
            case GicCpu.Control: isCpuOn[cpu] = (value & 1) != 0; break;
            case GicCpu.PriorityMask: priorityMask[cpu] = (byte)(value & PriorityBits); break;
            case GicCpu.EndOfInterrupt: End(cpu, value); break;
        }
        Changed();
    }

    ulong ReadFrame(uint offset, int width)
    {
        monitor.Access("GICv2m", offset, width, width == 4 && offset % 4 == 0, offset is GicMessageFrame.Type or GicMessageFrame.Implementer, writes: false);
        return offset switch
        {
            GicMessageFrame.Type => (uint)((FirstMessage + Private) << 16 | messages),
            GicMessageFrame.Implementer => Implementer,
            _ => 0u,
        };
    }

    /// <summary>A CPU may write SETSPI too, and it is the same pulse; nobody does.</summary>
    void WriteFrame(uint offset, int width, uint value)
        => monitor.Access("GICv2m", offset, width, width == 4 && offset % 4 == 0, isRegister: false, writes: true);

    static bool IsByWidth(uint offset, int width)
        => (width == 4 && offset % 4 == 0) || (width == 1 && offset is >= GicDistributor.Priority and < GicDistributor.Configuration);

    bool IsDistributorRegister(uint offset) => offset switch
    {
        GicDistributor.Control or GicDistributor.Type or GicDistributor.Implementer or GicDistributor.SoftwareGenerate => true,
        >= GicDistributor.SetEnable and < GicDistributor.Priority => FirstOf(offset, 1) < Interrupts,
        >= GicDistributor.Priority and < GicDistributor.Configuration => FirstOf(offset, 8) < Interrupts,
        >= GicDistributor.Configuration and < GicDistributor.SoftwareGenerate => FirstOf(offset, 2) < Interrupts,
        _ => false,
    };
}
