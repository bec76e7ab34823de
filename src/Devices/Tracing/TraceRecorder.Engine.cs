using Ringcheck.Exploration;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Devices;

/// <content>What the engine tells: interrupts, waits, choices, operations, the end.</content>
sealed partial class TraceRecorder
{
    public override void InterruptTaken(CpuAgent cpu)
    {
        var draft = Add(TraceKind.InterruptTaken, cpu.Interrupt, withPlace: false);
        draft.Target = lanes.Interrupts;
    }

    public override void InterruptReturned(CpuAgent cpu) => Add(TraceKind.InterruptReturned, cpu.Interrupt, withPlace: false);

    public override void Masked(CpuAgent cpu, bool masked) => Add(masked ? TraceKind.Masked : TraceKind.Unmasked, cpu.Active);

    public override void Waits(CpuAgent cpu, bool polls)
    {
        var draft = Add(polls ? TraceKind.Poll : TraceKind.Wait, cpu);
        draft.Text = "waits for " + cpu.WaitsFor;
    }

    public override void Woke(CpuAgent cpu) => Add(TraceKind.Woken, cpu, withPlace: false);

    public override void TimePassed(CpuAgent cpu)
    {
        var draft = Add(TraceKind.TimePasses, cpu, withPlace: false);
        draft.Text = $"time passes: it is {machine.Engine.NowMs} ms now";
    }

    public override void Begins(CpuAgent cpu, int operation, string part)
    {
        operationOf[cpu.Name] = operation;
        Add(TraceKind.Begins, cpu, withPlace: false).Text = part;
    }

    public override void Failed(Violation found)
    {
        if (violation is not null || machine.Engine.Draining) return;
        violation = found;
        var agent = machine.Engine.Agents[machine.Engine.Current];
        var draft = Add(TraceKind.Failure, agent is CpuAgent cpu ? cpu.Active : agent, withPlace: false);
        draft.Text = found.Message;
    }

    // Choices

    public override void Chose(in ChoicePoint point, int pick)
    {
        string key = new Deviation(point.Kind, point.Agent, point.Step, pick).ToString();
        switch (point.Kind)
        {
            case ChoiceKind.Source or ChoiceKind.Coherence or ChoiceKind.Posted when access >= 0:
                drafts[access].ChoiceKey = key;
                drafts[access].Choice = point.Kind switch
                {
                    ChoiceKind.Source => "the load returns an older value",
                    ChoiceKind.Coherence => "the store is overtaken: earlier stores of others to the same place come after it",
                    _ => "the register write is posted, and arrives later",
                };
                return;
            case ChoiceKind.Schedule:
                var chosen = machine.Engine.Agents[pick];
                string held = machine.Engine.Agents[point.Agent] is CpuAgent cpu ? cpu.Active.Name : machine.Engine.Agents[point.Agent].Name;
                Choice(chosen, key, TurnOf(chosen));
                drafts[^1].Held = held;
                return;
            default:
                Choice(machine.Engine.Agents[point.Agent], key, $"takes its way {pick}, where 0 is the ordinary one");
                return;
        }
    }

    void Choice(Agent agent, string key, string words)
    {
        var draft = Add(TraceKind.Choice, agent, withPlace: false);
        draft.Choice = draft.Text = words;
        draft.ChoiceKey = key;
    }

    static string TurnOf(Agent agent) => agent switch
    {
        InterruptAgent => $"{agent.Name.Split('.')[0]} takes its interrupt now",
        _ when agent.Name.EndsWith(".timer", StringComparison.Ordinal) => "time passes now",
        _ when agent.Name.EndsWith(".path", StringComparison.Ordinal) => "a posted register write arrives now",
        _ when agent.Name.EndsWith(".reset", StringComparison.Ordinal) => $"the reset of {agent.Name.Split('.')[0]} completes now",
        _ when agent.Name.EndsWith(".interrupt", StringComparison.Ordinal) => $"the late interrupt of {agent.Name.Split('.')[0]} comes now",
        _ => $"{agent.Name} goes on now",
    };

    /// <summary>The last choice was a device's own: what it means. Words as <see cref="MmioDevice.Whim"/> has them.</summary>
    public void Decided(int pick, string words)
    {
        if (pick == 0 || drafts.Count == 0 || drafts[^1].Kind != TraceKind.Choice) return;
        var each = words.Split('|');
        drafts[^1].Choice = drafts[^1].Text = each.Length == 1 ? words : each[Math.Min(pick, each.Length) - 1];
    }

    /// <summary>The execution is over.</summary>
    public ExecutionTrace End()
    {
        Photograph();
        foreach (var draft in drafts.Where(draft => draft.IsAccess && draft.Name.Length == 0)) draft.Name = names.Memory(draft.Address) ?? $"memory 0x{draft.Address:x}";
        return new()
        {
            Lanes = lanes.All,
            Events = [.. drafts.Select((draft, number) => draft.ToEvent(number))],
            Queues = photographer.Pictures,
            Failure = violation is null ? null : new TraceJudge(machine, drafts, eventOfAudit).Judge(violation),
            Console = System.Text.Encoding.UTF8.GetString(machine.Console),
        };
    }
}
