using Ringcheck.Models.Lifecycle;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Each access to a virtio device's registers: by itself (width, place, direction), as its transport's rules have it (<see cref="IVirtioRegisters.FaultOf"/>);
/// in the order of all of them, by the lifecycle model. Does not check what is in feature words beyond what was offered, nor configuration fields whose
/// feature was not offered (2.5.1).
/// </summary>
public sealed class RegisterMonitor(SimulatedMachine machine, Monitors monitors)
{
    internal const string Name = "register-access";

    const string Empty = "mmio.driver.device-initialization.2", Writeback = "blk.driver.device-operation.12";

    internal void Read(IBusDevice? target, ulong address, uint offset, int width, ulong value)
    {
        if (target is not IVirtioRegisters registers)
        {
            Elsewhere(target, address, offset, writes: false);
            return;
        }
        if (registers.Device.IsRemoved) return;
        Check(registers, offset, width, writes: false);
        var what = registers.EventOf(offset, width, writes: false, value);
        if (!registers.MayBeMisplaced) Judge(registers.Device, what);
        if (what is { Kind: LifecycleEventKind.StatusRead, Value: 0 }) monitors.Ownership.DisabledAll(registers.Device);
        // A hostile device that does not say who it is any more has said that it is gone.
        if (what.Kind == LifecycleEventKind.MagicRead && what.Value != MmioIdentity.Magic) monitors.Ownership.DisabledAll(registers.Device);
    }

    internal void Write(IBusDevice? target, ulong address, uint offset, int width, ulong value)
    {
        if (target is not IVirtioRegisters registers)
        {
            Elsewhere(target, address, offset, writes: true);
            return;
        }
        if (registers.Device.IsRemoved) return;
        Check(registers, offset, width, writes: true);
        CheckValue(registers, offset, value);
        var device = registers.Device;
        var what = registers.EventOf(offset, width, writes: true, value);
        if (what.Kind == LifecycleEventKind.StatusWritten && (what.Value & DeviceStatus.DriverOk) != 0 && !machine.Engine.Draining) device.Watch.DriverOkCount++;
        if (what.Kind == LifecycleEventKind.NotifyWritten) monitors.Notifications.Notified(device, what.Value);
        if (what.Kind == LifecycleEventKind.ConfigWritten) CheckWriteback(device, what.Value);
        if (!registers.MayBeMisplaced) Judge(device, what);
    }

    /// <summary>Where no virtio device is: an empty slot allows a look at what it is, and nothing more.</summary>
    void Elsewhere(IBusDevice? target, ulong address, uint offset, bool writes)
    {
        if (target is not (null or EmptyMmioSlot)) return; // what is no virtio device watches over its registers itself
        if (machine.Pci is { MayMislead: true }) return;
        if (monitors.IsCovered) monitors.Coverage.Elsewhere(target);
        string what = writes ? "writes" : "reads";
        if (target is null) Unassigned(address, what);
        else if (offset is not (MmioRegister.MagicValue or MmioRegister.Version or MmioRegister.DeviceId) || writes)
            monitors.Driver("lifecycle", "touched-empty-slot", [Empty], $"the driver {what} offset 0x{offset:x} of the empty slot at 0x{address - offset:x}",
                "DeviceID 0 is a placeholder: leave it alone, and go on to the next slot.");
    }

    void Unassigned(ulong address, string what)
    {
        if (!monitors.JudgeDriver) return; // no text for nobody
        bool isPort = address >= Bus.PortSpace;
        string where = isPort ? $"at port 0x{address - Bus.PortSpace:x}" : $"at 0x{address:x}";
        var (why, mend) = machine.Pci?.WhyNobodyAnswers(address) ?? ("", "Access only addresses of devices that the machine describes.");
        monitors.Driver(Name, "unassigned-address", [], $"the driver {what} a register {where}, where the bus has nothing{(why.Length == 0 ? "" : ": ")}{why}", mend);
    }

    void Check(IVirtioRegisters registers, uint offset, int width, bool writes)
    {
        if (registers.MayBeMisplaced) return;
        Report(registers.FaultOf(offset, width, writes));
    }

    void CheckValue(IVirtioRegisters registers, uint offset, ulong value)
    {
        if (!registers.MayBeMisplaced) Report(registers.FaultOfValue(offset, value));
    }

    void Report(AccessFault? found)
    {
        if (found is { } fault) monitors.Driver(Name, fault.Rule, fault.Clause.Length == 0 ? [] : [fault.Clause], fault.Message, fault.Mend);
    }

    internal void ResetCompleted(VirtioDevice device) => Judge(device, new(LifecycleEventKind.ResetCompleted));

    internal void NeedsResetRaised(VirtioDevice device) => Judge(device, new(LifecycleEventKind.NeedsResetRaised));

    /// <summary>5.2.4: writeback exists only with CONFIG_WCE; 5.2.6.1 lets a driver write it only then.</summary>
    void CheckWriteback(VirtioDevice device, uint offset)
    {
        if (!monitors.JudgeDevices) return; // a hostile device forgets what was negotiated
        if (device.DeviceId != DeviceType.Block || offset != BlkConfig.Writeback) return;
        if (monitors.IsCovered) monitors.Coverage.Meet(SystemRule.WritebackNotNegotiated);
        if (!device.Negotiated.Has(BlkFeature.ConfigWce))
            monitors.Driver(Name, "writeback-not-negotiated", [Writeback], $"the driver writes writeback of {device.Name}, and CONFIG_WCE was not negotiated",
                "Switch the cache mode only where CONFIG_WCE was negotiated.");
    }

    internal void InterruptRaised(VirtioDevice device, uint causes) => Judge(device, new(LifecycleEventKind.DeviceRaisedInterrupt, causes));

    internal void DeviceTouchedQueue(VirtioDevice device, ushort queue) => Judge(device, new(LifecycleEventKind.DeviceTouchedQueue, queue));

    void Judge(VirtioDevice device, LifecycleEvent what)
    {
        var rule = monitors.IsCovered ? monitors.Coverage.Next(device, what) : device.Watch.Lifecycle.Next(what);
        if (rule == RuleViolation.None) return;
        bool isDevices = rule >= RuleViolation.DeviceRanBeforeDriverOk;
        if (!(isDevices ? monitors.JudgeDevices : monitors.JudgeDriver)) return; // no text for nobody
        var names = device.Transport.Names;
        string detail = $"{RegisterWords.In(names, LifecycleText.Of(what))} ({device.Name})";
        if (isDevices) monitors.Device(rule, detail, names);
        else monitors.Driver(rule, detail, names);
    }
}
