using System.Globalization;
using System.Numerics;

namespace Ringcheck.Testing;

/// <summary>
/// Environment variables that let the same tests explore further, for example at night. <c>RINGCHECK_EXECUTIONS</c>: at least so many executions for each
/// exploration; one that asks for more keeps its own number. <c>RINGCHECK_SECONDS</c>: so much time for each exploration; without
/// <c>RINGCHECK_EXECUTIONS</c> the number of executions has no limit then. <c>RINGCHECK_SEED</c>: this seed in the place of each test's own.
/// A value that is none is an error, never ignored: a nightly run that explores no further than by day would look like one that found nothing.
/// </summary>
public static class BudgetVariables
{
    public const string Executions = "RINGCHECK_EXECUTIONS", Seconds = "RINGCHECK_SECONDS", Seed = "RINGCHECK_SEED";

    /// <summary>The plan with what the variables say.</summary>
    /// <param name="read">A variable's text, or null where it is not set.</param>
    /// <exception cref="BadInputException">A variable is set, and not to what it takes.</exception>
    public static ExplorationPlan Apply(ExplorationPlan plan, Func<string, string?> read)
    {
        if (Value<long>(read, Executions, "a whole number, 1 or more", static value => value >= 1) is { } executions)
            plan = plan with { Executions = Math.Max(plan.Executions, executions) };
        else if (read(Seconds) is not null) plan = plan with { Executions = long.MaxValue };
        if (Value<double>(read, Seconds, "a number above 0", static value => value > 0 && double.IsFinite(value)) is { } seconds) plan = plan with { Seconds = seconds };
        if (Value<ulong>(read, Seed, "a whole number, 0 or more", static _ => true) is { } seed) plan = plan with { Seed = seed };
        return plan;
    }

    static T? Value<T>(Func<string, string?> read, string name, string wanted, Func<T, bool> isGood) where T : struct, INumber<T>
    {
        if (read(name) is not { } text) return null;
        if (T.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) && isGood(value)) return value;
        throw new BadInputException($"the environment variable {name} takes {wanted}, not '{text}'");
    }
}
