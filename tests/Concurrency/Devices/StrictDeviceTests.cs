using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>What the strict profile refuses, and that it serves what is right (Virtio 1.4, 2.1 to 2.7, 4.2 and 5.2).</summary>
public sealed class StrictDeviceTests : IDisposable
{
    const ulong Data = DeviceBench.Data;
    static readonly (ulong, uint, bool) Status = (DeviceBench.StatusAt, 1, true);
    static readonly (ulong, uint, bool) Sector = (Data, 512, true);
    static readonly FeatureSet Modern = FeatureSet.Of(Feature.Version1);

    readonly DeviceBench bench = new(DeviceProfile.Strict);

    public void Dispose() => bench.Dispose();

    [Fact]
    public void Registers_are_aligned_words_and_fields_have_their_own_width()
    {
        foreach (int width in new[] { 1, 2, 8 }) Assert.Equal(0UL, bench.Registers.Read(0, width));
        Assert.Equal(0UL, bench.Registers.Read(1, 4));
        Assert.Equal(ulong.MaxValue, bench.Registers.Read(MmioRegister.Config, 8));
        Assert.Equal(64u, bench.Read(MmioRegister.Config));
        Assert.Equal(0xFFFFu, bench.Read(MmioRegister.Config, 2));
        Assert.Equal(16u, bench.Read(MmioRegister.Config + BlkConfig.GeometryHeads, 1));
        Assert.Equal(uint.MaxValue, bench.Read(MmioRegister.Config + BlkConfig.GeometryCylinders));
    }

    [Fact]
    public void FEATURES_OK_needs_a_subset_with_VERSION_1()
    {
        bench.Negotiate(FeatureSet.None);
        Assert.Equal(3u, bench.Status);
        bench.Negotiate(Modern.With(127));
        Assert.Equal(3u, bench.Status);
        bench.Negotiate(Modern.With(BlkFeature.Flush));
        Assert.Equal(11u, bench.Status);
        bench.Negotiate(Modern.With(BlkFeature.Flush));
        Assert.Equal(11u, bench.Status);
    }

    [Fact]
    public void Offered_features_take_four_selectors()
    {
        var words = new uint[5];
        for (uint i = 0; i < 5; i++)
        {
            bench.Write(MmioRegister.DeviceFeaturesSel, i);
            words[i] = bench.Read(MmioRegister.DeviceFeatures);
        }
        Assert.Equal([bench.Device.Offered.Word(0), 1u, 0u, 0u, 0u], words);
    }

    [Fact]
    public void DRIVER_OK_needs_all_earlier_bits()
    {
        bench.Status = 4;
        Assert.Equal(0u, bench.Status & 4);
        bench.Negotiate(Modern);
        bench.Status = 4 | 8;
        Assert.Equal(0u, bench.Status & 4);
    }

    [Fact]
    public void After_FAILED_only_a_reset_is_heard()
    {
        bench.Status = 0x83;
        bench.Status = 3;
        Assert.Equal(0x83u, bench.Status);
        bench.Status = 0;
        bench.Run();
        Assert.Equal(0u, bench.Status);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(3u)]
    [InlineData(128u)]
    public void A_queue_of_an_illegal_size_does_not_become_ready(uint size)
    {
        bench.Negotiate(Modern);
        bench.QueueSize = size;
        bench.ProgramQueue();
        Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
    }

    [Fact]
    public void A_queue_does_not_become_ready_before_FEATURES_OK_nor_misaligned()
    {
        bench.ProgramQueue();
        Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
        bench.Negotiate(Modern);
        bench.Write(MmioRegister.QueueDescLow, DeviceBench.Descriptors + 8);
        bench.Write(MmioRegister.QueueReady, 1);
        Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
        bench.ProgramQueue();
        Assert.Equal(1u, bench.Read(MmioRegister.QueueReady));
    }

    [Fact]
    public void A_ready_queue_is_frozen()
    {
        bench.Start();
        bench.Write(MmioRegister.QueueNum, 4);
        bench.Write(MmioRegister.QueueDescLow, 0);
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, Sector, Status));
        Assert.Equal(8u, bench.Device.AllQueues[0].RingSize);
    }

    [Fact]
    public void Notifications_before_DRIVER_OK_are_not_heard()
    {
        bench.Negotiate(Modern);
        bench.ClearRing();
        bench.ProgramQueue();
        Assert.Equal("- 0b", bench.Request(BlkRequestType.In, 0, Sector, Status));
        bench.Status = 15;
        bench.Run();
        Assert.Equal(0, bench.UsedIndex);
        bench.Kick();
        Assert.Equal(1, bench.UsedIndex);
    }

    [Fact]
    public void A_reset_takes_until_the_resetter_has_run()
    {
        bench.Start();
        bench.Status = 0;
        Assert.Equal(15u, bench.Status);
        Assert.True(bench.Device.IsResetPending);
        bench.Run();
        Assert.Equal(0u, bench.Status);
        Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
        Assert.False(bench.Line);
    }

    [Fact]
    public void Writing_zero_to_QueueReady_stops_the_queue()
    {
        bench.Start();
        bench.Write(MmioRegister.QueueReady, 0);
        Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
        Assert.Equal("- 0f", bench.Request(BlkRequestType.In, 0, Sector, Status));
    }

    [Fact]
    public void Write_then_read_and_the_used_lengths()
    {
        bench.Start();
        bench.Machine.Ram.Store(Data, 0x1234_5678_9ABC_DEF0UL);
        Assert.Equal("1 0 0f", bench.Request(BlkRequestType.Out, 7, (Data, 512, false), Status));
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 7, (Data + 0x200, 512, true), Status));
        Assert.Equal(0x1234_5678_9ABC_DEF0UL, bench.DataWord(0x200));
        Assert.Equal("1 0 0f", bench.Request(BlkRequestType.Flush, 0, Status));
        Assert.Equal("21 0 0f", bench.Request(BlkRequestType.GetId, 0, (Data, 20, true), Status));
        Assert.Equal("20 0 0f", bench.Request(BlkRequestType.GetId, 0, (Data, 40, true), Status));
        Assert.Equal("0 1 0f", bench.Request(BlkRequestType.In, 64, Sector, Status));
        Assert.Equal("0 1 0f", bench.Request(BlkRequestType.In, ulong.MaxValue, Sector, Status));
        Assert.Equal("0 1 0f", bench.Request(BlkRequestType.In, 0, (Data, 100, true), Status));
        Assert.Equal("1 1 0f", bench.Request(BlkRequestType.Out, 64, (Data, 512, false), Status));
        Assert.Equal("1 2 0f", bench.Request(99, 0, Status));
        Assert.Equal("1 2 0f", bench.Request(BlkRequestType.Discard, 0, (Data, 16, false), Status));
    }

    [Theory]
    [InlineData(BlkRequestType.Discard, 2ul, 3u, 0u, 0)]
    [InlineData(BlkRequestType.Discard, 2ul, 3u, 1u, 2)]
    [InlineData(BlkRequestType.Discard, 2ul, 3u, 2u, 2)]
    [InlineData(BlkRequestType.WriteZeroes, 2ul, 3u, 1u, 0)]
    [InlineData(BlkRequestType.WriteZeroes, 2ul, 3u, 2u, 2)]
    [InlineData(BlkRequestType.WriteZeroes, 63ul, 2u, 0u, 1)]
    [InlineData(BlkRequestType.WriteZeroes, ulong.MaxValue, 2u, 0u, 1)]
    public void Ranges(uint type, ulong sector, uint count, uint flags, int status)
    {
        bench.Start(Modern.With(BlkFeature.Discard).With(BlkFeature.WriteZeroes));
        bench.Machine.Ram.Store(Data, sector);
        bench.Machine.Ram.Store(Data + 8, count);
        bench.Machine.Ram.Store(Data + 12, flags);
        Assert.Equal($"1 {status} 0f", bench.Request(type, 0, (Data, 16, false), Status));
        bench.Request(BlkRequestType.In, 2, (Data, 512, true), Status);
        Assert.Equal(status == 0 ? 0UL : SyntheticImage.Word(new(2), 0), bench.DataWord());
    }

    [Fact]
    public void A_read_only_disk_does_not_change()
    {
        using var readOnly = new DeviceBench(DeviceProfile.Strict, change: settings => settings with { IsReadOnly = true });
        Assert.True(readOnly.Device.Offered.Has(BlkFeature.ReadOnly));
        readOnly.Start();
        Assert.Equal("1 1 0f", readOnly.Request(BlkRequestType.Out, 7, (Data, 512, false), Status));
        Assert.Equal(0, readOnly.Device.Disk.Written);
    }

    [Fact]
    public void Chains_that_are_none_end_in_NEEDS_RESET_and_reset_mends()
    {
        void Broken(Action publish)
        {
            bench.Start();
            bench.SetHeader(BlkRequestType.In, 0);
            publish();
            bench.Kick();
            Assert.Equal(0x4Fu, bench.Status);
            Assert.Equal(2u, bench.Read(MmioRegister.InterruptStatus));
            Assert.True(bench.Line);
            Assert.Equal(0, bench.UsedIndex);
        }
        Broken(() => bench.Publish(8));
        Broken(() => bench.Add((DeviceBench.Header, 16, false)));
        Broken(() => bench.Add((DeviceBench.Header, 15, false), Sector, Status));
        Broken(() => bench.Add(Status, (DeviceBench.Header, 16, false)));
        Broken(() => { bench.SetDescriptor(0, DeviceBench.Header, 16, SplitDescriptor.Next, 0); bench.Publish(0); });
        Broken(() => { bench.SetDescriptor(0, DeviceBench.Header, 16, SplitDescriptor.Next, 8); bench.Publish(0); });
        Broken(() => { bench.SetDescriptor(0, DeviceBench.Header, 48, SplitDescriptor.Indirect, 0); bench.Publish(0); });
        Broken(() => bench.Machine.Ram.Store(DeviceBench.Available + 2, (ushort)9));
        bench.Start();
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, Sector, Status));
    }

    [Fact]
    public void Empty_buffers_are_passed_over()
    {
        bench.Start();
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 4, (Data, 0, true), Sector, (Data, 0, true), Status));
        Assert.Equal(SyntheticImage.Word(new(4), 0), bench.DataWord());
    }

    [Fact]
    public void Framing_does_not_matter()
    {
        bench.Start();
        bench.SetHeader(BlkRequestType.In, 4);
        bench.Add((DeviceBench.Header, 3, false), (DeviceBench.Header + 3, 13, false), (Data, 100, true), (Data + 100, 413, true));
        bench.Kick();
        Assert.Equal((0u, 513u), bench.Pop());
        Assert.Equal(SyntheticImage.Word(new(4), 96), bench.DataWord(96));
        Assert.Equal(SyntheticImage.Word(new(4), 504), bench.DataWord(504));
        Assert.Equal(0, bench.Machine.Ram.Load<byte>(Data + 512));
    }

    [Fact]
    public void Indices_may_start_anywhere_and_wrap()
    {
        using var wrapped = new DeviceBench(DeviceProfile.Strict, change: settings => settings with { StartAt = new(65534) });
        wrapped.Start();
        wrapped.AvailableIndex = wrapped.LastUsed = 65534;
        wrapped.Machine.Ram.Store(DeviceBench.Available + 2, (ushort)65534);
        wrapped.Machine.Ram.Store(DeviceBench.Used + 2, (ushort)65534);
        for (int i = 0; i < 5; i++) Assert.Equal("513 0 0f", wrapped.Request(BlkRequestType.In, 4, Sector, Status));
        Assert.Equal(3, wrapped.UsedIndex);
    }

    [Fact]
    public void Used_flags_suppress_while_the_device_works_and_not_at_rest()
    {
        bench.Start();
        bench.Request(BlkRequestType.In, 4, Sector, Status);
        Assert.Equal(0, bench.Machine.Ram.Load<ushort>(DeviceBench.Used));
    }

    [Fact]
    public void Version_1_has_a_world_of_its_own()
    {
        using var legacy = new DeviceBench(DeviceProfile.Strict, legacy: true);
        Assert.Equal(1u, legacy.Read(MmioRegister.Version));
        Assert.Equal(64u, legacy.Read(MmioRegister.QueueNumMax));
        legacy.Write(MmioRegister.QueueNum, 8);
        legacy.Write(MmioRegister.QueuePfn, DeviceBench.Descriptors / 4096);
        Assert.Equal(0u, legacy.Read(MmioRegister.QueuePfn));
        legacy.Start(FeatureSet.None);
        Assert.Equal(7u, legacy.Status);
        Assert.Equal((uint)(DeviceBench.Descriptors / 4096), legacy.Read(MmioRegister.QueuePfn));
        Assert.Equal(0u, legacy.Read(MmioRegister.QueueNumMax));
        Assert.Equal("513 0 07", legacy.Request(BlkRequestType.In, 4, Sector, Status));
        Assert.Equal(SyntheticImage.Word(new(4), 0), legacy.DataWord());
        legacy.Write(MmioRegister.QueuePfn, 0);
        Assert.Equal(0u, legacy.Read(MmioRegister.QueuePfn));
        Assert.Equal(7u, legacy.Status);
        Assert.Equal(64u, legacy.Read(MmioRegister.QueueNumMax));
        Assert.Equal("- 07", legacy.Request(BlkRequestType.In, 4, Sector, Status));
    }

    [Fact]
    public void Bad_sectors_and_hanging_requests()
    {
        using var faulty = new DeviceBench(DeviceProfile.Strict, change: settings => settings with
        {
            Faults = new() { FirstBadSector = new(10), BadSectors = 2, MaximumHangs = 1 },
        });
        faulty.Restart(new Always(ChoiceKind.Fault, 2));
        faulty.Start();
        Assert.Equal("- 0f", faulty.Request(BlkRequestType.In, 3, Sector, Status));
        Assert.Equal(1, faulty.Device.RequestsInService);
        Assert.Equal("0 1 0f", faulty.Request(BlkRequestType.In, 11, Sector, Status));
        Assert.Equal("513 0 0f", faulty.Request(BlkRequestType.In, 12, Sector, Status));
        faulty.Status = 0;
        faulty.Run();
        Assert.Equal(0, faulty.Device.RequestsInService);
    }
}

/// <summary>Takes one option wherever it is offered; for tests of what a choice does.</summary>
sealed class Always(ChoiceKind kind, int option) : Strategy
{
    public override string Name => "always";

    public override bool Begin(long execution) => true;

    public override int Choose(in ChoicePoint point, Engine engine)
        => point.Kind == kind && (point.Enabled >> option & 1) != 0 ? option : point.Default;
}
