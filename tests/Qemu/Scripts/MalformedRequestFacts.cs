using Ringcheck.Qemu;
using Ringcheck.Standard;
using static Ringcheck.Tests.Qemu.Scripts.ChainBuffer;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>
/// What QEMU 7.2's virtio-blk was seen to do with requests that a driver must not make, or need not: it completes some, and
/// breaks the device (NEEDS_RESET, an interrupt for a configuration change, no used element) on others.
/// </summary>
public static class MalformedRequestFacts
{
    private const ushort QueueSize = 8;
    private const ulong UnassignedMemory = 0x300_0000_0000;
    private const uint Running = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk | DeviceStatus.DriverOk;

    private static ulong Header => ScriptBuilder.HeaderAddress(0);

    private static ulong Data => ScriptBuilder.DataAddress(0);

    private static ulong StatusByte => ScriptBuilder.StatusAddress(0);

    public static IEnumerable<RegisterScript> All()
    {
        // Unusual, and legal: message framing is free (2.7.4).
        yield return Completes("data and status in one buffer", Read(5).Chain(0, Readable(Header, 16), Writable(Data, 513)), 513, null);
        yield return Completes("header in two buffers",
            Read(5).Chain(0, Readable(Header, 8), Readable(Header + 8, 8), Writable(Data, 512), Writable(StatusByte, 1)), 513, BlkStatus.Ok);

        yield return Completes("sector beyond the capacity", New().Request(0, BlkRequestType.In, 1 << 20), 513, BlkStatus.IoError);
        yield return Completes("first sector after the last",
            New().Request(0, BlkRequestType.In, (ulong)QemuFixture.Sectors), 513, BlkStatus.IoError);
        yield return Completes("length that is no multiple of 512",
            New().Request(0, BlkRequestType.In, 5, length: 100), 101, BlkStatus.IoError);
        yield return Completes("unknown type", New().Request(0, 99, 0), 513, BlkStatus.Unsupported);
        yield return Completes("GET_ID with 512 bytes", New().Request(0, BlkRequestType.GetId, 0), 513, BlkStatus.Ok);

        yield return Breaks("data of length 0", New().Request(0, BlkRequestType.In, 5, length: 0));
        yield return Breaks("header only", Read(5).Chain(0, Readable(Header, 16)));
        yield return Breaks("header of 8 bytes", Read(5).Chain(0, Readable(Header, 8), Writable(Data, 512), Writable(StatusByte, 1)));
        yield return Breaks("readable buffer after a writable one",
            Read(5).Chain(0, Readable(Header, 16), Writable(Data, 512), Readable(Header, 16), Writable(StatusByte, 1)));
        yield return Breaks("loop of descriptors", New().Request(0, BlkRequestType.In, 5)
            .Descriptor(2, StatusByte, 1, SplitDescriptor.Write | SplitDescriptor.Next, next: 1));
        yield return Breaks("next beyond the table", New().Request(0, BlkRequestType.In, 5)
            .Descriptor(0, Header, 16, SplitDescriptor.Next, next: 500));
        yield return Breaks("head beyond the table", New().Request(0, BlkRequestType.In, 5), head: 200);
        // The chains that were taken before the mistake was noticed run to their end: data and status, but no used element.
        yield return Breaks("index further ahead than the queue is long",
            New().Request(0, BlkRequestType.In, 5).MakeAvailable(0).PublishIndex(QueueSize + 1), head: null, status: BlkStatus.Ok);
        yield return Breaks("indirect table of 50 bytes",
            IndirectTable().Descriptor(0, ScriptBuilder.TableAddress, 50, SplitDescriptor.Indirect), negotiateIndirect: true);

        yield return Completes("indirect table without the feature",
            IndirectTable().Descriptor(0, ScriptBuilder.TableAddress, 48, SplitDescriptor.Indirect), 513, BlkStatus.Ok);
        yield return Completes("indirect and next together",
            IndirectTable().Descriptor(0, ScriptBuilder.TableAddress, 48, SplitDescriptor.Indirect | SplitDescriptor.Next, next: 1),
            513, BlkStatus.Ok);
        yield return Completes("header in unassigned memory, which reads as zeros",
            Read(5).Chain(0, Readable(UnassignedMemory, 16), Writable(Data, 512), Writable(StatusByte, 1)), 513, BlkStatus.Ok);
        yield return ResetAfterBreaking();
        yield return BrokenTwice();
    }

    private static ScriptBuilder New() => new(QueueSize);

    private static ScriptBuilder Read(ulong sector) => New().Header(0, BlkRequestType.In, sector);

    private static ScriptBuilder IndirectTable() => Read(5)
        .Descriptor(0, Header, 16, SplitDescriptor.Next, 1, ScriptBuilder.TableAddress)
        .Descriptor(1, Data, 512, SplitDescriptor.Write | SplitDescriptor.Next, 2, ScriptBuilder.TableAddress)
        .Descriptor(2, StatusByte, 1, SplitDescriptor.Write, 0, ScriptBuilder.TableAddress);

    /// <summary>The request in the builder's memory ends with a used element of this length and, where there is one, this status.</summary>
    private static RegisterScript Completes(string what, ScriptBuilder request, uint usedLength, byte? status)
    {
        request.BringUp().MakeAvailable(0).Kick().Settle()
            .ExpectStatus(Running).ExpectUsedIndex(1).ExpectUsed(0, 0, usedLength).ExpectInterrupt(InterruptCause.UsedBuffer);
        if (status is { } value)
        {
            request.ExpectRequestStatus(0, value);
        }
        else
        {
            request.Load(Data + Sector.Size, 1, BlkStatus.Ok, "status after the data");
        }

        return request.Build($"completes: {what}");
    }

    private static RegisterScript Breaks(string what, ScriptBuilder request, ushort? head = 0, bool negotiateIndirect = false,
        byte status = BlkStatus.NotWritten)
    {
        request.BringUp(negotiateIndirect ? ScriptBuilder.Version1.With(Feature.IndirectDescriptors) : null);
        if (head is { } index)
        {
            request.MakeAvailable(index);
        }

        return ExpectBroken(request.Kick().Settle()).ExpectRequestStatus(0, status).Build($"breaks the device: {what}");
    }

    private static ScriptBuilder ExpectBroken(ScriptBuilder script) => script
        .ExpectStatus(Running | DeviceStatus.NeedsReset).ExpectUsedIndex(0)
        // QEMU raises both causes for a configuration change.
        .ExpectInterrupt(InterruptCause.All);

    private static RegisterScript ResetAfterBreaking()
    {
        ScriptBuilder script = New().Request(0, BlkRequestType.In, 5, length: 0).BringUp().MakeAvailable(0)
            .Read(MmioRegister.ConfigGeneration, 0).Kick().Settle();
        return ExpectBroken(script).ExpectRequestStatus(0, BlkStatus.NotWritten)
            .Read(MmioRegister.ConfigGeneration, 1)
            .Status(0).ExpectStatus(0).ExpectInterrupt(0)
            .Request(0, BlkRequestType.In, 5).PublishIndex(0).BringUp().PublishIndex(1).Kick().Settle()
            .ExpectStatus(Running).ExpectUsedIndex(1).ExpectUsed(0, 0, 513).ExpectRequestStatus(0, BlkStatus.Ok)
            .Build("a broken device counts a configuration change, and works again after a reset", needsFreshMachine: true);
    }

    /// <summary>Each mistake counts as a change of the configuration, also one that the device notices once it is broken.</summary>
    private static RegisterScript BrokenTwice()
    {
        const ulong tooNearTheEnd = SharedRam.Base + SimulatedTarget.RamLength - 16;
        ScriptBuilder script = New().Request(0, BlkRequestType.In, 5, length: 0).BringUp().MakeAvailable(0).Kick().Settle();
        return ExpectBroken(script).Read(MmioRegister.ConfigGeneration, 1)
            .Write(MmioRegister.QueueDriverLow, tooNearTheEnd).Write(MmioRegister.QueueReady, 1)
            .ExpectStatus(Running | DeviceStatus.NeedsReset).Read(MmioRegister.ConfigGeneration, 2)
            .Build("a ring that leaves RAM is told of by a broken device too", needsFreshMachine: true);
    }
}
