using Ringcheck.Devices;
using Ringcheck.Exploration;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// A scenario whose device has a bug: at one scheduling point of each execution, something happens to the machine behind all monitors'
/// backs. It shows that what judges the outcome would see it.
/// </summary>
sealed class SabotagedScenario(IScenario inner, int atChoice, Action<SimulatedMachine> act) : IScenario
{
    public Engine Engine => inner.Engine;

    public IReadOnlyList<Operation> Program { get => inner.Program; set => inner.Program = value; }

    public IReadOnlyList<Premise> Premises => inner.Premises;

    public string Bounds => inner.Bounds;

    public void Reset(Strategy strategy) => inner.Reset(new Saboteur(strategy, atChoice, () => act((SimulatedMachine)Engine.System!)));

    public void Run() => inner.Run();

    public string Describe(Operation operation) => inner.Describe(operation);

    public IEnumerable<Operation> Simpler(Operation operation) => inner.Simpler(operation);

    public Operation? Merge(Operation first, Operation second) => inner.Merge(first, second);

    public void Dispose() => inner.Dispose();

    sealed class Saboteur(Strategy strategy, int atChoice, Action act) : Strategy
    {
        int choices;

        public override string Name => strategy.Name;

        public override bool NeedsFingerprints => strategy.NeedsFingerprints;

        public override bool Begin(long execution) => strategy.Begin(execution);

        public override int Choose(in ChoicePoint point, Engine engine)
        {
            if (++choices == atChoice) act();
            return strategy.Choose(point, engine);
        }

        public override void End(Engine engine) => strategy.End(engine);
    }
}
