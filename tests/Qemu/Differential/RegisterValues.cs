using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Standard;
using static Ringcheck.Standard.MmioRegister;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>What scripts write to registers: what drivers write, and what they must not. Addresses stay where docs/fidelity.md says.</summary>
internal static class RegisterValues
{
    private const uint Ones = uint.MaxValue;

    /// <summary>
    /// For a write of any width at any offset: each whole word of a register that the write covers gets a value of that register's own.
    /// </summary>
    public static Gen<ulong> For(uint offset, int width, bool legacy)
    {
        uint first = (offset + 3) & ~3u;
        int shift = 8 * (int)(first - offset);
        if (width == 8)
        {
            return from low in Word(first, legacy)
                   from high in Word(first + 4, legacy)
                   select shift == 0 ? low | (ulong)high << 32 : (ulong)low << shift;
        }

        return from value in Word(offset & ~3u, legacy)
               select width == 4 ? value : value & (1UL << (8 * width)) - 1;
    }

    private static Gen<uint> Word(uint register, bool legacy) => register switch
    {
        MmioRegister.Status => Gen.Elements<uint>(0, 1, 3, 0xB, 0xF, 7, 4, 0x4F, 0x40, 0x80, 0x8F, 0x10, 0xFF, 0x100, 0x1FF, 0x10F),
        QueueSel => Gen.Elements<uint>(0, 0, 0, 1, 2, 63, 1023, 1024, Ones),
        QueueNum => Gen.Elements<uint>(8, 16, 64, 1024, 0, 1, 3, 6, 1025, 2048, 0x1_0000, Ones),
        QueueReady => Gen.Elements<uint>(0, 1, 1, 2, Ones),
        QueueNotify => Gen.Elements<uint>(0, 0, 1, 5, 1023, 1024, 0xFFFF, 0x1_0000, Ones),
        InterruptAck => Gen.Elements<uint>(0, 1, 2, 3, 4, Ones),
        DeviceFeaturesSel or DriverFeaturesSel => Gen.Elements<uint>(0, 1, 2, 3, Ones),
        DriverFeatures => Gen.Elements<uint>(0, 1, 0x101, 0x2000_0000, 0x1000_0000, 0x3000_6E54, 0x0100_0000, 0x4000_0000, 0x800, 0x200, Ones),
        QueueDescLow => Gen.Elements((uint)Arena.QueueA, (uint)Arena.QueueB, (uint)Arena.QueueA + 8, (uint)Arena.RamEnd - 64, 0u),
        QueueDriverLow => Gen.Elements((uint)Arena.QueueA + Arena.AvailableOffset, (uint)Arena.QueueB + Arena.AvailableOffset,
            (uint)Arena.QueueA + Arena.AvailableOffset + 1, (uint)Arena.RamEnd - 16),
        QueueDeviceLow => Gen.Elements((uint)Arena.QueueA + Arena.UsedOffset, (uint)Arena.QueueB + Arena.UsedOffset,
            (uint)Arena.QueueA + Arena.UsedOffset + 2, (uint)Arena.RamEnd - 32),
        QueueDescHigh or QueueDriverHigh or QueueDeviceHigh => Gen.Elements<uint>(0, 0, 0, (uint)(Arena.Hole >> 32)),
        GuestPageSize when legacy => Gen.Elements<uint>(4096, 4096, 0x3000, 0xFFFF_F000, 1, 0, 0x8000_0000),
        QueueAlign when legacy => Gen.Elements<uint>(4096, 4096, 2048, 64, 4, 1, 48, 0),
        QueuePfn when legacy => Gen.Elements((uint)(Arena.LegacyA / Arena.LegacyAlign), (uint)(Arena.LegacyB / Arena.LegacyAlign),
            (uint)((Arena.RamEnd - 4096) / Arena.LegacyAlign), 0u),
        MmioRegister.Config + BlkConfig.Writeback => Gen.Elements<uint>(0, 1, 0xFF, 0x100, Ones),
        _ => Gen.Elements<uint>(0, 1, 2, 0x1000, 0x8000_0000, Ones),
    };
}
