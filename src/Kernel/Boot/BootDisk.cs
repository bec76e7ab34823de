using System;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// One disk that a boot opens, whatever it is found on: by a message for each queue and one for the configuration, by one message if the device or the board has no more, and by
/// its line if it has none. Each step that was taken is on the console. A device that fails for another reason is not tried further: that would hide it.
/// </summary>
internal sealed class BootDisk<TMachine, TBoard>
    where TMachine : struct, IMachine
    where TBoard : struct, IBoard
{
    private readonly TMachine machine;
    private readonly TBoard board;
    private readonly InterruptTable<TBoard> interrupts;
    private readonly BootConsole<TMachine> console;
    private readonly int number;
    private readonly InterruptHandler onLine, onMessage;
    private readonly MessageTarget[] targets;
    private int targetCount;
    private Transport transport;
    private Msix msix;

    /// <summary>A disk that was not opened yet.</summary>
    /// <param name="number">Its number on the console.</param>
    public BootDisk(TMachine machine, TBoard board, InterruptTable<TBoard> interrupts, BootConsole<TMachine> console, BlkOptions options, int number)
    {
        this.machine = machine;
        this.board = board;
        this.interrupts = interrupts;
        this.console = console;
        this.number = number;
        Driver = new(machine, options);
        targets = new MessageTarget[1 + options.QueueCount];
        onLine = _ => Driver.OnInterrupt();
        onMessage = OnMessage;
    }

    public VirtioBlk<TMachine> Driver { get; }

    /// <summary>The driver's memory, set aside for it before there is a device.</summary>
    public DmaRegion Region { get; set; }

    /// <summary>
    /// Brings the device up, with its handlers registered and its interrupts enabled; they are masked at the CPU meanwhile. On an error, the device reaches memory no more (<see cref="DeviceOpening.Close"/>), and nothing of it is registered. Errors are those
    /// of <see cref="DeviceOpening"/>, <see cref="Msix"/> and <see cref="VirtioBlk{TMachine}.Initialise"/>; VectorUnavailable: it has no way to interrupt. NoSpace: no room for a handler, or in the IOMMU.
    /// </summary>
    public DriverStatus Open(in VirtioDeviceInfo device, in PciHostInfo host, PciDeviceTable functions)
    {
        targetCount = 0;
        if (!machine.TryMapForDevice(Region, DmaDirection.Both))
            return DriverStatus.NoSpace;
        DriverStatus status = OpenMapped(device, host, functions);
        if (status != DriverStatus.Ok)
            device.Close(machine, host, functions);
        // Of a device whose reset was not seen, or which has begun to answer nothing, all is the device's still.
        bool mayGoOn = status == DriverStatus.TimedOut || (status == DriverStatus.NoDevice && transport.Kind != TransportKind.None);
        if (status != DriverStatus.Ok && !mayGoOn)
            machine.UnmapForDevice(Region);
        return status;
    }

    private DriverStatus OpenMapped(in VirtioDeviceInfo device, in PciHostInfo host, PciDeviceTable functions)
    {
        DriverStatus status = device.Open(machine, host, functions, out transport);
        if (status != DriverStatus.Ok)
            return Tell("registers"u8, status);
        status = device.OpenMessages(machine, host, functions, out msix);
        if (status == DriverStatus.NotSupported)
            return OpenOnLine(transport);
        if (status != DriverStatus.Ok)
            return Tell("messages"u8, status);
        int count = Math.Min(targets.Length, msix.Count);
        status = OpenOnMessages(count);
        if (IsShortOfVectors(status) && count > 1)
            status = OpenOnMessages(1);
        if (!IsShortOfVectors(status))
            return status;
        status = VirtioPci.UsePin(machine, msix, ref transport);
        return status == DriverStatus.Ok ? OpenOnLine(transport) : Tell("line"u8, status);
    }

    private static bool IsShortOfVectors(DriverStatus status) => status is DriverStatus.VectorUnavailable or DriverStatus.NoSpace;

    private DriverStatus OpenOnMessages(int count)
    {
        DriverStatus status = DriverStatus.Ok;
        while (status == DriverStatus.Ok && targetCount < count)
        {
            status = board.AllocateMessage(out targets[targetCount]);
            if (status == DriverStatus.Ok)
                targetCount++;
        }

        if (status == DriverStatus.Ok)
            status = VirtioPci.UseVectors(machine, msix, targets.AsSpan(0, targetCount), ref transport);
        if (status == DriverStatus.Ok)
            status = Driver.Initialise(transport, Region);
        if (status == DriverStatus.Ok)
            status = EnableMessages();
        if (status != DriverStatus.Ok)
            FreeMessages();
        TextLine way = new(stackalloc byte[32]);
        way.Decimal((uint)count).Text(count == 1 ? " message"u8 : " messages"u8);
        return Tell(way.Written, status);
    }

    /// <summary>After the driver is up, since the CPU takes nothing before the boot is over. On an error no handler of this device is left.</summary>
    private DriverStatus EnableMessages()
    {
        DriverStatus status = DriverStatus.Ok;
        for (int i = 0; i < targetCount && status == DriverStatus.Ok; i++)
        {
            status = interrupts.Register(targets[i].Interrupt, onMessage);
            if (status == DriverStatus.Ok)
                status = board.Enable(targets[i].Interrupt);
        }

        if (status == DriverStatus.Ok)
            return status;
        DriverStatus stopped = Driver.Stop();
        for (int i = 0; i < targetCount; i++)
            interrupts.Unregister(targets[i].Interrupt, onMessage); // disabled as they are given back
        return stopped == DriverStatus.Ok ? DriverStatus.InvalidArgument : stopped; // not NoSpace: fewer messages would not help where even one handler is too many
    }

    private void FreeMessages()
    {
        while (targetCount > 0)
            board.FreeMessage(targets[--targetCount].Interrupt);
    }

    private DriverStatus OpenOnLine(in Transport on)
    {
        transport = on;
        if (on.Interrupt == Transport.NoInterrupt)
            return Tell("no line"u8, DriverStatus.VectorUnavailable);
        uint interrupt = board.NumberOf(on.Interrupt);
        bool isShared = interrupts.IsRegistered(interrupt);
        DriverStatus status = isShared ? DriverStatus.Ok : board.ConnectLine(on.Interrupt);
        if (status == DriverStatus.Ok)
            status = Driver.Initialise(on, Region);
        if (status == DriverStatus.Ok)
        {
            status = interrupts.Register(interrupt, onLine);
            if (status == DriverStatus.Ok)
                status = board.Enable(interrupt);
            if (status != DriverStatus.Ok)
            {
                DriverStatus stopped = Driver.Stop();
                interrupts.Unregister(interrupt, onLine);
                status = stopped == DriverStatus.Ok ? status : stopped;
            }
        }

        TextLine way = new(stackalloc byte[32]);
        way.Text(isShared ? "shared line "u8 : "line "u8).Decimal(on.Interrupt);
        return Tell(way.Written, status);
    }

    private bool OnMessage(uint interrupt)
    {
        for (int i = 0; i < targetCount; i++)
        {
            if (targets[i].Interrupt == interrupt)
                return Driver.OnVector((ushort)i);
        }

        return false;
    }

    /// <summary>Such as <c>[boot] blk0: virtio-pci, 2 messages: Ok, 64 sectors</c>.</summary>
    private DriverStatus Tell(ReadOnlySpan<byte> way, DriverStatus status)
    {
        TextLine line = new(stackalloc byte[128]);
        line.Text("[boot] blk"u8).Decimal((uint)number).Text(": "u8).Text(TransportNames.Of(transport.Kind)).Text(", "u8).Text(way).Text(": "u8).Text(DriverStatusNames.Of(status));
        if (status == DriverStatus.Ok)
            line.Text(", "u8).Decimal(Driver.CapacitySectors).Text(" sectors"u8);
        console.Print(line.Text("\n"u8).Written);
        return status;
    }
}
