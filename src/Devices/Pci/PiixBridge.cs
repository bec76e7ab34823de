using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Intel 82371SB (PIIX3), 2.2.2 "PIRQRC": the ISA bridge at 00:01.0 of <c>pc</c>, of which only the registers that route the four PCI interrupts are
/// here. After a reset none is routed: that is what firmware does.
/// </summary>
public sealed class PiixBridge : PciFunction
{
    /// <summary>The first of the four registers, one byte each.</summary>
    public const uint FirstRoute = 0x60;

    /// <summary>Of a register: the interrupt is not routed.</summary>
    const uint Disabled = 0x80, LineMask = 0xF;

    public PiixBridge(SimulatedMachine machine, string name) : base(machine, name, Identity)
    {
        for (uint pin = 0; pin < PciPin.Count; pin++) InitialiseConfig(FirstRoute + pin, (byte)Disabled, (byte)(Disabled | LineMask));
    }

    static PciFunctionSettings Identity => new()
    {
        VendorId = PciVendor.Intel,
        DeviceId = 0x7000,
        ClassCode = PciClass.Bridge << 16 | PciClass.IsaBridge << 8,
        IsMultiFunction = true,
    };

    /// <summary>Lines that are for PCI to have; the others belong to the timer, the keyboard and their like.</summary>
    public static bool IsRoutable(int line) => line is >= 3 and <= 7 or >= 9 and <= 12 or 14 or 15;

    /// <summary>The ISA line that a PCI interrupt (0 to 3) goes to, or -1.</summary>
    public int RouteOf(int interrupt)
    {
        uint route = GetConfig(FirstRoute + (uint)interrupt, 1);
        return (route & Disabled) != 0 ? -1 : (int)(route & LineMask);
    }

    protected override void ConfigWritten(uint offset, int width)
    {
        if (Overlaps(offset, width, FirstRoute, PciPin.Count)) Host.DriveAll();
    }
}
