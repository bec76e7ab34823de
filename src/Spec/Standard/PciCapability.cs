namespace Ringcheck.Standard;

/// <summary>
/// PCI Local Bus 3.0, 6.7 "Capabilities List": each begins with its id and the offset of the next one, 0 at the end. They lie behind the header,
/// on offsets that are multiples of 4; the two low bits of an offset are reserved, and are to be masked.
/// </summary>
public static class PciCapability
{
    public const uint NextOffset = 1, LengthOffset = 2, HeaderSize = 2, OffsetMask = 0xFC;

    /// <summary>Capability ids (PCI Code and ID Assignment, 2).</summary>
    public const byte PowerManagement = 0x01, Msi = 0x05, VendorSpecific = 0x09, Express = 0x10, Msix = 0x11;

    /// <summary>As many as fit behind the header: a list that is longer has a loop.</summary>
    public const int Most = (int)((PciRegister.SpaceSize - PciRegister.HeaderSize) / 4);
}

/// <summary>PCI Local Bus 3.0, 6.8.2 "MSI-X Capability and Table Structures": offsets in the capability, and in an entry of the table.</summary>
public static class PciMsix
{
    public const uint ControlOffset = 2, TableOffset = 4, PendingOffset = 8, Length = 12;

    /// <summary>Message control: number of entries less one, function mask, enable.</summary>
    public const ushort SizeMask = 0x7FF, FunctionMask = 0x4000, Enable = 0x8000;

    /// <summary>Where the table and the pending bits are: which BAR, and how far into it.</summary>
    public const uint BirMask = 7, OffsetMask = ~BirMask;

    public const uint EntrySize = 16, AddressOffset = 0, AddressUpperOffset = 4, DataOffset = 8, VectorControlOffset = 12;

    /// <summary>Of an entry's vector control: no message is sent while it is set. It is, after a reset.</summary>
    public const uint EntryMask = 1;

    public const int Most = 2048;

    /// <summary>Bytes of the pending bits, which come in words of 64.</summary>
    public static uint PendingLength(uint entries) => (entries + 63) / 64 * 8;
}
