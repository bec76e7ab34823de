using Ringcheck.Qemu;
using Ringcheck.Standard;
using static Ringcheck.Standard.MmioRegister;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>What QEMU 7.2's virtio-blk on virtio-mmio version 1 (its default on <c>virt</c>) was seen to do.</summary>
public static class LegacyFacts
{
    /// <summary>Word 0 of the features: as in version 2, and NOTIFY_ON_EMPTY and SCSI.</summary>
    public const uint Features = ModernRegisterFacts.FeaturesWord0 | 1u << Ringcheck.Standard.Feature.NotifyOnEmpty | 1u << BlkFeature.Scsi;

    private const ushort QueueSize = 8;

    /// <summary>Any page will do to look at the register.</summary>
    private const uint Pfn = (uint)(ScriptBuilder.Memory / ScriptBuilder.LegacyPageSize);

    public static IEnumerable<RegisterScript> All()
    {
        yield return New()
            .Read(MagicValue, MmioIdentity.Magic).Read(MmioRegister.Version, MmioIdentity.LegacyVersion)
            .Read(DeviceId, DeviceType.Block).Read(VendorId, ModernRegisterFacts.QemuVendor)
            .Read(DeviceFeatures, Features).Write(DeviceFeaturesSel, 1).Read(DeviceFeatures, 0)
            .Read(QueueNumMax, ModernRegisterFacts.NumMax).Read(QueuePfn, 0).Read(MmioRegister.Status, 0)
            .Build("version 1 identifies itself and offers one word of features");
        yield return New().Read(ConfigGeneration, 0).Read(QueueReady, 0).Write(QueueReady, 1).Read(QueueReady, 0)
            .Build("registers of version 2 read 0 on version 1");
        yield return new ScriptBuilder(QueueSize, legacy: true)
            .Read(MagicValue, MmioIdentity.Magic, slot: 0).Read(MmioRegister.Version, MmioIdentity.LegacyVersion, slot: 0)
            .Read(DeviceId, 0, slot: 0).Read(DeviceFeatures, 0, slot: 0).Read(QueueNumMax, 0, slot: 0)
            .Build("an empty slot of version 1 has DeviceID 0");
        yield return New().Write(GuestPageSize, ScriptBuilder.LegacyPageSize).Write(QueueNum, QueueSize)
            .Write(QueueAlign, ScriptBuilder.LegacyPageSize).Write(QueuePfn, Pfn).Read(QueuePfn, Pfn)
            .Build("QueuePFN reads back");
        yield return Whole().ExpectInterrupt(InterruptCause.UsedBuffer)
            .Status(0).ExpectStatus(0).Read(QueuePfn, 0).ExpectInterrupt(0)
            .Build("a read completes; reset clears QueuePFN and the interrupt");
        yield return New().LegacyBringUp().ExpectStatus(7).Write(QueuePfn, 0).ExpectStatus(0).Read(QueuePfn, 0)
            .Build("QueuePFN = 0 resets the whole device");
    }

    private static ScriptBuilder New() => new(QueueSize, legacy: true);

    private static ScriptBuilder Whole() => New().LegacyBringUp()
        .Request(0, BlkRequestType.In, 7).MakeAvailable(0).Kick().Settle()
        .ExpectUsedIndex(1).ExpectUsed(0, 0, Sector.Size + BlkRequest.StatusSize).ExpectRequestStatus(0, BlkStatus.Ok)
        .LoadBytes(ScriptBuilder.DataAddress(0), DiskImage.NumberedSector(7), "data");
}
