using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>PCI Local Bus 3.0, 6.7: the list of capabilities, whole and broken.</summary>
public sealed class CapabilityTests
{
    static readonly PciAddress At = new(0, 2, 0);

    /// <summary>The offsets that a walk comes to, and whether the list was whole.</summary>
    static (uint[] Offsets, DriverStatus Status) Walk(Action<ScratchFunction> change, DeviceProfile profile = DeviceProfile.Strict)
    {
        using var bench = PciBench.Virt();
        var function = bench.Plug(0x10, 2, [PciBench.Memory(0x1000)], profile: profile);
        function.AddVendorCapability([8, 0, 0, 0, 0, 0]);
        function.AddVendorCapability([16, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
        function.AddVendorCapability([4, 0]);
        change(function);
        List<uint> offsets = [];
        DriverStatus status = default;
        bench.Run(machine =>
        {
            var list = PciCapabilities.Of(machine, bench.Info.Config, At);
            while (list.TryNext(machine, out var capability)) offsets.Add(capability.Offset);
            status = list.Status;
        });
        return ([.. offsets], status);
    }

    [Fact]
    public void A_list_is_followed_in_its_order_and_an_odd_function_has_another_one()
    {
        var (offsets, status) = Walk(_ => { });
        Assert.Equal([0x40u, 0x48, 0x58], offsets);
        Assert.Equal(DriverStatus.Ok, status);
        Assert.Equal([0x58u, 0x48, 0x40], Walk(_ => { }, DeviceProfile.Odd).Offsets);
    }

    [Theory]
    [InlineData(0x59u, 0x40, new uint[] { 0x40, 0x48, 0x58 }, DriverStatus.DeviceError)] // back to the first
    [InlineData(0x59u, 0x58, new uint[] { 0x40, 0x48, 0x58 }, DriverStatus.DeviceError)] // to itself
    [InlineData(0x49u, 0x10, new uint[] { 0x40, 0x48 }, DriverStatus.DeviceError)] // into the header
    [InlineData(0x49u, 0x5B, new uint[] { 0x40, 0x48, 0x58 }, DriverStatus.Ok)] // reserved bits
    [InlineData(0x34u, 0x00, new uint[0], DriverStatus.Ok)]
    [InlineData(0x06u, 0x00, new uint[0], DriverStatus.Ok)] // no list at all
    public void A_list_that_is_wrong_ends(uint offset, byte value, uint[] expected, DriverStatus status)
    {
        var walk = Walk(function => function.Corrupt(offset, value));
        Assert.Equal(expected, walk.Offsets);
        Assert.Equal(status, walk.Status);
    }

    [Fact]
    public void A_capability_that_does_not_fit_is_passed_over()
    {
        using var bench = PciBench.Virt();
        var function = bench.Plug(0x10, 2, []);
        function.Corrupt(PciRegister.Status, (byte)PciStatus.CapabilityList);
        function.Corrupt(PciRegister.CapabilitiesPointer, 0xF8);
        function.Corrupt(0xF8, PciCapability.Msix);
        bench.Run(machine =>
        {
            Assert.False(PciCapabilities.TryFind(machine, bench.Info.Config, At, PciCapability.Msix, PciMsix.Length, out _));
            Assert.True(PciCapabilities.TryFind(machine, bench.Info.Config, At, PciCapability.Msix, 8, out var found));
            Assert.Equal(0xF8u, found.Offset);
        });
    }
}
