namespace Ringcheck.Exploration;

/// <summary>What a worker has run since its last entry in the ledger, and its entries.</summary>
internal sealed partial class ExplorationWorker
{
    const long NoPart = -1;

    /// <summary>The scenario whose executions count, and one for those that do not.</summary>
    IScenario? own, aside;

    /// <summary>Parts finished since the last entry, and the one under way.</summary>
    readonly List<PartCount> finished = [];
    PartCount current = new(NoPart, 0, 0);

    /// <summary>Executions of the part under way, those in the ledger included.</summary>
    long done;
    Premise[] entered = [];
    int answeredRound;

    void BeginPart(long part, long alreadyDone)
    {
        if (part < current.Part && part != NoPart)
        {
            // What comes now lies before what was covered so far: it is noted anew, and the earlier counts.
            shared.Ledger.Cover(own!.Engine.Coverage);
            own.Engine.Coverage.Forget();
        }
        if (current.Executions > 0) finished.Add(current);
        current = new(part, 0, 0);
        done = alreadyDone;
    }

    /// <summary>One execution that counts. False if it failed.</summary>
    /// <param name="strategy">How it chooses.</param>
    /// <param name="index">By which it is sampled for audits and coverage: its number, or its place in its part of a tree.</param>
    bool RunOne(Strategy strategy, long index)
    {
        own!.Engine.Coverage.Number(ExecutionPlace.Of(current.Part, done), ExplorationBudget.IsCovered(index));
        var found = Execution.Run(own, strategy, audited: index % shared.Budget.AuditEvery == 0);
        current = current with { Executions = current.Executions + 1, Points = current.Points + own.Engine.Points };
        done++;
        Volatile.Write(ref progress.Executions, progress.Executions + 1);
        if (found is null) return true;
        shared.Ledger.Report(new(current.Part, found, own.Program, [.. own.Engine.Trace]));
        return false;
    }

    void Answer(Strategy strategy)
    {
        int round = shared.Round;
        Enter(Here(strategy));
        Volatile.Write(ref answeredRound, round);
    }

    /// <summary>Where the search is, between two executions.</summary>
    OpenPart Here(Strategy strategy)
    {
        if (strategy.IsIndependent || !strategy.CanSave) return new(current.Part, done, []);
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        strategy.Save(to);
        to.Flush();
        return new(current.Part, done, bytes.ToArray());
    }

    void Load(Strategy strategy, OpenPart? begun)
    {
        if (begun is not { Search.Length: > 0 } part) return;
        if (strategy.NeedsCoverage) shared.Ledger.Restore(own!.Engine.Coverage);
        using var from = new BinaryReader(new MemoryStream(part.Search));
        strategy.Load(from);
    }

    List<PartCount> Counted()
    {
        List<PartCount> all = [.. finished];
        if (current.Executions > 0) all.Add(current);
        return all;
    }

    void Enter(OpenPart? now)
    {
        var met = own!.Premises;
        var since = new Premise[met.Count];
        for (int i = 0; i < since.Length; i++) since[i] = met[i] with { Count = met[i].Count - (entered.Length > 0 ? entered[i].Count : 0) };
        entered = [.. met];
        shared.Ledger.Enter(number, Counted(), since, own, now);
        finished.Clear();
        current = new(current.Part, 0, 0);
    }
}
