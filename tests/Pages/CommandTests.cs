using System.Text.Json;
using Ringcheck.Cli;
using Ringcheck.Cli.Terminal;
using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Pages;

/// <summary>Pictures from the command line: those that are asked for, and those that explorations leave.</summary>
[Collection(PageTests.Name)]
public sealed class CommandTests(ExhibitFindings findings) : IDisposable
{
    readonly string folder = Directory.CreateTempSubdirectory("ringcheck-pages-").FullName;

    sealed record Host(TextWriter Out, TextWriter Error) : IConsoleHost
    {
        public bool HasColours => false;

        public bool HasLiveDisplay => false;

        public CancellationToken Cancellation => CancellationToken.None;
    }

    (int Code, string Out, string Error) Run(IScenarioCatalog catalog, Func<string, IScenarioCatalog?> exhibits, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        int code = CommandLine.Run(arguments, new CliContext(new Host(output, error), catalog, folder) { ExhibitCatalog = exhibits });
        return (code, output.ToString(), error.ToString());
    }

    [Fact]
    public void Replay_WritesEachPictureThatIsAskedFor()
    {
        var found = findings.Of(ExhibitFindings.Ordering);
        var (code, output, error) = Run(new ScenarioCatalog(), _ => found.Catalog, "replay", found.Finding.Replay!.ToString(),
            "--html", "a.html", "--text", "a.txt", "--mermaid", "a.mmd", "--json-trace", "a.json");
        Assert.Equal((1, ""), (code, error));
        Assert.StartsWith("<!DOCTYPE html>", File.ReadAllText(Path.Combine(folder, "a.html")));
        Assert.Contains(found.Finding.Replay.ToString(), File.ReadAllText(Path.Combine(folder, "a.txt")));
        Assert.StartsWith("sequenceDiagram\n", File.ReadAllText(Path.Combine(folder, "a.mmd")));
        JsonDocument.Parse(File.ReadAllText(Path.Combine(folder, "a.json"))).Dispose();
        foreach (var choice in found.Picture.Choices) Assert.Contains(choice.Words, output);
    }

    [Fact]
    public void Replay_ThatEndsWell_HasNothingToDraw()
    {
        var replay = new ReplayString("", "blk-read", "strict", "sc", Engine.DefaultMaxPoints, 0, null, []);
        var (code, _, error) = Run(new ScenarioCatalog(), _ => null, "replay", replay.ToString(), "--html", "a.html");
        Assert.Equal(2, code);
        Assert.Contains("there is no failure to draw", error);
        Assert.Empty(Directory.GetFiles(folder));
    }

    [Fact]
    public void Explore_AndShrink_LeaveAPageBesideTheTraceFile()
    {
        var found = findings.Of(ExhibitFindings.Ordering);
        var replay = found.Finding.Replay!;
        var (code, output, _) = Run(found.Catalog, _ => null, "explore", replay.Scenario, "--profile", replay.Profile, "--memory", replay.Memory, "--executions", "2000", "--json");
        Assert.Equal(1, code);
        var violation = JsonDocument.Parse(output).RootElement.GetProperty("runs")[0].GetProperty("violations")[0];
        string page = violation.GetProperty("page").GetString()!, trace = violation.GetProperty("traceFile").GetString()!;
        Assert.Equal(Path.ChangeExtension(trace, ".html"), page);
        Assert.Contains("ringcheck replay", File.ReadAllText(Path.Combine(folder, page)));

        File.Delete(Path.Combine(folder, page));
        var (shrunk, words, _) = Run(found.Catalog, _ => null, "shrink", trace);
        Assert.Equal(1, shrunk);
        Assert.Contains($"picture:    {page}", words);
        Assert.True(File.Exists(Path.Combine(folder, page)));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);
}
