namespace Ringcheck.Exploration;

/// <summary>Where the work on a part stopped, to go on from there.</summary>
/// <param name="Part">The part.</param>
/// <param name="Done">Executions of it that the ledger has.</param>
/// <param name="Search">What <see cref="Strategy.Save"/> wrote; empty where the number of an execution says all.</param>
internal readonly record struct OpenPart(long Part, long Done, byte[] Search)
{
    /// <summary>Given to somebody who made no entry about it.</summary>
    public bool IsUntouched => Done == 0 && Search.Length == 0;
}

/// <summary>The failure of the lowest part so far: the one that counts, whoever finds what first.</summary>
internal sealed record Failure(long Part, Violation Violation, IReadOnlyList<Operation> Program, IReadOnlyList<Deviation> Trace);

/// <summary>
/// The account of an exploration: what is done, what is under way and what comes next. Each entry is made whole, under one lock, so at any moment the ledger
/// holds each execution once or not at all; what a worker has run since its last entry is not in it, and is run again after a crash.
/// </summary>
internal sealed partial class Ledger
{
    readonly Lock gate = new();
    readonly Shard shard;
    readonly SortedDictionary<long, PartCount> parts = [];
    readonly SortedDictionary<string, Violation> advice = new(StringComparer.Ordinal);

    /// <summary>Begun by somebody who is gone; the lowest is taken first.</summary>
    readonly SortedDictionary<long, OpenPart> left = [];

    /// <summary>For each worker: where its last entry left it, and what it was given since. If it dies, that is what somebody has to do again.</summary>
    readonly List<OpenPart>[] held;
    long next;
    Premise[] premises = [];
    double secondsBefore;

    /// <summary>Model states and premises of rules that were reached.</summary>
    public CoverageSum Coverage { get; } = new();
    int ended;

    public Ledger(Shard ofShard, int workers)
    {
        shard = ofShard;
        next = shard.Index - 1;
        held = [.. Enumerable.Range(0, workers).Select(static _ => new List<OpenPart>())];
    }

    public Failure? Failure { get; private set; }

    /// <summary>The search has come to its end by itself, whoever did it.</summary>
    public bool HasEnded { get; private set; }

    /// <summary>It has, and left nothing out.</summary>
    public bool IsExhaustive { get; private set; } = true;

    public string Bounds { get; private set; } = "";

    /// <summary>They were said by a process before this one; whoever goes on says so anew.</summary>
    bool boundsAreOld;

    public IReadOnlyList<Premise> Premises => premises;

    public IReadOnlyList<Violation> Advice => [.. advice.Values];

    /// <summary>Seconds that processes before this one spent.</summary>
    public double SecondsBefore => secondsBefore;

    /// <summary>What is done, without parts after the one that failed.</summary>
    public IReadOnlyList<PartCount> Parts => [.. parts.Values.Where(part => part.Part <= LastPart)];

    /// <summary>Executions of all that is in it.</summary>
    public long Executions
    {
        get
        {
            lock (gate) return parts.Values.Sum(static part => part.Executions);
        }
    }

    /// <summary>No part beyond this one matters any more. May be read without the lock.</summary>
    public long LastPart => Volatile.Read(ref lastPart);

    long lastPart = long.MaxValue;

    /// <summary>Something that was begun and left, to go on with; null if there is nothing that still matters.</summary>
    public OpenPart? TakeLeft(int worker)
    {
        lock (gate)
        {
            foreach (var part in left.Values)
            {
                if (part.IsUntouched || part.Part > LastPart) continue;
                left.Remove(part.Part);
                held[worker].Add(part);
                return part;
            }
            return null;
        }
    }

    /// <summary>The number of the next part of this shard that nobody has begun; one beyond all parts if none matters any more.</summary>
    public long TakeNext(int worker)
    {
        lock (gate)
        {
            long part = next;
            foreach (var each in left.Values)
            {
                if (!each.IsUntouched) continue;
                part = each.Part;
                break;
            }
            if (part > LastPart) return long.MaxValue;
            if (!left.Remove(part)) next += shard.Of;
            held[worker].Add(new(part, 0, []));
            return part;
        }
    }

    /// <summary>
    /// A worker's entry: what it has run since its last one, and where it is now. Null where it is in no part.
    /// </summary>
    /// <param name="worker">Its number, from 0.</param>
    /// <param name="run">Counts for each part.</param>
    /// <param name="met">Premises since its last entry; empty if it cannot say.</param>
    /// <param name="scenario">What it runs, which knows its advice and its coverage; null if it cannot be asked.</param>
    /// <param name="now">Where it is.</param>
    public void Enter(int worker, IEnumerable<PartCount> run, IReadOnlyList<Premise> met, IScenario? scenario, OpenPart? now)
    {
        lock (gate)
        {
            foreach (var part in run) parts[part.Part] = parts.GetValueOrDefault(part.Part, part with { Executions = 0, Points = 0 }).Plus(part);
            if (premises.Length == 0) premises = [.. met];
            else for (int i = 0; i < met.Count; i++) premises[i] = premises[i] with { Count = premises[i].Count + met[i].Count };
            foreach (var each in scenario?.Advice ?? []) advice.TryAdd(each.Message, each);
            scenario?.Engine.Coverage.AddTo(Coverage);
            Coverage.Know(scenario?.Rules ?? []);
            held[worker].Clear();
            if (now is not null) held[worker].Add(now.Value);
        }
    }

    /// <summary>The failure of the lowest part counts, so that the result does not depend on who found what first.</summary>
    public void Report(Failure found)
    {
        lock (gate)
        {
            if (found.Part >= LastPart) return;
            Failure = found;
            Volatile.Write(ref lastPart, found.Part);
        }
    }

    /// <summary>Adds coverage alone: of executions that are entered later, or were before.</summary>
    public void Cover(Coverage coverage)
    {
        lock (gate) coverage.AddTo(Coverage);
    }

    /// <summary>A worker goes on where another one was: what that one had covered is not new to it.</summary>
    public void Restore(Coverage coverage)
    {
        lock (gate) coverage.Restore(Coverage);
    }

    /// <summary>A search has come to its end, and its worker begins another one.</summary>
    public void Ends(Strategy strategy)
    {
        lock (gate) IsExhaustive &= strategy.IsExhaustive;
    }

    /// <summary>A worker has nothing left to do. One that has run nothing, or has met no bound, has nothing to say about bounds either, unless nobody has.</summary>
    public void Finish(IScenario scenario, Strategy strategy, bool hasRun, bool hasEnded)
    {
        lock (gate)
        {
            if (Bounds.Length == 0 || (hasRun && (strategy.Bounds.Length > 0 || boundsAreOld)))
            {
                boundsAreOld = false;
                Bounds = string.Join("; ", new[] { scenario.Bounds, strategy.Bounds }.Where(static text => text.Length > 0));
            }
            if (!hasEnded) return;
            IsExhaustive &= strategy.IsExhaustive;
            HasEnded = ++ended == held.Length && left.Keys.All(part => part > LastPart);
        }
    }
}
