using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Virtio 1.4, 2.5 "Device Configuration Space": each field is read at its own width, a 64-bit field as two 32-bit ones (4.2.2.2).
/// A field of up to 32 bits cannot tear. What is wider, or is several fields, is read until the device says that it did not change
/// meanwhile (its generation) or, from a legacy device (2.5.4), until two readings agree; <see cref="Attempts"/> at most.
/// </summary>
public static class DeviceConfig
{
    /// <summary>A device whose configuration changes this often while it is read is not to be believed.</summary>
    public const int Attempts = 16;

    /// <summary>All ones where the device has no such field: one that it must have, or it was not asked for.</summary>
    public static byte ReadConfig8<TMachine>(this in Transport transport, TMachine machine, uint offset)
        where TMachine : struct, IMachine => transport.Configuration.Holds(offset, 1) ? transport.Configuration.Read8(machine, offset) : byte.MaxValue;

    /// <summary>Few fields are for the driver to write (2.5.1), and only with their feature negotiated.</summary>
    public static void WriteConfig8<TMachine>(this in Transport transport, TMachine machine, uint offset, byte value)
        where TMachine : struct, IMachine
    {
        if (transport.Configuration.Holds(offset, 1))
            transport.Configuration.Write8(machine, offset, value);
    }

    public static ushort ReadConfig16<TMachine>(this in Transport transport, TMachine machine, uint offset)
        where TMachine : struct, IMachine => transport.Configuration.Holds(offset, 2) ? transport.Configuration.Read16(machine, offset) : ushort.MaxValue;

    public static uint ReadConfig32<TMachine>(this in Transport transport, TMachine machine, uint offset)
        where TMachine : struct, IMachine => transport.Configuration.Holds(offset, 4) ? transport.Configuration.Read32(machine, offset) : uint.MaxValue;

    /// <summary>DeviceError when the field does not hold still.</summary>
    public static DriverStatus ReadConfig64<TMachine>(this in Transport transport, TMachine machine, uint offset, out ulong value)
        where TMachine : struct, IMachine
    {
        ulong previous = 0;
        for (int attempt = 0; attempt < Attempts; attempt++)
        {
            uint generation = transport.ReadGeneration(machine);
            value = transport.ReadConfig64Once(machine, offset);
            if (transport.IsSettled(machine, generation, agrees: attempt > 0 && value == previous))
                return DriverStatus.Ok;
            previous = value;
        }

        value = 0;
        return DriverStatus.DeviceError;
    }

    /// <summary>Two reads, which may belong to different values: for use within a loop such as <see cref="ReadConfig64"/>.</summary>
    public static ulong ReadConfig64Once<TMachine>(this in Transport transport, TMachine machine, uint offset)
        where TMachine : struct, IMachine
    {
        uint low = transport.ReadConfig32(machine, offset);
        uint high = transport.ReadConfig32(machine, offset + sizeof(uint));
        return (ulong)high << 32 | low;
    }

    /// <summary>Before a reading begins. A legacy device has no such register and is not asked.</summary>
    public static uint ReadGeneration<TMachine>(this in Transport transport, TMachine machine)
        where TMachine : struct, IMachine => transport.Kind switch
        {
            TransportKind.MmioModern => transport.Registers.Read32(machine, MmioRegister.ConfigGeneration),
            TransportKind.PciModern => transport.Registers.Read8(machine, PciCommonRegister.ConfigGeneration),
            _ => 0,
        };

    /// <summary>
    /// After a reading: whether it is one picture. <paramref name="generation"/> is from before it; <paramref name="agrees"/> says
    /// whether the reading equals the one before.
    /// </summary>
    public static bool IsSettled<TMachine>(this in Transport transport, TMachine machine, uint generation, bool agrees)
        where TMachine : struct, IMachine => transport.IsLegacy ? agrees : transport.ReadGeneration(machine) == generation;
}
