using System.Numerics;

namespace Ringcheck.Models.Checking;

/// <summary>
/// The breadth-first search. Levels are cut into rounds of fixed size; in each round jobs first expand states into buffers by shard,
/// then each shard takes its buffers in the order of the jobs. So states, their numbers, counts and the first violation are the same
/// whatever the number of workers, and no lock is taken. What a worker writes for each state, it writes into memory that no other worker
/// uses at the time; what others look at, once a job.
/// </summary>
internal sealed class Explorer<TModel, TState> : IDisposable
    where TModel : struct, IModel<TState>
    where TState : unmanaged
{
    private const int StatesPerRound = 1 << 15;
    private const int JobsPerRound = 32;

    /// <summary>A job of fewer states costs more than it lets another worker do.</summary>
    private const int LeastStatesPerJob = 64;

    /// <summary>State numbers are 32 bits; a search that comes near ends as bounded, with room for the shards' uneven shares.</summary>
    private const long StateLimit = 1L << 31;

    private readonly TModel _model;
    private readonly CheckOptions _options;
    private readonly CheckHost _host;
    private readonly Job[] _jobs = new Job[JobsPerRound];
    private readonly int[] _frontierBegin = new int[StateIds.Shards];
    private readonly int[] _frontierEnd = new int[StateIds.Shards];
    private readonly ulong[] _witnessed = new ulong[StateIds.Shards];
    private readonly ulong[] _broken = new ulong[StateIds.Shards];
    private readonly uint[][] _firstBroken = new uint[StateIds.Shards][];
    private double _lastReport;

    public Explorer(in TModel model, CheckOptions options, CheckHost host)
    {
        _model = model;
        _options = options;
        _host = host;
        for (var i = 0; i < StateIds.Shards; i++)
        {
            Shards[i] = new StateShard<TState>(options.Compacted);
            _firstBroken[i] = new uint[64];
        }
        for (var i = 0; i < JobsPerRound; i++)
            _jobs[i] = new Job();
    }

    /// <summary>How the search ended.</summary>
    public enum End
    {
        Complete,
        Found,
        Bounded,
        Stopped,
    }

    public StateShard<TState>[] Shards { get; } = new StateShard<TState>[StateIds.Shards];

    public long States { get; private set; }

    public long Generated { get; private set; }

    /// <summary>The deepest level that has a state, counted from 1.</summary>
    public int Depth { get; private set; }

    /// <summary>Witnesses seen, as a mask.</summary>
    public ulong Witnessed { get; private set; }

    /// <summary>Invariants broken in the last round, as a mask, with the first state that breaks each.</summary>
    public ulong Broken { get; private set; }

    public uint[] FirstBroken { get; } = new uint[64];

    /// <summary>Rules broken by steps of the last round, in their order.</summary>
    public List<RuleBreak> Breaks { get; } = [];

    /// <summary>The first state without successor that is not final, or <see cref="StateLink.None"/>.</summary>
    public uint Deadlock { get; private set; } = StateLink.None;

    public End Run()
    {
        var end = Search();
        if (HasNewStates())
            Depth++;
        return end;
    }

    private End Search()
    {
        var first = _jobs[0];
        first.Clear();
        var sink = new ExpandingSink<TState>(first.Buffers, first.Breaks) { Parent = StateLink.None };
        _model.Initial(ref sink);
        first.Generated = sink.Ordinal;
        if (EndRound(1) is { } atOnce)
            return atOnce;

        while (true)
        {
            var size = BeginLevel();
            if (size == 0)
                return End.Complete;
            Depth++;
            for (long done = 0; done < size; done += StatesPerRound)
            {
                if (_options.Cancellation.IsCancellationRequested)
                    return End.Stopped;
                // Small rounds have small jobs, so that there is something for each worker. Where a job ends changes nothing: shards take
                // what comes in the order of the states.
                var inRound = (int)Math.Min(StatesPerRound, size - done);
                var inJob = Math.Max(LeastStatesPerJob, (inRound + JobsPerRound - 1) / JobsPerRound);
                var jobs = (inRound + inJob - 1) / inJob;
                var begin = done;
                _host.Run(jobs, job => Expand(job, begin + ((long)job * inJob), begin + Math.Min(inRound, (job + 1L) * inJob)));
                if (EndRound(jobs) is { } end)
                    return end;
                Report(size - done - inRound);
            }
        }
    }

    /// <summary>Whether states were found of the level after the one being expanded.</summary>
    private bool HasNewStates()
    {
        for (var i = 0; i < StateIds.Shards; i++)
        {
            if (Shards[i].Count > _frontierEnd[i])
                return true;
        }
        return false;
    }

    private long BeginLevel()
    {
        var size = 0L;
        for (var i = 0; i < StateIds.Shards; i++)
        {
            _frontierBegin[i] = _frontierEnd[i];
            _frontierEnd[i] = Shards[i].Count;
            Shards[i].Release(_frontierBegin[i]);
            size += _frontierEnd[i] - _frontierBegin[i];
        }
        return size;
    }

    /// <summary>Expands the states at positions of the level, counted over the shards in turn.</summary>
    private void Expand(int number, long begin, long end)
    {
        var job = _jobs[number];
        job.Clear();
        var sink = new ExpandingSink<TState>(job.Buffers, job.Breaks);
        var generated = 0L;
        var position = 0L;
        for (var shard = 0; shard < StateIds.Shards && position < end; shard++)
        {
            var length = _frontierEnd[shard] - _frontierBegin[shard];
            var from = _frontierBegin[shard] + (int)Math.Max(0, Math.Min(length, begin - position));
            var to = _frontierBegin[shard] + (int)Math.Min(length, end - position);
            for (var index = from; index < to; index++)
            {
                ref readonly var state = ref Shards[shard].State(index);
                sink.Parent = StateIds.Of(shard, index);
                sink.Ordinal = 0;
                _model.Next(in state, ref sink);
                generated += sink.Ordinal;
                if (sink.Ordinal == 0 && job.Deadlock == StateLink.None && !_model.IsFinal(in state))
                    job.Deadlock = sink.Parent;
            }
            position += length;
        }
        job.Generated = generated;
    }

    private End? EndRound(int jobs)
    {
        _host.Run(StateIds.Shards, shard => Collect(shard, jobs));
        States = 0;
        for (var i = 0; i < StateIds.Shards; i++)
        {
            States += Shards[i].Count;
            Witnessed |= _witnessed[i];
            for (var left = _broken[i] & ~Broken; left != 0; left &= left - 1)
                FirstBroken[BitOperations.TrailingZeroCount(left)] = _firstBroken[i][BitOperations.TrailingZeroCount(left)];
            Broken |= _broken[i];
        }
        for (var i = 0; i < jobs; i++)
        {
            Generated += _jobs[i].Generated;
            Breaks.AddRange(_jobs[i].Breaks);
            if (Deadlock == StateLink.None)
                Deadlock = _jobs[i].Deadlock;
        }
        if (Broken != 0 || Breaks.Count > 0 || Deadlock != StateLink.None)
            return End.Found;
        return States >= Math.Min(_options.MaxStates, StateLimit) ? End.Bounded : null;
    }

    private void Collect(int number, int jobs)
    {
        var shard = Shards[number];
        var from = shard.Count;
        for (var job = 0; job < jobs; job++)
            shard.Insert(_jobs[job].Buffers[number].Items);
        var witnessed = 0UL;
        var broken = _broken[number];
        for (var index = from; index < shard.Count; index++)
        {
            ref readonly var state = ref shard.State(index);
            witnessed |= _model.Witnessed(in state);
            for (var fresh = _model.Broken(in state) & ~broken; fresh != 0; fresh &= fresh - 1)
            {
                broken |= fresh & (~fresh + 1);
                _firstBroken[number][BitOperations.TrailingZeroCount(fresh)] = StateIds.Of(number, index);
            }
        }
        _witnessed[number] |= witnessed;
        _broken[number] = broken;
    }

    public void Dispose()
    {
        foreach (var shard in Shards)
            shard.Dispose();
    }

    private void Report(long left)
    {
        if (_options.Progress is not { } progress)
            return;
        var now = _host.Seconds;
        if ((now - _lastReport) * 1000 < _options.ProgressIntervalMs)
            return;
        _lastReport = now;
        var found = 0L;
        for (var i = 0; i < StateIds.Shards; i++)
            found += Shards[i].Count - _frontierEnd[i];
        progress(new CheckProgress(States, found + left, Depth, now, "states"));
    }

    /// <summary>What one job leaves for the shards.</summary>
    private sealed class Job
    {
        public readonly CandidateBuffer<TState>[] Buffers = new CandidateBuffer<TState>[StateIds.Shards];
        public readonly List<RuleBreak> Breaks = [];
        public long Generated;
        public uint Deadlock = StateLink.None;

        public Job()
        {
            for (var i = 0; i < Buffers.Length; i++)
                Buffers[i] = new CandidateBuffer<TState>();
        }

        public void Clear()
        {
            foreach (var buffer in Buffers)
                buffer.Clear();
            Breaks.Clear();
            Generated = 0;
            Deadlock = StateLink.None;
        }
    }
}
