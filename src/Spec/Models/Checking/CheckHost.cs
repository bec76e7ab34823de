using System.Diagnostics;
using System.Runtime.InteropServices;

// The checker's workers are the one use of threads and of a clock in this project: neither decides what a check finds, since each
// phase hands out a fixed list of jobs whose results do not depend on who does them. Everything else here is banned from both.
#pragma warning disable RS0030

namespace Ringcheck.Models.Checking;

/// <summary>What the checker asks of the host: worker threads that run the jobs of one phase at a time, and elapsed time.</summary>
/// <remarks>
/// A phase is often shorter than waking a thread takes, so workers look for the next one a while before they sleep.
/// </remarks>
internal sealed class CheckHost : IDisposable
{
    /// <summary>Looks before a thread goes to sleep, and the pause between two: some tens of microseconds together.</summary>
    private const int Looks = 400;
    private const int Pause = 4;

    private readonly object _sleepers = new();
    private readonly Thread[] _threads;
    private readonly long _started = Stopwatch.GetTimestamp();
    private Action<int> _job = static _ => { };
    private int _jobs;
    private bool _ending;
    private Exception? _failure;
    private Shared _shared;

    /// <summary>Each on a line of its own: all workers look at them, and each change would take the others' line away.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 640)]
    private struct Shared
    {
        [FieldOffset(128)]
        public int Phase;

        [FieldOffset(256)]
        public int NextJob;

        [FieldOffset(384)]
        public int Working;

        [FieldOffset(512)]
        public int Sleeping;
    }

    /// <summary>Starts the workers, which wait for the first phase.</summary>
    /// <param name="workers">Threads that work, the caller's included; 0 for one a core.</param>
    public CheckHost(int workers)
    {
        _threads = new Thread[(workers > 0 ? workers : Environment.ProcessorCount) - 1];
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
        // One job is done before another thread has noticed it.
        if (_threads.Length == 0 || jobs == 1)
        {
            for (var i = 0; i < jobs; i++)
                job(i);
            return;
        }
        _job = job;
        _jobs = jobs;
        Begin();
        Drain();
        Await(static host => Volatile.Read(ref host._shared.Working) == 0);
        if (_failure is { } failure)
            throw new InvalidOperationException("A worker of the checker failed.", failure);
    }

    public void Dispose()
    {
        _ending = true;
        Begin();
        foreach (var thread in _threads)
            thread.Join();
    }

    private void Begin()
    {
        _shared.NextJob = 0;
        _shared.Working = _threads.Length;
        Interlocked.Increment(ref _shared.Phase);
        Wake();
    }

    private void Work()
    {
        for (var phase = 1; ; phase++)
        {
            var wanted = phase;
            Await(host => Volatile.Read(ref host._shared.Phase) == wanted);
            if (_ending)
                return;
            Drain();
            if (Interlocked.Decrement(ref _shared.Working) == 0)
                Wake();
        }
    }

    private void Await(Func<CheckHost, bool> isSo)
    {
        for (var i = 0; i < Looks; i++)
        {
            if (isSo(this))
                return;
            Thread.SpinWait(Pause);
        }
        lock (_sleepers)
        {
            // Counted before the last look, and whoever wakes counts after the change: one of the two sees the other.
            Interlocked.Increment(ref _shared.Sleeping);
            while (!isSo(this))
                Monitor.Wait(_sleepers);
            Interlocked.Decrement(ref _shared.Sleeping);
        }
    }

    private void Wake()
    {
        if (Volatile.Read(ref _shared.Sleeping) == 0)
            return;
        lock (_sleepers)
            Monitor.PulseAll(_sleepers);
    }

    private void Drain()
    {
        try
        {
            for (var i = Interlocked.Increment(ref _shared.NextJob) - 1; i < _jobs; i = Interlocked.Increment(ref _shared.NextJob) - 1)
                _job(i);
        }
        catch (Exception failure)
        {
            // The others go on; the caller throws when they are done.
            _failure = failure;
        }
    }
}
