using FsCheck;
using Ringcheck.Devices;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;
using static Ringcheck.Standard.MmioRegister;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>
/// virtio-mmio, version 2 or 1. The registers that coverage tells apart: each that the standard names, one for all offsets that it does not
/// name, each word of the block device's configuration, and what lies beyond that.
/// </summary>
internal sealed class MmioScripts(bool legacy) : ScriptTransport
{
    private static readonly RegisterCells AllCells = new([.. NamedRegisters(), .. Configuration()], [1, 2, 4, 8])
    {
        Starts = (_, shape) => shape.IsInside ? [1, 2, 3] : [0],
    };

    public override string Name => $"version {(legacy ? 1 : 2)}";

    public override bool IsLegacy => legacy;

    public override QemuMachineKind Machine => QemuMachineKind.Virt;

    public override RegisterCells Cells => AllCells;

    public override IReadOnlyList<Act> Looks { get; } = [Act.Read(DeviceFeatures), Act.Read(QueueNumMax), Act.Read(QueueReady), Act.Read(QueuePfn)];

    public override IReadOnlyList<Act> LooksAtSize { get; } = [Act.Read(MmioRegister.Config, 8), Act.Read(ConfigGeneration)];

    public override IReadOnlyList<Act> Watched { get; } = [Act.Read(MmioRegister.Status), Act.Read(InterruptStatus)];

    public override IReadOnlyList<Act> Everything { get; } =
        [.. Enumerable.Range(0, (int)(MmioRegister.Config + BlkConfig.Length + 3) / 4).Select(word => Act.Read(4 * (uint)word))];

    protected override ulong QueueSizeMask => uint.MaxValue;

    public override (QemuProcess Process, QemuTarget Qemu, SimulatedTarget Simulated) Start(DiskImage disk, IDiskImage simulated, string serial, string simulatedSerial)
    {
        QemuProcess process = QemuProcess.Start(QemuFixture.Installation, new QemuOptions
        {
            Disk = disk.Path,
            LegacyMmio = legacy,
            DiskProperties = $",serial={serial}",
        });
        return (process, new QemuTarget(process), new SimulatedTarget(simulated, legacy, simulatedSerial));
    }

    public override bool HaveParted(QemuTarget qemu, SimulatedTarget simulated) =>
        qemu.ReadRegister(ScriptBuilder.BlkSlot, ConfigGeneration, 4) != simulated.ReadRegister(ScriptBuilder.BlkSlot, ConfigGeneration, 4);

    public override IEnumerable<Act> Prepare(Preamble preamble) =>
        [Act.Write(QueueSel, 0), .. legacy ? LegacyQueue(preamble.QueueSize) : ModernQueue(preamble.QueueSize)];

    public override Act EnableQueue() => legacy ? Act.Write(QueuePfn, Arena.LegacyA / Arena.LegacyAlign) : Act.Write(QueueReady, 1);

    public override Act Status(uint value) => Act.Write(MmioRegister.Status, value);

    public override Act Notify(ulong queue) => Act.Write(QueueNotify, queue);

    public override Act Acknowledge(ulong causes) => Act.Write(InterruptAck, causes);

    public override Gen<ulong> Value(byte block, uint offset, int width) => RegisterValues.For(offset, width, legacy);

    public override bool MayChangeState(ScriptRegister register, AccessShape shape) => shape.Width >= 4 && register.Offsets.Any(offset =>
        Array.Exists((uint[])[MmioRegister.Status, QueuePfn, QueueReady, QueueNotify], other => offset == other || (shape.Width == 8 && offset + 4 == other)));

    public override bool Notifies(Act act) => Reaches(act, QueueNotify);

    public override bool MayWork(Act act) => Reaches(act, QueueNotify) || Reaches(act, MmioRegister.Status) || Reaches(act, QueuePfn);

    protected override int QueueSizeIn(Act act) => !legacy && Reaches(act, QueueNum) ? (int)(QueueNum - act.Where) : -1;

    /// <summary>Does the write arrive at this register as a word of 4 bytes?</summary>
    private static bool Reaches(Act act, uint register) => act.Where <= register && register + 4 <= act.Where + act.Width;

    private static IEnumerable<Act> ModernQueue(ushort queueSize)
    {
        yield return Act.Write(QueueNum, queueSize);
        yield return Act.Write(QueueDescLow, (uint)Arena.QueueA);
        yield return Act.Write(QueueDriverLow, (uint)Arena.QueueA + Arena.AvailableOffset);
        yield return Act.Write(QueueDeviceLow, (uint)Arena.QueueA + Arena.UsedOffset);
        yield return Act.Write(QueueDescHigh, 0);
        yield return Act.Write(QueueDriverHigh, 0);
        yield return Act.Write(QueueDeviceHigh, 0);
    }

    private static IEnumerable<Act> LegacyQueue(ushort queueSize)
    {
        yield return Act.Write(GuestPageSize, Arena.LegacyAlign);
        yield return Act.Write(QueueNum, queueSize);
        yield return Act.Write(QueueAlign, Arena.LegacyAlign);
    }

    public override IEnumerable<Act> Negotiate(ulong features)
    {
        yield return Act.Write(DriverFeaturesSel, 0);
        yield return Act.Write(DriverFeatures, (uint)features);
        if (!IsLegacy)
        {
            yield return Act.Write(DriverFeaturesSel, 1);
            yield return Act.Write(DriverFeatures, features >> 32);
        }
    }

    private static IEnumerable<ScriptRegister> NamedRegisters()
    {
        var named = RegisterNames.All.Where(r => r.Key < MmioRegister.Config).OrderBy(r => r.Key).ToArray();
        foreach ((uint offset, string name) in named)
        {
            yield return new(name, [offset]);
        }

        yield return new("(no register)", [.. Enumerable.Range(0, 64).Select(i => 4 * (uint)i).Where(offset => !named.Any(r => r.Key == offset))]);
    }

    private static IEnumerable<ScriptRegister> Configuration()
    {
        for (uint offset = 0; offset <= BlkConfig.WriteZeroesMayUnmap; offset += 4)
        {
            yield return new($"Config+0x{offset:x2}", [MmioRegister.Config + offset]);
        }

        yield return new("Config, just beyond", [MmioRegister.Config + BlkConfig.WriteZeroesMayUnmap + 4]);
        yield return new("Config, far beyond", [.. ((uint[])[0x40, 0x80, 0xF0]).Select(offset => MmioRegister.Config + offset)]);
    }
}
