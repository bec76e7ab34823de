using Ringcheck.Exploration;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Devices;

/// <summary>
/// Which lane each agent acts in. Agents that belong to a CPU or a device are named after it (<c>cpu0.irq</c>, <c>blk.reset</c>) and share its lane;
/// what is on its way has a lane of its own.
/// </summary>
sealed class TraceLanes
{
    /// <summary>In names of agents that carry what is on its way; where there are several CPUs, its number follows.</summary>
    const string RegisterPath = ".path", StorePath = ".stores";

    readonly List<TraceLane> lanes = [];
    readonly Dictionary<string, int> ofAgent = new(StringComparer.Ordinal);

    public TraceLanes(Engine engine, bool hasInterruptLine)
    {
        foreach (var cpu in engine.Agents.OfType<CpuAgent>()) Add(cpu.Name, LaneKind.Cpu);
        foreach (var agent in engine.Agents.Where(agent => agent.Name.EndsWith(StorePath, StringComparison.Ordinal))) Add(agent.Name, LaneKind.Path);
        Memory = Add("memory", LaneKind.Memory);
        foreach (var agent in engine.Agents.Where(agent => agent.Name.Contains(RegisterPath, StringComparison.Ordinal))) Add(agent.Name, LaneKind.Path);
        foreach (var agent in engine.Agents)
        {
            if (!ofAgent.ContainsKey(agent.Name) && !ofAgent.ContainsKey(OwnerOf(agent.Name))) Add(OwnerOf(agent.Name), LaneKind.Device);
        }
        Interrupts = hasInterruptLine ? Add("interrupt", LaneKind.Interrupt) : -1;
    }

    public IReadOnlyList<TraceLane> All => lanes;

    public int Memory { get; }

    public int Interrupts { get; }

    public int Of(string agent) => ofAgent.TryGetValue(agent, out int lane) || ofAgent.TryGetValue(OwnerOf(agent), out lane) ? lane : -1;

    /// <summary>The lane of a CPU's writes on their way to a device, or -1 where they take no time.</summary>
    public int PathTo(string device, CpuAgent cpu) => ofAgent.TryGetValue(device + RegisterPath, out int only) ? only : ofAgent.GetValueOrDefault($"{device}{RegisterPath}{cpu.Id}", -1);

    static string OwnerOf(string agent) => agent.Split('.')[0];

    int Add(string name, LaneKind kind)
    {
        lanes.Add(new(name, kind));
        return ofAgent[name] = lanes.Count - 1;
    }
}
