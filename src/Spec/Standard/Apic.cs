namespace Ringcheck.Standard;

/// <summary>
/// Intel 64 and IA-32 Architectures Software Developer's Manual, volume 3, chapter "Advanced Programmable Interrupt Controller", table "Local APIC Register Address Map": offsets in bytes
/// from the local APIC's page, 32 bits each at multiples of 16.
/// </summary>
public static class LocalApicRegister
{
    public const uint Id = 0x020, Version = 0x030, TaskPriority = 0x080, ProcessorPriority = 0x0A0, EndOfInterrupt = 0x0B0, Spurious = 0x0F0;

    /// <summary>Eight words of 32 vectors each, 16 bytes apart.</summary>
    public const uint InService = 0x100, TriggerMode = 0x180, InterruptRequest = 0x200;

    public const uint ErrorStatus = 0x280, Timer = 0x320, LocalInterrupt0 = 0x350, LocalInterrupt1 = 0x360, Error = 0x370;

    public const uint InitialCount = 0x380, CurrentCount = 0x390, DivideConfiguration = 0x3E0;
}

/// <summary>Bits of the local APIC's registers.</summary>
public static class LocalApicBit
{
    /// <summary>In the spurious-interrupt vector register: software enable. Below it, the vector.</summary>
    public const uint Enable = 1 << 8;

    /// <summary>In an entry of the local vector table.</summary>
    public const uint Masked = 1 << 16;

    /// <summary>Vectors below it are exceptions, or illegal.</summary>
    public const uint FirstVector = 0x20;

    public const uint SpuriousVector = 0xFF;

    /// <summary>Where devices send their messages: bits 31 to 20. Bits 19 to 12 name the local APIC.</summary>
    public const ulong MessageBase = 0xFEE0_0000, MessageWindow = 0x10_0000;
}

/// <summary>82093AA I/O Advanced Programmable Interrupt Controller, 3.1 and 3.2: an index and a window, and what is behind them.</summary>
public static class IoApicRegister
{
    public const uint Select = 0x00, Window = 0x10;

    public const uint Id = 0, Version = 1;

    /// <summary>Two words for each input: the lower one here, the upper one after it.</summary>
    public const uint Redirection = 0x10;
}

/// <summary>82093AA, 3.2.4 "I/O Redirection Table Registers": the lower word; in the upper one, bits 31 to 24 name the local APIC.</summary>
public static class IoApicEntry
{
    public const uint Vector = 0xFF, Pending = 1 << 12, ActiveLow = 1 << 13, RemoteIrr = 1 << 14, Level = 1 << 15, Masked = 1 << 16;

    /// <summary>Delivery other than fixed, and destinations other than physical ones.</summary>
    public const uint OtherDelivery = 0xF00;
}
