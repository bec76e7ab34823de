using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Which BAR is at an address: worked out anew only after a register has changed that decides about it.</summary>
public sealed partial class PciHost
{
    /// <summary>A BAR that has an address and is decoded, whatever the bridges above make of that.</summary>
    readonly record struct Decoded(PciSpace Space, ulong Address, ulong Size, PciFunction Function, int Bar, bool Overlaps)
    {
        public bool Contains(PciSpace space, ulong address) => space == Space && address - Address < Size;
    }

    Decoded[] decoded = [];
    int decodedCount;
    bool isDecodedKnown;

    /// <summary>Base addresses, windows, bus numbers, decoding or presence have changed.</summary>
    internal void DecodeChanged()
    {
        isDecodedKnown = false;
        machine.Bus.Forget();
    }

    /// <summary>Where CPUs find an address of PCI, through the first window that reaches it; 0 where none does.</summary>
    internal ulong ToCpu(PciSpace space, ulong address)
    {
        for (int i = 0; i < settings.Windows.Count; i++) // an enumerator of the interface would be allocated each time
        {
            var window = settings.Windows[i];
            if (window.Space == space && address - window.PciBase < window.Size) return window.CpuBase + (address - window.PciBase);
        }
        return 0;
    }

    void FindDecoded()
    {
        // The array only grows with the number of functions, before the first execution that needs it.
        if (decoded.Length < functions.Count * PciBarBits.DeviceCount) decoded = new Decoded[functions.Count * PciBarBits.DeviceCount];
        decodedCount = 0;
        foreach (var function in functions)
        {
            for (int bar = 0; bar < PciBarBits.DeviceCount; bar++)
            {
                var shape = function.Bar(bar);
                var space = shape.Kind == PciBarKind.Io ? PciSpace.Io : PciSpace.Memory;
                // Address 0 is no address: it is what is in the register of a BAR that was not assigned one.
                if (shape.Kind != PciBarKind.None && function.Decodes(space) && function.BarAddress(bar) != 0) AddDecoded(space, function, bar, shape.Size);
            }
        }
        isDecodedKnown = true;
    }

    void AddDecoded(PciSpace space, PciFunction function, int bar, ulong size)
    {
        ulong address = function.BarAddress(bar);
        bool overlaps = false;
        for (int i = 0; i < decodedCount; i++)
        {
            ref var other = ref decoded[i];
            if (other.Space != space || (address - other.Address >= other.Size && other.Address - address >= size)) continue;
            overlaps = true;
            other = other with { Overlaps = true };
        }
        decoded[decodedCount++] = new(space, address, size, function, bar, overlaps);
    }

    sealed class BarWindow(PciHost host, PciHostWindow window) : IBusWindow
    {
        public bool TryFind(ulong address, out BusBlock block)
        {
            ulong toCpu = window.CpuBase - window.PciBase, target = address - toCpu;
            if (!host.isDecodedKnown) host.FindDecoded();
            for (int i = 0; i < host.decodedCount; i++)
            {
                ref var bar = ref host.decoded[i];
                if (!bar.Contains(window.Space, target) || !bar.Function.Bus.IsReached(window.Space, target)) continue;
                // Of a BAR that others overlap, or that is not all there, only this byte is known to be its own.
                bool holds = !bar.Overlaps && IsInside(bar) && bar.Function.Bus.IsWhollyReached(window.Space, bar.Address, bar.Size);
                block = new(bar.Address + toCpu, bar.Size, bar.Function, bar.Function.Paths, PciFunction.OffsetOf(bar.Bar, 0), holds);
                return true;
            }
            block = default;
            return false;
        }

        bool IBusWindow.ReadsOnes => window.Space == PciSpace.Io || !host.settings.MemoryReadsZero;

        bool IsInside(in Decoded bar) => bar.Address >= window.PciBase && bar.Address - window.PciBase <= window.Size - bar.Size && bar.Size <= window.Size;
    }
}
