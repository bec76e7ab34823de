using System.Text.Json;
using System.Text.Json.Serialization;
using Ringcheck.Exploration;

namespace Ringcheck.Testing;

/// <summary>
/// A failure that once was, pinned so that it is replayed for ever: one small file each. <see cref="Replay"/> is what is run; the rest says what
/// it was, for those who find it again.
/// </summary>
public sealed record CorpusEntry
{
    public const string FormatName = "ringcheck-corpus", Extension = ".json";

    public const int CurrentVersion = 1;

    public required string Format { get; init; }

    public required int Version { get; init; }

    /// <summary>The line that failed. Its exhibit field says on which edited sources it did; it is replayed on whatever sources there are.</summary>
    public required string Replay { get; init; }

    /// <summary>Monitor and rule that objected, as <c>monitor/rule</c>.</summary>
    public required string Violation { get; init; }

    /// <summary>Scenario, profile and memory, for people; the replay line says it too.</summary>
    public required string Scenario { get; init; }

    /// <summary>The day it was pinned, as <c>yyyy-mm-dd</c>.</summary>
    public required string Pinned { get; init; }

    /// <summary>Where it came from and why it is kept; may be empty.</summary>
    public string Why { get; init; } = "";

    /// <summary><see cref="Replay"/>, read.</summary>
    /// <exception cref="BadInputException">It cannot be.</exception>
    [JsonIgnore]
    public ReplayString Line => ReplayString.TryParse(Replay, out var line, out string error) ? line! : throw new BadInputException(error);

    public static CorpusEntry Of(ReplayString replay, string violationKey, DateOnly pinned, string why) => new()
    {
        Format = FormatName,
        Version = CurrentVersion,
        Replay = replay.ToString(),
        Violation = violationKey,
        Scenario = $"{replay.Scenario} ({replay.Profile}), memory {replay.Memory}",
        Pinned = pinned.ToString("yyyy-MM-dd"),
        Why = why,
    };

    /// <summary>Reads an entry's file.</summary>
    /// <exception cref="BadInputException">The file is no entry, or cannot be read.</exception>
    public static CorpusEntry Read(string path)
    {
        CorpusEntry? entry;
        try
        {
            entry = JsonSerializer.Deserialize(File.ReadAllText(path), FileFormats.Pretty.CorpusEntry);
        }
        catch (JsonException exception)
        {
            throw new BadInputException($"'{path}' is no corpus entry, or is damaged (line {(exception.LineNumber ?? 0) + 1})");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new BadInputException($"cannot read '{path}': {exception.Message}");
        }
        if (entry?.Format != FormatName) throw new BadInputException($"'{path}' is no corpus entry: its format is not '{FormatName}'");
        if (entry.Version != CurrentVersion) throw new BadInputException($"'{path}' has version {entry.Version} of the corpus format; this ringcheck reads version {CurrentVersion}");
        return ReplayString.TryParse(entry.Replay, out _, out string error) ? entry : throw new BadInputException($"'{path}': {error}");
    }

    public void Write(string path) => File.WriteAllText(path, JsonSerializer.Serialize(this, FileFormats.Pretty.CorpusEntry) + "\n");
}
