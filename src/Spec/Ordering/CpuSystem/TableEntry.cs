namespace Ringcheck.Ordering.CpuSystem;

/// <summary>A page descriptor of VMSAv8-64 (4 KiB granule), the parts that the model looks at.</summary>
public static class TableEntry
{
    const ulong Valid = 1, DeviceAttribute = 1 << 2, OutputMask = 0x0000_ffff_ffff_f000;

    public static bool IsValid(ulong entry) => (entry & Valid) != 0;

    /// <summary>MAIR index 0 is Normal memory, every other one Device.</summary>
    public static bool IsDevice(ulong entry) => (entry & DeviceAttribute) != 0;

    public static ulong Output(ulong entry) => entry & OutputMask;

    /// <summary>What translates with the MMU off: each address to itself, as Device memory.</summary>
    public static ulong MmuOff(ulong address) => (address & OutputMask) | DeviceAttribute | Valid;
}
