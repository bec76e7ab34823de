using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// Asks a driver which features it uses: shows it a device, over virtio-mmio, that offers all there are and takes whatever it is given, and looks at what came of that. How
/// bringing it up goes on does not matter: configuration space reads 0.
/// </summary>
public static class FeatureProbe
{
    const uint Memory = 0x10_0000;

    /// <summary>What a driver accepts of a device that offers everything.</summary>
    public static FeatureSet AcceptedBy(DeviceSupport support, bool isLegacy)
    {
        using var machine = new SimulatedMachine();
        machine.Monitors.JudgeDriver = machine.Monitors.JudgeDevices = false;
        var device = machine.Plug(0, way => new GenerousDevice(machine, way, support, isLegacy));
        machine.FillEmptySlots(isLegacy ? MmioIdentity.LegacyVersion : MmioIdentity.ModernVersion);
        var cpu = new SimMachine(machine);
        machine.Reset(PlainRun.Instance);
        var status = MmioBus.Find(cpu, support.DeviceType, out var transport);
        if (status != DriverStatus.Ok) throw new InvalidOperationException($"a device of type {support.DeviceType} is not found: {status}");
        var driver = support.Make(cpu);
        driver.Initialise(transport, machine.Region(Memory, driver.MemoryLength));
        machine.Cpu.Finish();
        machine.Engine.RunToRest();
        return device.Negotiated;
    }

    /// <summary>All bits of the first word of a legacy device, all of the first two of a modern one.</summary>
    sealed class GenerousDevice(SimulatedMachine machine, DeviceTransport transport, DeviceSupport support, bool isLegacy)
        : VirtioDevice(machine, transport, "generous", new() { IsLegacy = isLegacy }, support.DeviceType, new(isLegacy ? uint.MaxValue : ulong.MaxValue, 0), support.Queues)
    {
        protected override uint ConfigLength => 256;

        protected override void Notified(DeviceQueue queue)
        {
        }

        protected override void Stop(DeviceQueue queue)
        {
        }

        protected override void Reset()
        {
        }
    }
}
