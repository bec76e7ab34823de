using System.Text.Json;
using Ringcheck.Cli;
using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;
using Ringcheck.Models;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cli;

/// <summary>What a command wrote and returned.</summary>
sealed record CliResult(int ExitCode, string Out, string Error)
{
    /// <summary>Standard output as the one JSON object that it must be.</summary>
    public JsonElement Json => JsonDocument.Parse(Out).RootElement;

    public string[] ErrorLines => Error.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Fails unless this is exit code 2 with one line that says <paramref name="words"/>, and no report.</summary>
    public void IsBadUsage(params string[] words)
    {
        Assert.Equal(2, ExitCode);
        Assert.Equal("", Out);
        Assert.StartsWith("ringcheck: ", Assert.Single(ErrorLines));
        Assert.All(words, word => Assert.Contains(word, Error));
        Assert.DoesNotContain("   at ", Error);
    }

    public void HasMembers(params string[] names) => HasMembers(Json, names);

    public static void HasMembers(JsonElement element, params string[] names)
    {
        var present = element.EnumerateObject().Select(member => member.Name).ToHashSet();
        Assert.All(names, name => Assert.Contains(name, present));
    }
}

/// <summary>Runs the command line in process, in a folder of its own.</summary>
sealed class CliBench : IDisposable
{
    public IScenarioCatalog Catalog { get; set; } = new ToyCatalog();

    public string Folder { get; } = Directory.CreateTempSubdirectory("ringcheck-cli-").FullName;

    public bool HasColours { get; set; }

    public bool HasLiveDisplay { get; set; }

    public Func<string, IScenarioCatalog?> ExhibitCatalog { get; set; } = static _ => null;

    public IReadOnlyList<CatalogModel> Models { get; set; } = ModelCatalog.All;

    public CancellationTokenSource Stop { get; } = new();

    public CliResult Run(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var host = new Host(output, error, HasColours, HasLiveDisplay, Stop.Token);
        int code = CommandLine.Run(arguments, new CliContext(host, Catalog, Folder) { ExhibitCatalog = ExhibitCatalog, Models = Models });
        return new(code, output.ToString(), error.ToString());
    }

    /// <summary>Explores the scenario that fails; the replay string and the trace file of what it found.</summary>
    public (string Replay, string TraceFile) FindRace()
    {
        var violation = Run("explore", ToyCatalog.Race, "--profile", "strict", "--json").Json.GetProperty("runs")[0].GetProperty("violations")[0];
        return (violation.GetProperty("replay").GetString()!, violation.GetProperty("traceFile").GetString()!);
    }

    public string PathOf(string file) => Path.Combine(Folder, file);

    public void Dispose()
    {
        Stop.Dispose();
        Directory.Delete(Folder, recursive: true);
    }

    sealed record Host(TextWriter Out, TextWriter Error, bool HasColours, bool HasLiveDisplay, CancellationToken Cancellation) : IConsoleHost;
}
