using FsCheck.Fluent;
using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties.Pci;

/// <summary>
/// Configuration space that answers anything: a kernel asks a bounded number of times, stays within the space, and comes to an end. Does not check what is in the table then, but that
/// nothing of it has an address outside the host's windows.
/// </summary>
public sealed class HostileConfigLaws
{
    const int Capacity = 24;

    /// <summary>Accesses for each function that there is room for: identity, six BARs, windows, command, interrupt line.</summary>
    const long OfFunction = 128;

    /// <summary>One access looks for each function of each bus; then what those in the table need.</summary>
    const long OfEnumeration = (long)PciLimits.Buses * PciLimits.FunctionsOfBus + Capacity * OfFunction;

    /// <summary>Configuration: two to begin with, one for each capability, three in the one that it is, and twenty to turn it on and off. The table: a write for each vector, and a read.</summary>
    const long OfMsix = 2 + PciCapability.Most + 3 + 20;

    [Theory]
    [InlineData(HostileKind.Random)]
    [InlineData(HostileKind.Memory)]
    [InlineData(HostileKind.Bridges)]
    public void Enumeration_capabilities_and_msix_end_within_their_bounds(HostileKind kind)
    {
        int full = 0, functions = 0, opened = 0;
        Checked.Values($"hostile configuration ({kind})", Gen.Choose(1, int.MaxValue), seed =>
        {
            var host = PciHostInfo.Virt(highMemory: true);
            using HostileHost hostile = new((ulong)seed, kind);
            SimMachine machine = new(hostile.Machine);
            PciDeviceTable table = new(Capacity);
            if (host.Initialise(machine, table) == DriverStatus.NoSpace) full++;
            if (hostile.Config > OfEnumeration || hostile.Windows != 0 || hostile.Outside != 0) return false;
            for (int index = 0; index < table.Count; index++)
            {
                functions++;
                for (int bar = 0; bar < table[index].BarCount; bar++)
                {
                    var found = table[index].Bars[bar];
                    if (found.IsAssigned && !host.Io.Contains(found.BusAddress, found.Size) && !host.Memory32.Contains(found.BusAddress, found.Size)
                        && !host.Memory64.Contains(found.BusAddress, found.Size)) return false;
                }
                hostile.Config = hostile.Windows = 0;
                if (Msix.Open(machine, host, table[index], out Msix msix) == DriverStatus.Ok)
                {
                    opened++;
                    msix.Enable(machine);
                }
                if (hostile.Config > OfMsix || hostile.Windows > PciMsix.Most + 1 || hostile.Outside != 0) return false;
            }
            return true;
        }, tests: 200);
        Assert.True(functions > 200 && (kind != HostileKind.Bridges || full > 0), $"{functions} functions, {full} full tables, {opened} with MSI-X");
    }

    /// <summary>A hostile function of the simulated machine, in front of an honest one, which is there whatever it says.</summary>
    [Fact]
    public void A_function_that_lies_does_not_take_an_honest_one_along()
    {
        using var topology = new PciTopology([new(8 * 3, 0, false, 0x12, 1)], isPc: false);
        var liar = new ScratchFunction(topology.Machine, "liar", new()
        {
            VendorId = 0x6666,
            DeviceId = 0x6666,
            Profile = DeviceProfile.Hostile,
            MaximumLies = 8,
        }, [new(PciBarKind.Memory32, false, 0x1000)]);
        topology.Host.Plug(liar, 2);
        PciDeviceTable table = new(Capacity);
        var host = PciHostInfo.Virt(highMemory: true);
        int lied = 0;
        for (ulong seed = 1; seed <= 2_000; seed++)
        {
            var walk = new Exploration.RandomWalk(seed);
            walk.Begin(0);
            topology.Machine.Reset(walk);
            Assert.NotEqual(DriverStatus.DeviceError, host.Initialise(new SimMachine(topology.Machine), table));
            int honest = table.Find(0x1234, 0);
            Assert.True(honest >= 0 && table[honest].Status == DriverStatus.Ok, $"seed {seed}");
            if (table.Find(0x6666, 0x6666) is var at && (at < 0 || table[at].Status != DriverStatus.Ok)) lied++;
        }
        Assert.InRange(lied, 1, 1_999);
    }
}
