using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Ringcheck.Qemu;

/// <summary>
/// A process that never outlives its owner: ended by <see cref="Dispose"/>, by the finalizer, when this process exits, and, where
/// the host has <c>setpriv</c>, by the kernel when this process is killed. Only ever ended through its own handle.
/// </summary>
internal sealed class ChildProcess : IDisposable
{
    private const int StandardErrorTailLength = 4096;

    // Strong references: the finalizer of a ChildProcess may still use its Process.
    private static readonly ConcurrentDictionary<Process, bool> Living = new();
    private static readonly BlockingCollection<Action> Launches = [];

    private readonly Process process;
    private readonly StandardErrorTail tail;

    static ChildProcess()
    {
        AppDomain.CurrentDomain.ProcessExit += static (_, _) =>
        {
            foreach (Process living in Living.Keys)
            {
                Kill(living);
            }
        };
        // The kernel's parent-death signal follows the *thread* that started the child, so that thread has to live as long as we do.
        new Thread(static () =>
        {
            foreach (Action launch in Launches.GetConsumingEnumerable())
            {
                launch();
            }
        })
        { IsBackground = true, Name = "child process launcher" }.Start();
    }

    public ChildProcess(string program, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo
        {
            FileName = program,
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardError = true,
        };
        if (Tool.Find("setpriv") is { } setpriv)
        {
            start.FileName = setpriv;
            start.ArgumentList.Add("--pdeathsig");
            start.ArgumentList.Add("KILL");
            start.ArgumentList.Add(program);
        }

        foreach (string argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        var launched = new TaskCompletionSource<Process>(TaskCreationOptions.RunContinuationsAsynchronously);
        Launches.Add(() =>
        {
            try
            {
                launched.SetResult(Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start"));
            }
            catch (Exception failure)
            {
                launched.SetException(failure);
            }
        });
        process = launched.Task.GetAwaiter().GetResult();
        Living.TryAdd(process, true);
        tail = new StandardErrorTail(process.StandardError, StandardErrorTailLength);
    }

    [SuppressMessage("Design", "MA0055:Do not use finalizer", Justification = "A leaked QEMU would run on; this is the last chance.")]
    ~ChildProcess() => End();

    public int Id => process.Id;

    public bool HasExited => process.HasExited;

    /// <summary>The exit code, waiting for it up to <paramref name="timeoutMs"/>; null if the process still runs.</summary>
    public int? WaitForExit(int timeoutMs) => process.WaitForExit(timeoutMs) ? process.ExitCode : null;

    /// <summary>The last part of standard error; complete once the process has exited.</summary>
    public string StandardErrorText() => tail.Text(process.HasExited ? 1000 : 0);

    public void Dispose()
    {
        End();
        GC.SuppressFinalize(this);
    }

    private void End()
    {
        // Null when the constructor failed before the process was there.
        if (process is not null && Living.TryRemove(process, out _))
        {
            Kill(process);
        }
    }

    private static void Kill(Process process)
    {
        try
        {
            if (!process.HasExited)
            {
                process.Kill();
                process.WaitForExit(5000);
            }
        }
        catch (InvalidOperationException)
        {
            // It exited between the question and the signal.
        }
    }

    /// <summary>Drains standard error on a thread of its own, so that a talkative child never blocks on a full pipe.</summary>
    private sealed class StandardErrorTail
    {
        private readonly StringBuilder text = new();
        private readonly Thread reader;

        public StandardErrorTail(StreamReader stream, int length)
        {
            reader = new Thread(() =>
            {
                var block = new char[1024];
                int read;
                while ((read = stream.Read(block, 0, block.Length)) > 0)
                {
                    lock (text)
                    {
                        text.Append(block, 0, read);
                        text.Remove(0, Math.Max(0, text.Length - length));
                    }
                }
            })
            { IsBackground = true, Name = "standard error of a child process" };
            reader.Start();
        }

        public string Text(int timeoutMs)
        {
            reader.Join(timeoutMs);
            lock (text)
            {
                return text.ToString().Trim();
            }
        }
    }
}
