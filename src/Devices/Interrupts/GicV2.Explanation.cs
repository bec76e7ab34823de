using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <content>Why a CPU that waits is given nothing, for the report of a lost wake-up.</content>
public sealed partial class GicV2
{
    internal override (string Message, string Mend)? WhyNotGiven(CpuAgent cpu)
    {
        for (int id = 0; id < Interrupts; id++)
        {
            ref readonly var slot = ref slots[IndexOf(cpu.Id, id)];
            if (slot.IsPending && WhyNot(cpu, id, slot) is { } why) return ($"interrupt {id} is pending in the GIC and not given: {why.Message}", why.Mend);
        }
        return null;
    }

    /// <summary>IHI 0048B, 3.2 and 3.3: what must be so for an interrupt that is pending to reach a CPU, in the order of its way.</summary>
    (string Message, string Mend)? WhyNot(CpuAgent cpu, int id, in Slot slot)
    {
        if (!slot.IsEnabled) return ("it is not enabled", "Enable an interrupt (GICD_ISENABLER) once its handler is registered.");
        if (id >= Private && slot.Targets == 0) return ("it has no target", "Write its target (GICD_ITARGETSR) before it is enabled.");
        if (id >= Private && (slot.Targets >> cpu.Id & 1) == 0) return null; // somebody else's
        if (slot.IsActive) return active[cpu.Id].Exists(each => each.Id == id)
            ? ("it is still active", "End each interrupt that was acknowledged (GICC_EOIR).")
            : ("it is active, and this CPU has not acknowledged it", "Clear what an earlier owner left active (GICD_ICACTIVER) before an interrupt is enabled.");
        if (!isOn) return ("the distributor is off", "Turn the distributor on (GICD_CTLR).");
        if (!isCpuOn[cpu.Id]) return ($"the CPU interface of {cpu.Name} is off", "Turn the CPU interface on (GICC_CTLR), on each CPU.");
        if (slot.Priority >= priorityMask[cpu.Id]) return ($"its priority 0x{slot.Priority:x2} is not above the mask 0x{priorityMask[cpu.Id]:x2} of {cpu.Name}",
            "Set GICC_PMR to a larger number than the priorities in use: smaller numbers are more urgent.");
        if (slot.Priority >= RunningPriority(cpu.Id)) return ($"{cpu.Name} has interrupt {active[cpu.Id][^1].Id} active, which is as urgent", "End each interrupt that was acknowledged (GICC_EOIR).");
        return cpu.IsMasked ? ($"{cpu.Name} has interrupts masked", "Unmask interrupts after the wait that one of them has ended.") : null;
    }
}
