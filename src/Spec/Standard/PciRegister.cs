namespace Ringcheck.Standard;

/// <summary>
/// PCI Local Bus 3.0, 6.1 "Configuration Space Organization" and 6.2: offsets in the configuration space of a function, in bytes. What
/// begins with Bridge is of header type 1 (PCI-to-PCI Bridge Architecture 1.2, 3.2).
/// </summary>
public static class PciRegister
{
    public const uint VendorId = 0x00, DeviceId = 0x02, Command = 0x04, Status = 0x06, Revision = 0x08, ProgrammingInterface = 0x09;
    public const uint Subclass = 0x0A, ClassCode = 0x0B, CacheLineSize = 0x0C, LatencyTimer = 0x0D, HeaderType = 0x0E, Bist = 0x0F;
    public const uint Bar0 = 0x10, CardbusCis = 0x28, SubsystemVendorId = 0x2C, SubsystemId = 0x2E, ExpansionRom = 0x30;
    public const uint CapabilitiesPointer = 0x34, InterruptLine = 0x3C, InterruptPin = 0x3D, MinGrant = 0x3E, MaxLatency = 0x3F;

    public const uint BridgePrimaryBus = 0x18, BridgeSecondaryBus = 0x19, BridgeSubordinateBus = 0x1A, BridgeSecondaryLatency = 0x1B;
    public const uint BridgeIoBase = 0x1C, BridgeIoLimit = 0x1D, BridgeSecondaryStatus = 0x1E, BridgeMemoryBase = 0x20, BridgeMemoryLimit = 0x22;
    public const uint BridgePrefetchableBase = 0x24, BridgePrefetchableLimit = 0x26, BridgePrefetchableBaseUpper = 0x28;
    public const uint BridgePrefetchableLimitUpper = 0x2C, BridgeIoBaseUpper = 0x30, BridgeIoLimitUpper = 0x32, BridgeControl = 0x3E;

    /// <summary>Bytes of configuration space that each function has, and that the ports of <see cref="PciConfigPort"/> reach.</summary>
    public const uint SpaceSize = 0x100;

    /// <summary>Bytes of configuration space of a PCI Express function, as ECAM reaches them.</summary>
    public const uint ExtendedSpaceSize = 0x1000;

    /// <summary>The end of the header that the standard lays out; capabilities lie behind it.</summary>
    public const uint HeaderSize = 0x40;
}

/// <summary>Bits of the command register (PCI 3.0, 6.2.2; the interrupt disable bit came with 2.3).</summary>
public static class PciCommand
{
    public const ushort IoSpace = 1, MemorySpace = 2, BusMaster = 4, ParityError = 0x40, Serr = 0x100, InterruptDisable = 0x400;

    /// <summary>Whether the function answers at its base addresses.</summary>
    public const ushort Decode = IoSpace | MemorySpace;
}

/// <summary>Bits of the status register (PCI 3.0, 6.2.3). <see cref="Errors"/> are cleared by writing ones.</summary>
public static class PciStatus
{
    public const ushort Interrupt = 0x08, CapabilityList = 0x10, ReceivedMasterAbort = 0x2000, Errors = 0xF900;
}

/// <summary>The header type register (PCI 3.0, 6.2.1).</summary>
public static class PciHeaderType
{
    public const byte Device = 0, Bridge = 1, Layout = 0x7F, MultiFunction = 0x80;
}

/// <summary>Base address registers (PCI 3.0, 6.2.5.1).</summary>
public static class PciBarBits
{
    public const uint Io = 1, IoFlags = 3;

    /// <summary>The type of a memory BAR: 0 is below 4 GiB, <see cref="Memory64"/> takes the next register too.</summary>
    public const uint MemoryType = 6, Memory32 = 0, Memory64 = 4, Prefetchable = 8, MemoryFlags = 0xF;

    /// <summary>Registers of a header of type 0 and of one of type 1.</summary>
    public const int DeviceCount = 6, BridgeCount = 2;
}

/// <summary>What a base address register stands for.</summary>
public enum PciBarKind : byte
{
    None,
    Io,
    Memory32,

    /// <summary>Two registers: the lower one and the one after it.</summary>
    Memory64,
}

/// <summary>The two address spaces of PCI, beside configuration space.</summary>
public enum PciSpace : byte
{
    Memory,
    Io,
}

/// <summary>
/// Windows of a bridge (PCI-to-PCI Bridge Architecture 1.2, 3.2.5.6 to 3.2.5.10). Base and limit are rounded to the granularity, the limit is
/// inclusive, and a base above its limit forwards nothing.
/// </summary>
public static class PciBridgeWindow
{
    public const uint IoGranularity = 0x1000, MemoryGranularity = 0x10_0000;

    /// <summary>The low bits say how wide the window is: 1 is 32-bit I/O, or a 64-bit prefetchable window.</summary>
    public const uint Capability = 0xF, Wide = 1;
}

/// <summary>Vendor ids.</summary>
public static class PciVendor
{
    /// <summary>What reads back where there is no function (PCI 3.0, 6.1).</summary>
    public const ushort Invalid = 0xFFFF;

    public const ushort Virtio = 0x1AF4, RedHat = 0x1B36, Intel = 0x8086;
}

/// <summary>Base classes and subclasses (PCI Code and ID Assignment, 1).</summary>
public static class PciClass
{
    public const byte Storage = 0x01, Network = 0x02, Display = 0x03, Bridge = 0x06;

    public const byte HostBridge = 0x00, IsaBridge = 0x01, PciBridge = 0x04;
}

/// <summary>Intel 82371SB (PIIX3), 2.2.2 "PIRQRC[A:D]": which of the 16 ISA lines each of the four PCI interrupts goes to.</summary>
public static class PiixRoute
{
    /// <summary>The first of four registers of one byte, in the configuration space of the ISA bridge.</summary>
    public const uint First = 0x60;

    public const byte Disabled = 0x80, LineMask = 0x0F;

    /// <summary>Lines that are for PCI to have; the others belong to the timer, the keyboard and their like.</summary>
    public static bool IsRoutable(int line) => line is (>= 3 and <= 7) or (>= 9 and <= 12) or 14 or 15;
}

/// <summary>
/// Functions by bus, device and function: how many there may be. Bits 15:8 of a requester id are the bus, 7:3 the device, 2:0 the function.
/// </summary>
public static class PciLimits
{
    public const int Buses = 256, Devices = 32, Functions = 8, FunctionsOfBus = Devices * Functions;

    /// <summary>Log2 of the bytes of one function, one device and one bus in an ECAM window (PCI Express 4.0, 7.2.2).</summary>
    public const int EcamFunctionShift = 12, EcamDeviceShift = 15, EcamBusShift = 20;
}

/// <summary>
/// Configuration mechanism #1 (PCI 3.0, 3.2.2.3.2): a function and a register are written into one port, and read or written at the other, in the
/// width and at the byte wanted.
/// </summary>
public static class PciConfigPort
{
    public const ushort Address = 0xCF8, Data = 0xCFC;

    public const uint Enable = 0x8000_0000, RegisterMask = 0xFC;

    public const int BusShift = 16, DeviceShift = 11, FunctionShift = 8;
}

/// <summary>Which of a device's four interrupt pins (PCI 3.0, 6.2.4): 0 is none, 1 is INTA#.</summary>
public static class PciPin
{
    public const byte None = 0, A = 1, D = 4;

    public const int Count = 4;

    /// <summary>What a bridge makes of a pin of a device behind it (PCI-to-PCI Bridge Architecture 1.2, 9.1). Pins from 1.</summary>
    public static byte Swizzle(byte pin, int device) => (byte)((pin - A + device) % Count + A);
}
