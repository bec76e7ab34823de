using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// An I/O APIC (82093AA): inputs, each of which sends a vector to a local APIC. Its registers are behind an index, so they are reached with interrupts masked: a handler in between would
/// move the index. Two CPUs do not use it at the same time without a lock.
/// </summary>
public readonly struct IoApic<TMachine>(TMachine machine, CpuAddress registers)
    where TMachine : struct, IMachine
{
    /// <summary>Inputs that any has.</summary>
    private const uint MostInputs = 240;

    /// <summary>Inputs that there are; 0 where no I/O APIC is.</summary>
    public uint Count
    {
        get
        {
            uint version = Read(IoApicRegister.Version);
            uint inputs = ((version >> 16) & 0xFF) + 1;
            return version is 0 or uint.MaxValue || inputs > MostInputs ? 0 : inputs;
        }
    }

    /// <summary>Masks all inputs. NoDevice: there is none here.</summary>
    public DriverStatus Initialise()
    {
        uint inputs = Count;
        for (uint input = 0; input < inputs; input++)
            Mask(input);
        return inputs == 0 ? DriverStatus.NoDevice : DriverStatus.Ok;
    }

    /// <summary>
    /// What an input sends, and to whom; it is masked after this. InvalidArgument: no such input, a vector of the CPU's own, or no such local APIC.
    /// </summary>
    public DriverStatus Configure(uint input, uint vector, InterruptTrigger trigger, bool isActiveLow, uint apic)
    {
        if (vector is < LocalApicBit.FirstVector or >= LocalApicBit.SpuriousVector || apic > 0xFE || input >= Count)
            return DriverStatus.InvalidArgument;
        Mask(input); // before the destination is changed, or the old vector might go there
        Write(UpperOf(input), apic << 24);
        Write(LowerOf(input), vector | IoApicEntry.Masked | (trigger == InterruptTrigger.Level ? IoApicEntry.Level : 0) | (isActiveLow ? IoApicEntry.ActiveLow : 0));
        return DriverStatus.Ok;
    }

    /// <summary>After <see cref="Configure"/>, and after its handler was registered. InvalidArgument: no such input.</summary>
    public DriverStatus Enable(uint input)
    {
        if (input >= Count)
            return DriverStatus.InvalidArgument;
        Write(LowerOf(input), Read(LowerOf(input)) & ~(IoApicEntry.Masked | IoApicEntry.Pending | IoApicEntry.RemoteIrr));
        return DriverStatus.Ok;
    }

    /// <summary>Masks the inputs that send a vector. NotSupported: none does, so it is a message, which only its device can mask.</summary>
    public DriverStatus DisableVector(uint vector)
    {
        DriverStatus status = DriverStatus.NotSupported;
        for (uint input = 0, inputs = Count; input < inputs; input++)
        {
            if ((Read(LowerOf(input)) & IoApicEntry.Vector) != vector)
                continue;
            Mask(input);
            status = DriverStatus.Ok;
        }

        return status;
    }

    private void Mask(uint input)
    {
        uint entry = Read(LowerOf(input));
        if ((entry & IoApicEntry.Masked) == 0)
            Write(LowerOf(input), (entry & ~(IoApicEntry.Pending | IoApicEntry.RemoteIrr)) | IoApicEntry.Masked);
    }

    private static uint LowerOf(uint input) => IoApicRegister.Redirection + (2 * input);

    private static uint UpperOf(uint input) => LowerOf(input) + 1;

    private uint Read(uint index)
    {
        bool wasMasked = Select(index);
        uint value = machine.ReadRegister32(registers + IoApicRegister.Window);
        Restore(wasMasked);
        return value;
    }

    private void Write(uint index, uint value)
    {
        bool wasMasked = Select(index);
        machine.WriteRegister32(registers + IoApicRegister.Window, value);
        Restore(wasMasked);
    }

    private bool Select(uint index)
    {
        bool wasMasked = machine.AreInterruptsMasked;
        if (!wasMasked)
            machine.MaskInterrupts();
        machine.WriteRegister32(registers + IoApicRegister.Select, index);
        return wasMasked;
    }

    private void Restore(bool wasMasked)
    {
        if (!wasMasked)
            machine.UnmaskInterrupts();
    }
}
