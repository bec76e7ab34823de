using Ringcheck.Devices;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>
/// What QEMU 7.2.22 does with requests, good and malformed (data/qemu-observed.md and probes of the same QEMU): used length, status
/// byte, Status register.
/// </summary>
public sealed class QemuRequestTests : IDisposable
{
    const ulong Data = DeviceBench.Data, Outside = 0x300_0000_0000;
    static readonly (ulong, uint, bool) Status = (DeviceBench.StatusAt, 1, true);
    static readonly (ulong, uint, bool) Sector = (Data, 512, true);

    readonly DeviceBench bench = new(DeviceProfile.Qemu);

    public QemuRequestTests() => bench.Start();

    public void Dispose() => bench.Dispose();

    [Theory]
    [InlineData(0u, 3ul, 512u, "513 0 0f")]
    [InlineData(0u, 64ul, 512u, "513 1 0f")]
    [InlineData(0u, 63ul, 1024u, "1025 1 0f")]
    [InlineData(0u, 0ul, 100u, "101 1 0f")]
    [InlineData(99u, 0ul, 512u, "513 2 0f")]
    [InlineData(8u, 0ul, 512u, "513 0 0f")]
    [InlineData(9u, 0ul, 20u, "21 0 0f")]
    [InlineData(2u, 0ul, 64u, "65 1 0f")]
    [InlineData(0u, 0ul, 0u, "- 4f")]
    [InlineData(0x80000000u, 3ul, 512u, "513 0 0f")]
    public void A_request_with_one_buffer_to_fill(uint type, ulong sector, uint length, string outcome)
        => Assert.Equal(outcome, bench.Request(type, sector, (Data, length, true), Status));

    [Theory]
    [InlineData(4u, 0ul, "1 0 0f")]
    [InlineData(5u, 0ul, "1 0 0f")]
    [InlineData(3u, 0ul, "1 1 0f")]
    [InlineData(0u, 64ul, "1 0 0f")]
    [InlineData(0u, 65ul, "1 1 0f")]
    [InlineData(1u, 64ul, "1 0 0f")]
    public void A_request_without_data(uint type, ulong sector, string outcome) => Assert.Equal(outcome, bench.Request(type, sector, Status));

    [Theory]
    [InlineData(11u, 3ul, 1u, 0u, 16u, "1 0 0f")]
    [InlineData(11u, 3ul, 1u, 0u, 17u, "1 2 0f")]
    [InlineData(11u, 3ul, 1u, 0u, 32u, "1 2 0f")]
    [InlineData(10u, 3ul, 1u, 0u, 16u, "1 2 0f")]
    [InlineData(12u, 3ul, 1u, 0u, 16u, "1 2 0f")]
    [InlineData(0x8000000Bu, 3ul, 1u, 0u, 16u, "1 0 0f")]
    [InlineData(11u, 3ul, 1u, 1u, 16u, "1 2 0f")]
    [InlineData(13u, 3ul, 1u, 1u, 16u, "1 0 0f")]
    [InlineData(13u, 3ul, 1u, 2u, 16u, "1 2 0f")]
    [InlineData(13u, 63ul, 2u, 0u, 16u, "1 1 0f")]
    [InlineData(13u, 64ul, 0u, 0u, 16u, "1 0 0f")]
    [InlineData(13u, 0ul, 0x400000u, 0u, 16u, "1 1 0f")]
    [InlineData(13u, 0ul, 1u, 0u, 8u, "- 4f")]
    public void Discard_and_write_zeroes(uint type, ulong sector, uint count, uint flags, uint length, string outcome)
    {
        bench.Machine.Ram.Store(Data, sector);
        bench.Machine.Ram.Store(Data + 8, count);
        bench.Machine.Ram.Store(Data + 12, flags);
        Assert.Equal(outcome, bench.Request(type, 0, (Data, length, false), Status));
    }

    [Fact]
    public void Framing_does_not_matter()
    {
        Assert.Equal("513 255 0f", bench.Request(BlkRequestType.In, 5, (Data, 513, true)));
        Assert.Equal(0, bench.Machine.Ram.Load<byte>(Data + 512));
        Assert.Equal(SyntheticImage.Word(new(5), 8), bench.DataWord(8));
        bench.ClearRing();
        bench.Start();
        bench.SetHeader(BlkRequestType.In, 7);
        bench.Add((DeviceBench.Header, 8, false), (DeviceBench.Header + 8, 8, false), Sector, Status);
        Assert.Equal("513 0 0f", bench.Outcome());
        Assert.Equal(SyntheticImage.Word(new(7), 0), bench.DataWord());
    }

    [Fact]
    public void Headers_and_order()
    {
        Assert.Equal("- 4f", bench.Request(BlkRequestType.In, 0));
        bench.Start();
        bench.SetHeader(BlkRequestType.In, 0);
        bench.Add((DeviceBench.Header, 8, false), Sector, Status);
        Assert.Equal("- 4f", bench.Outcome());
        bench.Start();
        bench.SetHeader(BlkRequestType.In, 0);
        bench.Add(Status, (DeviceBench.Header, 16, false));
        Assert.Equal("- 4f", bench.Outcome());
        bench.Start();
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, Sector, Status));
    }

    [Fact]
    public void Chains_that_lead_nowhere()
    {
        bench.SetHeader(BlkRequestType.In, 0);
        bench.SetDescriptor(0, DeviceBench.Header, 16, SplitDescriptor.Next, 0);
        bench.Publish(0);
        Assert.Equal("- 4f", bench.Outcome());
        bench.Start();
        bench.SetDescriptor(0, DeviceBench.Header, 16, SplitDescriptor.Next, 500);
        bench.Publish(0);
        Assert.Equal("- 4f", bench.Outcome());
        bench.Start();
        bench.Publish(200);
        Assert.Equal("- 4f", bench.Outcome());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Indirect_tables_are_taken_negotiated_or_not(bool alsoNext)
    {
        const ulong table = DeviceBench.Ram + 0x20000;
        bench.SetHeader(BlkRequestType.In, 9);
        ulong[] addresses = [DeviceBench.Header, Data, DeviceBench.StatusAt];
        uint[] lengths = [16, 512, 1];
        for (uint i = 0; i < 3; i++)
        {
            bench.Machine.Ram.Store(table + 16 * i, addresses[i]);
            bench.Machine.Ram.Store(table + 16 * i + 8, lengths[i]);
            bench.Machine.Ram.Store(table + 16 * i + 12, (ushort)((i == 0 ? 0 : 2) | (i < 2 ? 1 : 0)));
            bench.Machine.Ram.Store(table + 16 * i + 14, (ushort)(i + 1));
        }
        bench.SetDescriptor(0, table, 48, (ushort)(SplitDescriptor.Indirect | (alsoNext ? SplitDescriptor.Next : 0)), 500);
        bench.Publish(0);
        Assert.Equal("513 0 0f", bench.Outcome());
        bench.SetDescriptor(0, table, 50, SplitDescriptor.Indirect, 0);
        bench.Publish(0);
        Assert.Equal("- 4f", bench.Outcome());
    }

    [Fact]
    public void Memory_that_is_not_RAM_goes_through_one_buffer()
    {
        bench.Machine.Ram.Store(DeviceBench.StatusAt, (byte)0xFF);
        bench.Add((Outside, 16, false), Sector, Status);
        Assert.Equal("513 0 0f", bench.Outcome());
        Assert.Equal(SyntheticImage.Word(new(0), 0), bench.DataWord());
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, (Outside, 512, true), Status));
        Assert.Equal("- 4f", bench.Request(BlkRequestType.In, 0, (Outside, 8192, true), Status));
        bench.Start();
        Assert.Equal("- 4f", bench.Request(BlkRequestType.In, 0, (Outside, 512, true), (Outside + 4096, 512, true), Status));
        bench.Start();
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 2, (DeviceBench.Ram + (1 << 20) - 256, 512, true), Status));
        Assert.Equal(SyntheticImage.Word(new(2), 248), bench.Machine.Ram.Load<ulong>(DeviceBench.Ram + (1 << 20) - 8));
    }

    [Fact]
    public void An_error_raises_both_causes_and_leaves_the_line_alone_afterwards()
    {
        bench.Request(BlkRequestType.In, 0);
        Assert.Equal(0x4Fu, bench.Status);
        Assert.Equal(3u, bench.Read(MmioRegister.InterruptStatus));
        Assert.Equal(1u, bench.Read(MmioRegister.ConfigGeneration));
        bench.Write(MmioRegister.InterruptAck, 3);
        Assert.Equal(0u, bench.Read(MmioRegister.InterruptStatus));
        Assert.True(bench.Line);
        bench.Status = 0;
        Assert.False(bench.Line);
    }

    [Fact]
    public void An_error_before_DRIVER_OK_or_without_VERSION_1_says_less()
    {
        bench.Start();
        bench.Status = 11;
        bench.Request(BlkRequestType.In, 0);
        Assert.Equal((0x4Bu, 0u, 0u), (bench.Status, bench.Read(MmioRegister.InterruptStatus), bench.Read(MmioRegister.ConfigGeneration)));
        bench.Start(FeatureSet.None);
        bench.Request(BlkRequestType.In, 0);
        Assert.Equal((0x0Fu, 0u, 0u), (bench.Status, bench.Read(MmioRegister.InterruptStatus), bench.Read(MmioRegister.ConfigGeneration)));
        Assert.Equal("- 0f", bench.Request(BlkRequestType.In, 0, Sector, Status));
    }

    [Fact]
    public void An_index_that_jumps_serves_what_needs_no_disk_and_breaks_on_what_does()
    {
        bench.SetHeader(BlkRequestType.GetId, 0);
        bench.Add((DeviceBench.Header, 16, false), (Data, 20, true), Status);
        bench.Machine.Ram.Store(DeviceBench.Available + 2, (ushort)20);
        bench.Kick();
        Assert.Equal((20, 0x0F), (bench.UsedIndex, (int)bench.Status));
        bench.Start();
        bench.SetHeader(BlkRequestType.In, 3);
        bench.Add((DeviceBench.Header, 16, false), Sector, Status);
        bench.Machine.Ram.Store(DeviceBench.Available + 2, (ushort)20);
        bench.Kick();
        Assert.Equal((0, 0x4F, 0), (bench.UsedIndex, (int)bench.Status, (int)bench.RequestStatus));
        Assert.Equal(SyntheticImage.Word(new(3), 0), bench.DataWord());
    }

    [Fact]
    public void A_good_request_before_a_malformed_one_is_carried_out_but_not_returned()
    {
        bench.SetHeader(BlkRequestType.In, 3);
        bench.Add((DeviceBench.Header, 16, false), Sector, Status);
        bench.Add((DeviceBench.Header, 16, false));
        bench.Kick();
        Assert.Equal((0, 0x4F, 0), (bench.UsedIndex, (int)bench.Status, (int)bench.RequestStatus));
        Assert.Equal(SyntheticImage.Word(new(3), 0), bench.DataWord());
    }

    [Fact]
    public void Used_flags_lose_their_lowest_bit_only()
    {
        bench.Machine.Ram.Store(DeviceBench.Used, (ushort)0xFFFF);
        bench.Kick();
        Assert.Equal(0xFFFE, bench.Machine.Ram.Load<ushort>(DeviceBench.Used));
    }

    [Fact]
    public void No_interrupt_means_no_interrupt()
    {
        bench.Machine.Ram.Store(DeviceBench.Available, AvailableRing.NoInterrupt);
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, Sector, Status));
        Assert.Equal(0u, bench.Read(MmioRegister.InterruptStatus));
    }

    [Fact]
    public void Version_2_takes_NOTIFY_ON_EMPTY_though_it_does_not_offer_it()
    {
        bench.Start(FeatureSet.Of(Feature.Version1).With(Feature.NotifyOnEmpty));
        bench.Machine.Ram.Store(DeviceBench.Available, AvailableRing.NoInterrupt);
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, Sector, Status));
        Assert.Equal(1u, bench.Read(MmioRegister.InterruptStatus));
    }

    [Fact]
    public void Event_index()
    {
        bench.Start(FeatureSet.Of(Feature.Version1).With(Feature.EventIndex));
        ulong usedEvent = DeviceBench.Available + 4 + 2 * 8, availEvent = DeviceBench.Used + 4 + 8 * 8;
        bool Interrupts()
        {
            Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, Sector, Status));
            bool was = bench.Read(MmioRegister.InterruptStatus) != 0;
            bench.Write(MmioRegister.InterruptAck, 3);
            return was;
        }
        Assert.Equal(0, bench.Machine.Ram.Load<ushort>(availEvent));
        Assert.Equal([true, false, false], new[] { Interrupts(), Interrupts(), Interrupts() });
        Assert.Equal(3, bench.Machine.Ram.Load<ushort>(availEvent));
        bench.Machine.Ram.Store(usedEvent, (ushort)4);
        Assert.Equal([false, true, false], new[] { Interrupts(), Interrupts(), Interrupts() });
    }

    [Fact]
    public void Scsi_sets_its_error_field()
    {
        Assert.Equal("129 2 0f", bench.Request(2, 0, (Data + 0x800, 16, false), (Data, 64, true), (Data + 64, 64, true), Status));
        Assert.Equal(255u, bench.Machine.Ram.Load<uint>(Data + 64));
    }

    [Fact]
    public void Version_1_serves_and_breaks_in_silence()
    {
        using var legacy = new DeviceBench(DeviceProfile.Qemu, legacy: true);
        legacy.Start();
        Assert.Equal("513 0 07", legacy.Request(BlkRequestType.In, 3, Sector, Status));
        Assert.Equal(SyntheticImage.Word(new(3), 0), legacy.DataWord());
        Assert.Equal("- 07", legacy.Request(BlkRequestType.In, 3));
        Assert.Equal("- 07", legacy.Request(BlkRequestType.In, 3, Sector, Status));
    }
}
