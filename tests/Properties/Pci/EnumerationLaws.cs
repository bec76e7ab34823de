using FsCheck.Fluent;
using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties.Pci;

/// <summary>
/// PCI Local Bus 3.0, 6 and PCI-to-PCI Bridge Architecture 1.2, 3.2 and 12.1, for any machine: the table is what is plugged in; no two BARs share an address; each lies within
/// the windows of all bridges above it, and they in the host's. Does not check that as much as possible fits.
/// </summary>
public sealed class EnumerationLaws
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_table_is_the_topology_and_addresses_nest(bool isPc)
    {
        int off = 0, above4Gib = 0, deep = 0, total = 0;
        Checked.Values($"enumeration (pc: {isPc})", PciTopology.Nodes, nodes =>
        {
            using var topology = new PciTopology(nodes, isPc);
            var host = isPc ? PciHostInfo.Pc : PciHostInfo.Virt(highMemory: true);
            PciDeviceTable table = new(64);
            if (host.Initialise(new SimMachine(topology.Machine), table) != DriverStatus.Ok || !IsAll(topology, table)) return false;
            var ranges = new List<(bool IsIo, ulong Start, ulong Size)>();
            for (int index = 0; index < table.Count; index++)
            {
                total++;
                off += table[index].Status != DriverStatus.Ok ? 1 : 0;
                deep += table[index].Address.Bus > 1 ? 1 : 0;
                if (table[index].IsBridge && !BusesNest(table, index)) return false;
                for (int bar = 0; bar < table[index].BarCount; bar++)
                {
                    var found = table[index].Bars[bar];
                    if (found.Kind == PciBarKind.None) continue;
                    if (found.IsAssigned != (table[index].Status == DriverStatus.Ok)) return false;
                    if (!found.IsAssigned) continue;
                    if (found.BusAddress >> 32 != 0) above4Gib++;
                    if (!IsReached(host, table, index, found)) return false;
                    ranges.Add((found.Kind == PciBarKind.Io, found.BusAddress, found.Size));
                }
            }
            var sorted = ranges.Order().ToList();
            return !sorted.Zip(sorted.Skip(1)).Any(pair => pair.First.IsIo == pair.Second.IsIo && pair.First.Start + pair.First.Size > pair.Second.Start);
        }, tests: 300);
        // Otherwise the laws said nothing.
        Assert.True(off > 0 && deep > 0 && total > 1_000 && (isPc || above4Gib > 0), $"{total} functions, {deep} of them deep, {off} off, {above4Gib} BARs above 4 GiB");
    }

    static bool IsAll(PciTopology topology, PciDeviceTable table)
        => Enumerable.Range(0, table.Count).Select(index => (int)table[index].DeviceId).Order().SequenceEqual(Enumerable.Range(0, topology.Reachable.Count));

    static bool BusesNest(PciDeviceTable table, int index)
    {
        var bridge = table[index];
        if (bridge.SecondaryBus <= bridge.Address.Bus || bridge.SubordinateBus < bridge.SecondaryBus) return false;
        if (bridge.Bridge >= 0 && bridge.SubordinateBus > table[bridge.Bridge].SubordinateBus) return false;
        for (int other = 0; other < table.Count; other++)
        {
            if (table[other].Bridge == index && table[other].Address.Bus != bridge.SecondaryBus) return false;
        }
        return true;
    }

    /// <summary>Through a window of each bridge above, which is on, into one of the host's.</summary>
    static bool IsReached(in PciHostInfo host, PciDeviceTable table, int index, in PciBar bar)
    {
        for (int above = table[index].Bridge; above >= 0; above = table[above].Bridge)
        {
            if (table[above].Status != DriverStatus.Ok) return false;
            bool isInside = false;
            for (int kind = 0; kind < 3; kind++)
            {
                var window = table[above].Windows[kind];
                isInside |= (kind == (int)PciWindowKind.Io) == (bar.Kind == PciBarKind.Io) && window.Base != 0 && bar.BusAddress >= window.Base
                    && bar.BusAddress + bar.Size <= window.Base + window.Size;
            }
            if (!isInside) return false;
        }
        return bar.Kind == PciBarKind.Io ? host.Io.Contains(bar.BusAddress, bar.Size) : host.Memory32.Contains(bar.BusAddress, bar.Size) || host.Memory64.Contains(bar.BusAddress, bar.Size);
    }

    /// <summary>What the machine makes of the registers is what the table says: a word written through each BAR arrives in it, and in no other.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Each_bar_is_reached_where_the_table_says(bool isPc)
        => Checked.Values($"BARs are reached (pc: {isPc})", PciTopology.Nodes, nodes =>
        {
            using var topology = new PciTopology(nodes, isPc);
            SimMachine machine = new(topology.Machine);
            var host = isPc ? PciHostInfo.Pc : PciHostInfo.Virt(highMemory: true);
            PciDeviceTable table = new(64);
            host.Initialise(machine, table);
            uint stamp = 0;
            for (int index = 0; index < table.Count; index++)
            {
                for (int bar = 0; bar < table[index].BarCount; bar++)
                {
                    if (host.Map(table[index], bar, out RegisterBlock block) != DriverStatus.Ok) continue;
                    var function = (ScratchFunction)topology.Reachable[table[index].DeviceId];
                    block.Write32(machine, block.Length - 4, ++stamp);
                    if (function.Written[^1] != (bar, block.Length - 4, stamp) || block.Read32(machine, block.Length - 4) != stamp) return false;
                }
            }
            return topology.Reachable.OfType<ScratchFunction>().Sum(function => function.Written.Count) == stamp;
        }, tests: 200);
}
