using System.Text;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties.Kernel;

/// <summary>Virtio 1.4, 4.2.3.1.1: what the scan of the 32 slots finds, what it leaves alone, and what it says.</summary>
public sealed class MmioBusTests
{
    private static readonly ArrayMachine.Contents Empty = new(0);

    [Fact]
    public void A_bus_without_devices_is_no_device()
        => Assert.Equal(DriverStatus.NoDevice, MmioBus.Find(new ArrayMachine(Empty), DeviceType.Block, out _));

    [Fact]
    public void The_last_slot_is_found_behind_empty_ones_and_announced()
    {
        ArrayMachine.Contents contents = new(0);
        for (int slot = 0; slot < MmioBus.SlotCount; slot++)
            Plug(contents, slot, version: 2, DeviceType.None);
        Plug(contents, 3, version: 1, DeviceType.Network);
        Plug(contents, 31, version: 2, DeviceType.Block);

        Assert.Equal(DriverStatus.Ok, MmioBus.Find(new ArrayMachine(contents), DeviceType.Block, out Transport transport));
        Assert.Equal(Expected(TransportKind.MmioModern, 0x0a003e00, DeviceType.Block, 47), transport);
        Assert.Equal("[virtio-mmio] Found virtio-blk at 0xa003e00 (IRQ 47)\n", contents.Console.ToString());

        Span<Transport> found = stackalloc Transport[MmioBus.SlotCount];
        Assert.Equal(2, MmioBus.Scan(new ArrayMachine(contents), found));
        Assert.Equal(Expected(TransportKind.MmioLegacy, 0x0a000600, DeviceType.Network, 19), found[0]);
    }

    private static Transport Expected(TransportKind kind, ulong address, uint deviceType, uint interrupt)
        => new(kind, RegisterBlock.At(new CpuAddress(address), 0x200), deviceType, interrupt)
        {
            Configuration = RegisterBlock.At(new CpuAddress(address + 0x100), 0x100),
        };

    [Theory]
    [InlineData(0x74726977u, 2u, 2u, 1)]
    [InlineData(MmioIdentity.Magic, 3u, 2u, 2)]
    [InlineData(MmioIdentity.Magic, 2u, 0u, 3)]
    public void What_is_no_device_of_ours_is_left_alone(uint magic, uint version, uint type, int reads)
    {
        ArrayMachine.Contents contents = new(0);
        Plug(contents, 0, version, type);
        contents.Registers[MmioBus.FirstSlot] = magic;
        Assert.False(MmioBus.TryProbe(new ArrayMachine(contents), 0, out _));
        Assert.Equal(reads, contents.RegistersRead.Count);
    }

    [Fact]
    public void Text_that_does_not_fit_is_cut()
    {
        Span<byte> buffer = stackalloc byte[12];
        TextLine line = new(buffer[..8]);
        line.Text("ab"u8).Hex(0).Decimal(ulong.MaxValue);
        Assert.Equal("ab0x0184", Encoding.UTF8.GetString(line.Written));
        Assert.Equal(0, buffer[8]);
    }

    [Fact]
    public void A_fallback_is_used_only_when_asked_for_and_says_so()
    {
        ArrayMachine.Contents contents = new(0x10000);
        ArrayMachine machine = new(contents);
        VirtioBlk<ArrayMachine> driver = new(machine, BlkOptions.Default with { QueueSize = 4 });
        RamDisk<ArrayMachine> ram = new(machine, contents.Region(0, 4 * Sector.Size));
        Assert.Equal(DriverStatus.NoDevice, BlockDevices.OpenOrFallback(machine, driver, default, ram, allowFallback: false, out var device));
        Assert.Equal(BlockDeviceKind.None, device.Kind);
        Assert.Equal(DriverStatus.NoDevice, device.Read(default, contents.Region(0x8000, Sector.Size), timeoutMs: 1));

        Assert.Equal(DriverStatus.Ok, BlockDevices.OpenOrFallback(machine, driver, default, ram, allowFallback: true, out device));
        Assert.Equal(BlockDeviceKind.FallbackRamDisk, device.Kind);
        Assert.Null(device.Virtio);
        Assert.Contains("FALLBACK RAM DISK", contents.Console.ToString(), StringComparison.Ordinal);
        contents.Memory.AsSpan(0x8000, 512).Fill(7);
        Assert.Equal(DriverStatus.Ok, device.Write(new Sector(3), contents.Region(0x8000, Sector.Size), timeoutMs: 1));
        Assert.Equal(DriverStatus.Ok, device.Read(new Sector(3), contents.Region(0x9000, Sector.Size), timeoutMs: 1));
        Assert.Equal(7, contents.Memory[0x9000 + 511]);
        Assert.Equal(DriverStatus.OutOfRange, device.Read(new Sector(4), contents.Region(0x9000, Sector.Size), timeoutMs: 1));
        Assert.Equal(DriverStatus.OutOfRange, device.Read(new Sector(ulong.MaxValue), contents.Region(0x9000, Sector.Size), timeoutMs: 1));
    }

    private static void Plug(ArrayMachine.Contents contents, int slot, uint version, uint type)
    {
        ulong registers = MmioBus.FirstSlot + (ulong)slot * MmioIdentity.BlockSize;
        contents.Registers[registers + MmioRegister.MagicValue] = MmioIdentity.Magic;
        contents.Registers[registers + MmioRegister.Version] = version;
        contents.Registers[registers + MmioRegister.DeviceId] = type;
    }
}
