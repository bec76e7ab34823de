using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>How far a study of barriers goes.</summary>
/// <param name="Memory">By name, see <see cref="Devices.MachineMemory"/>.</param>
/// <param name="Executions">Random executions for each candidate on each scenario and profile; some more by deepening.</param>
/// <param name="Seed">Of the random walks.</param>
/// <param name="Jobs">Worker threads; the result does not depend on it.</param>
public sealed record StudySettings(string Memory, long Executions, ulong Seed, int Jobs);

/// <summary>A scenario under a device profile.</summary>
public sealed record StudyRun(string Scenario, string Profile)
{
    public override string ToString() => $"{Scenario} ({Profile})";
}

/// <summary>What was found with one replacement.</summary>
/// <param name="Violation">The first one, or null if nothing was found.</param>
/// <param name="Replay">What replays it, not shrunk.</param>
/// <param name="Executions">Up to the one that found it, or all.</param>
/// <param name="Scenarios">Scenarios that were explored, profiles counted together.</param>
public sealed record Trial(Violation? Violation, ReplayString? Replay, long Executions, int Scenarios)
{
    public bool Passes => Violation is null;
}

/// <summary>A weaker instruction at one site, all others as mapped.</summary>
public sealed record Candidate(BarrierInstruction Instruction, Trial Trial);

/// <summary>One site, and what happens when it is weakened.</summary>
/// <param name="Mapped">The mapping's instruction.</param>
/// <param name="Reached">By how many scenarios; with 0 nothing is known of the site.</param>
/// <param name="Candidates">The weaker instructions that were tried, weakest first. What is above one that passes is not tried.</param>
public sealed record SiteResult(CodeSite Site, BarrierInstruction Mapped, int Reached, IReadOnlyList<Candidate> Candidates)
{
    /// <summary>Something fails if the instruction is left out.</summary>
    public bool IsShownNeeded => Candidates.Count > 0 && !Candidates[0].Trial.Passes;

    /// <summary>The weakest instructions that suffice within the bounds, the mapped one if none below it does. Empty if nothing is known.</summary>
    public IReadOnlyList<BarrierInstruction> Sufficient
    {
        get
        {
            if (Reached == 0) return [];
            var passing = Candidates.Where(candidate => candidate.Trial.Passes).Select(candidate => candidate.Instruction).ToList();
            return passing.Count == 0 ? [Mapped] : passing;
        }
    }

    /// <summary>A weaker instruction than the mapped one passes.</summary>
    public bool IsStronger => Reached > 0 && !Sufficient.Contains(Mapped);

    /// <summary>
    /// The mapped instruction keeps loads before later stores, the one that passes does not: that it passes says nothing of load buffering.
    /// </summary>
    public bool LeavesLoadBuffering => IsStronger && Instructions.OrdersLoadsBeforeStores(Mapped) && Sufficient.Any(each => !Instructions.OrdersLoadsBeforeStores(each));
}

/// <summary>A run that fails though no instruction was replaced.</summary>
public sealed record MappedFailure(StudyRun Run, Violation Violation, ReplayString Replay);

/// <summary>All of a study.</summary>
/// <param name="Failures">Runs that fail with all instructions as mapped; the study leaves them out.</param>
/// <param name="Together">Weakened one after another as far as nothing is found, or null if that was not asked or there was nothing to weaken.</param>
/// <param name="Stopped">Ended before its end: sites may be missing.</param>
public sealed record StudyResult(StudySettings Settings, IReadOnlyList<SiteResult> Sites, IReadOnlyList<MappedFailure> Failures, TogetherResult? Together,
    long Executions, bool Stopped);

/// <summary>Sites weakened together.</summary>
/// <param name="Left">What stands at each site, in the order in which they were weakened.</param>
/// <param name="Trial">The last look at all of it, with four times the executions.</param>
public sealed record TogetherResult(IReadOnlyList<(CodeSite Site, BarrierInstruction Mapped, BarrierInstruction Instruction)> Left, Trial Trial);
