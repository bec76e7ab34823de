using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Qemu;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>A function of a bench's machine, made ready for a driver as a kernel does.</summary>
internal static class PciDriver
{
    /// <summary>Opens it by the interface of the bench's way, with its vectors where the way has them.</summary>
    /// <param name="bench">After <see cref="PciHostOperations.Initialise"/>.</param>
    /// <param name="index">Its place in the table.</param>
    /// <param name="message">Where the message of a vector goes.</param>
    /// <param name="vectors">Messages that it may have.</param>
    public static DriverStatus Open(DriverBench bench, int index, Func<ushort, MessageTarget> message, int vectors, out Transport transport) =>
        Open(bench.Machine, bench.Way, bench.Functions, index, message, vectors, out transport);

    /// <summary>The same for any machine, whose functions were found already.</summary>
    public static DriverStatus Open(
        QemuMachine machine, DriverWay way, PciDeviceTable functions, int index, Func<ushort, MessageTarget> message, int vectors, out Transport transport)
    {
        PciHostInfo host = way.Host();
        DriverStatus status = VirtioPci.Open(machine, host, functions, index, way.IsLegacy(), out transport);
        if (status != DriverStatus.Ok || !way.HasVectors())
        {
            return status;
        }

        status = Msix.Open(machine, host, functions[index], out Msix msix);
        if (status != DriverStatus.Ok)
        {
            return status;
        }

        var targets = new MessageTarget[Math.Min(vectors, msix.Count)];
        for (int i = 0; i < targets.Length; i++)
        {
            targets[i] = message((ushort)i);
        }

        return VirtioPci.UseVectors(machine, msix, targets, ref transport);
    }

    /// <summary>A message of the lane: <paramref name="number"/> is one that no other has.</summary>
    public static MessageTarget Route(QemuMachineState state, uint number, Action handler)
    {
        (BusAddress address, uint data) = state.RouteMessage(number, handler);
        return new(address, data, number);
    }
}
