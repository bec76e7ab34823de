using Ringcheck.Qemu;
using Ringcheck.Standard;
using static Ringcheck.Standard.MmioRegister;
using static Ringcheck.Tests.Qemu.Scripts.ChainBuffer;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>What QEMU 7.2's virtio-blk on virtio-mmio (version 2) was seen to do with requests, notifications and interrupts.</summary>
public static class ModernRingFacts
{
    private const uint Running = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk | DeviceStatus.DriverOk;
    private const uint UsedBuffer = InterruptCause.UsedBuffer, ConfigurationChange = InterruptCause.ConfigurationChange;

    /// <summary>A sector and the status byte.</summary>
    private const uint ReadLength = Sector.Size + BlkRequest.StatusSize;

    public static IEnumerable<RegisterScript> All()
    {
        yield return new ScriptBuilder().BringUp()
            .Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick().Settle()
            .ExpectUsedIndex(1).ExpectUsed(0, 0, ReadLength).ExpectRequestStatus(0, BlkStatus.Ok)
            .LoadBytes(ScriptBuilder.DataAddress(0), DiskImage.NumberedSector(5), "data")
            .Build("a read completes with data, status and used element");
        yield return WriteFlushRead();
        yield return new ScriptBuilder().Negotiate(ScriptBuilder.Version1).SetUpQueue()
            .Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick().Settle()
            .ExpectUsedIndex(1).ExpectUsed(0, 0, ReadLength).ExpectInterrupt(UsedBuffer)
            .Build("a notification before DRIVER_OK is served");
        yield return new ScriptBuilder().BringUp()
            .Write(QueueReady, 0).Read(QueueReady, 0)
            .Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick().Settle().ExpectUsedIndex(1)
            .Build("QueueReady = 0 does not stop a queue");
        yield return new ScriptBuilder().BringUp()
            .Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick(5).Kick(0xFFFF).Kick(0x10000).Settle()
            .ExpectStatus(Running).ExpectUsedIndex(0).ExpectInterrupt(0)
            .Build("notifications of queues that do not exist are ignored");
        yield return new ScriptBuilder().BringUp()
            .Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick().Settle().ExpectInterrupt(UsedBuffer)
            .Acknowledge(ConfigurationChange).ExpectInterrupt(UsedBuffer)
            .Acknowledge(0xFFFF_FFFF).ExpectInterrupt(0)
            .Build("InterruptACK clears the causes it names, and the line follows");
        yield return TwoCauses();
        yield return new ScriptBuilder().BringUp()
            .ResizeDisk(2 * QemuFixture.Sectors).ExpectInterrupt(UsedBuffer | ConfigurationChange).ResizeDisk(QemuFixture.Sectors)
            .Build("a configuration change alone raises both causes");
        yield return new ScriptBuilder().BringUp()
            .Read(ConfigGeneration, 0).Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick().Settle()
            .ResizeDisk(2 * QemuFixture.Sectors)
            .Read(ConfigGeneration, 1).Read(Config, 2 * QemuFixture.Sectors).ExpectInterrupt(UsedBuffer | ConfigurationChange)
            .Status(0).Read(ConfigGeneration, 1).ExpectInterrupt(0)
            .ResizeDisk(QemuFixture.Sectors)
            .Build("a resize shows in capacity, ConfigGeneration and InterruptStatus; the generation outlives a reset",
                needsFreshMachine: true);
        yield return SixteenReadsThenReset();
        yield return EventIndex();
        yield return new ScriptBuilder().BringUp()
            .Store(Available(), 2, AvailableRing.NoInterrupt, "avail.flags")
            .Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick().Settle().ExpectUsedIndex(1).ExpectInterrupt(0)
            .Build("NO_INTERRUPT suppresses the interrupt");
        yield return new ScriptBuilder().BringUp()
            .Load(Used(), 2, 0, "used.flags").Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick()
            .Load(Used(), 2, 0, "used.flags").Settle().Load(Used(), 2, 0, "used.flags")
            .Build("used.flags stays 0");
    }

    private static ulong Available() => new ScriptBuilder().Available + AvailableRing.FlagsOffset;

    private static ulong Used() => new ScriptBuilder().Used + UsedRing.FlagsOffset;

    private static RegisterScript WriteFlushRead()
    {
        byte[] written = DiskImage.NumberedSector(424242);
        const ulong sector = 2000;
        return new ScriptBuilder(16).BringUp(ScriptBuilder.Version1.With(BlkFeature.Flush))
            .StoreBytes(ScriptBuilder.DataAddress(0), written, "data")
            .Request(0, BlkRequestType.Out, sector).MakeAvailable(0).Kick().Settle()
            .ExpectUsed(0, 0, BlkRequest.StatusSize).ExpectRequestStatus(0, BlkStatus.Ok)
            .Header(1, BlkRequestType.Flush, 0)
            .Chain(3, Readable(ScriptBuilder.HeaderAddress(1), BlkRequest.HeaderSize), Writable(ScriptBuilder.StatusAddress(1), 1))
            .MakeAvailable(3).Kick().Settle()
            .ExpectUsed(1, 3, BlkRequest.StatusSize).ExpectRequestStatus(1, BlkStatus.Ok)
            .Request(2, BlkRequestType.In, sector).MakeAvailable(6).Kick().Settle()
            .ExpectUsed(2, 6, ReadLength).LoadBytes(ScriptBuilder.DataAddress(2), written, "data")
            .Build("a write, a flush, and a read of what was written");
    }

    private static RegisterScript TwoCauses() => new ScriptBuilder().BringUp()
        .Request(0, BlkRequestType.In, 5).MakeAvailable(0).Kick().Settle()
        .ResizeDisk(2 * QemuFixture.Sectors).ExpectInterrupt(UsedBuffer | ConfigurationChange)
        .Acknowledge(UsedBuffer).ExpectInterrupt(ConfigurationChange)
        .Acknowledge(ConfigurationChange).ExpectInterrupt(0)
        .ResizeDisk(QemuFixture.Sectors)
        .Build("the line stays high until each cause is acknowledged");

    private static RegisterScript SixteenReadsThenReset()
    {
        var script = new ScriptBuilder(64).BringUp();
        for (int i = 0; i < 16; i++)
        {
            script.Request(i, BlkRequestType.In, (ulong)i).MakeAvailable((ushort)(3 * i));
        }

        return script.Kick().Status(0).ExpectStatus(0).ExpectUsedIndex(16).Settle().ExpectUsedIndex(16)
            .Build("reset completes the requests in flight; none completes later");
    }

    private static RegisterScript EventIndex()
    {
        const ushort size = 64;
        var script = new ScriptBuilder(size);
        ulong usedEvent = script.Available + AvailableRing.UsedEventOffset(size);
        ulong availEvent = script.Used + UsedRing.AvailEventOffset(size);
        return script.BringUp(ScriptBuilder.Version1.With(Feature.EventIndex))
            .Load(availEvent, 2, 0, "avail_event").Store(usedEvent, 2, 0, "used_event")
            .Request(0, BlkRequestType.In, 0).MakeAvailable(0).Kick().Settle()
            .Load(availEvent, 2, 1, "avail_event").ExpectInterrupt(UsedBuffer).Acknowledge(UsedBuffer)
            .Request(1, BlkRequestType.In, 1).MakeAvailable(3).Kick().Settle().ExpectUsedIndex(2).ExpectInterrupt(0)
            .Store(usedEvent, 2, 3, "used_event")
            .Request(2, BlkRequestType.In, 2).MakeAvailable(6).Kick().Settle().ExpectUsedIndex(3).ExpectInterrupt(0)
            .Request(3, BlkRequestType.In, 3).MakeAvailable(9).Kick().Settle().ExpectUsedIndex(4).ExpectInterrupt(UsedBuffer)
            .Build("EVENT_IDX: an interrupt only when used.idx passes used_event");
    }
}
