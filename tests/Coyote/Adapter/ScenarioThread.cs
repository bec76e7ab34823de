namespace Ringcheck.Tests.Coyote;

/// <summary>
/// For scenarios with several CPUs, which have threads of their own: the thread that an execution runs on, while the root operation of the runtime waits for its questions.
/// The runtime sees nothing of these threads: of all of them one runs at a time, and each choice is asked for through <see cref="Ask"/>.
/// </summary>
internal sealed class ScenarioThread<TQuestion> : IDisposable
{
    /// <summary>Deep enough that recursion without end is caught before the stack is used up.</summary>
    const int StackBytes = 16 << 20;

    /// <summary>Driver code that makes no choice for this long is given up.</summary>
    static readonly TimeSpan Silence = TimeSpan.FromSeconds(60);

    readonly SemaphoreSlim begin = new(0), asked = new(0), answered = new(0);
    readonly Thread thread;
    Action? execution;
    Exception? thrown;
    TQuestion question = default!;
    int? answer;
    bool ended;

    public ScenarioThread()
    {
        thread = new(Loop, StackBytes) { IsBackground = true, Name = "scenario" };
        thread.Start();
    }

    /// <summary>Runs one execution, and answers its questions on the caller's thread.</summary>
    /// <param name="serve">Answers a question; throws nothing.</param>
    public void Run(Action work, Func<TQuestion, int?> serve)
    {
        execution = work;
        ended = false;
        begin.Release();
        while (true)
        {
            if (!asked.Wait(Silence)) throw new UncontrolledException($"driver code made no choice for {Silence.TotalSeconds:F0} s");
            if (ended) break;
            answer = serve(question);
            answered.Release();
        }
        if (thrown is { } failure) throw new InvalidOperationException(failure.Message, failure);
    }

    /// <summary>Called by the scenario's code, on whatever thread: the answer, or null if there will be none.</summary>
    public int? Ask(TQuestion what)
    {
        question = what;
        asked.Release();
        answered.Wait();
        return answer;
    }

    void Loop()
    {
        while (true)
        {
            begin.Wait();
            if (execution is not { } work) return;
            thrown = null;
            try
            {
                work();
            }
            catch (Exception exception)
            {
                thrown = exception;
            }
            ended = true;
            asked.Release();
        }
    }

    public void Dispose()
    {
        execution = null;
        begin.Release();
        if (!thread.Join(TimeSpan.FromSeconds(1))) return; // driver code that does not come back still holds it
        begin.Dispose();
        asked.Dispose();
        answered.Dispose();
    }
}
