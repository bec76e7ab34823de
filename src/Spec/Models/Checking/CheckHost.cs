using System.Diagnostics;

// The checker's workers are the one use of threads and of a clock in this project: neither decides what a check finds, since each
// phase hands out a fixed list of jobs whose results do not depend on who does them. Everything else here is banned from both.
#pragma warning disable RS0030

namespace Ringcheck.Models.Checking;

/// <summary>What the checker asks of the host: worker threads that run the jobs of one phase at a time, and elapsed time.</summary>
internal sealed class CheckHost : IDisposable
{
    private readonly Barrier? _barrier;
    private readonly Thread[] _threads;
    private readonly long _started = Stopwatch.GetTimestamp();
    private Action<int> _job = static _ => { };
    private int _jobs;
    private int _nextJob;
    private bool _ending;
    private Exception? _failure;

    /// <summary>Starts the workers, which wait for the first phase.</summary>
    /// <param name="workers">Threads that work, the caller's included; 0 for one a core.</param>
    public CheckHost(int workers)
    {
        var count = workers > 0 ? workers : Environment.ProcessorCount;
        _threads = new Thread[count - 1];
        if (count == 1)
            return;
        _barrier = new Barrier(count);
        for (var i = 0; i < _threads.Length; i++)
        {
            _threads[i] = new Thread(Work) { IsBackground = true, Name = "checker" };
            _threads[i].Start();
        }
    }

    public double Seconds => Stopwatch.GetElapsedTime(_started).TotalSeconds;

    /// <summary>Runs jobs 0 to <paramref name="jobs"/> − 1, in any order and on any worker, and returns when all are done.</summary>
    public void Run(int jobs, Action<int> job)
    {
        if (_barrier is null)
        {
            for (var i = 0; i < jobs; i++)
                job(i);
            return;
        }
        _job = job;
        _jobs = jobs;
        _nextJob = 0;
        _barrier.SignalAndWait();
        Drain();
        _barrier.SignalAndWait();
        if (_failure is { } failure)
            throw new InvalidOperationException("A worker of the checker failed.", failure);
    }

    public void Dispose()
    {
        if (_barrier is null)
            return;
        _ending = true;
        _barrier.SignalAndWait();
        foreach (var thread in _threads)
            thread.Join();
        _barrier.Dispose();
    }

    private void Work()
    {
        while (true)
        {
            _barrier!.SignalAndWait();
            if (_ending)
                return;
            Drain();
            _barrier.SignalAndWait();
        }
    }

    private void Drain()
    {
        try
        {
            for (var i = Interlocked.Increment(ref _nextJob) - 1; i < _jobs; i = Interlocked.Increment(ref _nextJob) - 1)
                _job(i);
        }
        catch (Exception failure)
        {
            // The other workers go on to the barrier; the caller throws there.
            _failure = failure;
        }
    }
}
