using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>Where a function is: bus, device (0 to 31), function (0 to 7).</summary>
public readonly record struct PciAddress(byte Bus, byte Device, byte Function)
{
    /// <summary>Such as <c>00:02.0</c>.</summary>
    public void Print(ref TextLine line)
        => line.PaddedHex(Bus, 2).Text(":"u8).PaddedHex(Device, 2).Text("."u8).Decimal(Function);

    /// <summary>From the start of an ECAM window that begins with <paramref name="firstBus"/>, in bytes (PCI Express 4.0, 7.2.2).</summary>
    internal ulong EcamOffset(byte firstBus)
        => (ulong)(Bus - firstBus) << PciLimits.EcamBusShift | (ulong)Device << PciLimits.EcamDeviceShift | (ulong)Function << PciLimits.EcamFunctionShift;

    /// <summary>For the address port of mechanism #1 (PCI 3.0, 3.2.2.3.2).</summary>
    internal uint PortValue
        => PciConfigPort.Enable | (uint)Bus << PciConfigPort.BusShift | (uint)Device << PciConfigPort.DeviceShift | (uint)Function << PciConfigPort.FunctionShift;
}
