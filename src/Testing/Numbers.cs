namespace Ringcheck.Testing;

/// <summary>Numbers as people read them.</summary>
public static class Numbers
{
    public static string Count(long count) => count.ToString("N0");

    /// <summary>"1 execution", "10,000 executions".</summary>
    public static string Count(long count, string noun) => $"{count:N0} {noun}{(count == 1 ? "" : "s")}";

    /// <summary>A rate in three or four characters and a unit: "31.2 M/s".</summary>
    public static string Rate(double count, double seconds)
    {
        if (seconds <= 0 || count <= 0) return "-";
        double rate = count / seconds;
        return rate switch
        {
            >= 1e6 => $"{rate / 1e6:F1} M/s",
            >= 1e3 => $"{rate / 1e3:F1} k/s",
            _ => $"{rate:F1} /s",
        };
    }

    public static string Seconds(double seconds) => seconds switch
    {
        >= 120 => $"{seconds / 60:F1} min",
        >= 10 => $"{seconds:F0} s",
        _ => $"{seconds:F1} s",
    };
}
