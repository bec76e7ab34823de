using System.Reflection;
using Microsoft.Coyote;
using Microsoft.Coyote.Logging;
using Microsoft.Coyote.Runtime;
using Microsoft.Coyote.SystematicTesting;

namespace Ringcheck.Tests.Coyote;

/// <summary>
/// Coyote's testing engine behind <see cref="IControlledRuntime"/>, without rewriting any assembly: operations are registered, and pause, through
/// <c>Microsoft.Coyote.Runtime.Operation</c>. The only file that names types of the library.
/// </summary>
internal sealed class CoyoteRuntime : IControlledRuntime
{
    /// <summary>Priority changes, delays and the like, for strategies that take a bound.</summary>
    const uint Bound = 3;

    /// <summary>Driver code of one decision may take long on a busy machine: that is no deadlock.</summary>
    const uint DeadlockTimeoutMs = 60_000;

    public string Name { get; } = $"Coyote {typeof(TestingEngine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    public IReadOnlyList<string> Strategies { get; } = ["random", "pct", "fair-pct", "delay", "probabilistic", "qlearning", "dfs"];

    public RuntimeReport Run(RuntimeSettings settings, Action<IControlledRun> test)
    {
        var configuration = Configure(settings);
        long iterations = 0;
        using var engine = TestingEngine.Create(configuration, (Action<ICoyoteRuntime>)(runtime =>
        {
            iterations++; // not by the engine's own callback, which also comes once after the last one of a search
            test(new Iteration(runtime));
        }));
        engine.SetLogger(new NoLogger());
        engine.Run();
        var report = engine.TestReport;
        bool exhausted = settings.Strategy == "dfs" && iterations < settings.Iterations && report.NumOfFoundBugs == 0;
        return new(iterations, report.BugReports.FirstOrDefault(), report.InternalErrors.FirstOrDefault(), exhausted);
    }

    Configuration Configure(RuntimeSettings settings)
    {
        var configuration = Configuration.Create().WithTestingIterations(settings.Iterations).WithRandomGeneratorSeed(settings.Seed)
            .WithTelemetryEnabled(false).WithTraceAnalysisEnabled(false) // both are on unless turned off
            .WithPartiallyControlledConcurrencyAllowed(false) // what escapes control is an error, not silence
            .WithDeadlockTimeout(DeadlockTimeoutMs).WithMaxSchedulingSteps(settings.MaxSteps, settings.MaxSteps);
        return settings.Strategy switch
        {
            "random" => configuration.WithRandomStrategy(),
            "pct" => configuration.WithPrioritizationStrategy(false, Bound),
            "fair-pct" => configuration.WithPrioritizationStrategy(true, Bound),
            "delay" => configuration.WithDelayBoundingStrategy(false, Bound),
            "probabilistic" => configuration.WithProbabilisticStrategy(Bound),
            "qlearning" => configuration.WithQLearningStrategy(),
            "dfs" => DepthFirst(configuration),
            _ => throw new UncontrolledException($"{Name} has no strategy '{settings.Strategy}'; it has {string.Join(", ", Strategies)}"),
        };
    }

    /// <summary>Not public in this version.</summary>
    static Configuration DepthFirst(Configuration configuration)
        => (Configuration)(typeof(Configuration).GetMethod("WithDFSStrategy", BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.Instance)?.Invoke(configuration, null)
            ?? throw new UncontrolledException("this version has no depth-first strategy"));

    sealed class Iteration(ICoyoteRuntime runtime) : IControlledRun
    {
        public void Begin(Func<bool> condition, Func<bool> step)
        {
            ulong operation = Operation.CreateNext() ?? throw new UncontrolledException("no testing engine is attached to this thread");
            bool isPausing = false;
            var thread = new Thread(() =>
            {
                try
                {
                    Operation.OnStarted(operation);
                    Volatile.Write(ref isPausing, true);
                    do Operation.PauseUntil(condition);
                    while (step());
                    Operation.OnCompleted();
                    Operation.ScheduleNext();
                }
                catch (ThreadInterruptedException)
                {
                    // The engine takes back the threads of an iteration that has ended.
                }
            })
            { IsBackground = true };
            Operation.Start(operation);
            thread.Start();
            Operation.PauseUntil(() => Volatile.Read(ref isPausing));
        }

        public void PauseUntil(Func<bool> condition) => Operation.PauseUntil(condition);

        public int Integer(int bound) => bound <= 1 ? 0 : runtime.RandomInteger(bound);

        public void Fail(string message) => runtime.Assert(false, "{0}", message);

        /// <summary>The engine interrupts threads that it takes back, and its assertion has a type of its own that is not public.</summary>
        public bool IsEnd(Exception exception) => exception is ThreadInterruptedException || exception.GetType().Name == "AssertionFailureException";
    }

    /// <summary>The engine writes to the console unless it is given somewhere else to write.</summary>
    sealed class NoLogger : ILogger
    {
        public void Write(string value) { }
        public void Write(string format, object arg0) { }
        public void Write(string format, object arg0, object arg1) { }
        public void Write(string format, object arg0, object arg1, object arg2) { }
        public void Write(string format, params object[] args) { }
        public void Write(LogSeverity severity, string value) { }
        public void Write(LogSeverity severity, string format, object arg0) { }
        public void Write(LogSeverity severity, string format, object arg0, object arg1) { }
        public void Write(LogSeverity severity, string format, object arg0, object arg1, object arg2) { }
        public void Write(LogSeverity severity, string format, params object[] args) { }
        public void WriteLine(string value) { }
        public void WriteLine(string format, object arg0) { }
        public void WriteLine(string format, object arg0, object arg1) { }
        public void WriteLine(string format, object arg0, object arg1, object arg2) { }
        public void WriteLine(string format, params object[] args) { }
        public void WriteLine(LogSeverity severity, string value) { }
        public void WriteLine(LogSeverity severity, string format, object arg0) { }
        public void WriteLine(LogSeverity severity, string format, object arg0, object arg1) { }
        public void WriteLine(LogSeverity severity, string format, object arg0, object arg1, object arg2) { }
        public void WriteLine(LogSeverity severity, string format, params object[] args) { }
        public void Dispose() { }
    }
}
