using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// A disk that is none: a piece of the machine's memory, for those who asked for a fallback by name
/// (<see cref="BlockDevices.OpenOrFallback"/>). It says what it is in its type, its kind and its identity, so that nobody takes it for a device.
/// </summary>
public sealed class RamDisk<TMachine>(TMachine machine, DmaRegion storage)
    where TMachine : struct, IMachine
{
    private TMachine machine = machine;

    public static ReadOnlySpan<byte> Identity => "FALLBACK RAM DISK (no virtio-blk device)"u8;

    public ulong CapacitySectors => storage.Length / Sector.Size;

    /// <summary>Whole sectors into <paramref name="data"/>. InvalidArgument, OutOfRange: as with <see cref="VirtioBlk{TMachine}.Submit"/>.</summary>
    public DriverStatus Read(Sector sector, DmaRegion data)
    {
        DriverStatus status = Check(sector, data.Length);
        if (status == DriverStatus.Ok)
            Copy(storage.Cpu + sector.Value * Sector.Size, data.Cpu, data.Length);
        return status;
    }

    public DriverStatus Write(Sector sector, DmaRegion data)
    {
        DriverStatus status = Check(sector, data.Length);
        if (status == DriverStatus.Ok)
            Copy(data.Cpu, storage.Cpu + sector.Value * Sector.Size, data.Length);
        return status;
    }

    private DriverStatus Check(Sector sector, uint length)
    {
        if (length == 0 || length % Sector.Size != 0)
            return DriverStatus.InvalidArgument;
        ulong capacity = CapacitySectors;
        return sector.Value <= capacity && length / Sector.Size <= capacity - sector.Value ? DriverStatus.Ok : DriverStatus.OutOfRange;
    }

    private void Copy(CpuAddress from, CpuAddress to, uint length)
    {
        Span<byte> sector = stackalloc byte[(int)Sector.Size];
        for (uint done = 0; done < length; done += Sector.Size)
        {
            machine.CopyFromMemory(from + done, sector);
            machine.CopyToMemory(to + done, sector);
        }
    }
}
