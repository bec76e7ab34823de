namespace Ringcheck.Standard;

/// <summary>Arm PrimeCell UART (PL011) Technical Reference Manual (DDI 0183), 3.2 "Summary of registers": offsets in bytes.</summary>
public static class Pl011Register
{
    public const uint Data = 0x000, ReceiveStatus = 0x004, Flags = 0x018, IntegerBaud = 0x024, FractionalBaud = 0x028, LineControl = 0x02C, Control = 0x030;
    public const uint FifoLevels = 0x034, InterruptMask = 0x038, RawInterrupts = 0x03C, MaskedInterrupts = 0x040, InterruptClear = 0x044, DmaControl = 0x048;

    /// <summary>Eight words of one byte each: peripheral and PrimeCell identification.</summary>
    public const uint Identification = 0xFE0, End = 0x1000;
}

/// <summary>DDI 0183, 3.3.3 "Flag Register, UARTFR".</summary>
public static class Pl011Flag
{
    public const uint Busy = 1 << 3, ReceiveEmpty = 1 << 4, TransmitFull = 1 << 5, ReceiveFull = 1 << 6, TransmitEmpty = 1 << 7;
}

/// <summary>DDI 0183, 3.3.7 "Line Control Register, UARTLCR_H".</summary>
public static class Pl011Line
{
    public const uint Fifos = 1 << 4, EightBits = 3 << 5;
}

/// <summary>DDI 0183, 3.3.8 "Control Register, UARTCR".</summary>
public static class Pl011Control
{
    public const uint Enable = 1, Transmit = 1 << 8, Receive = 1 << 9;
}

/// <summary>DDI 0183, 3.3.10 to 3.3.13: the causes of interrupts.</summary>
public static class Pl011Interrupt
{
    public const uint Receive = 1 << 4, Transmit = 1 << 5, ReceiveTimeout = 1 << 6, Overrun = 1 << 10, All = 0x7FF;
}

/// <summary>DDI 0183, 3.3.1 "Data Register, UARTDR": what comes with a character.</summary>
public static class Pl011Data
{
    public const uint Framing = 1 << 8, Parity = 1 << 9, Break = 1 << 10, Overrun = 1 << 11;
}
