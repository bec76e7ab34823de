using System.CommandLine;
using System.Diagnostics;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Terminal;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;

namespace Ringcheck.Cli.Commands;

/// <summary>
/// <c>ringcheck litmus [FILE|FOLDER]</c>: exit code 1 if the memory machine shows a state that it must not, or misses one, load buffering without
/// <c>--late-reads</c> excepted.
/// </summary>
internal sealed class LitmusCommand : ToolCommand
{
    static readonly Dictionary<string, MemoryModel> Memories = new(StringComparer.Ordinal)
    {
        ["sc"] = MemoryModel.SequentiallyConsistent,
        ["tso"] = MemoryModel.Tso,
        ["arm"] = MemoryModel.AArch64,
    };

    readonly CliContext context;
    readonly Argument<string?> path = new("FILE|FOLDER")
    {
        Description = "Tests in the format of data/litmus.json; of a folder, all .json files [default: the shipped tests]",
        Arity = ArgumentArity.ZeroOrOne,
    };

    readonly Option<string> memory = new("--memory")
    {
        HelpName = "M",
        Description = "sc (sequentially consistent), tso (x86) or arm (AArch64)",
        DefaultValueFactory = static _ => "arm",
    };

    readonly Option<bool> lateReads = new("--late-reads") { Description = "Recover load buffering too: reads that take a value written later in the run" };

    public LitmusCommand(CliContext context) : base("litmus", "Run litmus tests on the memory machine, and compare all their final states", "ringcheck litmus --late-reads")
    {
        this.context = context;
        Add(path);
        Add(memory);
        Add(lateReads);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        string name = parsed.GetValue(memory)!;
        if (!Memories.TryGetValue(name, out var model)) throw Nearest.Unknown("memory", name, [.. Memories.Keys]);
        try
        {
            var (source, tests) = Load(parsed.GetValue(path));
            var run = Compare(source, tests, model, parsed.GetValue(lateReads));
            if (IsJson(parsed)) JsonReports.Write(context.Console, LitmusReport.Of(run, name), JsonReports.Compact.LitmusReport);
            else LitmusView.Show(new(context.Console), run);
            return run.Results.All(result => result.IsGood(run.LateReads)) ? ExitCode.NothingFound : ExitCode.ViolationFound;
        }
        catch (LitmusException exception)
        {
            throw CommandException.BadUsage(exception.Message);
        }
    }

    (string Source, IReadOnlyList<LitmusTest> Tests) Load(string? wanted)
    {
        if (wanted is null) return ("the shipped tests", LitmusFile.Shipped());
        string full = Path.Combine(context.Folder, wanted);
        if (!Directory.Exists(full)) return (wanted, Read(full, wanted));
        var files = Directory.GetFiles(full, "*.json").Order(StringComparer.Ordinal).ToList();
        if (files.Count == 0) throw new LitmusException($"there is no .json file in '{wanted}'");
        return (wanted, [.. files.SelectMany(file => Read(file, Path.Combine(wanted, Path.GetFileName(file))))]);
    }

    static IReadOnlyList<LitmusTest> Read(string full, string name)
    {
        if (!File.Exists(full)) throw new LitmusException($"there is no file or folder '{name}'");
        try
        {
            using var stream = File.OpenRead(full);
            return LitmusFile.Read(stream, name);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new LitmusException($"'{name}' cannot be read: {exception.Message}");
        }
    }

    LitmusRun Compare(string source, IReadOnlyList<LitmusTest> tests, MemoryModel model, bool lateReads)
    {
        if (model == MemoryModel.AArch64 && tests.FirstOrDefault(test => test.Expected is null) is { } bare)
            throw new LitmusException($"{source}: test '{bare.Name}' gives no states to compare with ('herd': {{'states': [...]}})");
        var clock = Stopwatch.StartNew();
        var results = new List<LitmusComparison>();
        string latest = "";
        LiveProgress.During(context.Console, "litmus", () => new(results.Count / (double)tests.Count, $"{results.Count} of {tests.Count}, {latest}"), () =>
        {
            try
            {
                foreach (var test in tests)
                {
                    latest = test.Name;
                    results.Add(LitmusComparison.Of(test, model, lateReads, context.Cancellation));
                }
            }
            catch (OperationCanceledException) when (context.Cancellation.IsCancellationRequested)
            {
                // What was compared by then is reported, as stopped.
            }
            return results.Count;
        });
        return new(source, model, lateReads, tests.Count, results, clock.Elapsed.TotalSeconds);
    }
}
