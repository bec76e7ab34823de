namespace Ringcheck.Testing;

/// <summary>What the user gave cannot be used: a file, a replay line, a name, a variable. The message is one clear line.</summary>
public sealed class BadInputException(string line) : Exception(line);
