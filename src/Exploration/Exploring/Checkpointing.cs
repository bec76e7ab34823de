namespace Ringcheck.Exploration;

/// <summary>How an exploration survives the end of its process.</summary>
/// <param name="EverySeconds">How often it is saved, in seconds of wall-clock time; and once more when it ends or is stopped.</param>
/// <param name="Save">Keeps what it gets in the place of what it got before. Called on the thread that runs the exploration.</param>
/// <param name="Resume">What an earlier process saved of the same exploration; null to begin at the beginning.</param>
public sealed record Checkpointing(double EverySeconds, Action<ReadOnlyMemory<byte>> Save, ReadOnlyMemory<byte>? Resume = null);
