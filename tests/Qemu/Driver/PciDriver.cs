using Ringcheck.Kernel;
using Ringcheck.Qemu;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>A function of a bench's machine, made ready for a driver as a kernel does.</summary>
internal static class PciDriver
{
    /// <summary>Opens it by the interface of the bench's way, with its vectors where the way has them.</summary>
    /// <param name="bench">After <see cref="PciHostOperations.Initialise"/>.</param>
    /// <param name="index">Its place in the table.</param>
    /// <param name="onVector">The driver's handler of messages.</param>
    /// <param name="vectors">Messages that it may have.</param>
    /// <param name="firstMessage">The number of its first message: those of several functions differ.</param>
    public static DriverStatus Open(
        DriverBench bench, in PciHostInfo host, int index, Action<ushort> onVector, int vectors, out Transport transport, uint firstMessage = 0)
    {
        DriverStatus status = VirtioPci.Open(bench.Machine, host, bench.Functions, index, bench.Way.IsLegacy(), out transport);
        if (status != DriverStatus.Ok || !bench.Way.HasVectors())
        {
            return status;
        }

        status = Msix.Open(bench.Machine, host, bench.Functions[index], out Msix msix);
        if (status != DriverStatus.Ok)
        {
            return status;
        }

        var targets = new MessageTarget[Math.Min(vectors, msix.Count)];
        for (int i = 0; i < targets.Length; i++)
        {
            ushort vector = (ushort)i;
            (var address, uint data) = bench.State.RouteMessage(firstMessage + vector, () => onVector(vector));
            targets[i] = new(address, data, data);
        }

        return VirtioPci.UseVectors(bench.Machine, msix, targets, ref transport);
    }
}
