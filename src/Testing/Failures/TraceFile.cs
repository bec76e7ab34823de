using System.Text.Json;
using System.Text.Json.Serialization;
using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>A failure on disk. What replays it is <see cref="Replay"/>; the rest is for people and other tools to read.</summary>
public sealed record TraceFile
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
        Violation = new(finding.Violation.Monitor, finding.Violation.Rule, finding.Violation.Clauses, finding.Violation.Message, finding.Violation.Mend),
        Operations = finding.Operations,
        Choices = finding.Choices,
        Original = finding.Original?.ToString(),
    };

    /// <summary>Reads a trace file. Throws <see cref="BadInputException"/> with one clear line for anything that is not one.</summary>
    public static (TraceFile File, ReplayString Replay) Read(string path)
    {
        TraceFile? file;
        try
        {
            var info = new FileInfo(path);
            if (Directory.Exists(path)) throw new BadInputException($"'{path}' is a folder, not a trace file");
            if (!info.Exists) throw new BadInputException($"there is no file '{path}'");
            if (info.Length > MaxBytes) throw new BadInputException($"'{path}' is no trace file: it is larger than {MaxBytes >> 20} MiB");
            file = JsonSerializer.Deserialize(ReadBounded(path), FileFormats.Pretty.TraceFile);
        }
        catch (JsonException exception)
        {
            throw new BadInputException($"'{path}' is no trace file of ringcheck, or is damaged (line {(exception.LineNumber ?? 0) + 1})");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new BadInputException($"cannot read '{path}': {exception.Message}");
        }
        if (file?.Format != FormatName) throw new BadInputException($"'{path}' is no trace file of ringcheck: its format is not '{FormatName}'");
        if (file.Version != CurrentVersion)
            throw new BadInputException($"'{path}' has version {file.Version} of the trace format; this ringcheck reads version {CurrentVersion}");
        if (!ReplayString.TryParse(file.Replay, out var replay, out string error)) throw new BadInputException($"'{path}': {error}");
        return (file, replay!);
    }

    /// <summary>A file without a length (a device, a pipe) must not be read without end.</summary>
    static ReadOnlySpan<byte> ReadBounded(string path)
    {
        using var stream = File.OpenRead(path);
        var bytes = new byte[64 << 10];
        int count = 0;
        for (int read; (read = stream.Read(bytes, count, bytes.Length - count)) > 0;)
        {
            count += read;
            if (count > MaxBytes) throw new BadInputException($"'{path}' is no trace file: it is larger than {MaxBytes >> 20} MiB");
            if (count == bytes.Length) Array.Resize(ref bytes, 2 * count);
        }
        return bytes.AsSpan(0, count);
    }

    /// <summary>Writes the whole file or leaves what was there: it takes its place only when it is complete.</summary>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public void Write(string path)
    {
        string unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            {
                JsonSerializer.Serialize(stream, this, FileFormats.Pretty.TraceFile);
                stream.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }
}

/// <summary>A violation as it is stored.</summary>
public sealed record TraceViolation(string Monitor, string Rule, IReadOnlyList<string> Clauses, string Message, string Mend)
{
    [JsonIgnore]
    public string Key => Monitor + "/" + Rule;
}
