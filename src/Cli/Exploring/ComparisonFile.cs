using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Ringcheck.Cli.Reports;
using Ringcheck.Exploration;
using Ringcheck.Museum;

namespace Ringcheck.Cli.Exploring;

/// <summary>
/// Results of <c>compare</c> as they come, a line of JSON for each exhibit, so that a comparison that was stopped goes on where it was. A line counts only for
/// the same seeds, limit, strategies, exhibit and code; others are left alone.
/// </summary>
internal sealed class ComparisonFile
{
    readonly string path, settings;
    readonly Dictionary<string, ExhibitComparison> known = new(StringComparer.Ordinal);

    ComparisonFile(string path, string settings) => (this.path, this.settings) = (path, settings);

    /// <summary>Throws <see cref="CommandException"/> if the file is there and is not one of these.</summary>
    public static ComparisonFile Open(string path, ComparisonOptions options)
    {
        var file = new ComparisonFile(path, string.Create(CultureInfo.InvariantCulture, $"{options.Seeds}/{options.Limit}/{string.Join(',', options.Strategies)}/{Code()}"));
        try
        {
            // A line that was cut off when the process ended is run again; the next one begins on a line of its own.
            if (File.Exists(path)) foreach (string line in File.ReadAllLines(path)) file.Take(line);
            File.AppendAllText(path, "");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw CommandException.BadUsage($"cannot keep results in '{path}': {exception.Message}");
        }
        return file;
    }

    void Take(string line)
    {
        if (line.Length == 0) return;
        if (!line.StartsWith("{\"key\":", StringComparison.Ordinal)) throw CommandException.BadUsage($"'{path}' is not a file of compare's results: it has the line '{line[..Math.Min(40, line.Length)]}'");
        try
        {
            if (JsonSerializer.Deserialize(line, JsonReports.Compact.KeptComparison) is { } kept) known[kept.Key] = kept.Result;
        }
        catch (JsonException)
        {
            // Cut off: see above.
        }
    }

    public ExhibitComparison? Find(Exhibit exhibit) => known.GetValueOrDefault(Key(exhibit));

    public void Add(Exhibit exhibit, ExhibitComparison result)
    {
        string key = Key(exhibit);
        known[key] = result;
        File.AppendAllText(path, "\n" + JsonSerializer.Serialize(new(key, result), JsonReports.Compact.KeptComparison) + "\n");
    }

    string Key(Exhibit exhibit) => $"{exhibit.Id}/{settings}/{Hash(string.Join('\n', exhibit.Edits.Concat<object>(exhibit.Targets).Concat(exhibit.Monitors).Concat(exhibit.FoundOn)))}";

    static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..12];

    /// <summary>What runs: each assembly that an execution goes through has an id of its own contents.</summary>
    static string Code() => Hash(string.Join('/', new[] { typeof(Engine), typeof(Devices.SimulatedMachine), typeof(Kernel.DriverStatus), typeof(Scenarios.ScenarioCatalog), typeof(Exhibit) }
        .Select(static type => type.Module.ModuleVersionId)));
}

/// <summary>A line of the file.</summary>
internal sealed record KeptComparison(string Key, ExhibitComparison Result);
