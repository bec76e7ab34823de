using System.Numerics;
using Ringcheck.Exploration;

namespace Ringcheck.Tests.Coyote;

/// <summary>All choices of an execution come from the controlled runtime: schedules from its scheduler, everything else from its numbers.</summary>
/// <param name="tryAll">
/// True under a strategy that tries everything. Otherwise device freedom is left plain three times in four and faults 63 times in 64, as our own
/// random walk has it: they are offered so often that a uniform choice would never let a request through.
/// </param>
internal sealed class ControlledStrategy(string name, bool tryAll) : Strategy
{
    /// <summary>States of memory, devices and monitors at the end of executions in which nothing was found.</summary>
    public HashSet<Fingerprint> FinalStates { get; } = [];

    public override string Name => name;

    /// <summary>Final states are compared by fingerprint, which memory keeps only if somebody asks.</summary>
    public override bool NeedsFingerprints => true;

    public override bool Begin(long execution) => true;

    /// <summary>Carries a question to the root operation; no answer once the iteration has ended early, so that the execution runs out plainly.</summary>
    public Func<ChoicePoint, int?> Ask { get; set; } = static _ => null;

    public override int Choose(in ChoicePoint point, Engine engine) => Ask(point) ?? point.Default;

    /// <summary>On the root operation: what the runtime decides.</summary>
    public int Serve(ChoicePoint point, IControlledRun run, AgentOperations operations)
    {
        if (point.Kind == ChoiceKind.Schedule) return operations.Choose(point.Enabled);
        if (!tryAll && run.Integer(point.Kind == ChoiceKind.Fault ? 64 : 4) != 0) return point.Default;
        ulong options = point.Enabled;
        for (int n = run.Integer(BitOperations.PopCount(options)); n > 0; n--) options &= options - 1;
        return BitOperations.TrailingZeroCount(options);
    }

    public override void End(Engine engine)
    {
        if (engine.Violation is null) FinalStates.Add(Final(engine));
    }

    /// <summary>What an execution left behind. How it came there (histories of agents, steps, time) stays out.</summary>
    public static Fingerprint Final(Engine engine)
    {
        var hasher = new StateHasher();
        engine.System?.Fold(ref hasher);
        return hasher.Result;
    }
}
