using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// All monitors of one machine, and the events that they hear. Called directly by the lane, the DMA ports and the devices: no
/// virtual call, no allocation while nothing is wrong.
/// </summary>
public sealed class Monitors
{
    readonly SimulatedMachine machine;

    public Monitors(SimulatedMachine machine)
    {
        this.machine = machine;
        Ownership = new(machine, this);
        Registers = new(machine, this);
        Notifications = new(machine, this);
        Coverage = new(machine, this);
        Locks = new(machine);
        Dma = new(machine, this);
    }

    public OwnershipMonitor Ownership { get; }

    public RegisterMonitor Registers { get; }

    public NotificationMonitor Notifications { get; }

    /// <summary>What an exploration has come to.</summary>
    public MonitorCoverage Coverage { get; }

    /// <summary>Whether that is followed in this execution. Here because it is asked so often.</summary>
    internal bool IsCovered;

    public LockMonitor Locks { get; }

    /// <summary>Addresses that devices are told, and mappings of the IOMMU.</summary>
    internal DmaMonitor Dma { get; }

    /// <summary>False for raw register scripts, which break rules on purpose.</summary>
    public bool JudgeDriver { get; set; } = true;

    /// <summary>False for a hostile device: it breaks the standard by design, and only the driver is judged.</summary>
    public bool JudgeDevices { get; set; } = true;

    /// <summary>False for QEMU's profile: it counts bytes as written that it left alone, as after an I/O error (docs/fidelity.md).</summary>
    public bool JudgeLengths { get; set; } = true;

    internal void Reset()
    {
        IsCovered = machine.Engine.Coverage.IsOn;
        Ownership.Reset();
        Locks.Reset();
        foreach (var device in machine.Devices) device.Watch.Reset(device.Transport.InitialLifecycle);
    }

    internal void Fold(ref StateHasher hasher)
    {
        Ownership.Fold(ref hasher);
        Locks.Fold(ref hasher);
        foreach (var device in machine.Devices) device.Watch.Fold(ref hasher);
    }

    // Verdicts. Callers ask JudgeDevices first where the message would be built for nothing.

    internal void Driver(string monitor, string rule, string[] clauses, string message, string mend)
    {
        if (JudgeDriver) machine.Engine.Fail(new(monitor, rule, clauses, message, mend));
    }

    internal void Driver(RuleViolation rule, string detail, RegisterNames names = RegisterNames.Mmio)
    {
        if (JudgeDriver) machine.Engine.Fail(Of(rule, detail, names));
    }

    internal void Device(string monitor, string rule, string[] clauses, string message, string mend)
    {
        if (JudgeDevices) machine.Engine.Fail(new(monitor, rule, clauses, message, mend));
    }

    internal void Device(RuleViolation rule, string detail, RegisterNames names = RegisterNames.Mmio)
    {
        if (JudgeDevices) machine.Engine.Fail(Of(rule, detail, names));
    }

    /// <summary>A rule of a model, with what happened here.</summary>
    static Violation Of(RuleViolation rule, string detail, RegisterNames names)
    {
        var entry = RuleTable.Of(rule, names);
        string message = detail.Length == 0 ? entry.Message : $"{entry.Message.TrimEnd('.')}: {detail}.";
        return new(entry.Monitor, entry.Name, entry.Clauses, message, entry.Mend);
    }

    internal Violation LostNotification(CpuAgent waiting) => Locks.WhyNobodyRuns() ?? Devices.LostNotification.Diagnose(machine, waiting);

    /// <summary>Some device was told to reset, and the driver has not read back that it has.</summary>
    internal bool AnyResetPending
    {
        get
        {
            foreach (var device in machine.Devices)
            {
                if (device.Watch.Lifecycle.IsResetPending) return true;
            }
            return false;
        }
    }

    // Memory, the CPU's side

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe bool CpuLoad<T>(ulong address) where T : unmanaged
    {
        if (!machine.Ram.Contains(address, (ulong)sizeof(T))) OutsideMemory(address, sizeof(T));
        return Ownership.AnyLive && Ownership.CpuLoad(address, OwnersOf<T>(address), sizeof(T));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe bool CpuStore<T>(ulong address) where T : unmanaged
    {
        if (!machine.Ram.Contains(address, (ulong)sizeof(T))) OutsideMemory(address, sizeof(T));
        return Ownership.AnyLive && Ownership.CpuStore(address, OwnersOf<T>(address), sizeof(T));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    unsafe ulong OwnersOf<T>(ulong address) where T : unmanaged => sizeof(T) switch
    {
        8 => machine.Ram.OwnersOf<ulong>(address),
        4 => machine.Ram.OwnersOf<uint>(address),
        2 => machine.Ram.OwnersOf<ushort>(address),
        _ => machine.Ram.OwnersOf<byte>(address),
    };

    internal void CpuCopyTo(ulong address, int length)
    {
        if (!machine.Ram.Contains(address, (ulong)length)) OutsideMemory(address, length);
        if (Ownership.AnyLive && Ownership.CpuStoreSpan(address, length)) Ownership.CpuCopyIntoRing(address);
    }

    internal void CpuCopyFrom(ulong address, int length)
    {
        if (!machine.Ram.Contains(address, (ulong)length)) OutsideMemory(address, length);
        if (Ownership.AnyLive) Ownership.CpuLoadSpan(address, length);
    }

    void OutsideMemory(ulong address, int length) => machine.Engine.Fail(new("memory-access", "outside-memory", [],
        $"the driver accesses {length} bytes at 0x{address:x}, which is not memory", "On hardware this is a data abort: check the address."));

    // Memory, the devices' side

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void DeviceLoad<T>(ulong address) where T : unmanaged
    {
        if (!machine.Ram.Contains(address, (ulong)sizeof(T))) DeviceOutsideMemory(address, sizeof(T), "reads");
        else Ownership.DeviceLoad(address, OwnersOf<T>(address), sizeof(T));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void DeviceStore<T>(ulong address) where T : unmanaged
    {
        if (!machine.Ram.Contains(address, (ulong)sizeof(T))) DeviceOutsideMemory(address, sizeof(T), "writes");
        else Ownership.DeviceStore(address, OwnersOf<T>(address), sizeof(T));
    }

    internal void DeviceRead(ulong address, int length)
    {
        if (!machine.Ram.Contains(address, (ulong)length)) DeviceOutsideMemory(address, length, "reads");
        else Ownership.DeviceLoadSpan(address, length);
    }

    internal void DeviceWrite(ulong address, int length)
    {
        if (!machine.Ram.Contains(address, (ulong)length)) DeviceOutsideMemory(address, length, "writes");
        else Ownership.DeviceStoreSpan(address, length);
    }

    void DeviceOutsideMemory(ulong address, int length, string what)
    {
        if (address == Iommu.Nowhere) return; // kept out by the IOMMU, which has said what there was to say
        if (JudgeDevices) Device("ownership", "device-outside-memory", [], $"the device {what} {length} bytes at 0x{address:x}, which is not memory",
            "A device uses only addresses that descriptors and queue registers gave it.");
    }

    internal void DeviceTookChain(QueueWatch queue) => Registers.DeviceTouchedQueue(queue.Device, queue.Number);

    // What devices say of themselves

    /// <summary>The three parts by their bus addresses.</summary>
    public void QueueEnabled(VirtioDevice device, ushort number, ushort size, ulong descriptors, ulong available, ulong used, RingIndex start, bool legacy)
    {
        // Where nobody is judged, rings may be of any size and anywhere: there is nothing to watch.
        if (JudgeDriver || JudgeDevices) Ownership.Enabled(device, number, size,
            machine.MemoryAt(new(descriptors)), machine.MemoryAt(new(available)), machine.MemoryAt(new(used)), start);
    }

    public void QueueDisabled(VirtioDevice device, ushort number) => Ownership.Disabled(device, number);

    public void ResetCompleted(VirtioDevice device)
    {
        machine.Recorder?.ResetCompleted(device);
        Ownership.DeviceStopped(device);
        Registers.ResetCompleted(device);
    }

    /// <summary>The device is gone, whether the driver knows it or not: it can touch nothing any more, so all memory is the driver's.</summary>
    public void Removed(VirtioDevice device) => Ownership.Removed(device);

    public void NeedsResetRaised(VirtioDevice device) => Registers.NeedsResetRaised(device);

    public void InterruptRaised(VirtioDevice device, uint causes)
    {
        device.Watch.InterruptedInHandler = true;
        if ((causes & InterruptCause.UsedBuffer) != 0) Notifications.Interrupted(device);
        Registers.InterruptRaised(device, causes);
    }

    // What the machine's program says

    /// <summary>The program has ended and nothing is under way: what somebody still owes, nobody will ever give.</summary>
    public void CameToRest()
    {
        Notifications.CameToRest();
        Dma.CameToRest();
    }

    public void HandlerEntered()
    {
        machine.Interrupts.Taken();
        foreach (var device in machine.Devices) device.Watch.InterruptedInHandler = false;
    }

    /// <summary>
    /// 4.2.3.4.1: what was handled is acknowledged. The line is a level: a handler that leaves it high without a new event is entered again at once,
    /// for ever.
    /// </summary>
    public void HandlerLeft()
    {
        machine.Interrupts.HandlerLeft(machine.Engine.Running);
        if (!JudgeDevices) return; // a hostile device lies about its causes too
        if (!machine.Interrupts.IsOneForAll) return; // the handler was for one interrupt of several, and the controller's monitor knows which comes again
        if (IsCovered) Coverage.Meet(SystemRule.NotAcknowledged);
        foreach (var device in machine.Devices)
        {
            if (device.InterruptStatus == 0 || device.Watch.InterruptedInHandler || !device.Transport.MustAcknowledge) continue;
            bool isMmio = device.Transport.Names == RegisterNames.Mmio;
            Driver("interrupts", "not-acknowledged", [isMmio ? "mmio.driver.notifications-from-device.3" : "pci.device.isr-status-capability.5"],
                $"the interrupt handler returns, {RegisterWords.In(device.Transport.Names, "InterruptStatus")} of {device.Name} is still {device.InterruptStatus}, and nothing new has happened",
                isMmio ? "Write the bits that were read from InterruptStatus to InterruptACK, whether there was work to do or not."
                    : "Read ISR status in each handler of the pin: the reading acknowledges, whether there is work to do or not.");
        }
    }
}
