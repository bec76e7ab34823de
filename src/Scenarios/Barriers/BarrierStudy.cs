using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>
/// Which barrier is needed: weakens each site of driver or kernel code, one instruction at a time, and explores the scenarios that reach it. What it
/// finds is certain, since each violation replays. That it finds nothing holds within its bounds.
/// </summary>
public sealed class BarrierStudy(IScenarioCatalog scenarios, IReadOnlyList<StudyRun> plan, StudySettings asked)
{
    /// <summary>More often than elsewhere: load buffering is found by the audit only.</summary>
    const int AuditEvery = 8;

    readonly IScenarioCatalog catalog = scenarios;
    readonly IReadOnlyList<StudyRun> runs = plan;
    readonly StudySettings settings = asked;

    /// <summary>Runs that reach a site, and how often one did in the baseline.</summary>
    readonly Dictionary<CodeSite, List<StudyRun>> reachedBy = [];
    readonly Dictionary<CodeSite, BarrierInstruction> mapped = [];
    readonly Dictionary<StudyRun, int?> deviationsOf = [];
    readonly List<MappedFailure> failures = [];
    volatile string doing = "";
    long executions, steps;
    double stepsInAll = 1;

    /// <summary>If set, only sites of these rooms count, whatever else the scenarios reach; of a room that is reached, sites that are not are listed too.</summary>
    public IReadOnlyList<string>? Rooms { get; init; }

    /// <summary>True: afterwards, all sites are weakened together as far as they can be.</summary>
    public bool AlsoTogether { get; init; }

    /// <summary>How far it is, from any thread: a share of 1, and what it does now.</summary>
    public (double Share, string Words) Progress => (Interlocked.Read(ref steps) / stepsInAll, doing);

    public StudyResult Run(CancellationToken cancellation = default)
    {
        stepsInAll = 2 * runs.Count;
        foreach (var run in runs) LookAtMapped(run, cancellation);
        var sites = new List<SiteResult>();
        var studied = CodeSite.All.Where(site => reachedBy.ContainsKey(site) || (Rooms is not null && reachedBy.Keys.Any(reached => reached.Room == site.Room))).ToList();
        steps = studied.Count;
        stepsInAll = 2 * studied.Count;
        foreach (var site in studied)
        {
            if (cancellation.IsCancellationRequested) break;
            var result = Study(site, cancellation);
            if (!cancellation.IsCancellationRequested) sites.Add(result);
            Interlocked.Increment(ref steps);
        }
        TogetherResult? together = null;
        if (AlsoTogether && sites.Any(site => site.IsStronger) && !cancellation.IsCancellationRequested) together = WeakenTogether(sites, cancellation);
        bool stopped = cancellation.IsCancellationRequested;
        return new(settings, sites, failures, stopped ? null : together, executions, stopped);
    }

    /// <summary>Everything as mapped: which sites are reached, and that nothing is found.</summary>
    void LookAtMapped(StudyRun run, CancellationToken cancellation)
    {
        if (cancellation.IsCancellationRequested) return;
        doing = $"as mapped: {run}";
        if (Rooms is not null && !ReachesRooms(run, cancellation)) return;
        var built = new List<IBarrierScenario>();
        var trial = Try(BarrierReplacement.None, [run], settings.Executions, cancellation, built);
        steps++;
        if (!trial.Passes)
        {
            failures.Add(new(run, trial.Violation!, trial.Replay!));
            return;
        }
        foreach (var reached in built.SelectMany(scenario => scenario.Barriers.Sites.Select(site => (scenario.Barriers, site))))
        {
            if (CodeSite.Of(reached.site) is not { } site || Rooms?.Contains(site.Room) == false) continue;
            mapped[site] = reached.Barriers.MappedTo(reached.site);
            if (!reachedBy.TryGetValue(site, out var by)) reachedBy.Add(site, by = []);
            if (!by.Contains(run)) by.Add(run);
        }
    }

    /// <summary>One plain execution is enough to see whether a scenario runs the shipped code or its own.</summary>
    bool ReachesRooms(StudyRun run, CancellationToken cancellation)
    {
        var built = new List<IBarrierScenario>();
        Explore(BarrierReplacement.None, run, static () => PlainRun.Instance, 1, built, cancellation);
        return built.Exists(scenario => scenario.Barriers.Sites.Any(site => CodeSite.Of(site) is { } known && Rooms!.Contains(known.Room)));
    }

    SiteResult Study(CodeSite site, CancellationToken cancellation)
    {
        if (!reachedBy.TryGetValue(site, out var by)) return new(site, BarrierInstruction.None, 0, []);
        var candidates = new List<Candidate>();
        foreach (var weaker in site.Weaker(mapped[site]))
        {
            if (candidates.Exists(candidate => candidate.Trial.Passes && Instructions.IsBelow(candidate.Instruction, weaker))) continue;
            doing = $"{site.Name}: {Instructions.WordsFor(weaker)}";
            candidates.Add(new(weaker, LookTwice(BarrierReplacement.None.With(site, weaker), by, cancellation)));
        }
        return new(site, mapped[site], by.Select(run => run.Scenario).Distinct().Count(), candidates);
    }

    /// <summary>
    /// What fails mostly fails soon. What does not is looked at for longer, before it is said to pass: the more runs reach the site, the shorter each of them.
    /// </summary>
    Trial LookTwice(BarrierReplacement replacement, List<StudyRun> by, CancellationToken cancellation)
    {
        const int longer = 20, runsInFull = 6;
        var first = Try(replacement, by, settings.Executions, cancellation);
        if (!first.Passes || by.TrueForAll(run => DeviationsOf(run) is not null)) return first;
        long most = longer * settings.Executions * runsInFull / Math.Max(by.Count, runsInFull);
        var second = Try(replacement, by, Math.Max(most, settings.Executions), cancellation);
        return second with { Executions = first.Executions + second.Executions };
    }

    /// <summary>One site after the other takes the first instruction with which nothing is found, the earlier ones as weak as they have become.</summary>
    TogetherResult WeakenTogether(List<SiteResult> sites, CancellationToken cancellation)
    {
        var all = BarrierReplacement.None;
        var left = new List<(CodeSite, BarrierInstruction, BarrierInstruction)>();
        foreach (var result in sites.Where(site => site.Reached > 0))
        {
            var stays = result.Mapped;
            foreach (var weaker in result.IsStronger ? result.Site.Weaker(result.Mapped) : [])
            {
                // What fails alone fails with others weakened too.
                if (cancellation.IsCancellationRequested || result.Candidates.Any(alone => alone.Instruction == weaker && !alone.Trial.Passes)) continue;
                doing = $"together: {result.Site.Name} {Instructions.WordsFor(weaker)}";
                if (!Try(all.With(result.Site, weaker), reachedBy[result.Site], settings.Executions, cancellation).Passes) continue;
                stays = weaker;
                all = all.With(result.Site, weaker);
                break;
            }
            left.Add((result.Site, result.Mapped, stays));
        }
        return LookAgain(left, cancellation);
    }

    /// <summary>
    /// With more executions, too much may turn out to be gone: then what was weakened last, of what mends the run that failed, comes back.
    /// </summary>
    TogetherResult LookAgain(List<(CodeSite Site, BarrierInstruction Mapped, BarrierInstruction Instruction)> left, CancellationToken cancellation)
    {
        var everything = left.SelectMany(each => reachedBy[each.Site]).Distinct().ToList();
        while (true)
        {
            doing = "together: a last look";
            var trial = Try(ReplacementOf(left), everything, 4 * settings.Executions, cancellation);
            if (trial.Passes || cancellation.IsCancellationRequested) return new(left, trial);
            List<StudyRun> failed = [new(trial.Replay!.Scenario, trial.Replay.Profile)];
            if (Try(BarrierReplacement.None, failed, 4 * settings.Executions, cancellation) is { Passes: false } asMapped)
            {
                failures.Add(new(failed[0], asMapped.Violation!, asMapped.Replay!)); // the shorter look at the beginning missed it
                everything.Remove(failed[0]);
                continue;
            }
            int back = -1;
            for (int i = left.Count - 1; i >= 0; i--)
            {
                if (left[i].Instruction == left[i].Mapped) continue;
                if (back < 0) back = i; // if none mends it alone, the last one comes back
                var mended = left.ToList();
                mended[i] = left[i] with { Instruction = left[i].Mapped };
                if (!Try(ReplacementOf(mended), failed, 4 * settings.Executions, cancellation).Passes) continue;
                back = i;
                break;
            }
            if (back < 0) return new(left, trial);
            left[back] = left[back] with { Instruction = left[back].Mapped };
        }
    }

    static BarrierReplacement ReplacementOf(List<(CodeSite Site, BarrierInstruction Mapped, BarrierInstruction Instruction)> left)
        => left.Where(each => each.Instruction != each.Mapped).Aggregate(BarrierReplacement.None, (all, each) => all.With(each.Site, each.Instruction));

    /// <summary>
    /// A search of every execution where they are few enough. Otherwise a short walk over all runs first, since most of what fails fails soon; then a long one; then, on small bounds, all executions with few deviations.
    /// </summary>
    Trial Try(BarrierReplacement replacement, List<StudyRun> by, long most, CancellationToken cancellation, List<IBarrierScenario>? built = null)
    {
        (Func<Strategy> Strategy, long Executions)[] rounds = [(Walk(0), Math.Max(1, most / 8)), (Walk(1), most), (static () => new Deepening(), Math.Max(1, settings.Executions / 4))];
        long before = executions;
        foreach (var run in by)
        {
            if (cancellation.IsCancellationRequested) break;
            if (DeviationsOf(run) is not { } deviations) continue;
            var (violation, replay) = Explore(replacement, run, () => new Exhaustive(Pruning.SeenStates, deviations), long.MaxValue, built, cancellation);
            if (violation is not null) return new(violation, replay, executions - before, by.Select(each => each.Scenario).Distinct().Count());
        }
        foreach (var (strategy, count) in rounds)
        {
            foreach (var run in by)
            {
                if (cancellation.IsCancellationRequested) break;
                if (DeviationsOf(run) is not null) continue;
                var (violation, replay) = Explore(replacement, run, strategy, count, built, cancellation);
                if (violation is not null) return new(violation, replay, executions - before, by.Select(each => each.Scenario).Distinct().Count());
            }
        }
        return new(null, null, executions - before, by.Select(each => each.Scenario).Distinct().Count());
    }

    /// <summary>See <see cref="IBarrierScenario.SearchedDeviations"/>.</summary>
    int? DeviationsOf(StudyRun run)
    {
        if (deviationsOf.TryGetValue(run, out int? known)) return known;
        using var scenario = catalog.Create(run.Scenario, run.Profile, settings.Memory);
        return deviationsOf[run] = (scenario as IBarrierScenario)?.SearchedDeviations;
    }

    /// <summary>The walk of a round: rounds do not repeat each other.</summary>
    Func<Strategy> Walk(ulong round) => () => new RandomWalk(settings.Seed + round);

    (Violation? Violation, ReplayString? Replay) Explore(BarrierReplacement replacement, StudyRun run, Func<Strategy> strategy, long count,
        List<IBarrierScenario>? built, CancellationToken cancellation)
    {
        var weakened = new WeakenedCatalog(catalog, replacement);
        uint maxPoints = Engine.DefaultMaxPoints;
        IScenario Build()
        {
            var scenario = weakened.Create(run.Scenario, run.Profile, settings.Memory);
            maxPoints = scenario.Engine.MaxPoints;
            if (built is not null && scenario is IBarrierScenario barriers) lock (built) built.Add(barriers);
            return scenario;
        }
        var result = new Explorer(Build, strategy, new ExplorationBudget(count, Jobs: settings.Jobs) { AuditEvery = AuditEvery }).Run(cancellation);
        executions += result.Executions;
        if (result.Violation is null) return default;
        return (result.Violation, new(replacement.ToString(), run.Scenario, run.Profile, settings.Memory, maxPoints, settings.Seed, result.Program, result.Trace));
    }
}
