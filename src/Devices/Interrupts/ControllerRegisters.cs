using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>One block of registers of an interrupt controller on the bus. All of a controller is one peripheral to the reduction, and every access looks at and changes all of it.</summary>
sealed class ControllerRegisters(ulong parts, Func<uint, int, ulong> read, Action<uint, int, uint> write) : IBusDevice
{
    public ulong Read(uint offset, int width) => read(offset, width);

    public void Write(uint offset, int width, ulong value) => write(offset, width, (uint)value);

    (ulong Reads, ulong Writes) IBusDevice.PartsOf(uint offset, bool writes, ulong value) => (parts, parts);
}
