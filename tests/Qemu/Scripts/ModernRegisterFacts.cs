using Ringcheck.Qemu;
using Ringcheck.Standard;
using static Ringcheck.Standard.MmioRegister;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>
/// What QEMU 7.2's virtio-mmio (version 2) registers of a block device were seen to do, as scripts; where it differs from the
/// standard, docs/fidelity.md says so. No ring is involved here.
/// </summary>
public static class ModernRegisterFacts
{
    private const uint Acknowledge = DeviceStatus.Acknowledge, Driver = DeviceStatus.Driver, DriverOk = DeviceStatus.DriverOk;
    private const uint FeaturesOk = DeviceStatus.FeaturesOk;
    private const uint Ones = 0xFFFF_FFFF;

    /// <summary>"QEMU", little-endian.</summary>
    public const uint QemuVendor = 0x554D4551;

    /// <summary>RING_RESET | VERSION_1, EVENT_IDX | INDIRECT_DESC, and what a disk with discard and write zeroes offers.</summary>
    public const uint FeaturesWord0 = 0x3000_6E54, FeaturesWord1 = 0x101;
    public const uint NumMax = 1024;

    public static IEnumerable<RegisterScript> All()
    {
        yield return PowerOn();
        yield return EmptySlot();
        yield return new ScriptBuilder()
            .Read(DeviceFeaturesSel, 0).Read(DriverFeatures, 0).Read(DriverFeaturesSel, 0).Read(QueueSel, 0).Read(QueueNum, 0)
            .Read(QueueNotify, 0).Read(InterruptAck, 0).Read(QueueDescLow, 0).Read(QueueDescHigh, 0).Read(QueueDriverLow, 0)
            .Read(QueueDriverHigh, 0).Read(QueueDeviceLow, 0).Read(QueueDeviceHigh, 0)
            .Build("write-only registers read 0");
        yield return new ScriptBuilder()
            .Write(QueuePfn, 0x40200).Read(GuestPageSize, 0).Read(QueueAlign, 0).Read(QueuePfn, 0).Read(QueueReset, 0)
            .Build("registers of version 1, and QueueReset, read 0 on version 2");
        yield return NarrowAccess();
        yield return new ScriptBuilder()
            .Read(MagicValue, 0x2_7472_6976, width: 8)
            .Write(Status, Acknowledge | Driver, width: 8).ExpectStatus(Acknowledge | Driver)
            .Build("an access of 8 bytes to control registers is made as two of 4");
        yield return new ScriptBuilder()
            .Copy(MagicValue, Convert.FromHexString("76697274020000000200000051454d55"))
            .Build("a copy of bytes out of the register block is made of 32-bit accesses");
        yield return ConfigWidths();
        yield return new ScriptBuilder()
            .Write(MagicValue, 0).Write(DeviceId, 0).Write(MmioRegister.Version, 9).Write(Config, 7)
            .Read(MagicValue, MmioIdentity.Magic).Read(MmioRegister.Version, 2).Read(DeviceId, DeviceType.Block)
            .Read(Config, QemuFixture.Sectors)
            .Build("writes to read-only registers and to the capacity are ignored");
        yield return FeatureSelection();
        yield return new ScriptBuilder().Negotiate(new FeatureSet(ulong.MaxValue, 0)).ExpectStatus(Acknowledge | Driver | FeaturesOk)
            .Build("features that were not offered are accepted");
        yield return new ScriptBuilder().Negotiate(FeatureSet.None).ExpectStatus(Acknowledge | Driver | FeaturesOk)
            .Status(Acknowledge | Driver | FeaturesOk | DriverOk).ExpectStatus(Acknowledge | Driver | FeaturesOk | DriverOk)
            .Build("a driver without VERSION_1 is accepted");
        yield return new ScriptBuilder().Status(DriverOk).ExpectStatus(DriverOk)
            .Status(0x1FF).ExpectStatus(0xFF).Status(0x100).ExpectStatus(0)
            .Status(Acknowledge | Driver).Status(Acknowledge).ExpectStatus(Acknowledge)
            .Build("Status holds its low byte as written, in any order");
        yield return new ScriptBuilder().Negotiate(ScriptBuilder.Version1)
            .Write(DriverFeaturesSel, 0).Write(DriverFeatures, 1u << BlkFeature.Flush).ExpectStatus(Acknowledge | Driver | FeaturesOk)
            .Build("features written after FEATURES_OK are no error");
        yield return new ScriptBuilder()
            .Write(QueueSel, 0).Read(QueueNumMax, NumMax)
            .Write(QueueSel, 1).Read(QueueNumMax, 0).Write(QueueSel, 0x400).Read(QueueNumMax, 0)
            .Build("QueueNumMax is 1024 for the queue there is, 0 for others");
        yield return AbsentQueue();
        yield return new ScriptBuilder().Negotiate(ScriptBuilder.Version1)
            .Write(QueueNum, 0).Write(QueueNum, 3).Write(QueueNum, 1025).Write(QueueNum, 2048).Write(QueueNum, Ones)
            .Read(QueueNum, 0).Read(QueueNumMax, NumMax).ExpectStatus(Acknowledge | Driver | FeaturesOk)
            .Build("a QueueNum that is no legal size is no error");
        yield return new ScriptBuilder().BringUp().Read(QueueReady, 1)
            .Status(0).ExpectStatus(0).Read(QueueReady, 0).Read(QueueNumMax, NumMax).ExpectInterrupt(0)
            .Build("reset reads back at once and takes queues out of use");
        yield return SystemReset();
    }

    private static RegisterScript PowerOn()
    {
        var script = new ScriptBuilder();
        for (uint offset = 0; offset < Config; offset += 4)
        {
            script.Read(offset, offset switch
            {
                MagicValue => MmioIdentity.Magic,
                MmioRegister.Version => MmioIdentity.ModernVersion,
                DeviceId => DeviceType.Block,
                VendorId => QemuVendor,
                DeviceFeatures => FeaturesWord0,
                QueueNumMax => NumMax,
                // No shared memory region: the length is all ones (4.2.2).
                SharedMemoryLengthLow or SharedMemoryLengthHigh => Ones,
                _ => 0,
            });
        }

        return script.Build("registers at power-on", needsFreshMachine: true);
    }

    private static RegisterScript EmptySlot()
    {
        const int slot = 0;
        var script = new ScriptBuilder().Write(Status, Acknowledge, slot: slot);
        for (uint offset = 0; offset < MmioIdentity.BlockSize; offset += 4)
        {
            script.Read(offset, slot: slot, expected: offset switch
            {
                MagicValue => MmioIdentity.Magic,
                MmioRegister.Version => MmioIdentity.ModernVersion,
                VendorId => QemuVendor,
                _ => 0,
            });
        }

        return script.Build("an empty slot has DeviceID 0 and zeros, and ignores Status");
    }

    private static RegisterScript NarrowAccess()
    {
        var script = new ScriptBuilder();
        foreach (uint offset in (uint[])[MagicValue, DeviceId, QueueNumMax, Status])
        {
            script.Read(offset, 0, width: 1).Read(offset, 0, width: 2).Read(offset + 1, 0, width: 1).Read(offset + 2, 0, width: 2)
                .Read(offset + 1, 0).Read(offset + 2, 0);
        }

        return script.Write(Status, Acknowledge, width: 1).ExpectStatus(0).Write(Status, Acknowledge, width: 2).ExpectStatus(0)
            .Build("control registers read 0 and ignore writes of 1 or 2 bytes, or misaligned");
    }

    private static RegisterScript ConfigWidths()
    {
        const uint capacity = (uint)QemuFixture.Sectors, beyond = Config + 0x80;
        // The structure ends with the last field of the features that the device has: here, write zeroes.
        const uint last = Config + BlkConfig.WriteZeroesMayUnmap;
        return new ScriptBuilder()
            .Read(Config, capacity & 0xFF, width: 1).Read(Config + 1, capacity >> 8 & 0xFF, width: 1)
            .Read(Config, capacity, width: 2).Read(Config, capacity).Read(Config, capacity, width: 8)
            .Read(Config + 1, capacity >> 8, width: 2).Read(Config + 1, capacity >> 8)
            .Read(Config + BlkConfig.BlockSize, 512).Read(Config + BlkConfig.BlockSize + 1, 512 >> 8, width: 1)
            .Read(last, 1, width: 1).Read(last + 1, 0xFF, width: 1).Read(last, 0xFFFF, width: 2).Read(last, Ones)
            .Read(beyond, 0xFF, width: 1).Read(beyond, 0xFFFF, width: 2).Read(beyond, Ones).Read(beyond, ulong.MaxValue, width: 8)
            .Build("configuration reads at any width and alignment; beyond its end, all ones");
    }

    private static RegisterScript FeatureSelection()
    {
        var script = new ScriptBuilder();
        foreach ((uint selector, uint word) in
            ((uint, uint)[])[(0, FeaturesWord0), (1, FeaturesWord1), (2, FeaturesWord1), (3, FeaturesWord1), (Ones, FeaturesWord1)])
        {
            script.Write(DeviceFeaturesSel, selector).Read(DeviceFeatures, word);
        }

        return script.Status(0).Read(DeviceFeatures, FeaturesWord1)
            .Build("any DeviceFeaturesSel but 0 shows word 1, and the selector outlives a reset");
    }

    private static RegisterScript AbsentQueue()
    {
        var script = new ScriptBuilder().Negotiate(ScriptBuilder.Version1);
        foreach (uint queue in (uint[])[1, 2, 1023])
        {
            script.Write(QueueSel, queue).Read(QueueNumMax, 0).Read(QueueReady, 0).Write(QueueReady, 1).Read(QueueReady, 1);
        }

        return script.Build("a queue that does not exist can be made ready");
    }

    private static RegisterScript SystemReset()
    {
        byte[] hello = "HELLO"u8.ToArray();
        ulong kept = ScriptBuilder.DataAddress(0);
        return new ScriptBuilder().BringUp().StoreBytes(kept, hello, "memory")
            .ResetMachine().ExpectStatus(0).Read(QueueReady, 0).LoadBytes(kept, hello, "memory")
            .Build("a machine reset resets the device and keeps memory");
    }
}
