using System.Diagnostics;
using Ringcheck.Exploration;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Devices;

/// <summary>
/// Records one execution for a picture of it: what the engine tells (interrupts, waits, choices, operations, the end), whatever system it runs. Only while a failure
/// is reported: elsewhere there is no recorder, and nothing is paid but the question whether there is one.
/// </summary>
abstract class ExecutionRecorder(Engine engine) : ExecutionObserver
{
    readonly Dictionary<string, int> operationOf = new(StringComparer.Ordinal);

    /// <summary>Events that <see cref="End"/> hands over, at most: the last ones.</summary>
    public int MostEvents { get; init; } = ITraced.DefaultMost;

    /// <summary>What has happened so far.</summary>
    protected List<TraceDraft> Drafts { get; } = [];

    protected TraceLanes Lanes { get; private set; } = null!;

    /// <summary>The last access, whose value and place others may tell later; -1 if there was none.</summary>
    protected int LastAccess { get; set; } = -1;

    protected Violation? Violation { get; private set; }

    /// <summary>Events that there are too many of.</summary>
    protected int LeftOut => Math.Max(0, Drafts.Count - MostEvents);

    /// <summary>Who acts now.</summary>
    protected Agent Acting => engine.Agents[engine.Current] is CpuAgent cpu ? cpu.Active : engine.Agents[engine.Current];

    /// <summary>An execution begins.</summary>
    public virtual void Begin()
    {
        Drafts.Clear();
        operationOf.Clear();
        Lanes = NewLanes();
        Violation = null;
        LastAccess = -1;
    }

    protected abstract TraceLanes NewLanes();

    /// <summary>All that the last event did has happened by now.</summary>
    protected virtual void Complete()
    {
    }

    protected virtual TraceDraft Add(TraceKind kind, Agent agent, bool withPlace = true)
    {
        Complete();
        var draft = new TraceDraft
        {
            Kind = kind,
            Agent = agent.Name,
            Step = agent.Step,
            Lane = Lanes.Of(agent.Name),
            InHandler = agent is InterruptAgent,
            Operation = operationOf.GetValueOrDefault(agent is InterruptAgent ? agent.Name.Split('.')[0] : agent.Name, -1),
            Place = withPlace ? CodePlaces.Caller(new StackTrace(fNeedFileInfo: true)) : "",
        };
        Drafts.Add(draft);
        return draft;
    }

    public override void InterruptTaken(CpuAgent cpu)
    {
        var draft = Add(TraceKind.InterruptTaken, cpu.Interrupt, withPlace: false);
        draft.Target = Lanes.Interrupts;
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
        draft.Text = $"time passes: it is {engine.NowMs} ms now";
    }

    public override void Begins(CpuAgent cpu, int operation, string part)
    {
        operationOf[cpu.Name] = operation;
        Add(TraceKind.Begins, cpu, withPlace: false).Text = part;
    }

    public override void Failed(Violation found)
    {
        if (Violation is not null || engine.Draining) return;
        Violation = found;
        // Where nobody can run, it is the one who waits that has the trouble.
        var waiting = engine.Ready != 0 ? null : engine.Agents.OfType<CpuAgent>().FirstOrDefault(cpu => cpu.WaitsFor.Length > 0);
        Add(TraceKind.Failure, waiting ?? Acting, withPlace: false).Text = found.Message;
    }

    // Choices

    public override void Chose(in ChoicePoint point, int pick)
    {
        string key = new Deviation(point.Kind, point.Agent, point.Step, pick).ToString();
        switch (point.Kind)
        {
            case ChoiceKind.Source or ChoiceKind.Coherence or ChoiceKind.Posted when LastAccess >= 0:
                Drafts[LastAccess].ChoiceKey = key;
                Drafts[LastAccess].Choice = point.Kind switch
                {
                    ChoiceKind.Source => "the load returns an older value",
                    ChoiceKind.Coherence => "the store is overtaken: earlier stores of others to the same place come after it",
                    _ => "the register write is posted, and arrives later",
                };
                return;
            case ChoiceKind.Schedule:
                var chosen = engine.Agents[pick];
                string held = engine.Agents[point.Agent] is CpuAgent cpu ? cpu.Active.Name : engine.Agents[point.Agent].Name;
                Choice(chosen, key, TurnOf(chosen));
                Drafts[^1].Held = held;
                return;
            default:
                var agent = engine.Agents[point.Agent];
                Choice(agent, key, agent is CpuAgent or InterruptAgent
                    ? $"has its hardware take way {pick}, where 0 is that everything takes effect at once" : $"takes its way {pick}, where 0 is the ordinary one");
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

    /// <summary>The last choice was a device's own: what it means. Words as <see cref="VirtioDevice.Whim"/> has them.</summary>
    public void Decided(int pick, string words)
    {
        if (pick == 0 || Drafts.Count == 0 || Drafts[^1].Kind != TraceKind.Choice) return;
        var each = words.Split('|');
        Drafts[^1].Choice = Drafts[^1].Text = each.Length == 1 ? words : each[Math.Min(pick, each.Length) - 1];
    }

    /// <summary>The execution is over.</summary>
    public ExecutionTrace End()
    {
        Complete();
        NameAll();
        int first = LeftOut;
        return new()
        {
            Lanes = Lanes.All,
            LeftOut = first,
            Events = [.. Drafts.Skip(first).Select((draft, number) => draft.ToEvent(number, first))],
            Queues = Queues,
            Failure = Violation is null ? null : Without(first, Judge(Violation)),
            Console = Console,
        };
    }

    /// <summary>Numbers of events as they are once the first ones are left out.</summary>
    static TraceFailure Without(int first, TraceFailure failure) => first == 0 ? failure : new(failure.At - first, Math.Max(-1, failure.Other - first))
    {
        Reasons = [.. failure.Reasons.Where(reason => reason.Event >= first).Select(reason => reason with { Event = reason.Event - first })],
        Circle = failure.Circle.Any(step => step.Event < first) ? [] : [.. failure.Circle.Select(step => step with { Event = step.Event - first })],
        Missing = [.. failure.Missing.Where(order => order.First >= first).Select(order => order with { First = order.First - first, Then = order.Then - first })],
    };

    /// <summary>Gives names to places whose name was not known when they were accessed.</summary>
    protected abstract void NameAll();

    protected virtual IReadOnlyList<QueuePicture> Queues => [];

    protected virtual string Console => "";

    protected abstract TraceFailure Judge(Violation violation);
}
