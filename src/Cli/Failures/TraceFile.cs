using System.Text.Json;
using System.Text.Json.Serialization;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Sharing;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Failures;

/// <summary>A failure on disk. What replays it is <see cref="Replay"/>; the rest is for people and other tools to read.</summary>
internal sealed record TraceFile
{
    public const string FormatName = "ringcheck-trace";

    public const int CurrentVersion = 1;

    /// <summary>Larger than any trace: a file above this is something else, and is not read.</summary>
    public const long MaxBytes = 16 << 20;

    public required string Format { get; init; }

    public required int Version { get; init; }

    public required string Replay { get; init; }

    public required TraceViolation Violation { get; init; }

    public required IReadOnlyList<string> Operations { get; init; }

    public required IReadOnlyList<string> Choices { get; init; }

    /// <summary>What replays the failure as it was found, before anything was shrunk.</summary>
    public string? Original { get; init; }

    public static TraceFile Of(Finding finding) => new()
    {
        Format = FormatName,
        Version = CurrentVersion,
        Replay = finding.Replay!.ToString(),
        Violation = TraceViolation.Of(finding.Violation),
        Operations = finding.Operations,
        Choices = finding.Choices,
        Original = finding.Original?.ToString(),
    };

    /// <summary>Reads a trace file. Throws <see cref="CommandException"/> with one clear line for anything that is not one.</summary>
    public static (TraceFile File, ReplayString Replay) Read(string path)
    {
        TraceFile? file;
        try
        {
            file = JsonSerializer.Deserialize(AtomicFile.Read(path, "trace file", MaxBytes), JsonReports.Pretty.TraceFile);
        }
        catch (JsonException exception)
        {
            throw CommandException.BadUsage($"'{path}' is no trace file of ringcheck, or is damaged (line {(exception.LineNumber ?? 0) + 1})");
        }
        if (file?.Format != FormatName) throw CommandException.BadUsage($"'{path}' is no trace file of ringcheck: its format is not '{FormatName}'");
        if (file.Version != CurrentVersion)
            throw CommandException.BadUsage($"'{path}' has version {file.Version} of the trace format; this ringcheck reads version {CurrentVersion}");
        if (!ReplayString.TryParse(file.Replay, out var replay, out string error)) throw CommandException.BadUsage($"'{path}': {error}");
        return (file, replay!);
    }

    /// <summary>Writes the whole file or leaves what was there: it takes its place only when it is complete.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(string path)
        => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, JsonReports.Pretty.TraceFile));
}

/// <summary>A violation as it is stored.</summary>
internal sealed record TraceViolation(string Monitor, string Rule, IReadOnlyList<string> Clauses, string Message, string Mend)
{
    [JsonIgnore]
    public string Key => Monitor + "/" + Rule;

    public static TraceViolation Of(Violation violation) => new(violation.Monitor, violation.Rule, violation.Clauses, violation.Message, violation.Mend);

    public Violation ToViolation() => new(Monitor, Rule, Clauses, Message, Mend);
}
