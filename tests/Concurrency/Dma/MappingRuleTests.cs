using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Dma;

/// <summary>Each rule of <see cref="DmaMonitor"/>, broken and kept.</summary>
public sealed class MappingRuleTests
{
    [Fact]
    public void Mapped_for_the_request_and_unmapped_after_it_passes() => Assert.Equal("", DmaBench.Outcome(bench =>
    {
        bench.BringUp();
        foreach (var operation in (ReadOnlySpan<BlkOperation>)[BlkOperation.Write, BlkOperation.Read])
        {
            bool deviceWrites = operation == BlkOperation.Read;
            Assert.Equal(DriverStatus.Ok, DmaOwnership.GiveToDevice(bench.Cpu, bench.Buffer, deviceWrites));
            Assert.Equal(DriverStatus.Ok, bench.Wait(bench.Submit(operation, bench.Buffer)));
            DmaOwnership.TakeFromDevice(bench.Cpu, bench.Buffer, deviceWrites);
        }
        bench.Close();
        Assert.True(bench.Machine.Iommu!.Passed > 20);
        Assert.Equal((3, 3, 0), (bench.Machine.Iommu.Mapped, bench.Machine.Iommu.Unmapped, bench.Machine.Iommu.Faults));
    }));

    [Fact]
    public void A_block_device_maps_what_it_is_given() => Assert.Equal("", DmaBench.Outcome(bench =>
    {
        bench.Cpu.TryMapForDevice(bench.Region, DmaDirection.Both);
        Assert.Equal(DriverStatus.Ok, BlockDevices.Open(bench.Cpu, bench.Driver, bench.Region, out var disk));
        bench.Cpu.UnmaskInterrupts();
        Assert.Equal(DriverStatus.Ok, disk.Write(new Sector(1), bench.Buffer, timeoutMs: 0));
        Assert.Equal(DriverStatus.Ok, disk.Read(new Sector(1), bench.Buffer, timeoutMs: 0));
        Assert.Equal(DriverStatus.OutOfRange, disk.Read(new Sector(99), bench.Buffer, timeoutMs: 0));
        Assert.Equal(DriverStatus.Ok, disk.Flush(timeoutMs: 0));
        bench.Close();
    }));

    [Fact]
    public void A_buffer_that_nobody_mapped_is_out_of_reach()
    {
        var found = DmaBench.Found(bench =>
        {
            bench.BringUp();
            bench.Wait(bench.Submit(BlkOperation.Read, bench.Buffer));
        });
        Assert.Equal("dma/unmapped-access", found?.Key);
        Assert.Contains("bus address 0x12c0200000", found!.Message, StringComparison.Ordinal);
        Assert.Contains("buffer that the device writes, in descriptor 1 of blk's queue 0", found.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void So_is_the_part_of_a_buffer_that_was_forgotten() => Assert.Equal("dma/unmapped-access", DmaBench.Outcome(bench =>
    {
        bench.BringUp();
        DmaOwnership.GiveToDevice(bench.Cpu, bench.Buffer.Slice(0, Sector.Size), deviceWrites: true);
        bench.Wait(bench.Submit(BlkOperation.Read, bench.Buffer));
    }));

    [Fact]
    public void So_is_a_driver_s_own_region() => Assert.Equal("dma/unmapped-access", DmaBench.Outcome(bench =>
    {
        bench.BringUp(map: false);
        DmaOwnership.GiveToDevice(bench.Cpu, bench.Buffer, deviceWrites: true);
        bench.Wait(bench.Submit(BlkOperation.Read, bench.Buffer));
    }));

    [Theory]
    [InlineData(BlkOperation.Read, "written only")]
    [InlineData(BlkOperation.Write, "read only")]
    public void A_buffer_mapped_for_both_directions_and_given_for_one_is_reported(BlkOperation operation, string given)
    {
        var found = DmaBench.Found(bench =>
        {
            bench.BringUp();
            bench.Cpu.TryMapForDevice(bench.Buffer, DmaDirection.Both);
            bench.Wait(bench.Submit(operation, bench.Buffer));
            bench.Cpu.UnmapForDevice(bench.Buffer);
        });
        Assert.Equal("dma/mapped-too-wide", found?.Key);
        Assert.Contains(given, found!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_mappings_side_by_side_are_one_to_a_device() => Assert.Equal("", DmaBench.Outcome(bench =>
    {
        bench.BringUp();
        DmaRegion[] halves = [bench.Buffer.Slice(0, 700), bench.Buffer.Slice(700, 324)];
        Assert.Equal(DriverStatus.Ok, DmaOwnership.GiveToDevice(bench.Cpu, halves, deviceWrites: true));
        Assert.Equal(DriverStatus.Ok, bench.Wait(bench.Submit(BlkOperation.Read, bench.Buffer)));
        DmaOwnership.TakeFromDevice(bench.Cpu, halves, deviceWrote: true);
        bench.Close();
    }));

    [Theory]
    [InlineData(BlkOperation.Read, false)]
    [InlineData(BlkOperation.Write, true)]
    public void A_mapping_has_a_direction(BlkOperation operation, bool deviceWrites) => Assert.Equal("dma/wrong-direction", DmaBench.Outcome(bench =>
    {
        bench.BringUp();
        DmaOwnership.GiveToDevice(bench.Cpu, bench.Buffer, deviceWrites);
        bench.Wait(bench.Submit(operation, bench.Buffer));
    }));

    [Fact]
    public void What_the_device_has_stays_mapped()
    {
        var found = DmaBench.Found(bench =>
        {
            bench.BringUp();
            DmaOwnership.GiveToDevice(bench.Cpu, bench.Buffer, deviceWrites: true);
            bench.Submit(BlkOperation.Read, bench.Buffer);
            bench.Driver.Kick();
            DmaOwnership.TakeFromDevice(bench.Cpu, bench.Buffer, deviceWrote: true);
        });
        Assert.Equal("dma/unmapped-in-flight", found?.Key);
        Assert.DoesNotContain("reset", found!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reset_that_was_asked_for_has_ended_nothing_yet()
    {
        var found = DmaBench.Found(bench =>
        {
            bench.BringUp();
            DmaOwnership.GiveToDevice(bench.Cpu, bench.Buffer, deviceWrites: true);
            bench.Submit(BlkOperation.Read, bench.Buffer);
            bench.Driver.Kick();
            bench.Driver.Transport.WriteStatus(bench.Cpu, 0);
            DmaOwnership.TakeFromDevice(bench.Cpu, bench.Buffer, deviceWrote: true);
        });
        Assert.Equal("dma/unmapped-in-flight", found?.Key);
        Assert.Contains("a reset was asked for, and has not been seen", found!.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_reset_that_was_seen_has_ended_all() => Assert.Equal("", DmaBench.Outcome(bench =>
    {
        bench.BringUp();
        DmaOwnership.GiveToDevice(bench.Cpu, bench.Buffer, deviceWrites: true);
        bench.Submit(BlkOperation.Read, bench.Buffer);
        bench.Driver.Kick();
        Assert.Equal(DriverStatus.Ok, bench.Driver.Recover());
        DmaOwnership.TakeFromDevice(bench.Cpu, bench.Buffer, deviceWrote: true);
        bench.Close();
    }));

    [Fact]
    public void Rings_stay_mapped_as_long_as_they_live() => Assert.Equal("dma/unmapped-in-flight", DmaBench.Outcome(bench =>
    {
        bench.BringUp();
        bench.Cpu.UnmapForDevice(bench.Region);
    }));

    [Fact]
    public void Memory_is_mapped_once_at_a_time()
    {
        Assert.Equal("dma/mapped-twice", DmaBench.Outcome(bench =>
        {
            bench.Cpu.TryMapForDevice(bench.Buffer, DmaDirection.ToDevice);
            bench.Cpu.TryMapForDevice(bench.Buffer.Slice(1023, 1), DmaDirection.ToDevice);
        }));
        Assert.Equal("", DmaBench.Outcome(bench =>
        {
            for (int i = 0; i < 2; i++)
            {
                bench.Cpu.TryMapForDevice(bench.Buffer, DmaDirection.ToDevice);
                bench.Cpu.UnmapForDevice(bench.Buffer);
            }
        }));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(512)]
    public void Only_what_was_mapped_is_unmapped(uint length) => Assert.Equal("dma/unmapped-unknown", DmaBench.Outcome(bench =>
    {
        bench.Cpu.TryMapForDevice(bench.Buffer, DmaDirection.ToDevice);
        bench.Cpu.UnmapForDevice(length == 0 ? bench.Buffer : bench.Buffer.Slice(0, length));
        bench.Cpu.UnmapForDevice(bench.Buffer);
    }));

    [Fact]
    public void Nothing_is_left_mapped_but_what_a_device_has()
    {
        Assert.Equal("dma/mapping-leaked", DmaBench.Outcome(bench =>
        {
            bench.BringUp();
            DmaOwnership.GiveToDevice(bench.Cpu, bench.Buffer, deviceWrites: true);
            bench.Wait(bench.Submit(BlkOperation.Read, bench.Buffer));
        }));
        Assert.Equal("", DmaBench.Outcome(bench => bench.BringUp()));
    }

    [Theory]
    [InlineData(DmaBench.Offset, "dma/cpu-address-as-bus-address")]
    [InlineData(0UL, "dma/unmapped-access")] // where both are the same, only a mapping tells
    public void A_cpu_address_is_no_bus_address(ulong offset, string expected)
    {
        var found = DmaBench.Found(bench =>
        {
            bench.BringUp();
            bench.Wait(bench.Submit(BlkOperation.Read, bench.Buffer with { Bus = new(bench.Buffer.Cpu.Value) }));
        }, offset: offset);
        Assert.Equal(expected, found?.Key);
        if (offset != 0) Assert.Contains("0x12c0200000 on the bus", found!.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void Nor_is_it_in_a_queue_register() => Assert.Equal("dma/cpu-address-as-bus-address", DmaBench.Outcome(bench =>
    {
        bench.Cpu.TryMapForDevice(bench.Region, DmaDirection.Both);
        MmioBus.Find(bench.Cpu, DeviceType.Block, out var transport);
        bench.Driver.Initialise(transport, bench.Region with { Bus = new(bench.Region.Cpu.Value) });
    }));

    [Fact]
    public void What_is_memory_on_neither_side_is_another_rule() => Assert.Equal("ownership/buffer-outside-memory", DmaBench.Outcome(bench =>
    {
        bench.BringUp();
        bench.Wait(bench.Submit(BlkOperation.Read, bench.Buffer with { Bus = new((uint)bench.Buffer.Bus.Value) }));
    }));

    [Fact]
    public void An_iommu_that_is_full_refuses_and_scattered_buffers_are_mapped_whole_or_not_at_all() => Assert.Equal("", DmaBench.Outcome(bench =>
    {
        bench.Machine.Iommu!.MostMappings = 2;
        DmaRegion[] three = [bench.Buffer.Slice(0, 64), bench.Buffer.Slice(128, 64), bench.Buffer.Slice(256, 64)];
        Assert.Equal(DriverStatus.NoSpace, DmaOwnership.GiveToDevice(bench.Cpu, three, deviceWrites: true));
        Assert.Equal(DriverStatus.Ok, DmaOwnership.GiveToDevice(bench.Cpu, three.AsSpan(1), deviceWrites: true));
        DmaOwnership.TakeFromDevice(bench.Cpu, three.AsSpan(1), deviceWrote: true);
    }));

    /// <summary>An access that no ring has asked for is the device's own fault, mapped or not.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_device_that_goes_astray_is_not_the_driver_s_fault(bool writes) => Assert.Equal("ownership/device-touched-foreign", DmaBench.Outcome(bench =>
    {
        bench.BringUp();
        bench.Machine.Iommu!.Passes(bench.Astray, bench.Buffer.Cpu.Value, 8, writes);
    }));

    /// <summary>A device that keeps no rules reaches nothing that is not mapped; that is no fault of the driver's.</summary>
    [Fact]
    public void A_hostile_device_is_kept_out()
    {
        Assert.Equal("", DmaBench.Outcome(bench =>
        {
            bench.Cpu.TryMapForDevice(bench.Buffer, DmaDirection.ToDevice);
            Assert.False(bench.Machine.Iommu!.Passes(bench.Astray, bench.Buffer.Cpu.Value, 8, writes: true));
            Assert.False(bench.Machine.Iommu.Passes(bench.Astray, bench.Region.Cpu.Value, 8, writes: false));
            Assert.True(bench.Machine.Iommu.Passes(bench.Astray, bench.Buffer.Cpu.Value, 8, writes: false));
            Assert.Equal(2, bench.Machine.Iommu.Faults);
        }, DeviceProfile.Hostile));
    }
}
