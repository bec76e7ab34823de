using System.Globalization;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <content>Why nobody answers at an address: what a driver has most likely forgotten, by the registers as they are.</content>
public sealed partial class PciHost
{
    /// <summary>What is wrong, and what would mend it; null where PCI has nothing to do with the address. For reports: it looks at everything.</summary>
    internal (string Why, string Mend)? WhyNobodyAnswers(ulong address)
    {
        foreach (var window in settings.Windows)
        {
            bool isInside = address - window.CpuBase < window.Size;
            ulong target = isInside ? address - window.CpuBase + window.PciBase : address;
            foreach (var function in functions)
            {
                for (int bar = 0; bar < PciBarBits.DeviceCount; bar++)
                {
                    if (function.Bar(bar).Kind != PciBarKind.None && SpaceOf(function, bar) == window.Space && Why(function, bar, window, isInside, target) is { } found) return found;
                }
            }
        }
        return Nearest(address);
    }

    static PciSpace SpaceOf(PciFunction function, int bar) => function.Bar(bar).Kind == PciBarKind.Io ? PciSpace.Io : PciSpace.Memory;

    static (string Why, string Mend)? Why(PciFunction function, int bar, in PciHostWindow window, bool isInside, ulong target)
    {
        ulong at = function.BarAddress(bar), size = function.Bar(bar).Size;
        string name = Describe(function, bar);
        if (at == 0) return target < size && window.Space == PciSpace.Memory ? ($"{name} has no address", "Assign each BAR an address in a window of its bus, before its decoding is turned on.") : null;
        if (target - at < size)
        {
            if (!isInside)
                return window.CpuBase == window.PciBase ? null : ($"{name} has that address on PCI, and the CPU finds it at {Hex(at - window.PciBase + window.CpuBase)}", "Add what the window of the host is moved by.");
            return function.Decodes(window.Space) ? ClosedAbove(function, name, window.Space, target)
                : ($"{name} is there, and its function does not decode {Word(window.Space)}", $"Set {(window.Space == PciSpace.Io ? "I/O" : "Memory")} Space Enable in the command register, once all BARs have their addresses.");
        }
        bool isHalf = function.Bar(bar).Kind == PciBarKind.Memory64 && (uint)target - (ulong)(uint)at < size;
        return isHalf ? ($"{name} has that address but for its upper half, {Hex(at >> 32)}", "Write and use both registers of a 64-bit BAR: the upper half is in the next one.") : null;
    }

    static (string Why, string Mend)? ClosedAbove(PciFunction function, string name, PciSpace space, ulong target)
    {
        for (var above = function.Bus.Bridge; above is not null; above = above.Bus.Bridge)
        {
            if (!above.Decodes(space))
                return ($"{name} is there, and {above.Name} above it does not forward {Word(space)}", $"Set {(space == PciSpace.Io ? "I/O" : "Memory")} Space Enable in the command register of each bridge above.");
            if (!above.Forwards(space, target))
                return ($"{name} is there, and no window of {above.Name} above it is open for it ({above.DescribeWindows(space)})", "Open a window of each bridge above for all BARs that are behind it.");
        }
        return null;
    }

    /// <summary>The BAR that begins or ends nearest to an address: an offset that is too large leads behind the one that was meant.</summary>
    (string Why, string Mend)? Nearest(ulong address)
    {
        const ulong near = 1 << 20;
        (ulong Distance, string Why) best = (near, "");
        foreach (var function in functions)
        {
            for (int bar = 0; bar < PciBarBits.DeviceCount; bar++)
            {
                if (function.Bar(bar).Kind == PciBarKind.None || function.BarAddress(bar) == 0) continue;
                ulong start = ToCpu(SpaceOf(function, bar), function.BarAddress(bar)), end = start + function.Bar(bar).Size;
                ulong distance = address >= end ? address - end : start - address;
                if (start != 0 && distance < best.Distance) best = (distance, $"the nearest is {Describe(function, bar)}, from {Hex(start)} to {Hex(end - 1)}");
            }
        }
        return best.Why.Length == 0 ? null : (best.Why, "Compare the offset and the length of the structure with the size of the BAR that it is in.");
    }

    static string Describe(PciFunction function, int bar) => string.Create(CultureInfo.InvariantCulture, $"BAR{bar} of {function.Name} (device {function.Device}.{function.Function})");

    static string Word(PciSpace space) => space == PciSpace.Io ? "I/O" : "memory";

    static string Hex(ulong value) => string.Create(CultureInfo.InvariantCulture, $"0x{value:x}");
}
