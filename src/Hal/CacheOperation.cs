namespace Ringcheck.Hal;

/// <summary>What is done to the CPU's cache lines of a range, for devices that do not see the cache. To the point of coherency (DC CVAC, IVAC, CIVAC).</summary>
public enum CacheOperation : byte
{
    /// <summary>What the CPU wrote is in memory.</summary>
    Clean,

    /// <summary>What the CPU has cached is forgotten, what it wrote and did not clean included.</summary>
    Invalidate,

    /// <summary>Both, in this order.</summary>
    CleanAndInvalidate,
}
