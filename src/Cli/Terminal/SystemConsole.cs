using System.Runtime.InteropServices;
using System.Text;

namespace Ringcheck.Cli.Terminal;

/// <summary>
/// The console of this process. The first Ctrl-C (or termination request) asks for a clean stop; the second ends the process at once, as if
/// nobody had caught it. NO_COLOR (no-color.org) turns colours and live displays off.
/// </summary>
internal sealed class SystemConsole : IConsoleHost, IDisposable
{
    readonly CancellationTokenSource stop = new();
    readonly PosixSignalRegistration interrupt, terminate;

    public SystemConsole()
    {
        var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        if (!Console.IsOutputRedirected || OperatingSystem.IsWindows()) Console.OutputEncoding = utf8;
        bool plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR")) || Environment.GetEnvironmentVariable("TERM") == "dumb";
        HasColours = !plain && !Console.IsOutputRedirected;
        HasLiveDisplay = !plain && !Console.IsErrorRedirected;
        interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
        terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
    }

    public TextWriter Out => Console.Out;

    public TextWriter Error => Console.Error;

    public bool HasColours { get; }

    public bool HasLiveDisplay { get; }

    public CancellationToken Cancellation => stop.Token;

    void Stop(PosixSignalContext signal)
    {
        if (stop.IsCancellationRequested) return;
        signal.Cancel = true;
        stop.Cancel();
    }

    public void Dispose()
    {
        interrupt.Dispose();
        terminate.Dispose();
        stop.Dispose();
    }
}
