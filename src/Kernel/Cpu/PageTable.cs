using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>Memory type of a page, as an index into MAIR_EL1.</summary>
public enum MemoryKind : byte
{
    /// <summary>Normal, write-back cacheable.</summary>
    Normal = 0,

    /// <summary>Device-nGnRE.</summary>
    Device = 1,
}

/// <summary>
/// A translation table of one level: 512 pages of 4 KiB, so 2 MiB of addresses (VMSAv8-64, 4 KiB granule, level 3 only, as small translation
/// tables allow). One level stands for the last of any number.
/// </summary>
public readonly record struct PageTable(PhysicalAddress Root)
{
    public const int PageBits = 12;

    public const uint PageSize = 1 << PageBits;

    public const uint Entries = 512;

    /// <summary>What a walker takes for "no page here".</summary>
    public const ulong InvalidEntry = 0;

    const ulong PageDescriptor = 3, InnerShareable = 3 << 8, AccessFlag = 1 << 10;
    const int AttributeIndexBit = 2;

    /// <summary>A page descriptor: valid, accessed, inner shareable.</summary>
    public static ulong EntryFor(PhysicalAddress frame, MemoryKind kind)
        => frame.Value | AccessFlag | InnerShareable | (ulong)kind << AttributeIndexBit | PageDescriptor;

    /// <summary>Where the entry for an address lies.</summary>
    public PhysicalAddress EntryOf(CpuAddress address) => Root + 8 * (address.Value >> PageBits & Entries - 1);
}
