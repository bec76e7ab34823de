using System.Reflection;
using System.Text.Json;
using Ringcheck.Cli.Reports;

namespace Ringcheck.Cli.Sharing;

/// <summary>The results of explorations, kept: what <c>explore --out</c> writes and <c>merge</c> joins.</summary>
internal sealed record ResultFile
{
    public const string FormatName = "ringcheck-result";

    public const int CurrentVersion = 1;

    const long MaxBytes = 256 << 20;

    public required string Format { get; init; }

    public required int Version { get; init; }

    /// <summary>Version of ringcheck, and the commit it was built from where the build knew it.</summary>
    public required string Tool { get; init; }

    public required IReadOnlyList<StoredRun> Runs { get; init; }

    public static string ThisTool { get; }
        = typeof(ResultFile).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static ResultFile Of(IEnumerable<StoredRun> runs) => new() { Format = FormatName, Version = CurrentVersion, Tool = ThisTool, Runs = [.. runs] };

    public void Write(string path) => AtomicFile.Write(path, stream => JsonSerializer.Serialize(stream, this, JsonReports.Compact.ResultFile));

    /// <summary>Throws <see cref="CommandException"/> with one clear line for anything that is not one.</summary>
    public static ResultFile Read(string path) => Parse(AtomicFile.Read(path, "result file", MaxBytes), path);

    /// <summary>The same, from the text of one that <paramref name="path"/> holds.</summary>
    public static ResultFile Parse(ReadOnlySpan<byte> text, string path)
    {
        ResultFile file;
        try
        {
            Refuse(Header.Of(text), path);
            file = JsonSerializer.Deserialize(text, JsonReports.Compact.ResultFile)!;
            if (!file.Runs.All(IsSound)) throw new FormatException("its numbers do not fit together");
            foreach (var run in file.Runs)
            {
                run.Coverage.ToRecord();
                run.Finding?.ToFinding();
            }
        }
        catch (JsonException exception)
        {
            throw CommandException.BadUsage($"'{path}' is no result file of ringcheck, or is damaged or cut off (at byte {exception.BytePositionInLine ?? 0})");
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            throw CommandException.BadUsage($"'{path}' is damaged: {exception.Message}");
        }
        return file;
    }

    static void Refuse(Header header, string path)
    {
        if (header.Format != FormatName) throw CommandException.BadUsage($"'{path}' is no result file of ringcheck: its format is not '{FormatName}'");
        if (header.Version != CurrentVersion)
            throw CommandException.BadUsage($"'{path}' has version {header.Version} of the result format; this ringcheck reads version {CurrentVersion}");
    }

    static bool IsSound(StoredRun run) => run.Shard >= 1 && run.Shard <= run.Shards && run.Parts.All(static part => part.Count == 3)
        && run.Executions == run.Parts.Sum(static part => part[1]) && run.Points == run.Parts.Sum(static part => part[2])
        && (run.FailedPart is null) == (run.Finding is null);

    /// <summary>Read first, so that a later version is called that and not damaged.</summary>
    readonly record struct Header(string? Format, int Version)
    {
        public static Header Of(ReadOnlySpan<byte> text)
        {
            var reader = new Utf8JsonReader(text);
            using var document = JsonDocument.ParseValue(ref reader);
            if (document.RootElement.ValueKind != JsonValueKind.Object) return default;
            string? format = document.RootElement.TryGetProperty("format", out var name) && name.ValueKind == JsonValueKind.String ? name.GetString() : null;
            return new(format, document.RootElement.TryGetProperty("version", out var number) && number.TryGetInt32(out int version) ? version : 0);
        }
    }
}
