using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>A virtio device that was found, and by which bus: nothing of it was touched but what says what it is.</summary>
/// <param name="DeviceType">Of <see cref="Standard.DeviceType"/>.</param>
/// <param name="Mmio">Its slot; <c>default</c> of a device on PCI.</param>
/// <param name="PciIndex">Its place in the <see cref="PciDeviceTable"/>; -1 of a device in a slot.</param>
public readonly record struct VirtioDeviceInfo(uint DeviceType, Transport Mmio, int PciIndex)
{
    public bool IsPci => PciIndex >= 0;
}

/// <summary>
/// The virtio devices of all buses of a machine: whoever looks for a device looks here, and does not choose a bus. Slots come before PCI, each in the order of its bus.
/// </summary>
public sealed class VirtioDeviceTable(int capacity)
{
    private readonly VirtioDeviceInfo[] devices = new VirtioDeviceInfo[capacity];
    private readonly Transport[] slots = new Transport[MmioBus.SlotCount];

    public int Count { get; private set; }

    /// <summary>By its place, below <see cref="Count"/>.</summary>
    public VirtioDeviceInfo this[int index] => devices[index];

    /// <summary>
    /// Looks on every bus that the machine has; <paramref name="pci"/> is from <see cref="PciHostOperations.Initialise"/>, and empty where there is none. NoSpace: there
    /// are more devices than the table has room for, and it has the first ones.
    /// </summary>
    public DriverStatus Scan<TMachine>(TMachine machine, in MachineDescription description, PciDeviceTable pci)
        where TMachine : struct, IMachine
    {
        Clear();
        DriverStatus status = DriverStatus.Ok;
        int found = description.HasMmioSlots ? MmioBus.Scan(machine, slots) : 0;
        for (int slot = 0; slot < found; slot++)
            status = Add(status, new(slots[slot].DeviceType, slots[slot], PciIndex: -1));
        for (int index = 0; description.HasPci && index < pci.Count; index++)
        {
            uint deviceType = VirtioPci.DeviceTypeOf(pci[index]);
            if (deviceType != DeviceType.None)
                status = Add(status, new(deviceType, default, index));
        }

        return status;
    }

    /// <summary>The place of the first device of a type from <paramref name="from"/> on, or -1.</summary>
    public int Find(uint deviceType, int from = 0)
    {
        for (int index = from; index < Count; index++)
        {
            if (devices[index].DeviceType == deviceType)
                return index;
        }

        return -1;
    }

    internal void Clear() => Count = 0;

    private DriverStatus Add(DriverStatus status, in VirtioDeviceInfo device)
    {
        if (Count == devices.Length)
            return DriverStatus.NoSpace;
        devices[Count++] = device;
        return status;
    }
}
