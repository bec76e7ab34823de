using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// The pins of all functions, wired together: four wires on the root bus, which bridges turn by the device number at each level (PCI-to-PCI Bridge
/// Architecture 1.2, 9.1). Where they go from there is the machine's: <see cref="PciInterruptWiring"/>.
/// </summary>
public sealed partial class PciHost
{
    /// <summary>ISA lines that the PIIX3 may route to.</summary>
    const int IsaLines = 16;

    readonly int[] wires = new int[PciPin.Count];
    InterruptLine?[] lines = [];

    /// <summary>The routing registers, where the wiring is the PIIX3's.</summary>
    PiixBridge? router;

    void AddLines()
    {
        bool isPiix = settings.Wiring == PciInterruptWiring.Piix;
        lines = new InterruptLine?[isPiix ? IsaLines : PciPin.Count];
        for (int i = 0; i < lines.Length; i++)
        {
            if (!isPiix || PiixRoute.IsRoutable(i)) lines[i] = machine.Interrupts.AddLine(isPiix ? i : settings.FirstInterrupt + i);
        }
    }

    /// <summary>The wire of the root bus that a function's pin is on, from 0.</summary>
    int WireOf(PciFunction function)
    {
        byte pin = function.Settings.InterruptPin;
        for (var above = function.Bus.Bridge; above is not null; above = above.Bus.Bridge)
        {
            pin = PciPin.Swizzle(pin, function.Device);
            function = above;
        }
        // QEMU's i440fx turns by one less: device 1 is the first that has INTA# on the first wire.
        int turn = settings.Wiring == PciInterruptWiring.Piix ? function.Device + PciPin.Count - 1 : function.Device;
        return (pin - PciPin.A + turn) % PciPin.Count;
    }

    /// <summary>The line that a function's pin reaches, if it reaches one.</summary>
    public InterruptLine? LineOf(PciFunction function) => LineOf(WireOf(function)) is >= 0 and var number ? lines[number] : null;

    /// <summary>A function begins or ends to drive its wire.</summary>
    internal void Count(PciFunction function, int change) => wires[WireOf(function)] += change;

    /// <summary>Sets the line of a function's wire to what the wires say.</summary>
    internal void Drive(PciFunction function, DmaPort? sender)
    {
        int number = LineOf(WireOf(function));
        if (number >= 0) lines[number]?.Set(IsHigh(number), sender);
    }

    /// <summary>All of them, after their routing changed.</summary>
    internal void DriveAll()
    {
        for (int number = 0; number < lines.Length; number++) lines[number]?.Set(IsHigh(number));
    }

    bool IsHigh(int number)
    {
        for (int wire = 0; wire < wires.Length; wire++)
        {
            if (wires[wire] > 0 && LineOf(wire) == number) return true;
        }
        return false;
    }

    /// <summary>The line that a wire goes to, or -1.</summary>
    int LineOf(int wire) => settings.Wiring == PciInterruptWiring.Swizzled ? wire : router?.RouteOf(wire) ?? -1;

    void ResetLines()
    {
        Array.Clear(wires);
        foreach (var line in lines) line?.Set(false);
    }
}
