using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>One place in driver code that asks for order.</summary>
/// <param name="File">The source file's name, without folders.</param>
/// <param name="Line">Its line, which tells two sites of one member apart.</param>
/// <param name="Member">The method around it.</param>
/// <param name="Asks">What it asks for: a purpose, "acquire" or "release".</param>
public sealed record BarrierSite(string File, int Line, string Member, string Asks)
{
    /// <summary>Type and member, as reports have it.</summary>
    public string Where => $"{File.Split('.')[0]}.{Member}";
}

/// <summary>
/// Which instruction each barrier site of the driver stands for: the mapping's, unless one was put in its place. Notes each site that is reached.
/// Keyed by what the compiler filled in, so that driver code knows nothing of it.
/// </summary>
public sealed class BarrierSites
{
    readonly Dictionary<(string File, int Line), int> index = new(ByLine.Instance);
    readonly List<BarrierSite> sites = [];
    readonly List<BarrierInstruction> mapped = [];
    readonly List<long> reached = [];
    readonly Dictionary<BarrierSite, BarrierInstruction> replaced = [];

    public IReadOnlyList<BarrierSite> Sites => sites;

    /// <summary>The instruction that the mapping gives a site.</summary>
    public BarrierInstruction MappedTo(BarrierSite site) => mapped[sites.IndexOf(site)];

    /// <summary>How often a site was reached, over all executions.</summary>
    public long Reached(BarrierSite site) => reached[sites.IndexOf(site)];

    /// <summary>From now on, the site stands for this instruction.</summary>
    public void Replace(BarrierSite site, BarrierInstruction by) => replaced[site] = by;

    internal BarrierInstruction Of(string file, int line, string member, string asks, BarrierInstruction mapping)
    {
        if (!index.TryGetValue((file, line), out int at))
        {
            at = sites.Count;
            sites.Add(new(Path.GetFileName(file), line, member, asks));
            mapped.Add(mapping);
            reached.Add(0);
            index.Add((file, line), at);
        }
        reached[at]++;
        return replaced.Count > 0 && replaced.TryGetValue(sites[at], out var other) ? other : mapping;
    }

    /// <summary>What an instruction orders in memory.</summary>
    internal static Fence FenceOf(BarrierInstruction instruction) => instruction switch
    {
        BarrierInstruction.DmbStore => Fence.DmbStore,
        BarrierInstruction.DmbLoad => Fence.DmbLoad,
        BarrierInstruction.Dmb or BarrierInstruction.Mfence => Fence.DmbFull,
        BarrierInstruction.DsbStore => Fence.DsbStore,
        BarrierInstruction.DsbLoad => Fence.DsbLoad,
        BarrierInstruction.Dsb => Fence.DsbFull,
        _ => Fence.None,
    };

    /// <summary>Whether stores after it are seen after stores before it.</summary>
    internal static bool KeepsStores(BarrierInstruction instruction) => instruction is BarrierInstruction.DmbStore or BarrierInstruction.Dmb or BarrierInstruction.Mfence
        or BarrierInstruction.DsbStore or BarrierInstruction.Dsb or BarrierInstruction.Stlr or BarrierInstruction.AtomicRelease or BarrierInstruction.AtomicAcquireRelease;

    internal static bool IsCompletion(BarrierInstruction instruction)
        => instruction is BarrierInstruction.DsbStore or BarrierInstruction.DsbLoad or BarrierInstruction.Dsb;

    internal static AccessOrder OrderOf(BarrierInstruction instruction) => instruction switch
    {
        BarrierInstruction.Ldapr => AccessOrder.AcquirePc,
        BarrierInstruction.Ldar or BarrierInstruction.AtomicAcquire => AccessOrder.Acquire,
        BarrierInstruction.Stlr or BarrierInstruction.AtomicRelease => AccessOrder.Release,
        BarrierInstruction.AtomicAcquireRelease => AccessOrder.AcquireRelease,
        _ => AccessOrder.Plain,
    };

    /// <summary>Hashes no file names, which are long: a place is looked up at each access, and lines tell most of them apart.</summary>
    sealed class ByLine : IEqualityComparer<(string File, int Line)>
    {
        public static readonly ByLine Instance = new();

        public bool Equals((string File, int Line) one, (string File, int Line) other) => one.Line == other.Line && one.File == other.File;

        public int GetHashCode((string File, int Line) place) => place.Line;
    }
}

/// <summary>What sites ask for, in words.</summary>
public static class BarrierPurposes
{
    /// <summary>What a load asks for that everything later comes after, and a store that comes after everything earlier.</summary>
    public const string Acquire = "acquire", Release = "release";

    /// <summary>What a read-modify-write asks for.</summary>
    public static string Name(AtomicOrder order) => order switch
    {
        AtomicOrder.Acquire => "atomic, acquire",
        AtomicOrder.Release => "atomic, release",
        AtomicOrder.AcquireRelease => "atomic, acquire and release",
        _ => "atomic",
    };

    /// <summary>As reports have it: no allocation, unlike ToString.</summary>
    public static string Name(BarrierPurpose purpose) => purpose switch
    {
        BarrierPurpose.PublishToDevice => "publish to device",
        BarrierPurpose.ObserveFromDevice => "observe from device",
        BarrierPurpose.StoreThenLoad => "store, then load",
        BarrierPurpose.BeforeDoorbell => "before doorbell",
        BarrierPurpose.AfterRegisterRead => "after register read",
        BarrierPurpose.Everything => "everything",
        _ => purpose.ToString(),
    };
}
