using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Ringcheck.Exploration;

/// <summary>What the workers of one exploration share.</summary>
internal sealed class SharedWork
{
    public required Func<IScenario> Scenarios { get; init; }

    public required Func<Strategy> Strategies { get; init; }

    public required ExplorationBudget Budget { get; init; }

    public required Ledger Ledger { get; init; }

    /// <summary>True if parts of a tree are handed out; false if they are blocks of numbers, or one worker has the whole tree.</summary>
    public required bool CutsTree { get; init; }

    public required long Share { get; init; }

    /// <summary>Executions of trees that were begun, by all workers: these have no numbers that a budget could be held against.</summary>
    public long Tickets;

    public volatile bool Stop;

    public volatile Exception? Broken;

    /// <summary>Raised by one when the ledger is to be saved: each worker then makes an entry.</summary>
    public volatile int Round;
}

/// <summary>
/// One thread that explores: it takes parts from the ledger, runs their executions, and enters what it has run. It shares nothing that it writes in
/// an execution with other workers, not even a cache line.
/// </summary>
internal sealed partial class ExplorationWorker
{
    /// <summary>Two cache lines on either side (some processors fetch lines in pairs).</summary>
    [StructLayout(LayoutKind.Explicit, Size = 264)]
    struct Padded
    {
        [FieldOffset(128)]
        public long Executions;
    }

    readonly SharedWork shared;
    readonly int number;
    readonly Stopwatch silent = Stopwatch.StartNew();
    (long Execution, uint Points) lastSeen;
    volatile IScenario? scenario;
    Padded progress;

    public ExplorationWorker(SharedWork work, int ofNumber)
    {
        shared = work;
        number = ofNumber;
        // A deep stack: recursion without end is caught with room to spare, not by the process dying.
        Thread = new Thread(Run, 16 << 20) { IsBackground = true, Name = "explorer" };
        Thread.Start();
    }

    public Thread Thread { get; }

    /// <summary>Executions run, by this process.</summary>
    public long Executions => Volatile.Read(ref progress.Executions);

    /// <summary>The last round for which it has made an entry.</summary>
    public int AnsweredRound => Volatile.Read(ref answeredRound);

    public int StatesReached => scenario?.Engine.Coverage.States ?? 0;

    public int RulesMet => scenario?.Engine.Coverage.Rules ?? 0;

    /// <summary>How long this worker has made no scheduling point.</summary>
    public double SilentSeconds
    {
        get
        {
            var now = (Executions, scenario?.Engine.Points ?? 0);
            if (now != lastSeen || scenario is null)
            {
                lastSeen = now;
                silent.Restart();
            }
            return silent.Elapsed.TotalSeconds;
        }
    }

    /// <summary>Driver code does not come back. Its thread is left behind; what it had chosen so far replays it.</summary>
    public void GiveUp()
    {
        shared.Stop = true;
        current = current with { Executions = current.Executions + 1 };
        shared.Ledger.Enter(number, Counted(), [], null, null);
        shared.Ledger.Report(new(current.Part, new("progress", "hang", [],
            $"driver code made no access to the machine for {shared.Budget.HangSeconds:F0} s of wall-clock time",
            "Bound the loop that does not come back."), scenario!.Program, [.. scenario.Engine.Trace]));
    }

    void Run()
    {
        try
        {
            using var built = shared.Scenarios();
            scenario = own = built;
            var strategy = shared.Strategies();
            bool hasEnded = strategy.IsNumbered ? ExploreNumbers(strategy) : ExploreTree(ref strategy);
            shared.Ledger.Finish(built, strategy, Executions > 0, hasEnded);
            aside?.Dispose();
        }
        catch (Exception exception)
        {
            shared.Broken = exception;
            shared.Stop = true;
        }
    }

    /// <summary>Blocks of numbers, until there are no more. True if the strategy ended the search.</summary>
    bool ExploreNumbers(Strategy strategy)
    {
        var blocks = new Blocks(shared.Budget.Executions);
        (long Part, long End) last = (NoPart, 0);
        while (!shared.Stop)
        {
            var begun = shared.Ledger.TakeLeft(number);
            long part = begun?.Part ?? shared.Ledger.TakeNext(number), end = part == long.MaxValue ? 0 : blocks.End(part);
            if (part == long.MaxValue || blocks.First(part) >= shared.Budget.Executions) break;
            Load(strategy, begun);
            BeginPart(part, begun?.Done ?? 0);
            for (long i = blocks.First(part) + done; i < end && !shared.Stop && part <= shared.Ledger.LastPart; i++)
            {
                if (!strategy.Begin(i)) return EnterAll(strategy, part, end, true);
                if (!RunOne(strategy, i)) break;
                if (answeredRound != shared.Round) Answer(strategy);
            }
            last = (part, end);
        }
        return EnterAll(strategy, last.Part, last.End, false);
    }

    /// <summary>The last entry: a block that was left in its middle, or a search that learns, is gone on with.</summary>
    bool EnterAll(Strategy strategy, long part, long end, bool hasEnded)
    {
        bool isOpen = part >= 0 && part <= shared.Ledger.LastPart && (!strategy.IsIndependent || (shared.Stop && done < end - new Blocks(shared.Budget.Executions).First(part)));
        Enter(isOpen && part != shared.Ledger.Failure?.Part ? Here(strategy) : null);
        return hasEnded;
    }

    /// <summary>A tree, or those of its parts that are this worker's. True if it came to the end.</summary>
    bool ExploreTree(ref Strategy strategy)
    {
        bool isFresh = true, hasEnded = false;
        while (!shared.Stop)
        {
            var begun = shared.Ledger.TakeLeft(number);
            if (begun is null && (hasEnded || (!shared.CutsTree && shared.Ledger.TakeNext(number) != 0))) break;
            if (hasEnded) shared.Ledger.Ends(strategy);
            if (!isFresh) strategy = shared.Strategies();
            isFresh = false;
            if (shared.CutsTree) ((IShardable)strategy).Restrict(() => shared.Ledger.TakeNext(number));
            Load(strategy, begun);
            BeginPart(begun?.Part ?? NoPart, begun?.Done ?? 0);
            hasEnded = Search(strategy);
            if (hasEnded) Enter(null);
            else if (shared.Stop && current.Part != NoPart) Enter(current.Part < shared.Ledger.LastPart ? Here(strategy) : null);
            else Enter(null);
        }
        return hasEnded;
    }

    /// <summary>Runs a search to its end (then true), to a failure, or until everything stops.</summary>
    bool Search(Strategy strategy)
    {
        var cut = shared.CutsTree ? (IShardable)strategy : null;
        while (!shared.Stop && current.Part <= shared.Ledger.LastPart)
        {
            // Before the search moves on, so that it is saved where it was. (Scouting comes first of all, and takes no ticket.)
            bool isSpent = Volatile.Read(ref shared.Tickets) >= shared.Share;
            if (isSpent || !strategy.Begin(Executions))
            {
                shared.Stop |= isSpent;
                return !isSpent;
            }
            if (strategy is IShardable { IsScouting: true })
            {
                Scout(strategy);
                continue;
            }
            if (Interlocked.Increment(ref shared.Tickets) > shared.Share) return false;
            if ((cut?.Part ?? 0) is var part && part != current.Part) BeginPart(part, 0);
            if (!RunOne(strategy, done)) return false;
            if (answeredRound != shared.Round) Answer(strategy);
        }
        return false;
    }

    /// <summary>An execution that only finds out where parts begin: aside, so that nothing of it is counted.</summary>
    void Scout(Strategy strategy)
    {
        scenario = aside ??= shared.Scenarios();
        Execution.Run(scenario, strategy);
        scenario = own;
        answeredRound = shared.Round; // nothing is known that could be entered
    }
}
