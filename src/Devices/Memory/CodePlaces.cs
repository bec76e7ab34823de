using System.Diagnostics;

namespace Ringcheck.Devices;

/// <summary>
/// Where in the sources some accesses of an execution are made. Found by running it again and looking at the stack when each of them comes: nothing is
/// paid where nobody asks.
/// </summary>
sealed class CodePlaces
{
    readonly Dictionary<int, string> wanted = [];
    bool isWatching;

    /// <summary>An execution begins.</summary>
    public void Begin() => isWatching = wanted.Count > 0;

    /// <summary>From the next execution on, these accesses are looked at, and only these; what is known of them stays.</summary>
    public void Want(IReadOnlyCollection<int> events)
    {
        foreach (int id in wanted.Keys.Except(events).ToList()) wanted.Remove(id);
        foreach (int id in events) wanted.TryAdd(id, "");
    }

    /// <summary>Type, method and, where known, file and line of an access that was wanted and came; else "".</summary>
    public string Of(int id) => wanted.GetValueOrDefault(id, "");

    public void Reached(int id)
    {
        if (isWatching && wanted.ContainsKey(id)) wanted[id] = Caller(new StackTrace(fNeedFileInfo: true));
    }

    /// <summary>The innermost frame that is neither the machine's nor the engine's.</summary>
    internal static string Caller(StackTrace trace)
    {
        foreach (var frame in trace.GetFrames())
        {
            var method = DiagnosticMethodInfo.Create(frame);
            if (method is null || method.DeclaringTypeName is not { } type || !type.StartsWith("Ringcheck.", StringComparison.Ordinal)) continue;
            if (type.StartsWith("Ringcheck.Exploration.", StringComparison.Ordinal) || IsMachine(type)) continue;
            string file = Path.GetFileName(frame.GetFileName()) ?? "";
            return Readable(type, method.Name) + (file.Length == 0 ? "" : $", {file}:{frame.GetFileLineNumber()}");
        }
        return "";
    }

    static bool IsMachine(string type)
    {
        const string devices = "Ringcheck.Devices.";
        if (!type.StartsWith(devices, StringComparison.Ordinal)) return false;
        string name = type[devices.Length..];
        return name.StartsWith("Dma", StringComparison.Ordinal) || name is nameof(SimMachine) or nameof(WeakMemory) or nameof(OrderingAudit)
            or nameof(CodePlaces) or nameof(ExecutionRecorder) or nameof(TraceRecorder) or nameof(CpuRecorder) or nameof(SimCpu) or nameof(SimulatedCpus)
            or nameof(InterruptLine) or nameof(Monitors) or nameof(PostedWrites) or nameof(SimulatedMachine);
    }

    /// <summary>Without namespace and type arguments; an async method, which runs as a type of its own, by its name.</summary>
    static string Readable(string type, string method)
    {
        string name = type[(type.LastIndexOf('.') + 1)..];
        if (name.Contains('<', StringComparison.Ordinal) && method == "MoveNext")
        {
            int open = name.IndexOf('<', StringComparison.Ordinal), close = name.IndexOf('>', StringComparison.Ordinal);
            method = name[(open + 1)..close];
            name = name[..open].TrimEnd('+');
        }
        int generic = name.IndexOf('`', StringComparison.Ordinal);
        return $"{(generic < 0 ? name : name[..generic])}.{method}";
    }
}
