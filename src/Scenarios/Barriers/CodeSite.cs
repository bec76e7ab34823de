using System.Reflection;
using System.Runtime.CompilerServices;
using Ringcheck.Devices;
using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>A barrier site as it stands in the code, whether a scenario reaches it or not.</summary>
/// <param name="Site">What a running machine knows it by.</param>
/// <param name="Room">The room of its code, for example <c>Kernel</c>; <see cref="CpuSystem"/> if what it asks for is the CPU's own.</param>
/// <param name="Name">Type and member, with a number where the member has several: <c>VirtioBlk.TakeOver#2</c>. In the order of the lines.</param>
public sealed record CodeSite(BarrierSite Site, string Room, string Name)
{
    /// <summary>The sites of the shipped driver.</summary>
    public const string Driver = "Kernel";

    /// <summary>The sites of kernel code that concerns the CPU itself: its DSB, ISB, cache and TLB maintenance, and releases.</summary>
    public const string CpuSystem = "Kernel/Cpu";

    /// <summary>All there are, by room and name: those of the driver, of the CPU system, then those of scenarios that bring driver code of their own.</summary>
    public static IReadOnlyList<CodeSite> All { get; } =
    [
        .. In(typeof(Kernel.DriverStatus).Assembly, Driver, BarrierCalls.OfMachine), .. In(typeof(Kernel.DriverStatus).Assembly, CpuSystem, BarrierCalls.OfCpuSystem),
        .. In(typeof(CodeSite).Assembly, "Scenarios", BarrierCalls.OfMachine),
    ];

    /// <summary>The site that a running machine has reached, or null if the code has no such site (it was compiled from other sources).</summary>
    public static CodeSite? Of(BarrierSite site) => All.FirstOrDefault(known => known.Site == site);

    /// <summary>
    /// What can be tried in the place of the mapping's instruction. Loads of the CPU system's model are in program order, so that there a DMB OSHST before a plain
    /// store is as good as a release.
    /// </summary>
    public IReadOnlyList<BarrierInstruction> Weaker(BarrierInstruction mapped)
        => Room == CpuSystem && mapped == BarrierInstruction.Stlr ? [BarrierInstruction.None] : Instructions.Below(mapped);

    static IEnumerable<CodeSite> In(Assembly assembly, string room, Func<Type, IEnumerable<BarrierSite>> calls)
    {
        var sites = assembly.GetTypes().SelectMany(calls).Distinct().ToList();
        foreach (var member in sites.GroupBy(site => site.Where).OrderBy(member => member.Key, StringComparer.Ordinal))
        {
            var ordered = member.OrderBy(site => site.File, StringComparer.Ordinal).ThenBy(site => site.Line).ToList();
            for (int i = 0; i < ordered.Count; i++) yield return new(ordered[i], room, ordered.Count == 1 ? member.Key : $"{member.Key}#{i + 1}");
        }
    }
}

/// <summary>
/// Finds the calls that say where they stand: the compiler passes file, line and member as constants, so that they can be read from the
/// compiled method. What it looks for is <c>ldstr file; ldc.i4 line; ldstr member; [constrained.] call</c>, and for a barrier its purpose before that,
/// for a read-modify-write its order.
/// </summary>
static class BarrierCalls
{
    const byte LoadString = 0x72, Call = 0x28, CallVirtual = 0x6F, Prefix = 0xFE, Constrained = 0x16;
    const int TokenLength = 5;

    /// <summary>Operations that order nothing and complete nothing: what they do is what the others wait for.</summary>
    static readonly string[] effects =
    [
        nameof(ICpuMemory.Store32), nameof(ICpuMemory.Store64), nameof(ICpuMemory.StoreEntry),
        nameof(ICpuMaintenance.WriteTranslationTable), nameof(ICpuMaintenance.EnableMmu), nameof(ICpuMaintenance.AllowFloatingPoint), nameof(ICpuInterrupts.SendInterrupt),
    ];

    public static IEnumerable<BarrierSite> OfMachine(Type type) => Of(type, static called => !IsCpuSystem(called));

    public static IEnumerable<BarrierSite> OfCpuSystem(Type type) => Of(type, static called => IsCpuSystem(called) && !effects.Contains(called.Name));

    /// <summary>Locks hand through where they are used: what orders is inside them.</summary>
    static bool IsOfKernel(MethodBase called) => called.DeclaringType!.Assembly == typeof(Kernel.DriverStatus).Assembly || called.Name == nameof(ILockNotes.NoteLock);

    static bool IsAtomic(MethodBase called) => called.Name is nameof(IAtomics.Exchange32) or nameof(IAtomics.CompareExchange32) or nameof(IAtomics.FetchAdd32);

    /// <summary>Of the seam (<see cref="ICpuSystem"/>), or of its lane.</summary>
    static bool IsCpuSystem(MethodBase called) => called.DeclaringType!.Name.Contains("Cpu", StringComparison.Ordinal);

    static IEnumerable<BarrierSite> Of(Type type, Func<MethodBase, bool> isOne)
    {
        const BindingFlags all = BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly;
        foreach (var method in type.GetMethods(all))
        {
            if (method.GetMethodBody()?.GetILAsByteArray() is not { } code) continue;
            for (int at = 0; at < code.Length; at++)
            {
                if (TryRead(method, code, at, isOne) is { } site) yield return site;
            }
        }
    }

    static BarrierSite? TryRead(MethodInfo method, byte[] code, int start, Func<MethodBase, bool> isOne)
    {
        int at = start;
        if (!TryString(method, code, ref at, out string file) || !TryNumber(code, ref at, out int line) || !TryString(method, code, ref at, out string member)) return null;
        if (at + 6 < code.Length && code[at] == Prefix && code[at + 1] == Constrained) at += 6;
        if (at + TokenLength > code.Length || code[at] is not (Call or CallVirtual)) return null;
        var called = Resolve(method, BitConverter.ToInt32(code, at + 1));
        if (called is null || !SaysWhere(called) || IsOfKernel(called) || !isOne(called)) return null;
        string asks = AsksFor(called, code, start);
        return asks == BarrierPurposes.Name(AtomicOrder.Relaxed) ? null : new(FileNameOf(file), line, member, asks);
    }

    /// <summary>Sources may have been compiled on a machine with other separators.</summary>
    static string FileNameOf(string path) => path[(path.LastIndexOfAny(['/', '\\']) + 1)..];

    static bool SaysWhere(MethodBase called) => called.DeclaringType is not null && called.GetParameters() is [.., var file, var line, var member]
        && file.IsDefined(typeof(CallerFilePathAttribute)) && line.IsDefined(typeof(CallerLineNumberAttribute)) && member.IsDefined(typeof(CallerMemberNameAttribute));

    static string AsksFor(MethodBase called, byte[] code, int end)
    {
        if (called.Name.StartsWith("LoadAcquire", StringComparison.Ordinal)) return BarrierPurposes.Acquire;
        if (called.Name.StartsWith("StoreRelease", StringComparison.Ordinal)) return BarrierPurposes.Release;
        if (IsCpuSystem(called)) return called.Name;
        int asked = end > 0 && code[end - 1] is >= 0x16 and <= 0x1E ? code[end - 1] - 0x16 : -1; // ldc.i4.0 to ldc.i4.8
        if (asked < 0) return "?";
        return IsAtomic(called) ? BarrierPurposes.Name((AtomicOrder)asked) : BarrierPurposes.Name((BarrierPurpose)asked);
    }

    static MethodBase? Resolve(MethodInfo method, int token)
    {
        try
        {
            return method.Module.ResolveMethod(token, method.DeclaringType!.GetGenericArguments(), method.GetGenericArguments());
        }
        catch (ArgumentException)
        {
            return null; // no method: what looked like a call is data of another instruction
        }
    }

    static bool TryString(MethodInfo method, byte[] code, ref int at, out string text)
    {
        text = "";
        if (at + TokenLength > code.Length || code[at] != LoadString || code[at + 4] != 0x70) return false;
        try
        {
            text = method.Module.ResolveString(BitConverter.ToInt32(code, at + 1));
        }
        catch (ArgumentException)
        {
            return false;
        }
        at += TokenLength;
        return true;
    }

    static bool TryNumber(byte[] code, ref int at, out int number)
    {
        number = 0;
        if (at + TokenLength > code.Length) return false;
        switch (code[at])
        {
            case >= 0x16 and <= 0x1E:
                number = code[at] - 0x16;
                at += 1;
                return true;
            case 0x1F:
                number = (sbyte)code[at + 1];
                at += 2;
                return true;
            case 0x20:
                number = BitConverter.ToInt32(code, at + 1);
                at += TokenLength;
                return true;
            default:
                return false;
        }
    }
}
