namespace Ringcheck.Standard;

/// <summary>
/// Arm Generic Interrupt Controller Architecture Specification, version 2.0 (IHI 0048B), 4.3 "Distributor register descriptions": offsets in bytes. Registers are 32 bits wide; those of
/// <see cref="Priority"/> and <see cref="Targets"/> may be accessed by bytes too, one for each interrupt (4.1.4).
/// </summary>
public static class GicDistributor
{
    public const uint Control = 0x000, Type = 0x004, Implementer = 0x008;

    /// <summary>One bit for each interrupt: a 1 that is written does it, a 0 nothing.</summary>
    public const uint SetEnable = 0x100, ClearEnable = 0x180, SetPending = 0x200, ClearPending = 0x280, SetActive = 0x300, ClearActive = 0x380;

    /// <summary>One byte for each interrupt.</summary>
    public const uint Priority = 0x400, Targets = 0x800;

    /// <summary>Two bits for each interrupt, of which the upper one says that it is edge-triggered.</summary>
    public const uint Configuration = 0xC00;

    /// <summary>Makes a software-generated interrupt pending.</summary>
    public const uint SoftwareGenerate = 0xF00;
}

/// <summary>IHI 0048B, 4.4 "CPU interface register descriptions": offsets in bytes, 32 bits each.</summary>
public static class GicCpu
{
    public const uint Control = 0x00, PriorityMask = 0x04, BinaryPoint = 0x08, Acknowledge = 0x0C, EndOfInterrupt = 0x10, RunningPriority = 0x14, HighestPending = 0x18;
}

/// <summary>Arm Server Base System Architecture, appendix E "GICv2m architecture": offsets in the frame of non-secure message-signalled interrupts.</summary>
public static class GicMessageFrame
{
    public const uint Type = 0x008, SetSpi = 0x040, Implementer = 0xFCC;

    /// <summary>The first interrupt of the frame, as an INTID, in <see cref="Type"/>.</summary>
    public static uint FirstOf(uint type) => (type >> 16) & 0x3FF;

    /// <summary>How many there are.</summary>
    public static uint CountOf(uint type) => type & 0x3FF;
}

/// <summary>IHI 0048B, 2.2.1 "Interrupt IDs".</summary>
public static class GicInterrupt
{
    /// <summary>Software-generated ones, 0 to 15, and private peripherals', 16 to 31, are each CPU's own.</summary>
    public const uint FirstPrivate = 16, FirstShared = 32;

    /// <summary>No interrupt is pending any more: what <see cref="GicCpu.Acknowledge"/> reads as.</summary>
    public const uint Spurious = 1023;

    /// <summary>The first of those that name no interrupt.</summary>
    public const uint FirstSpecial = 1020;

    public const uint IdMask = 0x3FF;

    /// <summary>The virtual timer's interrupt (Base System Architecture, "PPI assignments").</summary>
    public const uint VirtualTimer = 27;
}
