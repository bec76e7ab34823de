using System;
using System.Numerics;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>
/// Where BARs and windows go: arithmetic on the table, without an access. On each bus the largest alignment comes first, so that nothing is wasted between BARs. What a bridge needs is the same
/// layout of the bus behind it, started at 0; bridges come before what is behind them, so that needs are found from the end of the table and places from its start.
/// </summary>
public static class PciLayout
{
    private const int Kinds = 3;

    /// <summary>
    /// Fills in the addresses of BARs and windows; NoSpace in the status of a function for which there is none. What got a part only gives it back: of all that are left
    /// over, the largest goes, and the others try again without it.
    /// </summary>
    public static void Run(in PciHostInfo host, PciDeviceTable table)
    {
        Refuse(host, table);
        do
        {
            for (int kind = 0; kind < Kinds; kind++)
                PlaceAll(host, table, (PciWindowKind)kind);
        }
        while (GiveUpLargest(table));
    }

    private static void PlaceAll(in PciHostInfo host, PciDeviceTable table, PciWindowKind kind)
    {
        for (int index = table.Count - 1; index >= 0; index--)
        {
            if (table[index].IsBridge && table[index].Windows[(int)kind].Exists)
                Measure(host, table, index, kind);
        }

        PciWindow window = WindowOf(host, kind);
        Place(host, table, PciFunctionInfo.NoBridge, kind, window.BusBase, window.BusBase + window.Length);
        for (int index = 0; index < table.Count; index++)
        {
            if (!table[index].IsBridge)
                continue;
            PciBridgeRange range = table[index].Windows[(int)kind];
            Place(host, table, index, kind, range.Base, range.Base + range.Size);
        }
    }

    /// <summary>False: nothing is left over.</summary>
    private static bool GiveUpLargest(PciDeviceTable table)
    {
        int largest = -1;
        ulong most = 0;
        for (int index = 0; index < table.Count; index++)
        {
            if (table[index].Status != DriverStatus.Pending)
                continue;
            table[index].Status = DriverStatus.Ok;
            ulong size = 0;
            for (int bar = 0; bar < table[index].BarCount; bar++)
                size += table[index].Bars[bar].Size;
            if (size < most)
                continue;
            (largest, most) = (index, size);
        }

        if (largest < 0)
            return false;
        table[largest].Status = DriverStatus.NoSpace;
        return true;
    }

    /// <summary>The window of the host that feeds a kind.</summary>
    private static PciWindow WindowOf(in PciHostInfo host, PciWindowKind kind) => kind switch
    {
        PciWindowKind.Io => host.Io,
        PciWindowKind.Memory => host.Memory32,
        _ => host.Memory64,
    };

    /// <summary>
    /// Which window a BAR goes to. Above 4 GiB only a prefetchable window of a bridge leads, so that behind a bridge a 64-bit BAR with side effects has to be below; a BAR that may go above
    /// goes there if all bridges lead there, and if the host has such a window.
    /// </summary>
    private static PciWindowKind KindOf(in PciHostInfo host, PciDeviceTable table, in PciFunctionInfo function, in PciBar bar)
    {
        if (bar.Kind == PciBarKind.Io)
            return PciWindowKind.Io;
        if (bar.Kind == PciBarKind.Memory32 || host.Memory64.Length == 0)
            return PciWindowKind.Memory;
        for (int above = function.Bridge; above != PciFunctionInfo.NoBridge; above = table[above].Bridge)
        {
            if (!bar.IsPrefetchable || !table[above].Windows[(int)PciWindowKind.Prefetchable].Exists)
                return PciWindowKind.Memory;
        }

        return PciWindowKind.Prefetchable;
    }

    /// <summary>What is larger than the whole window would only take the place of others with it.</summary>
    private static void Refuse(in PciHostInfo host, PciDeviceTable table)
    {
        for (int index = 0; index < table.Count; index++)
        {
            ref PciFunctionInfo function = ref table[index];
            for (int bar = 0; bar < function.BarCount; bar++)
            {
                if (function.Bars[bar].Kind != PciBarKind.None
                    && function.Bars[bar].Size > WindowOf(host, KindOf(host, table, function, function.Bars[bar])).Length)
                    function.Status = DriverStatus.NoSpace;
            }
        }
    }

    /// <summary>What the bus behind a bridge needs.</summary>
    private static void Measure(in PciHostInfo host, PciDeviceTable table, int bridge, PciWindowKind kind)
    {
        ulong granularity = kind == PciWindowKind.Io ? PciBridgeWindow.IoGranularity : PciBridgeWindow.MemoryGranularity;
        ulong end = 0, alignment = granularity;
        for (ulong left = AlignmentsOf(host, table, bridge, kind), size; left != 0; left -= size)
        {
            size = 1UL << BitOperations.Log2(left);
            for (int index = bridge + 1; index < table.Count; index++)
            {
                ref PciFunctionInfo function = ref table[index];
                if (function.Bridge != bridge || function.Status is not (DriverStatus.Ok or DriverStatus.Pending))
                    continue;
                for (int bar = 0; bar < function.BarCount; bar++)
                {
                    if (function.Bars[bar].Size == size && KindOf(host, table, function, function.Bars[bar]) == kind)
                        Grow(size, size, ref end, ref alignment);
                }

                PciBridgeRange behind = function.Windows[(int)kind];
                if (behind.Size != 0 && behind.Alignment == size)
                    Grow(behind.Size, size, ref end, ref alignment);
            }
        }

        table[bridge].Windows[(int)kind] = new(Exists: true, 0, AlignUp(end, granularity), alignment);
    }

    /// <summary>All alignments on a bus, each a bit.</summary>
    private static ulong AlignmentsOf(in PciHostInfo host, PciDeviceTable table, int bridge, PciWindowKind kind)
    {
        ulong all = 0;
        for (int index = bridge + 1; index < table.Count; index++)
        {
            ref PciFunctionInfo function = ref table[index];
            if (function.Bridge != bridge)
                continue;
            for (int bar = 0; bar < function.BarCount; bar++)
            {
                if (function.Bars[bar].Kind != PciBarKind.None && KindOf(host, table, function, function.Bars[bar]) == kind)
                    all |= function.Bars[bar].Size;
            }

            if (function.Windows[(int)kind].Size != 0)
                all |= function.Windows[(int)kind].Alignment;
        }

        return all;
    }

    private static void Grow(ulong size, ulong alignment, ref ulong end, ref ulong largest)
    {
        end = AlignUp(end, alignment) + size;
        largest = Math.Max(largest, alignment);
    }

    /// <summary>
    /// Gives addresses from <paramref name="cursor"/> up to <paramref name="end"/> to the BARs and windows of one bus. What does not get one is Pending; of a bridge, all that is
    /// behind it is.
    /// </summary>
    private static void Place(in PciHostInfo host, PciDeviceTable table, int bridge, PciWindowKind kind, ulong cursor, ulong end)
    {
        for (ulong left = AlignmentsOf(host, table, bridge, kind), size; left != 0; left -= size)
        {
            size = 1UL << BitOperations.Log2(left);
            for (int index = bridge + 1; index < table.Count; index++)
            {
                ref PciFunctionInfo function = ref table[index];
                if (function.Bridge != bridge || function.Status is not (DriverStatus.Ok or DriverStatus.Pending))
                    continue;
                for (int bar = 0; bar < function.BarCount; bar++)
                {
                    if (function.Bars[bar].Size != size || KindOf(host, table, function, function.Bars[bar]) != kind)
                        continue;
                    if (TryTake(size, size, ref cursor, end, out ulong address))
                        function.Bars[bar] = function.Bars[bar] with { BusAddress = address };
                    else
                        function.Status = DriverStatus.Pending;
                }

                PciBridgeRange range = function.Windows[(int)kind];
                if (range.Size == 0 || range.Alignment != size)
                    continue;
                bool fits = TryTake(range.Size, size, ref cursor, end, out ulong start);
                function.Windows[(int)kind] = fits ? range with { Base = start } : range with { Size = 0 };
            }
        }
    }

    private static bool TryTake(ulong size, ulong alignment, ref ulong cursor, ulong end, out ulong at)
    {
        at = AlignUp(cursor, alignment);
        if (at < cursor || at > end || end - at < size)
            return false;
        cursor = at + size;
        return true;
    }

    private static ulong AlignUp(ulong value, ulong alignment) => value + (alignment - 1) & ~(alignment - 1);
}
