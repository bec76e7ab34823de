using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>What is kept of a kernel thread while another one runs.</summary>
/// <param name="Space">Its address space.</param>
/// <param name="SaveArea">8 bytes for its stack pointer, in its address space.</param>
/// <param name="UsesFloatingPoint">Whether floating-point instructions run in it, or trap.</param>
public readonly record struct KernelThread(PageTable Space, CpuAddress SaveArea, bool UsesFloatingPoint);

/// <summary>From one kernel thread to the next.</summary>
public static class ContextSwitch
{
    /// <summary>Leaves <paramref name="from"/>, whose stack pointer is given, for <paramref name="to"/>, whose stack pointer is returned.</summary>
    public static ulong SwitchTo<TCpu>(TCpu cpu, in KernelThread from, in KernelThread to, ulong stackPointer)
        where TCpu : struct, ICpuSystem
    {
        cpu.Store64(from.SaveArea, stackPointer);
        // The code that runs here is mapped the same in both; the save area that is read next is not.
        AddressSpaces.SwitchTo(cpu, to.Space);
        ulong next = cpu.Load64(to.SaveArea);
        cpu.AllowFloatingPoint(to.UsesFloatingPoint);
        // No exception return follows that would do it: the thread goes on in the kernel, maybe with a floating-point instruction.
        cpu.InstructionBarrier();
        return next;
    }
}
