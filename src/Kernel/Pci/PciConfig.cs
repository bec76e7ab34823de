using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// How configuration space is reached: as memory (ECAM: PCI Express 4.0, 7.2.2) or through ports 0xCF8 and 0xCFC (PCI 3.0, 3.2.2.3.2). What it does not
/// reach reads as all ones, as an absent function does, and is not written. Accesses are aligned and 1, 2 or 4 bytes wide. Through the ports, an access is two: with
/// several CPUs, or with a handler that does the same, a lock goes around each method.
/// </summary>
/// <param name="IsPorts">Which of the two.</param>
/// <param name="Base">The start of the ECAM window, which belongs to <paramref name="FirstBus"/>.</param>
/// <param name="FirstBus">The root bus.</param>
/// <param name="LastBus">The last bus number that it reaches.</param>
public readonly record struct PciConfig(bool IsPorts, CpuAddress Base, byte FirstBus, byte LastBus)
{
    public static PciConfig Ecam(CpuAddress start, byte firstBus, byte lastBus) => new(IsPorts: false, start, firstBus, lastBus);

    public static PciConfig Ports => new(IsPorts: true, default, 0, PciLimits.Buses - 1);

    public byte Read8<TMachine>(TMachine machine, PciAddress address, uint offset)
        where TMachine : struct, IMachine
    {
        if (!Reaches(address, offset, sizeof(byte)))
            return byte.MaxValue;
        return IsPorts ? machine.ReadPort8(SelectPort(machine, address, offset)) : machine.ReadRegister8(At(address, offset));
    }

    public ushort Read16<TMachine>(TMachine machine, PciAddress address, uint offset)
        where TMachine : struct, IMachine
    {
        if (!Reaches(address, offset, sizeof(ushort)))
            return ushort.MaxValue;
        return IsPorts ? machine.ReadPort16(SelectPort(machine, address, offset)) : machine.ReadRegister16(At(address, offset));
    }

    public uint Read32<TMachine>(TMachine machine, PciAddress address, uint offset)
        where TMachine : struct, IMachine
    {
        if (!Reaches(address, offset, sizeof(uint)))
            return uint.MaxValue;
        return IsPorts ? machine.ReadPort32(SelectPort(machine, address, offset)) : machine.ReadRegister32(At(address, offset));
    }

    public void Write8<TMachine>(TMachine machine, PciAddress address, uint offset, byte value)
        where TMachine : struct, IMachine
    {
        if (!Reaches(address, offset, sizeof(byte)))
            return;
        if (IsPorts)
            machine.WritePort8(SelectPort(machine, address, offset), value);
        else
            machine.WriteRegister8(At(address, offset), value);
    }

    public void Write16<TMachine>(TMachine machine, PciAddress address, uint offset, ushort value)
        where TMachine : struct, IMachine
    {
        if (!Reaches(address, offset, sizeof(ushort)))
            return;
        if (IsPorts)
            machine.WritePort16(SelectPort(machine, address, offset), value);
        else
            machine.WriteRegister16(At(address, offset), value);
    }

    public void Write32<TMachine>(TMachine machine, PciAddress address, uint offset, uint value)
        where TMachine : struct, IMachine
    {
        if (!Reaches(address, offset, sizeof(uint)))
            return;
        if (IsPorts)
            machine.WritePort32(SelectPort(machine, address, offset), value);
        else
            machine.WriteRegister32(At(address, offset), value);
    }

    private bool Reaches(PciAddress address, uint offset, uint width)
        => offset % width == 0 && offset < (IsPorts ? PciRegister.SpaceSize : PciRegister.ExtendedSpaceSize)
            && address.Bus >= FirstBus && address.Bus <= LastBus && address.Device < PciLimits.Devices && address.Function < PciLimits.Functions;

    private CpuAddress At(PciAddress address, uint offset) => Base + (address.EcamOffset(FirstBus) + offset);

    /// <summary>A narrow access goes to its own byte of the data port: a wider one would write the registers beside it too.</summary>
    private static IoPort SelectPort<TMachine>(TMachine machine, PciAddress address, uint offset)
        where TMachine : struct, IMachine
    {
        machine.WritePort32(new IoPort(PciConfigPort.Address), address.PortValue | (offset & PciConfigPort.RegisterMask));
        return new IoPort(PciConfigPort.Data) + (offset & ~PciConfigPort.RegisterMask);
    }
}
