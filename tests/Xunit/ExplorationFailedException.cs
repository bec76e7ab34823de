namespace Ringcheck.Testing.Xunit;

/// <summary>What xunit knows an assertion by: an interface of this name, wherever it is declared.</summary>
public interface IAssertionException;

/// <summary>An exploration or a pinned failure that makes a test fail. The message is the whole report.</summary>
public sealed class ExplorationFailedException(string message) : Exception(message), IAssertionException;
