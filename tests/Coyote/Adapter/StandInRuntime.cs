using Ringcheck.Exploration;

namespace Ringcheck.Tests.Coyote;

/// <summary>
/// A controlled runtime of a page: a seeded generator, or a depth-first search, says which operation takes its next step, on the caller's own thread. It makes
/// the adapter testable where Coyote is not there; it is no measure of Coyote's strategies, nor of what its threads cost.
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

    sealed class Operation(Func<bool> condition, Func<bool> step)
    {
        public bool IsEnabled, IsCompleted;

        /// <summary>As Coyote has it: what has become runnable stays so until it has run.</summary>
        public bool TryEnable() => !IsCompleted && (IsEnabled = IsEnabled || condition());

        /// <summary>Its condition may no longer hold; then it pauses again.</summary>
        public void Run()
        {
            IsEnabled = false;
            if (condition()) IsCompleted = !step();
        }
    }

    sealed class Iteration(Choices choices, uint maxSteps) : IControlledRun
    {
        readonly List<Operation> operations = [], enabled = [];
        uint steps;

        public int OperationsLeft => operations.Count(static each => !each.IsCompleted);

        public void Begin(Func<bool> condition, Func<bool> step) => operations.Add(new(condition, step));

        /// <summary>Others run until it is the root's turn again, which it can be only once its condition holds.</summary>
        public void PauseUntil(Func<bool> condition)
        {
            if (condition()) return;
            while (true)
            {
                if (++steps > maxSteps) throw new EndException($"more than {maxSteps} steps");
                enabled.Clear();
                enabled.AddRange(operations.Where(static each => each.TryEnable()));
                int root = condition() ? 1 : 0;
                if (enabled.Count + root == 0) throw new EndException("deadlock: no operation can go on");
                int pick = choices.Next(enabled.Count + root) - root;
                if (pick < 0) return;
                enabled[pick].Run();
            }
        }

        public int Integer(int bound) => choices.Next(bound);

        public void Fail(string message) => throw new BugException(message);

        public bool IsEnd(Exception exception) => exception is EndException;
    }
}
