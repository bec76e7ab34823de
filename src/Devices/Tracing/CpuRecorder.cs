using System.Globalization;
using Ringcheck.Exploration;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Devices;

/// <summary>What CPUs without devices do: accesses, stores on their way, translation, caches, TLBs and the instructions that order them.</summary>
sealed class CpuRecorder(SimulatedCpus machine) : ExecutionRecorder(machine.Engine)
{
    /// <summary>Endings of the names of agents whose step is the arrival of a store.</summary>
    const string Stores = ".stores";

    protected override TraceLanes NewLanes() => new(machine.Engine, hasInterruptLine: false);

    Agent Cpu => machine.Engine.Running.Active;

    public void Load(ulong address, int width) => Access(TraceKind.Load, address, width).Target = Lanes.Memory;

    public void Got(bool isThere, ulong value)
    {
        if (LastAccess >= 0) Drafts[LastAccess].Value = isThere ? Words(value) : "an exception: it is not mapped";
    }

    /// <summary>A store goes into the store buffer of its CPU first.</summary>
    public void Store(ulong address, int width, ulong value, string order)
    {
        var draft = Access(TraceKind.Store, address, width);
        draft.Target = Lanes.Of(machine.Engine.Running.Name + Stores);
        draft.Value = Words(value);
        draft.Order = order;
    }

    public void Update(ulong address)
    {
        var draft = Access(TraceKind.Update, address, sizeof(uint));
        draft.Target = Lanes.Memory;
        draft.Text = "a load and a store in one step";
    }

    public void Fetch(ulong address)
    {
        var draft = Access(TraceKind.Load, address, sizeof(uint));
        draft.Target = Lanes.Memory;
        draft.Value = "an instruction";
    }

    TraceDraft Access(TraceKind kind, ulong address, int width)
    {
        var draft = Add(kind, Cpu);
        draft.Address = address;
        draft.Width = width;
        LastAccess = Drafts.Count - 1;
        return draft;
    }

    /// <summary>Memory changes: a store that was on its way is there.</summary>
    public void Arrives(ulong physical, ulong before, ulong after)
    {
        var agent = machine.Engine.Agents[machine.Engine.Current];
        var draft = Add(TraceKind.Arrival, agent, withPlace: false);
        if (agent is CpuAgent cpu) draft.Lane = Lanes.Of(cpu.Name + Stores);
        draft.Target = Lanes.Memory;
        draft.Address = physical;
        draft.Width = sizeof(ulong);
        draft.Value = Words(after);
        draft.Before = Words(before);
        draft.Issue = Drafts.FindLastIndex(each => each.Kind == TraceKind.Store && each.Target == draft.Lane && (each.Address & ~7UL) == physical);
    }

    public void Instruction(string name, ulong value)
    {
        bool isBarrier = name is "DSB" or "ISB";
        var draft = Add(isBarrier ? TraceKind.Barrier : TraceKind.Maintenance, Cpu);
        draft.Order = isBarrier ? name : "";
        draft.Text = value == 0 || isBarrier ? name : $"{name} {Words(value)}";
    }

    protected override void NameAll()
    {
        foreach (var draft in Drafts.Where(draft => draft.Width > 0 && draft.Name.Length == 0)) draft.Name = $"0x{draft.Address:x}";
    }

    static string Words(ulong value) => value < 0x1_0000 ? value.ToString(CultureInfo.InvariantCulture) : $"0x{value:x}";

    protected override TraceFailure Judge(Violation violation)
    {
        int end = Drafts.FindLastIndex(draft => draft.Kind == TraceKind.Failure);
        int at = end > 0 ? Drafts.FindLastIndex(end - 1, draft => draft.Agent == Drafts[end].Agent && draft.Kind != TraceKind.Choice) : -1;
        if (at < 0) at = end;
        int same = at < 0 ? -1 : Other(at, draft => draft.Width > 0 && Drafts[at].Width > 0 && draft.Address >> 3 == Drafts[at].Address >> 3 && draft.Kind is not TraceKind.Load);
        int other = same >= 0 ? same : Other(at, draft => draft.Width > 0 || draft.Kind is TraceKind.Maintenance);
        List<TraceReason> reasons = [];
        if (other >= 0) reasons.Add(new(other, same >= 0 ? $"the last change by {Drafts[other].Agent} to the same place" : $"the last step of {Drafts[other].Agent} before it"));
        reasons.Add(new(at, at == end ? "here it shows" : "here it goes wrong"));
        return new(at, other) { Reasons = reasons };
    }

    int Other(int before, Predicate<TraceDraft> match)
        => before <= 0 ? -1 : Drafts.FindLastIndex(before - 1, draft => draft.Agent.Split('.')[0] != Drafts[before].Agent.Split('.')[0] && match(draft));
}
