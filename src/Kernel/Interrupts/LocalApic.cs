using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The local APIC of the CPU that runs the caller (Intel SDM, volume 3, "Advanced Programmable Interrupt Controller"): at the same address on each CPU, and each one's own. Fixed delivery and
/// physical destinations only.
/// </summary>
public readonly struct LocalApic<TMachine>(TMachine machine, CpuAddress registers)
    where TMachine : struct, IMachine
{
    /// <summary>Vectors that this kernel uses: from <see cref="LocalApicBit.FirstVector"/>, so many words of 32.</summary>
    private const uint VectorWords = 2;

    /// <summary>The first vector that this kernel does not use.</summary>
    public const uint EndOfVectors = LocalApicBit.FirstVector + (32 * VectorWords);

    /// <summary>This CPU's number among the local APICs.</summary>
    public uint Id => Read(LocalApicRegister.Id) >> 24;

    /// <summary>On each CPU: its own sources are masked, and it takes every vector that is sent to it. NoDevice: there is none here.</summary>
    public DriverStatus Initialise()
    {
        uint version = Read(LocalApicRegister.Version);
        if (version is 0 or uint.MaxValue)
            return DriverStatus.NoDevice;
        Write(LocalApicRegister.Spurious, LocalApicBit.Enable | LocalApicBit.SpuriousVector); // enabled first: entries stay masked while it is not
        Write(LocalApicRegister.Timer, LocalApicBit.Masked);
        Write(LocalApicRegister.LocalInterrupt0, LocalApicBit.Masked);
        Write(LocalApicRegister.LocalInterrupt1, LocalApicBit.Masked);
        Write(LocalApicRegister.Error, LocalApicBit.Masked);
        Write(LocalApicRegister.TaskPriority, 0);
        return DriverStatus.Ok;
    }

    /// <summary>
    /// The vector in service: the CPU has acknowledged it as it entered the handler, so this only asks which one. None after a spurious interrupt, which puts nothing into service.
    /// </summary>
    public TakenInterrupt Acknowledge()
    {
        for (uint word = VectorWords; word > 0; word--)
        {
            uint first = LocalApicBit.FirstVector + (32 * (word - 1));
            uint bits = Read(LocalApicRegister.InService + (first / 32 * 16));
            if (bits == 0)
                continue;
            machine.Barrier(BarrierPurpose.AfterRegisterRead);
            uint vector = first + 31 - (uint)System.Numerics.BitOperations.LeadingZeroCount(bits);
            return new(vector, vector);
        }

        return TakenInterrupt.None;
    }

    /// <summary>The vector in service of the highest priority is over.</summary>
    public void End() => Write(LocalApicRegister.EndOfInterrupt, 0);

    /// <summary>Where a device sends a message for this vector, edge-triggered. InvalidArgument: not a vector of this kernel, or no such local APIC.</summary>
    public static DriverStatus TryTarget(uint vector, uint apic, out MessageTarget target)
    {
        target = default;
        if (vector is < LocalApicBit.FirstVector or >= EndOfVectors || apic > 0xFE)
            return DriverStatus.InvalidArgument;
        target = new(new(LocalApicBit.MessageBase | (apic << 12)), vector, vector);
        return DriverStatus.Ok;
    }

    private uint Read(uint register) => machine.ReadRegister32(registers + register);

    private void Write(uint register, uint value) => machine.WriteRegister32(registers + register, value);
}
