using Ringcheck.Exploration;

namespace Ringcheck.Tests.Coyote;

/// <summary>
/// A controlled runtime of a page: operations are threads of which one runs at a time, and a seeded generator, or a depth-first search, says which. It makes
/// the adapter testable where Coyote is not there; it is no measure of Coyote's strategies.
/// </summary>
internal sealed class StandInRuntime : IControlledRuntime
{
    public string Name => "stand-in";

    public IReadOnlyList<string> Strategies { get; } = ["random", "dfs"];

    public RuntimeReport Run(RuntimeSettings settings, Action<IControlledRun> test)
    {
        if (!Strategies.Contains(settings.Strategy)) throw new UncontrolledException($"the stand-in has no strategy '{settings.Strategy}'; it has {string.Join(", ", Strategies)}");
        var choices = new Choices(settings.Strategy == "dfs", settings.Seed);
        for (long iteration = 0; iteration < settings.Iterations; iteration++)
        {
            if (!choices.Begin(iteration)) return new(iteration, null, null, Exhausted: true);
            var run = new Iteration(choices, settings.MaxSteps);
            try
            {
                test(run);
                if (run.OperationsLeft > 0) return new(iteration + 1, null, $"the test ended with {run.OperationsLeft} operations still there", Exhausted: false);
            }
            catch (BugException bug)
            {
                return new(iteration + 1, bug.Message, null, Exhausted: false);
            }
            catch (EndException end)
            {
                return new(iteration + 1, null, end.Message, Exhausted: false);
            }
            finally
            {
                run.End();
            }
        }
        return new(settings.Iterations, null, null, Exhausted: false);
    }

    sealed class BugException(string message) : Exception(message);

    sealed class EndException(string message) : Exception(message);

    /// <summary>Random, or the next path of a depth-first search.</summary>
    sealed class Choices(bool tryAll, uint seed)
    {
        readonly List<(int Pick, int Count)> path = [];
        RandomBits random;
        int depth;

        public bool Begin(long iteration)
        {
            depth = 0;
            random = RandomBits.For(~(ulong)seed, iteration);
            if (!tryAll || iteration == 0) return true;
            while (path.Count > 0 && path[^1].Pick + 1 == path[^1].Count) path.RemoveAt(path.Count - 1);
            if (path.Count == 0) return false;
            path[^1] = path[^1] with { Pick = path[^1].Pick + 1 };
            return true;
        }

        public int Next(int count)
        {
            if (count <= 1) return 0;
            if (!tryAll) return (int)random.Below((uint)count);
            if (depth == path.Count) path.Add((0, count));
            return path[depth++].Pick;
        }
    }

    sealed class Operation
    {
        public readonly SemaphoreSlim Turn = new(0);
        public Func<bool>? Condition;
        public bool Started, Completed;

        /// <summary>As Coyote has it: what has become runnable stays so until it has run.</summary>
        public bool TryEnable()
        {
            if (!Started || Completed) return false;
            if (Condition?.Invoke() == false) return false;
            Condition = null;
            return true;
        }
    }

    sealed class Iteration(Choices choices, uint maxSteps) : IControlledRun
    {
        readonly List<Operation> operations = [new Operation { Started = true }];
        readonly ManualResetEventSlim allStarted = new(true);
        int current, starting;
        uint steps;
        volatile string? ended;

        public int OperationsLeft => operations.Skip(1).Count(static each => !each.Completed);

        public ulong Create()
        {
            operations.Add(new());
            return (ulong)(operations.Count - 1);
        }

        public void Start(ulong operation)
        {
            starting++;
            allStarted.Reset();
        }

        public void OnStarted(ulong operation)
        {
            operations[(int)operation].Started = true;
            if (Interlocked.Decrement(ref starting) == 0) allStarted.Set();
            Take((int)operation);
        }

        public void OnCompleted()
        {
            operations[current].Completed = true;
            Schedule(current);
        }

        public void PauseUntil(Func<bool> condition)
        {
            int self = current;
            while (!condition())
            {
                operations[self].Condition = condition;
                Schedule(self);
            }
        }

        public int Integer(int bound) => choices.Next(bound);

        public void Fail(string message) => throw new BugException(message);

        public bool IsEnd(Exception exception) => exception is EndException;

        /// <summary>Lets one of the runnable operations run, and comes back when it is this one's turn.</summary>
        void Schedule(int self)
        {
            allStarted.Wait();
            if (++steps > maxSteps) Stop($"more than {maxSteps} steps");
            var enabled = Enumerable.Range(0, operations.Count).Where(index => operations[index].TryEnable()).ToList();
            if (enabled.Count == 0) Stop("deadlock: no operation can go on");
            current = enabled[choices.Next(enabled.Count)];
            if (current == self) return;
            operations[current].Turn.Release();
            if (!operations[self].Completed) Take(self);
        }

        [System.Diagnostics.CodeAnalysis.DoesNotReturn]
        void Stop(string why)
        {
            ended = why;
            operations[0].Turn.Release();
            throw new EndException(why);
        }

        void Take(int self)
        {
            operations[self].Turn.Wait();
            if (ended is { } why) throw new EndException(why);
        }

        /// <summary>The threads of operations that are still there end themselves.</summary>
        public void End()
        {
            ended ??= "the iteration has ended";
            foreach (var operation in operations) operation.Turn.Release();
        }
    }
}
