namespace Ringcheck.Exploration;

/// <summary>
/// An exploration that found nothing has shown something only if what it was about took place. Judged over all executions of a
/// scenario, never for a single one; one that was broken off early is not judged, since it may just not have come to it.
/// </summary>
public static class Vacuity
{
    public const string Monitor = "vacuity";

    /// <summary>The required premises that a finished exploration never met, as violations.</summary>
    public static IReadOnlyList<Violation> Judge(ExplorationResult result)
    {
        if (result.Violation is not null || (result.Interrupted && result.Executions < ExplorationBudget.Default)) return [];
        if (result.Points == 0)
        {
            return [new(Monitor, "no-scheduling-point", [], $"{result.Executions:N0} executions made no scheduling point: nothing was explored",
                "Let the scenario reach the machine through the seam.")];
        }
        return [.. result.Premises.Where(premise => premise is { Required: true, Count: 0 }).Select(premise => Missed(premise, result.Executions))];
    }

    static Violation Missed(Premise premise, long executions) => new(Monitor, Kebab(premise.Name), [],
        $"a premise was never met in {executions:N0} executions: {premise.Name}; finding nothing says nothing about it",
        "Explore more executions, or change the scenario so that it comes to this.");

    static string Kebab(string words)
        => string.Join('-', new string([.. words.ToLowerInvariant().Select(c => char.IsAsciiLetterOrDigit(c) ? c : ' ')]).Split(' ', StringSplitOptions.RemoveEmptyEntries));
}
