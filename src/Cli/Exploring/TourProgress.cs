using Ringcheck.Cli.Terminal;

namespace Ringcheck.Cli.Exploring;

/// <summary>Where in a tour of several runs we are.</summary>
/// <param name="Done">Runs that have ended.</param>
/// <param name="Total">All runs.</param>
/// <param name="Seconds">Since the first one began.</param>
internal readonly record struct TourProgress(int Done, int Total, double Seconds)
{
    /// <summary>", 12 s left" of the whole tour, from how fast it went so far; empty while that says nothing, and where there is no end to come to.</summary>
    /// <param name="share">Of the run that is going on, 0 to 1.</param>
    public string TimeLeft(double share)
    {
        double done = (Done + share) / Total;
        return done is > 0.001 and < 1 && Seconds > 0.5 ? $", {Numbers.Seconds(Seconds * (1 - done) / done)} left" : "";
    }
}
