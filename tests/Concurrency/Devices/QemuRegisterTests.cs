using Ringcheck.Devices;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>Rows of data/qemu-observed.md about registers, on the profile that is to answer as QEMU 7.2.22 did.</summary>
public sealed class QemuRegisterTests : IDisposable
{
    const uint DeviceFeatures = MmioRegister.DeviceFeatures, Config = MmioRegister.Config;

    readonly DeviceBench bench = new(DeviceProfile.Qemu);

    public void Dispose() => bench.Dispose();

    static uint[] NonZero(DeviceBench bench)
    {
        var found = new List<uint>();
        for (uint register = 0; register < 0x100; register += 4)
        {
            if (bench.Read(register) != 0) found.AddRange([register, bench.Read(register)]);
        }
        return [.. found];
    }

    [Fact]
    public void At_power_on_these_registers_are_not_zero() => Assert.Equal(
        [0x00, 0x74726976, 0x04, 2, 0x08, 2, 0x0C, 0x554D4551, 0x10, 0x30006E54, 0x34, 0x400, 0xB0, uint.MaxValue, 0xB4, uint.MaxValue], NonZero(bench));

    [Fact]
    public void At_power_on_these_registers_of_version_1_are_not_zero()
    {
        using var legacy = new DeviceBench(DeviceProfile.Qemu, legacy: true);
        Assert.Equal(
            [0x00, 0x74726976, 0x04, 1, 0x08, 2, 0x0C, 0x554D4551, 0x10, 0x31006ED4, 0x34, 0x400, 0xB0, uint.MaxValue, 0xB4, uint.MaxValue], NonZero(legacy));
        legacy.Write(MmioRegister.DeviceFeaturesSel, 1);
        Assert.Equal(0u, legacy.Read(DeviceFeatures));
    }

    [Fact]
    public void Narrow_and_misaligned_register_accesses_read_zero_and_write_nothing()
    {
        bench.Status = 3;
        foreach (int width in new[] { 1, 2 })
        {
            for (uint offset = 0; offset + (uint)width <= 0x100; offset++) Assert.Equal(0UL, bench.Registers.Read(offset, width));
            bench.Write(MmioRegister.Status, 15, width);
        }
        Assert.Equal(0u, bench.Read(0x02));
        Assert.Equal(3u, bench.Status);
    }

    [Fact]
    public void Wide_accesses_are_two_words()
    {
        Assert.Equal(0x2_74726976UL, bench.Registers.Read(0, 8));
        bench.Write(MmioRegister.Status, 3, 8);
        Assert.Equal(3u, bench.Status);
    }

    [Theory]
    [InlineData(0u, 0x30006E54u)]
    [InlineData(1u, 0x101u)]
    [InlineData(2u, 0x101u)]
    [InlineData(uint.MaxValue, 0x101u)]
    public void Any_selector_but_zero_shows_the_second_word_and_survives_a_reset(uint selector, uint word)
    {
        bench.Write(MmioRegister.DeviceFeaturesSel, selector);
        bench.Status = 1;
        bench.Status = 0;
        Assert.Equal(word, bench.Read(DeviceFeatures));
    }

    [Theory]
    [InlineData(4u, 4u)]
    [InlineData(0x1FFu, 0xFFu)]
    [InlineData(0x100u, 0u)]
    public void Status_takes_any_low_byte(uint written, uint read)
    {
        bench.Status = 1;
        bench.Status = written;
        Assert.Equal(read, bench.Status);
    }

    [Fact]
    public void Status_bits_may_be_cleared()
    {
        bench.Status = 3;
        bench.Status = 1;
        Assert.Equal(1u, bench.Status);
    }

    [Fact]
    public void Unoffered_features_are_accepted_and_masked()
    {
        bench.Negotiate(new(ulong.MaxValue, ulong.MaxValue));
        Assert.Equal(11u, bench.Status);
        Assert.Equal(bench.Device.Offered.With(Feature.NotifyOnEmpty), bench.Device.Negotiated);
    }

    [Fact]
    public void A_driver_without_VERSION_1_is_accepted()
    {
        bench.Negotiate(FeatureSet.None);
        Assert.Equal(11u, bench.Status);
        bench.Status = 15;
        Assert.Equal(15u, bench.Status);
    }

    [Fact]
    public void A_queue_that_does_not_exist_has_no_size_but_can_be_made_ready()
    {
        foreach (uint queue in new uint[] { 1, 5, 1023 })
        {
            bench.Write(MmioRegister.QueueSel, queue);
            Assert.Equal(0u, bench.Read(MmioRegister.QueueNumMax));
            Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
            bench.Write(MmioRegister.QueueReady, 1);
            Assert.Equal(1u, bench.Read(MmioRegister.QueueReady));
        }
        bench.Status = 0;
        bench.Write(MmioRegister.QueueSel, 5);
        Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
    }

    [Fact]
    public void A_selector_above_1023_is_ignored()
    {
        bench.Write(MmioRegister.QueueSel, 1);
        bench.Write(MmioRegister.QueueSel, 0x10000);
        Assert.Equal(0u, bench.Read(MmioRegister.QueueNumMax));
        bench.Write(MmioRegister.QueueSel, 0);
        Assert.Equal(1024u, bench.Read(MmioRegister.QueueNumMax));
    }

    [Fact]
    public void Configuration_is_read_at_any_width_and_is_ones_beyond_its_end()
    {
        byte[] expected =
        [
            64, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFE, 0, 0, 0, 2, 0, 16, 63, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0,
            0xFF, 0xFF, 0x3F, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0xFF, 0xFF, 0x3F, 0, 1, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF,
        ];
        for (uint i = 0; i < expected.Length; i++) Assert.Equal(expected[i], (byte)bench.Read(Config + i, 1));
        Assert.Equal(0x3F1000u, bench.Read(Config + 0x11));
        Assert.Equal(0xFE_00000000UL, bench.Registers.Read(Config + 8, 8));
        Assert.Equal(uint.MaxValue, bench.Read(Config + 0x38));
    }

    [Fact]
    public void A_write_to_configuration_takes_the_cache_mode_from_a_stale_copy()
    {
        bench.Write(Config, 0);
        Assert.Equal(0u, bench.Read(Config + 0x20, 1));
        bench.Write(Config + 0x20, 5, 1);
        Assert.Equal(1u, bench.Read(Config + 0x20, 1));
        Assert.Equal(64u, bench.Read(Config));
    }

    [Fact]
    public void Without_CONFIG_WCE_the_cache_mode_follows_FLUSH_at_DRIVER_OK_and_returns_at_reset()
    {
        bench.Start(FeatureSet.Of(Feature.Version1));
        Assert.Equal(0u, bench.Read(Config + 0x20, 1));
        bench.Status = 0;
        Assert.Equal(1u, bench.Read(Config + 0x20, 1));
    }

    [Fact]
    public void A_kick_before_DRIVER_OK_is_served()
    {
        bench.Start();
        bench.Status = 11;
        Assert.Equal("513 0 0b", bench.Request(BlkRequestType.In, 0, (DeviceBench.Data, 512, true), (DeviceBench.StatusAt, 1, true)));
        Assert.Equal(1u, bench.Read(MmioRegister.InterruptStatus));
    }

    [Fact]
    public void A_queue_made_unready_is_still_served()
    {
        bench.Start();
        bench.Write(MmioRegister.QueueReady, 0);
        Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, (DeviceBench.Data, 512, true), (DeviceBench.StatusAt, 1, true)));
    }

    [Fact]
    public void Acknowledging_another_cause_leaves_the_line_high()
    {
        bench.Start();
        bench.Request(BlkRequestType.In, 0, (DeviceBench.Data, 512, true), (DeviceBench.StatusAt, 1, true));
        bench.Write(MmioRegister.InterruptAck, 2);
        Assert.Equal(1u, bench.Read(MmioRegister.InterruptStatus));
        Assert.True(bench.Line);
        bench.Write(MmioRegister.InterruptAck, uint.MaxValue);
        Assert.Equal(0u, bench.Read(MmioRegister.InterruptStatus));
        Assert.False(bench.Line);
    }

    [Fact]
    public void A_resize_raises_both_causes_and_the_generation_which_survives_a_reset()
    {
        bench.Start();
        bench.Device.Resize(100);
        Assert.Equal(1u, bench.Read(MmioRegister.ConfigGeneration));
        Assert.Equal(100u, bench.Read(Config));
        Assert.Equal(3u, bench.Read(MmioRegister.InterruptStatus));
        bench.Status = 0;
        Assert.Equal(1u, bench.Read(MmioRegister.ConfigGeneration));
        Assert.Equal(0u, bench.Read(MmioRegister.InterruptStatus));
        bench.Device.Resize(64);
        Assert.Equal(1u, bench.Read(MmioRegister.ConfigGeneration));
    }

    [Fact]
    public void A_reset_shows_at_once_and_keeps_the_programmed_addresses()
    {
        bench.Start();
        bench.Status = 0;
        Assert.Equal(0u, bench.Status);
        Assert.Equal(0u, bench.Read(MmioRegister.QueueReady));
        Assert.Equal(1024u, bench.Read(MmioRegister.QueueNumMax));
        bench.Negotiate(FeatureSet.Of(Feature.Version1));
        bench.ClearRing();
        bench.Write(MmioRegister.QueueSel, 0);
        bench.Write(MmioRegister.QueueReady, 1);
        bench.Status = 15;
        Assert.Equal("513 0 0f", bench.Request(BlkRequestType.In, 0, (DeviceBench.Data, 512, true), (DeviceBench.StatusAt, 1, true)));
    }

    [Fact]
    public void Version_1_shows_the_page_number_in_pages_of_now()
    {
        using var legacy = new DeviceBench(DeviceProfile.Qemu, legacy: true);
        uint Pfn() => legacy.Read(MmioRegister.QueuePfn);
        legacy.Write(MmioRegister.GuestPageSize, 4096);
        legacy.Write(MmioRegister.QueueNum, 8);
        legacy.Write(MmioRegister.QueuePfn, 0x40200);
        Assert.Equal(0x40200u, Pfn());
        foreach (var (size, pfn) in new[] { (8192u, 0x20100u), (0u, 0x40200000u), (3u, 0x40200000u) })
        {
            legacy.Write(MmioRegister.GuestPageSize, size);
            Assert.Equal(pfn, Pfn());
        }
        legacy.Write(MmioRegister.GuestPageSize, 4096);
        legacy.Status = 0x47;
        Assert.Equal(0x47u, legacy.Status);
        legacy.Status = 0;
        Assert.Equal(0u, Pfn());
        legacy.Write(MmioRegister.QueuePfn, 1);
        Assert.Equal(1u, Pfn());
        legacy.Status = 7;
        legacy.Write(MmioRegister.QueuePfn, 0);
        Assert.Equal(0u, legacy.Status);
        Assert.Equal(0u, legacy.Read(MmioRegister.QueueReady));
        Assert.Equal(0u, legacy.Read(MmioRegister.ConfigGeneration));
    }

    /// <summary>Found by the differential test: each mistake counts as a change of the configuration, also those after the first.</summary>
    [Fact]
    public void A_ring_that_leaves_RAM_is_told_of_by_a_broken_device_too()
    {
        bench.Start();
        Assert.Equal("- 4f", bench.Request(BlkRequestType.In, 0));
        Assert.Equal(1u, bench.Read(MmioRegister.ConfigGeneration));
        bench.Write(MmioRegister.QueueDriverLow, (uint)(DeviceBench.Ram + bench.Machine.Ram.Size - 8));
        bench.Write(MmioRegister.QueueReady, 1);
        Assert.Equal(2u, bench.Read(MmioRegister.ConfigGeneration));
        Assert.Equal(0x4Fu, bench.Status);
    }
}
