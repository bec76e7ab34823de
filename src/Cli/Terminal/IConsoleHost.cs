namespace Ringcheck.Cli.Terminal;

/// <summary>The console that a command runs on.</summary>
internal interface IConsoleHost
{
    /// <summary>Results go here; with <c>--json</c> one object and nothing else.</summary>
    TextWriter Out { get; }

    /// <summary>Errors, warnings and live displays go here.</summary>
    TextWriter Error { get; }

    /// <summary>True if <see cref="Out"/> is a terminal that wants colours.</summary>
    bool HasColours { get; }

    /// <summary>True if <see cref="Error"/> is a terminal that a progress display may redraw.</summary>
    bool HasLiveDisplay { get; }

    /// <summary>Cancelled by Ctrl-C: stop soon, and say what was done so far.</summary>
    CancellationToken Cancellation { get; }
}
