using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>Virtio 1.4, 4.1: the registers of a virtio function, what a kernel makes of its capabilities, and what the monitors say of whoever uses them wrongly.</summary>
public sealed class VirtioPciTests
{
    static BlkDevice Plug(PciBench bench, VirtioPciInterface way = VirtioPciInterface.Modern, DeviceProfile profile = DeviceProfile.Strict, int vectors = 2, int mappable = int.MaxValue, ulong addressBits = ulong.MaxValue)
        => bench.Machine.PlugPci(
            new VirtioPciSettings { DeviceType = DeviceType.Block, Interface = way, Profile = profile, Vectors = vectors, MappableVectors = mappable },
            transport => new BlkDevice(bench.Machine, transport, "blk", new BlkSettings
            {
                Profile = profile,
                IsLegacy = way == VirtioPciInterface.Legacy,
                Image = new SyntheticImage(64),
                QueueSizeMax = 8,
                QueueAddressBits = addressBits,
            }), device: 2);

    static Transport Open(PciBench bench, SimMachine machine, bool preferLegacy = false)
    {
        Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table));
        int index = VirtioPci.Find(bench.Table, DeviceType.Block);
        Assert.Equal(DriverStatus.Ok, VirtioPci.Open(machine, bench.Info, bench.Table, index, preferLegacy, out Transport transport));
        return transport;
    }

    /// <summary>3.1.1 up to FEATURES_OK.</summary>
    static void Negotiate(SimMachine machine, in Transport transport)
    {
        Assert.Equal(DriverStatus.Ok, transport.Reset(machine, Deadline.Never));
        transport.WriteStatus(machine, DeviceStatus.Acknowledge);
        transport.WriteStatus(machine, DeviceStatus.Acknowledge | DeviceStatus.Driver);
        transport.WriteFeatures(machine, transport.ReadFeatures(machine, FeatureSet.Of(Feature.Version1)));
        const uint negotiated = DeviceStatus.Acknowledge | DeviceStatus.Driver | DeviceStatus.FeaturesOk;
        transport.WriteStatus(machine, negotiated);
        Assert.Equal(negotiated, transport.ReadStatus(machine));
    }

    static readonly BusAddress Ring = new(SimulatedMachine.RamBase);

    [Theory]
    [InlineData(DeviceProfile.Strict, 0u, 0x1000u, 0x3000u, 4u)]
    [InlineData(DeviceProfile.Odd, 0x140u, 0x777u, 0x400u, 0u)]
    public void Structures_are_where_the_capabilities_say(DeviceProfile profile, uint common, uint isr, uint notify, uint multiplier)
    {
        using var bench = PciBench.Virt();
        Plug(bench, profile: profile);
        bench.Run(machine =>
        {
            var transport = Open(bench, machine);
            Assert.Equal((common, isr, notify, multiplier), ((uint)transport.Registers.Address % 0x1000, (uint)transport.Isr.Address % 0x4000 % 0x2000, (uint)transport.Notify.Address % 0x4000, transport.NotifyMultiplier));
            Assert.Equal((TransportKind.PciModern, DeviceType.Block, false), (transport.Kind, transport.DeviceType, transport.Registers.IsPorts));
            Assert.Equal(DriverStatus.Ok, transport.ReadConfig64(machine, BlkConfig.Capacity, out ulong capacity));
            Assert.Equal(64UL, capacity);
        });
    }

    [Fact]
    public void The_boot_line_says_that_it_is_virtio()
    {
        using var bench = PciBench.Virt();
        Plug(bench);
        bench.Run(machine => Open(bench, machine));
        Assert.Contains("[pci] 00:02.0 1af4:1042 class 01.00.00 rev 1 irq A -> 5 [virtio]\n", bench.Console, StringComparison.Ordinal);
    }

    [Fact]
    public void A_queue_address_written_byte_by_byte_is_told_how_to_write_it()
    {
        using var bench = PciBench.Virt();
        Plug(bench);
        var violation = bench.Try(machine =>
        {
            var transport = Open(bench, machine);
            Negotiate(machine, transport);
            transport.Registers.Write8(machine, PciCommonRegister.QueueDesc, 0x12);
        });
        Assert.NotNull(violation);
        Assert.Equal("register-access/width", violation.Key);
        Assert.Contains("queue_desc (low) (offset 0x20)", violation.Message, StringComparison.Ordinal);
        Assert.Contains("two aligned 32-bit words", violation.Mend, StringComparison.Ordinal);
        Assert.Contains("packed struct", violation.Mend, StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_width_is_not_taken_and_reads_as_all_ones()
    {
        using var bench = PciBench.Virt();
        Plug(bench);
        bench.Machine.Monitors.JudgeDriver = false;
        bench.Run(machine =>
        {
            var transport = Open(bench, machine);
            transport.Registers.Write8(machine, PciCommonRegister.QueueDesc, 0x12);
            transport.Registers.Write16(machine, PciCommonRegister.QueueDesc, 0x1234);
            Assert.Equal(0u, transport.Registers.Read32(machine, PciCommonRegister.QueueDesc));
            Assert.Equal(ushort.MaxValue, transport.Registers.Read16(machine, PciCommonRegister.QueueDesc));
            Assert.Equal(uint.MaxValue, transport.Registers.Read32(machine, PciCommonRegister.DeviceStatus));
            transport.Registers.Write32(machine, PciCommonRegister.QueueDesc + 4, 0x12345678);
            Assert.Equal(0x12345678u, transport.Registers.Read32(machine, PciCommonRegister.QueueDesc + 4));
        });
    }

    /// <summary>Each rule about a single access, and the access that breaks it.</summary>
    [Theory]
    [InlineData("register-access/width", 0)]
    [InlineData("register-access/direction", 1)]
    [InlineData("register-access/config-width", 2)]
    [InlineData("register-access/config-range", 3)]
    [InlineData("register-access/width", 4)]
    [InlineData("lifecycle/queue-enable-zero", 5)]
    [InlineData("lifecycle/queue-ready-incomplete", 6)]
    [InlineData("lifecycle/queue-setup-out-of-order", 7)]
    [InlineData("register-access/bus-master-off", 8)]
    [InlineData("lifecycle/notified-before-driver-ok", 9)]
    [InlineData("register-access/vector-range", 10)]
    [InlineData("lifecycle/vector-not-read-back", 11)]
    public void A_broken_rule_is_told(string rule, int which)
    {
        using var bench = PciBench.Virt();
        Plug(bench);
        var violation = bench.Try(machine =>
        {
            var transport = Open(bench, machine);
            if (which == 7)
            {
                transport.Registers.Write16(machine, PciCommonRegister.QueueSelect, 0);
                transport.Registers.Write32(machine, PciCommonRegister.QueueDesc, 0);
                return;
            }
            Negotiate(machine, transport);
            transport.Registers.Write16(machine, PciCommonRegister.QueueSelect, 0);
            switch (which)
            {
                case 0: transport.Registers.Read32(machine, PciCommonRegister.QueueSize); break;
                case 1: transport.Registers.Write16(machine, PciCommonRegister.QueueCount, 1); break;
                case 2: transport.Configuration.Read16(machine, BlkConfig.Capacity); break;
                case 3: transport.Configuration.Read8(machine, 0x80); break;
                case 4: transport.Isr.Read32(machine, 0); break;
                case 5: transport.Registers.Write16(machine, PciCommonRegister.QueueEnable, 0); break;
                case 6: transport.Registers.Write16(machine, PciCommonRegister.QueueEnable, 1); break;
                case 8:
                    bench.Table.DisableBusMaster(machine, bench.Info.Config, VirtioPci.Find(bench.Table, DeviceType.Block));
                    transport.Notify.Write16(machine, 0, 0);
                    break;
                case 9: transport.Notify.Write16(machine, 0, 0); break;
                case 10: transport.Registers.Write16(machine, PciCommonRegister.QueueMsixVector, 2); break;
                case 11:
                    transport.Registers.Write16(machine, PciCommonRegister.ConfigMsixVector, 0);
                    transport.Registers.Write16(machine, PciCommonRegister.QueueMsixVector, 1);
                    break;
            }
        });
        Assert.Equal(rule, violation?.Key);
    }

    [Fact]
    public void The_order_of_queue_set_up_is_the_same_as_on_every_transport()
    {
        using var bench = PciBench.Virt();
        Plug(bench);
        bench.Run(machine =>
        {
            var transport = Open(bench, machine);
            Negotiate(machine, transport);
            Assert.Equal(DriverStatus.Ok, transport.PrepareQueues(machine));
            Assert.Equal(DriverStatus.Ok, transport.ReadQueueSizeMax(machine, new(0), out uint size));
            Assert.Equal(8u, size);
            Assert.Equal(DriverStatus.Ok, transport.SetUpQueue(machine, new(0), SplitLayout.Modern(4), Ring, out Doorbell doorbell));
            Assert.Equal((transport.Notify.Address, false, (byte)2, 0u), (doorbell.Address, doorbell.IsPort, doorbell.Width, doorbell.Value));
            Assert.Equal(DriverStatus.QueueUnavailable, transport.SetUpQueue(machine, new(0), SplitLayout.Modern(4), Ring, out _));
            Assert.Equal(DriverStatus.QueueUnavailable, transport.ReadQueueSizeMax(machine, new(5), out _));
            Assert.Equal(DriverStatus.NotSupported, transport.ReleaseQueue(machine, new(0)));
        });
    }

    /// <summary>A device that loses an address, or half of one, is noticed; a modern one before it is told to use it.</summary>
    [Theory]
    [InlineData(VirtioPciInterface.Modern, 0UL)]
    [InlineData(VirtioPciInterface.Modern, 0xFFFF_FFFFUL)]
    [InlineData(VirtioPciInterface.Modern, 0xFFFF_FFFF_0000_0000UL)]
    [InlineData(VirtioPciInterface.Legacy, 0UL)]
    [InlineData(VirtioPciInterface.Legacy, 0x12_0000_0000UL)]
    public void A_queue_address_that_the_device_does_not_keep_is_an_error(VirtioPciInterface way, ulong kept)
    {
        using var bench = PciBench.Pc();
        var device = Plug(bench, way, vectors: 0, addressBits: kept);
        bench.Machine.Monitors.JudgeDriver = false; // the queue is at no memory
        bench.Run(machine =>
        {
            var transport = Open(bench, machine);
            if (way == VirtioPciInterface.Modern) Negotiate(machine, transport);
            else
            {
                transport.WriteStatus(machine, DeviceStatus.Acknowledge);
                transport.WriteStatus(machine, DeviceStatus.Acknowledge | DeviceStatus.Driver);
            }
            Assert.Equal(DriverStatus.Ok, transport.ReadQueueSizeMax(machine, new(0), out _));
            var layout = way == VirtioPciInterface.Modern ? SplitLayout.Modern(8) : SplitLayout.Legacy(8, TransportQueues.LegacyPageSize);
            Assert.Equal(DriverStatus.DeviceError, transport.SetUpQueue(machine, new(0), layout, new(0x12_8000_0000), out _));
            if (way == VirtioPciInterface.Modern) Assert.False(device.AllQueues[0].Ready);
        });
    }

    /// <summary>5.2.4: a configuration that is missing, or ends in the midst of what the driver needs, is no disk of 2^64 - 1 sectors.</summary>
    [Theory]
    [InlineData(0u)]
    [InlineData(4u)]
    [InlineData(9u)]
    public void A_configuration_that_is_too_short_is_an_error(uint length)
    {
        using var bench = PciBench.Virt();
        Plug(bench);
        bench.Run(machine =>
        {
            var transport = Open(bench, machine);
            FeatureSet features = length < 8 ? FeatureSet.Of(Feature.Version1) : FeatureSet.Of(BlkFeature.SizeMax);
            Assert.Equal(DriverStatus.Ok, BlkDeviceInfo.TryRead(transport, machine, features, out BlkDeviceInfo whole));
            Assert.Equal(64UL, whole.CapacitySectors);
            transport = transport with { Configuration = transport.Configuration with { Length = length } };
            Assert.Equal(DriverStatus.DeviceError, BlkDeviceInfo.TryRead(transport, machine, features, out BlkDeviceInfo info));
            Assert.Equal(0UL, info.CapacitySectors);
        });
    }

    [Theory]
    [InlineData(VirtioPciInterface.Modern)]
    [InlineData(VirtioPciInterface.Transitional)]
    public void A_vector_that_cannot_be_mapped_is_noticed(VirtioPciInterface way)
    {
        using var bench = PciBench.Virt();
        Plug(bench, way, mappable: 1);
        bench.Run(machine =>
        {
            var transport = Open(bench, machine, preferLegacy: way == VirtioPciInterface.Transitional);
            Assert.Equal(DriverStatus.Ok, Msix.Open(machine, bench.Info, bench.Table[VirtioPci.Find(bench.Table, DeviceType.Block)], out Msix msix));
            MessageTarget[] targets = [new(new(0x0802_0040), 80, 80), new(new(0x0802_0040), 81, 81)];
            Assert.Equal(DriverStatus.Ok, VirtioPci.UseVectors(machine, msix, targets, ref transport));
            Assert.Equal(2, transport.VectorCount);
            var driver = new VirtioBlk<SimMachine>(machine, BlkOptions.Default with { QueueSize = 8 });
            var memory = bench.Machine.Region(0, driver.Options.MemoryLength);
            Assert.Equal(DriverStatus.VectorUnavailable, driver.Initialise(transport, memory));
            Assert.Equal(DriverStatus.Ok, VirtioPci.UsePin(machine, msix, ref transport));
            Assert.Equal(DriverStatus.Ok, driver.Initialise(transport, memory));
        });
    }

    [Fact]
    public void Turning_msix_on_moves_the_legacy_configuration()
    {
        using var bench = PciBench.Pc();
        Plug(bench, VirtioPciInterface.Transitional);
        bench.Run(machine =>
        {
            var transport = Open(bench, machine, preferLegacy: true);
            Assert.Equal((TransportKind.PciLegacy, true, 0UL), (transport.Kind, transport.Registers.IsPorts, (transport.Configuration.Address - transport.Registers.Address) ^ PciLegacyRegister.Config));
            Assert.Equal(64u, transport.ReadConfig32(machine, BlkConfig.Capacity));
            Assert.Equal(DriverStatus.Ok, Msix.Open(machine, bench.Info, bench.Table[VirtioPci.Find(bench.Table, DeviceType.Block)], out Msix msix));
            Assert.Equal(DriverStatus.Ok, VirtioPci.UseVectors(machine, msix, [new(new(0xFEE0_0000), 0x41, 0x41)], ref transport));
            Assert.Equal(1, transport.VectorCount);
            Assert.Equal(PciLegacyRegister.ConfigWithMsix, (uint)(transport.Configuration.Address - transport.Registers.Address));
            Assert.Equal(64u, transport.ReadConfig32(machine, BlkConfig.Capacity));
        });
    }

    [Fact]
    public void The_access_window_reaches_what_the_structures_say()
    {
        using var bench = PciBench.Virt();
        Plug(bench);
        bench.Run(machine =>
        {
            var transport = Open(bench, machine);
            var config = bench.Info.Config;
            var function = bench.Table[VirtioPci.Find(bench.Table, DeviceType.Block)];
            Assert.Equal(DriverStatus.Ok, PciAccessWindow.Find(machine, config, function.Address, out var window));
            Assert.Equal(DriverStatus.Ok, window.Read(machine, 4, 0x2000 + BlkConfig.Capacity, 4, out uint capacity));
            Assert.Equal(64u, capacity);
            Assert.Equal(DriverStatus.Ok, window.Write(machine, 4, PciCommonRegister.QueueSelect, 2, 3));
            Assert.Equal(3, transport.Registers.Read16(machine, PciCommonRegister.QueueSelect));
            Assert.Equal(DriverStatus.Ok, window.Write(machine, 4, PciCommonRegister.DriverFeatureSelect, 4, 1));
            Assert.Equal(1u, transport.Registers.Read32(machine, PciCommonRegister.DriverFeatureSelect));
            Assert.Equal(DriverStatus.Ok, window.Write(machine, 4, PciCommonRegister.DeviceStatus, 1, 0));
            Assert.Equal(DriverStatus.Ok, window.Read(machine, 4, PciCommonRegister.QueueCount, 2, out uint queues));
            Assert.Equal(1u, queues);
            foreach ((int bar, uint offset, uint width) in new[] { (6, 0u, 4u), (-1, 0u, 4u), (4, 0u, 8u), (4, 0u, 0u), (4, 2u, 4u) })
            {
                Assert.Equal(DriverStatus.InvalidArgument, window.Read(machine, bar, offset, width, out _));
                Assert.Equal(DriverStatus.InvalidArgument, window.Write(machine, bar, offset, width, 0));
            }
        });
    }

    [Fact]
    public void A_legacy_function_has_no_access_window()
    {
        using var bench = PciBench.Pc();
        Plug(bench, VirtioPciInterface.Legacy);
        bench.Run(machine =>
        {
            Open(bench, machine);
            var function = bench.Table[VirtioPci.Find(bench.Table, DeviceType.Block)];
            Assert.Equal(DriverStatus.NotSupported, PciAccessWindow.Find(machine, bench.Info.Config, function.Address, out _));
        });
    }

    /// <summary>4.1.4: cap_len is less than what is read of the capability, so that there is something else.</summary>
    [Theory]
    [InlineData(16, DriverStatus.Ok)]
    [InlineData(12, DriverStatus.NotSupported)]
    public void A_capability_that_says_that_it_is_too_short_is_none(byte length, DriverStatus status)
    {
        using var bench = PciBench.Virt();
        var function = bench.Plug(0x10, 2, [PciBench.None, PciBench.Memory(0x1000)]);
        byte[] ids = [0xF4, 0x1A, 0x42, 0x10];
        for (int i = 0; i < ids.Length; i++) function.Corrupt((uint)i, ids[i]);
        function.AddVendorCapability([length, PciVirtioCapability.Common, 1, 0, 0, 0, 0, 0, 0, 0, (byte)PciCommonRegister.Length, 0, 0, 0]);
        function.AddVendorCapability([16, PciVirtioCapability.Isr, 1, 0, 0, 0, 0x40, 0, 0, 0, 1, 0, 0, 0]);
        function.AddVendorCapability([20, PciVirtioCapability.Notify, 1, 0, 0, 0, 0x50, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0]);
        bench.Run(machine =>
        {
            Assert.Equal(DriverStatus.Ok, bench.Info.Initialise(machine, bench.Table));
            int index = VirtioPci.Find(bench.Table, DeviceType.Block);
            Assert.Equal(status, VirtioPci.Open(machine, bench.Info, bench.Table, index, preferLegacy: false, out _));
        });
    }

    [Fact]
    public void A_function_that_is_gone_is_all_ones_and_the_driver_knows()
    {
        using var bench = PciBench.Virt();
        var device = Plug(bench);
        bench.Run(machine =>
        {
            var transport = Open(bench, machine);
            device.Remove();
            Assert.Equal(0xFFu, transport.ReadStatus(machine));
            Assert.True(transport.IsGone(machine, transport.ReadStatus(machine)));
            Assert.Equal(DriverStatus.NoDevice, transport.Reset(machine, Deadline.Never));
            Assert.Equal(0u, transport.TakeLine(machine));
        });
    }

    /// <summary>4.1.2: what makes a virtio device of a function.</summary>
    [Theory]
    [InlineData(0x1AF4, 0x1042, 0x1100, DeviceType.Block)]
    [InlineData(0x1AF4, 0x1001, 0x0002, DeviceType.Block)]
    [InlineData(0x1AF4, 0x1000, 0x0001, DeviceType.Network)]
    [InlineData(0x1AF4, 0x0FFF, 0x0002, DeviceType.None)]
    [InlineData(0x1AF4, 0x1080, 0x0002, DeviceType.None)]
    [InlineData(0x1AF5, 0x1042, 0x0002, DeviceType.None)]
    public void Vendor_and_device_ids_tell(ushort vendor, ushort device, ushort subsystem, uint type)
        => Assert.Equal(type, VirtioPci.DeviceTypeOf(new PciFunctionInfo { VendorId = vendor, DeviceId = device, SubsystemId = subsystem }));
}
