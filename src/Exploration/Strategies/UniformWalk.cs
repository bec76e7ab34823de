namespace Ringcheck.Exploration;

/// <summary>Each choice uniformly among what is enabled, whatever kind it is: for counting how many executions fail, where a weight would decide the answer.</summary>
public sealed class UniformWalk(ulong seed) : Strategy
{
    RandomBits random;

    public override string Name => "uniform";

    public override bool IsIndependent => true;

    public override bool Begin(long execution)
    {
        random = RandomBits.For(seed, execution);
        return true;
    }

    public override int Choose(in ChoicePoint point, Engine engine) => random.OneOf(point.Enabled);
}
