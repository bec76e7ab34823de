namespace Ringcheck.Museum;

/// <summary>Threads that work on exhibits, each on one at a time.</summary>
static class ExhibitWorkers
{
    /// <summary>A deep stack: driver code runs on it, and that may recurse without end.</summary>
    const int StackSize = 16 << 20;

    /// <summary>Works on 0 to <paramref name="count"/> - 1, on up to <paramref name="jobs"/> threads, until all are done, one fails, or it is cancelled.</summary>
    /// <exception cref="ExhibitException">The first failure, if it was one; otherwise its message in an <see cref="InvalidOperationException"/>.</exception>
    public static void Run(int count, int jobs, Action<int> work, CancellationToken cancellation)
    {
        int next = 0;
        Exception? broken = null;
        void Work()
        {
            for (int i; (i = Interlocked.Increment(ref next) - 1) < count && broken is null && !cancellation.IsCancellationRequested;)
            {
                try
                {
                    work(i);
                }
                catch (Exception exception)
                {
                    broken ??= exception;
                }
            }
        }
        var workers = new Thread[Math.Clamp(jobs, 1, Math.Max(1, count))];
        for (int i = 0; i < workers.Length; i++)
        {
            workers[i] = new Thread(Work, StackSize) { IsBackground = true, Name = "museum" };
            workers[i].Start();
        }
        foreach (var worker in workers) worker.Join();
        if (broken is not null) throw broken is ExhibitException ? broken : new InvalidOperationException(broken.Message, broken);
    }
}
