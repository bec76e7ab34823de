using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu;

/// <summary>QEMU as a target of scripts about a function on PCI, on <c>virt</c> or <c>pc</c>.</summary>
public sealed class QemuPciTarget(QemuProcess process) : QemuTarget(process)
{
    private readonly PciHomes homes = new(process.Machine == QemuMachineKind.Pc);

    public override ulong ReadRegister(int slot, uint offset, int width)
    {
        if (homes.IsBehindConfigPorts(slot, offset, out uint selector))
        {
            Process.Qtest.WritePort(PciConfigPort.Address, 4, selector);
            return Process.Qtest.ReadPort((ushort)(PciConfigPort.Data + (offset & 3)), width);
        }

        ulong address = homes.AddressOf(slot, offset, out bool isPort);
        return isPort ? Process.Qtest.ReadPort((ushort)address, width) : Process.Qtest.Read(address, width);
    }

    public override void WriteRegister(int slot, uint offset, int width, ulong value)
    {
        ulong address = homes.AddressOf(slot, offset, out bool isPort);
        if (homes.IsBehindConfigPorts(slot, offset, out uint selector))
        {
            Process.Qtest.WritePort(PciConfigPort.Address, 4, selector);
            Process.Qtest.WritePort((ushort)(PciConfigPort.Data + (offset & 3)), width, (uint)value);
        }
        else if (isPort)
        {
            Process.Qtest.WritePort((ushort)address, width, (uint)value);
        }
        else
        {
            Process.Qtest.Write(address, width, value);
        }
    }

    public override void ResetMachine()
    {
        base.ResetMachine();
        if (homes.IsPc)
        {
            Process.Qtest.WritePort(PciConfigPort.Address, 4, PciRoutes.Selector);
            Process.Qtest.WritePort(PciConfigPort.Data, 4, PciRoutes.Value);
        }
    }

    /// <summary>INTA# of the function, as the machine wires it.</summary>
    protected override uint Line(int slot) => homes.IsPc ? PciRoutes.Line : 3 + (uint)PciHomes.Function % PciPin.Count;
}

/// <summary>What firmware would do on <c>pc</c>: all four PCI interrupts to one line.</summary>
internal static class PciRoutes
{
    public const uint Line = 10, Value = Line * 0x0101_0101;

    public const uint Selector = PciConfigPort.Enable | 1u << PciConfigPort.DeviceShift | PiixRoute.First;
}
