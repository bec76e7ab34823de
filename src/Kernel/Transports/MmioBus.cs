using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// The virtio-mmio slots of Arm's and QEMU's <c>virt</c> machine: 32 of them, 0x200 bytes each from 0x0a000000 on, slot n with shared
/// interrupt 16 + n as QEMU and device trees count (48 + n in the interrupt controller). Any slot may be empty: QEMU fills from
/// the last one down.
/// </summary>
public static class MmioBus
{
    public const int SlotCount = 32;

    public const ulong FirstSlot = 0x0a00_0000;

    public const uint FirstInterrupt = 16;

    /// <summary>
    /// Looks at every slot, announces each device on the console and stores it in <paramref name="found"/>, which has room for
    /// <see cref="SlotCount"/>, or else gets the first ones. Returns how many were stored.
    /// </summary>
    public static int Scan<TMachine>(TMachine machine, Span<Transport> found)
        where TMachine : struct, IMachine
    {
        int count = 0;
        for (int slot = 0; slot < SlotCount && count < found.Length; slot++)
        {
            if (!TryProbe(machine, slot, out Transport transport))
                continue;
            Announce(machine, transport);
            found[count++] = transport;
        }

        return count;
    }

    /// <summary>The first device of a type (<see cref="DeviceType"/>), announced on the console; NoDevice when there is none.</summary>
    public static DriverStatus Find<TMachine>(TMachine machine, uint deviceType, out Transport transport)
        where TMachine : struct, IMachine
    {
        for (int slot = 0; slot < SlotCount; slot++)
        {
            if (!TryProbe(machine, slot, out transport) || transport.DeviceType != deviceType)
                continue;
            Announce(machine, transport);
            return DriverStatus.Ok;
        }

        transport = default;
        return DriverStatus.NoDevice;
    }

    /// <summary>
    /// 4.2.3.1.1: magic and version first; what is not a virtio device of a version that we know is left alone, and so is a
    /// slot whose DeviceID is 0, after that one read.
    /// </summary>
    public static bool TryProbe<TMachine>(TMachine machine, int slot, out Transport transport)
        where TMachine : struct, IMachine
    {
        transport = default;
        CpuAddress registers = new(FirstSlot + (ulong)slot * MmioIdentity.BlockSize);
        if (machine.ReadRegister32(registers + MmioRegister.MagicValue) != MmioIdentity.Magic)
            return false;
        TransportKind kind = machine.ReadRegister32(registers + MmioRegister.Version) switch
        {
            MmioIdentity.LegacyVersion => TransportKind.MmioLegacy,
            MmioIdentity.ModernVersion => TransportKind.MmioModern,
            _ => TransportKind.None,
        };
        if (kind == TransportKind.None)
            return false;
        uint deviceType = machine.ReadRegister32(registers + MmioRegister.DeviceId);
        if (deviceType == DeviceType.None)
            return false;
        transport = new(kind, RegisterBlock.At(registers, MmioIdentity.BlockSize), deviceType, FirstInterrupt + (uint)slot)
        {
            Configuration = RegisterBlock.At(registers + MmioRegister.Config, MmioIdentity.BlockSize - MmioRegister.Config),
        };
        return true;
    }

    /// <summary>Such as <c>[virtio-mmio] Found virtio-blk at 0xa003e00 (IRQ 47)</c>.</summary>
    private static void Announce<TMachine>(TMachine machine, in Transport transport)
        where TMachine : struct, IMachine
    {
        TextLine line = new(stackalloc byte[96]);
        line.Text("[virtio-mmio] Found "u8);
        ReadOnlySpan<byte> name = DeviceNames.Of(transport.DeviceType);
        if (name.IsEmpty)
            line.Text("device type "u8).Decimal(transport.DeviceType);
        line.Text(name).Text(" at "u8).Hex(transport.Registers.Address);
        line.Text(" (IRQ "u8).Decimal(transport.Interrupt).Text(")\n"u8);
        machine.Print(line.Written);
    }
}

/// <summary>What people call the devices.</summary>
public static class DeviceNames
{
    /// <summary>Empty for a type that has no name here.</summary>
    public static ReadOnlySpan<byte> Of(uint deviceType) => deviceType switch
    {
        DeviceType.Network => "virtio-net"u8,
        DeviceType.Block => "virtio-blk"u8,
        DeviceType.Console => "virtio-console"u8,
        DeviceType.Entropy => "virtio-rng"u8,
        DeviceType.NineP => "virtio-9p"u8,
        DeviceType.Gpu => "virtio-gpu"u8,
        DeviceType.Input => "virtio-input"u8,
        _ => default,
    };
}
