using Ringcheck.Exploration;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>Agents that do nothing but take steps, and a rule over the order of these: schedules and nothing else, so that what a strategy aims at can be planted.</summary>
/// <param name="steps">Steps of each agent: cpu0 first, then others that run inline.</param>
/// <param name="place">What agent a touches at its step s; not known if null.</param>
/// <param name="rule">After each step, with its agent: true if that is the failure.</param>
sealed class ChoiceLadder(int[] steps, Func<int, int, Footprint>? place = null, Func<IReadOnlyList<int>, bool>? rule = null) : IScenario, ISystem
{
    readonly List<int> order = [];
    readonly List<Stepper> others = [];
    CpuAgent? cpu;

    sealed class Stepper(string name, ChoiceLadder ladder, int steps) : InlineAgent(name)
    {
        public override void Run()
        {
            Step++;
            Observed(1, Step);
            if (Step == steps) Engine.Block(this);
            ladder.Stepped(Id, (int)Step);
        }
    }

    public Engine Engine { get; } = new();

    /// <summary>Who took each step of the last execution.</summary>
    public IReadOnlyList<int> Order => order;

    public IReadOnlyList<Operation> Program { get; set; } = [];

    public IReadOnlyList<Premise> Premises => [];

    public string Bounds => "";

    public void Reset(Strategy strategy)
    {
        if (cpu is null)
        {
            cpu = Engine.Add(new CpuAgent("cpu0"));
            for (int i = 1; i < steps.Length; i++) others.Add(Engine.Add(new Stepper($"dev{i}", this, steps[i])));
            Engine.System = this;
        }
        Engine.Reset(strategy);
        order.Clear();
        foreach (var other in others)
        {
            other.Pending = Place(other.Id, 0);
            Engine.Unblock(other);
        }
    }

    Footprint Place(int agent, int step) => place?.Invoke(agent, step) ?? default;

    void Stepped(int agent, int steps)
    {
        if (agent != 0) others[agent - 1].Pending = Place(agent, steps);
        order.Add(agent);
        if (rule?.Invoke(order) == true) Engine.Fail(new("toy", "planted", [], "", ""));
    }

    public void Run()
    {
        for (int i = 0; i < steps[0]; i++)
        {
            cpu!.Point(Place(0, i));
            cpu.Observed(1, (ulong)i);
            Stepped(0, i + 1);
        }
        cpu!.Finish();
        Engine.RunToRest();
    }

    public string Describe(Operation operation) => "";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Fold(ref StateHasher hasher)
    {
        foreach (int agent in order) hasher.Add((ulong)agent);
    }

    public Violation LostWakeUp(CpuAgent waiting) => throw new InvalidOperationException("nobody waits here");

    public void Dispose()
    {
    }
}
