using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>What is behind a <see cref="BlockDevice{TMachine}"/>.</summary>
public enum BlockDeviceKind : byte
{
    None,
    VirtioBlk,

    /// <summary>Nothing but memory: see <see cref="RamDisk{TMachine}"/>.</summary>
    FallbackRamDisk,
}

/// <summary>
/// A block device that is open, one request at a time: for those who want sectors and do not care how. For more, go to
/// <see cref="Virtio"/>.
/// </summary>
public readonly struct BlockDevice<TMachine>
    where TMachine : struct, IMachine
{
    private BlockDevice(BlockDeviceKind kind, VirtioBlk<TMachine>? virtio, RamDisk<TMachine>? fallback)
    {
        Kind = kind;
        Virtio = virtio;
        Fallback = fallback;
    }

    public BlockDeviceKind Kind { get; }

    /// <summary>The driver, when <see cref="Kind"/> is VirtioBlk.</summary>
    public VirtioBlk<TMachine>? Virtio { get; }

    /// <summary>The memory that stands in, when <see cref="Kind"/> is FallbackRamDisk.</summary>
    public RamDisk<TMachine>? Fallback { get; }

    /// <summary>In sectors of 512 bytes.</summary>
    public ulong CapacitySectors => Virtio?.CapacitySectors ?? Fallback?.CapacitySectors ?? 0;

    public static BlockDevice<TMachine> Of(VirtioBlk<TMachine> virtio) => new(BlockDeviceKind.VirtioBlk, virtio, fallback: null);

    public static BlockDevice<TMachine> Of(RamDisk<TMachine> fallback) => new(BlockDeviceKind.FallbackRamDisk, virtio: null, fallback);

    /// <summary>
    /// Who this is, as UTF-8: of a virtio device, what it answers to GET_ID, cut at the first NUL. Returns the status of asking;
    /// <paramref name="buffer"/> has room for 64 bytes, or else the text is cut.
    /// </summary>
    public DriverStatus Identify(DmaRegion scratch, uint timeoutMs, TMachine machine, Span<byte> buffer, out int length)
    {
        TextLine line = new(buffer);
        length = 0;
        if (Fallback is not null)
        {
            length = line.Text(RamDisk<TMachine>.Identity).Written.Length;
            return DriverStatus.Ok;
        }

        if (scratch.Length < BlkRequest.IdSize)
            return DriverStatus.InvalidArgument;
        DriverStatus status = Run(BlkOperation.GetId, default, scratch.Slice(0, BlkRequest.IdSize), timeoutMs);
        if (status != DriverStatus.Ok)
            return status;
        Span<byte> id = stackalloc byte[(int)BlkRequest.IdSize];
        machine.CopyFromMemory(scratch.Cpu, id);
        int end = id.IndexOf((byte)0);
        length = line.Text("virtio-blk "u8).Text(end < 0 ? id : id[..end]).Written.Length;
        return DriverStatus.Ok;
    }

    /// <summary>Waits at most <paramref name="timeoutMs"/>; after TimedOut or NeedsReset, <paramref name="data"/> is still the device's, and mapped for it.</summary>
    public DriverStatus Read(Sector sector, DmaRegion data, uint timeoutMs)
        => Fallback is not null ? Fallback.Read(sector, data) : Run(BlkOperation.Read, sector, data, timeoutMs);

    /// <summary>Waits at most <paramref name="timeoutMs"/>; after TimedOut or NeedsReset, <paramref name="data"/> is still the device's, and mapped for it.</summary>
    public DriverStatus Write(Sector sector, DmaRegion data, uint timeoutMs)
        => Fallback is not null ? Fallback.Write(sector, data) : Run(BlkOperation.Write, sector, data, timeoutMs);

    /// <summary>Makes completed writes durable. NotSupported: a device without a cache to flush, and memory, which nothing makes durable.</summary>
    public DriverStatus Flush(uint timeoutMs)
        => Fallback is not null ? DriverStatus.NotSupported : Run(BlkOperation.Flush, default, default, timeoutMs);

    private DriverStatus Run(BlkOperation operation, Sector sector, DmaRegion data, uint timeoutMs)
    {
        if (Virtio is null)
            return DriverStatus.NoDevice;
        bool deviceWrites = operation is BlkOperation.Read or BlkOperation.GetId;
        DriverStatus status = DmaOwnership.GiveToDevice(Virtio.RunsOn, data, deviceWrites);
        if (status != DriverStatus.Ok)
            return status;
        Span<DmaSegment> piece = [DmaSegment.Of(data)];
        status = Virtio.Submit(operation, sector, piece[..(data.Length == 0 ? 0 : 1)], out RequestId id);
        if (status == DriverStatus.Ok)
        {
            status = Virtio.Wait(id, timeoutMs, out _);
            if (status is DriverStatus.TimedOut or DriverStatus.NeedsReset)
                return status; // nothing has ended: mapped as well, until the device was reset
        }

        DmaOwnership.TakeFromDevice(Virtio.RunsOn, data, deviceWrites);
        return status;
    }
}

/// <summary>From the virtio-mmio bus to an open block device. On a machine with several buses, <see cref="KernelBoot{TMachine, TBoard}"/> opens what any of them has.</summary>
public static class BlockDevices
{
    /// <summary>The first virtio-blk device, brought up; NoDevice when there is none, or the error of bringing it up.</summary>
    public static DriverStatus Open<TMachine>(TMachine machine, VirtioBlk<TMachine> driver, DmaRegion region, out BlockDevice<TMachine> device)
        where TMachine : struct, IMachine
    {
        device = default;
        DriverStatus status = MmioBus.Find(machine, DeviceType.Block, out Transport transport);
        if (status == DriverStatus.Ok)
            status = driver.Initialise(transport, region);
        if (status == DriverStatus.Ok)
            device = BlockDevice<TMachine>.Of(driver);
        return status;
    }

    /// <summary>
    /// As <see cref="Open"/>; where there is no device, and only then, <paramref name="fallback"/> if <paramref name="allowFallback"/>
    /// says so: Ok, a <see cref="BlockDevice{TMachine}.Kind"/> that tells, and a line on the console. A device that is there and does not come
    /// up is an error either way: a fallback would hide it.
    /// </summary>
    public static DriverStatus OpenOrFallback<TMachine>(
        TMachine machine, VirtioBlk<TMachine> driver, DmaRegion region, RamDisk<TMachine> fallback, bool allowFallback,
        out BlockDevice<TMachine> device)
        where TMachine : struct, IMachine
    {
        DriverStatus status = Open(machine, driver, region, out device);
        if (status != DriverStatus.NoDevice || !allowFallback)
            return status;
        device = FallBack(machine, fallback);
        return DriverStatus.Ok;
    }

    /// <summary>For whoever has looked everywhere, found no device, and was told to go on without: memory, and a line on the console that says so.</summary>
    public static BlockDevice<TMachine> FallBack<TMachine>(TMachine machine, RamDisk<TMachine> fallback)
        where TMachine : struct, IMachine
    {
        machine.Print("[blk] no device: using the "u8);
        machine.Print(RamDisk<TMachine>.Identity);
        machine.Print("\n"u8);
        return BlockDevice<TMachine>.Of(fallback);
    }
}
