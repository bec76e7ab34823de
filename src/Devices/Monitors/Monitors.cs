using System.Runtime.CompilerServices;
using Ringcheck.Exploration;

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
    }

    public OwnershipMonitor Ownership { get; }

    /// <summary>False for a hostile device: it breaks the standard by design, and only the driver is judged.</summary>
    public bool JudgeDevices { get; set; } = true;

    /// <summary>False where no driver runs: scripts of register accesses, right and wrong ones, compared with another device.</summary>
    public bool JudgeDrivers { get; set; } = true;

    /// <summary>False for QEMU's profile: it counts bytes as written that it left alone, as after an I/O error (docs/fidelity.md).</summary>
    public bool JudgeLengths { get; set; } = true;

    internal void Reset()
    {
        Ownership.Reset();
    }

    internal void Fold(ref StateHasher hasher) => Ownership.Fold(ref hasher);

    // Verdicts

    internal void Driver(MmioDevice? device, string monitor, string rule, string[] clauses, string message, string mend)
    {
        if (JudgeDrivers) machine.Engine.Fail(new(monitor, rule, clauses, message, mend));
    }

    /// <summary>Callers ask <see cref="JudgeDevices"/> first: the message is not built for nothing.</summary>
    internal void Device(string monitor, string rule, string[] clauses, string message, string mend)
        => machine.Engine.Fail(new(monitor, rule, clauses, message, mend));

    internal Violation LostNotification(CpuAgent waiting) => new("lost-notification", "nobody-runs",
        ["split.driver.available-buffer-notification-suppression.4", "split.device.used-buffer-notification-suppression.3"],
        $"{waiting.Name} waits for {waiting.WaitsFor}, nothing else can run, and {Ownership.Outstanding} requests are with the device",
        "After asking for notifications again, look at the ring once more before sleeping; and notify after each publication that is not suppressed.");

    internal bool IsResetPending(MmioDevice device) => device.IsResetPending;

    // Memory

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe void CpuLoad<T>(ulong address) where T : unmanaged
    {
        if (!machine.Ram.Contains(address, (ulong)sizeof(T))) OutsideMemory(address, sizeof(T));
        if (Ownership.AnyLive) Ownership.CpuLoad(address, machine.Ram.Owners(address, sizeof(T)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void CpuLoaded(ulong address, ulong value)
    {
        if (Ownership.AnyLive) Ownership.CpuLoaded(address, value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal unsafe bool CpuStore<T>(ulong address) where T : unmanaged
    {
        if (!machine.Ram.Contains(address, (ulong)sizeof(T))) OutsideMemory(address, sizeof(T));
        return Ownership.AnyLive && Ownership.CpuStore(address, machine.Ram.Owners(address, sizeof(T)));
    }

    internal void CpuStoredInRing(ulong address, ulong value) => Ownership.CpuStoredInRing(address, value);

    internal void CpuCopyTo(ulong address, int length)
    {
        if (!machine.Ram.Contains(address, (ulong)length)) OutsideMemory(address, length);
        if (Ownership.AnyLive && Ownership.CpuStore(address, machine.Ram.Owners(address, length))) Ownership.CpuCopyIntoRing(address);
    }

    internal void CpuCopyFrom(ulong address, int length)
    {
        if (!machine.Ram.Contains(address, (ulong)length)) OutsideMemory(address, length);
        if (Ownership.AnyLive) Ownership.CpuLoad(address, machine.Ram.Owners(address, length));
    }

    void OutsideMemory(ulong address, int length) => machine.Engine.Fail(new("memory-access", "outside-memory", [],
        $"the driver accesses {length} bytes at 0x{address:x}, which is not memory", "On hardware this is a data abort: check the address."));

    internal void DeviceLoad(ulong address, int length)
    {
        if (machine.Ram.Contains(address, (ulong)length)) Ownership.DeviceLoad(address, machine.Ram.Owners(address, length));
        else if (JudgeDevices) DeviceOutsideMemory(address, length, "reads");
    }

    internal void DeviceStore(ulong address, int length)
    {
        if (machine.Ram.Contains(address, (ulong)length)) Ownership.DeviceStore(address, machine.Ram.Owners(address, length));
        else if (JudgeDevices) DeviceOutsideMemory(address, length, "writes");
    }

    void DeviceOutsideMemory(ulong address, int length, string what) => Device("device-access", "outside-memory", [],
        $"the device {what} {length} bytes at 0x{address:x}, which is not memory", "A device uses only addresses that descriptors and queue registers gave it.");

    internal void DeviceStored(ulong address, int length) => Ownership.DeviceStored(address, length);

    // Registers

    internal void RegisterRead(IBusDevice? device, ulong address, uint offset, int width, ulong value)
    {
    }

    internal void RegisterWrite(IBusDevice? device, ulong address, uint offset, int width, ulong value)
    {
    }

    // What devices say of themselves

    public void QueueEnabled(MmioDevice device, ushort number, ushort size, ulong descriptors, ulong available, ulong used, Standard.RingIndex start, bool legacy)
        => Ownership.Enabled(device, number, size, descriptors, available, used, start, legacy);

    public void QueueDisabled(MmioDevice device, ushort number) => Ownership.Disabled(device, number);

    public void ResetCompleted(MmioDevice device)
    {
    }

    public void NeedsResetRaised(MmioDevice device)
    {
    }

    public void InterruptRaised(MmioDevice device, uint causes)
    {
    }
}
