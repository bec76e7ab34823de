namespace Ringcheck.Exploration;

/// <summary>All choices plain: an ordinary simulation.</summary>
public sealed class PlainRun : Strategy
{
    public static readonly PlainRun Instance = new();

    public override string Name => "plain";

    public override bool IsIndependent => true;

    public override bool Begin(long execution) => true;

    public override int Choose(in ChoicePoint point, Engine engine) => point.Default;
}
