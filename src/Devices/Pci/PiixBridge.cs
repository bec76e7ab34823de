using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Intel 82371SB (PIIX3), 2.2.2 "PIRQRC": the ISA bridge at 00:01.0 of <c>pc</c>, of which only the registers that route the four PCI interrupts are
/// here. After a reset none is routed: that is what firmware does.
/// </summary>
public sealed class PiixBridge : PciFunction
{
    public PiixBridge(SimulatedMachine machine, string name) : base(machine, name, Identity)
    {
        for (uint pin = 0; pin < PciPin.Count; pin++) InitialiseConfig(PiixRoute.First + pin, PiixRoute.Disabled, PiixRoute.Disabled | PiixRoute.LineMask);
    }

    static PciFunctionSettings Identity => new()
    {
        VendorId = PciVendor.Intel,
        DeviceId = 0x7000,
        ClassCode = PciClass.Bridge << 16 | PciClass.IsaBridge << 8,
        IsMultiFunction = true,
    };

    /// <summary>The ISA line that a PCI interrupt (0 to 3) goes to, or -1.</summary>
    public int RouteOf(int interrupt)
    {
        uint route = GetConfig(PiixRoute.First + (uint)interrupt, 1);
        return (route & PiixRoute.Disabled) != 0 ? -1 : (int)(route & PiixRoute.LineMask);
    }

    protected override void ConfigWritten(uint offset, int width)
    {
        if (Overlaps(offset, width, PiixRoute.First, PciPin.Count)) Host.DriveAll();
    }
}
