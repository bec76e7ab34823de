using Ringcheck.Kernel;

namespace Ringcheck.Tests.Properties;

/// <summary>Ways in which the reference may be wrong, so that the comparison can be seen to object.</summary>
public enum GicMistake
{
    None,
    EqualsByHigherNumber,
    EdgeLostWhileActive,
    LevelLatched,
    MaskIncludesItsOwn,
    NoPreemption,
    DisablingForgets,
}

/// <summary>What a GICv2 with one CPU does, as plainly as it can be said: sets of interrupts, and no registers.</summary>
sealed class GicReference(GicMistake mistake)
{
    public const uint None = 1023;

    readonly HashSet<uint> enabled = [], high = [], latched = [];
    readonly Dictionary<uint, InterruptTrigger> trigger = [];
    readonly Dictionary<uint, int> priority = [];
    readonly Stack<(uint Id, int Priority)> active = new();

    public int Mask { get; set; } = 0xF0;

    public int Running => active.Count == 0 ? 0xFF : active.Min(each => each.Priority);

    public uint? Last => active.Count == 0 ? null : active.Peek().Id;

    public bool IsEnabled(uint id) => enabled.Contains(id);

    public void Configure(uint id, InterruptTrigger how, int level)
    {
        trigger[id] = how;
        priority[id] = level & 0xF0;
    }

    public void Enable(uint id) => enabled.Add(id);

    public void Disable(uint id)
    {
        enabled.Remove(id);
        if (mistake == GicMistake.DisablingForgets) latched.Remove(id);
    }

    public void Set(uint id, bool level)
    {
        if (!level)
        {
            high.Remove(id);
            return;
        }
        if (!high.Add(id)) return;
        if (mistake == GicMistake.EdgeLostWhileActive && IsActive(id)) return;
        if (trigger.GetValueOrDefault(id) == InterruptTrigger.Edge || mistake == GicMistake.LevelLatched) latched.Add(id);
    }

    public uint Acknowledge()
    {
        var waiting = trigger.Keys.Where(id => enabled.Contains(id) && IsPending(id) && !IsActive(id));
        var ordered = mistake == GicMistake.EqualsByHigherNumber ? waiting.OrderBy(id => priority[id]).ThenByDescending(id => id) : waiting.OrderBy(id => priority[id]).ThenBy(id => id);
        if (ordered.Cast<uint?>().FirstOrDefault() is not { } first) return None;
        bool isMasked = mistake == GicMistake.MaskIncludesItsOwn ? priority[first] > Mask : priority[first] >= Mask;
        if (isMasked || priority[first] >= (mistake == GicMistake.NoPreemption && active.Count > 0 ? 0 : Running)) return None;
        latched.Remove(first);
        active.Push((first, priority[first]));
        return first;
    }

    public void End() => active.Pop();

    bool IsActive(uint id) => active.Any(each => each.Id == id);

    bool IsPending(uint id) => latched.Contains(id) || (trigger[id] == InterruptTrigger.Level && high.Contains(id));
}
