using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>What each stage does.</content>
public sealed partial class KernelBoot<TMachine, TBoard>
{
    /// <summary>What is of an earlier boot: the machine was reset since, so nobody has any of it.</summary>
    private void Forget()
    {
        Interrupts.Clear();
        Pci.Clear();
        Virtio.Clear();
        console.Forget();
        DiskCount = 0;
        Free(serialMemory);
        Free(timerMemory);
        serialMemory = timerMemory = default;
        foreach (BootDisk<TMachine, TBoard> disk in disks)
        {
            Free(disk.Region);
            disk.Region = default;
        }
    }

    private void Free(DmaRegion region)
    {
        if (region.Length != 0)
            Memory.Free(region);
    }

    /// <summary>For everything that the later stages keep: they do not find out half-way that there is too little.</summary>
    private DriverStatus SetMemoryAside(ref TextLine detail)
    {
        DriverStatus status = DriverStatus.Ok;
        if (description.Serial.Exists)
            status = Memory.Allocate(BootConsole<TMachine>.MemoryLength, new(sizeof(uint), ulong.MaxValue), out serialMemory);
        if (status == DriverStatus.Ok)
            status = Memory.Allocate(sizeof(uint), new(sizeof(uint), ulong.MaxValue), out timerMemory);
        for (int i = 0; i < disks.Length && status == DriverStatus.Ok; i++)
        {
            status = Memory.Allocate(options.Disk.MemoryLength, DmaLimits.LegacyQueue, out DmaRegion region); // the device may turn out to be a legacy one
            disks[i].Region = region;
        }

        if (status == DriverStatus.Ok)
            detail.Text(", "u8).Decimal(Memory.FreeBytes >> 10).Text(" KiB free"u8);
        return status;
    }

    private DriverStatus StartConsole(ref TextLine detail)
    {
        if (!description.Serial.Exists)
            return Absent(ref detail);
        DriverStatus status = console.UseSerial(description.Serial, serialMemory);
        if (status == DriverStatus.Ok)
            status = board.ConnectLine(description.Serial.Line);
        if (status == DriverStatus.Ok)
            status = Interrupts.Register(board.NumberOf(description.Serial.Line), console.OnInterrupt);
        return status == DriverStatus.Ok ? board.Enable(board.NumberOf(description.Serial.Line)) : status;
    }

    private DriverStatus StartTimer(ref TextLine detail)
    {
        if (!board.HasTimer)
            return Absent(ref detail);
        DriverStatus status = board.InitialiseTimer();
        if (status == DriverStatus.Ok)
            status = Interrupts.Register(board.TimerNumber, onTimer);
        return status == DriverStatus.Ok ? board.Enable(board.TimerNumber) : status;
    }

    private DriverStatus FindFunctions(ref TextLine detail)
    {
        if (!description.HasPci)
            return Absent(ref detail);
        DriverStatus status = description.Pci.Initialise(machine, Pci);
        if (status == DriverStatus.Ok)
            Count(ref detail, Pci.Count, " function"u8);
        return status;
    }

    private DriverStatus FindDevices(ref TextLine detail)
    {
        DriverStatus status = Virtio.Scan(machine, description, Pci);
        if (status == DriverStatus.Ok)
            Count(ref detail, Virtio.Count, " device"u8);
        return status;
    }

    /// <summary>A disk that does not come up does not hinder the others, and is the stage's status all the same: the first such.</summary>
    private DriverStatus OpenDisks(RamDisk<TMachine>? fallback, ref TextLine detail)
    {
        if (disks.Length == 0)
            return Absent(ref detail);
        int at = Virtio.Find(DeviceType.Block);
        if (at < 0 && fallback is null)
            return DriverStatus.NoDevice;
        if (at < 0)
        {
            opened[DiskCount++] = BlockDevices.FallBack(machine, fallback!);
            detail.Text(", fallback"u8);
            return DriverStatus.Ok;
        }

        DriverStatus first = DriverStatus.Ok;
        for (int i = 0; i < disks.Length && at >= 0; i++, at = Virtio.Find(DeviceType.Block, at + 1))
        {
            DriverStatus status = disks[i].Open(Virtio[at], description.Pci, Pci);
            if (status == DriverStatus.Ok)
                opened[DiskCount++] = BlockDevice<TMachine>.Of(disks[i].Driver);
            else if (first == DriverStatus.Ok)
                first = status;
        }

        if (first == DriverStatus.Ok)
            Count(ref detail, DiskCount, " disk"u8);
        return first;
    }

    private bool OnTimer(uint number)
    {
        if (!board.TakeTimer())
            return false;
        machine.Store32(timerMemory.Cpu, machine.Load32(timerMemory.Cpu) + 1);
        return true;
    }

    private static DriverStatus Absent(ref TextLine detail)
    {
        detail.Text(", none"u8);
        return DriverStatus.Ok;
    }

    private static void Count(ref TextLine detail, int count, System.ReadOnlySpan<byte> what)
        => detail.Text(", "u8).Decimal((uint)count).Text(what).Text(count == 1 ? default : "s"u8);
}
