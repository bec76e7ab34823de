using System.Diagnostics;
using System.Globalization;

namespace Ringcheck.Tests.Deploy;

/// <summary>
/// A process that this test started and ends, by its own handle and never by a name. Where the host has <c>setpriv</c>, the kernel ends it too if the test host dies.
/// </summary>
sealed class OwnedProcess : IDisposable
{
    readonly Process process;
    readonly List<string> lines = [];

    public OwnedProcess(string program, IEnumerable<string> arguments, string folder, IReadOnlyDictionary<string, string>? environment = null)
    {
        var start = new ProcessStartInfo
        {
            FileName = program,
            WorkingDirectory = folder,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        if (FindTool("setpriv") is { } setpriv)
        {
            start.FileName = setpriv;
            foreach (string word in (string[])["--pdeathsig", "KILL", program]) start.ArgumentList.Add(word);
        }
        foreach (string argument in arguments) start.ArgumentList.Add(argument);
        foreach (var (name, value) in environment ?? new Dictionary<string, string>()) start.Environment[name] = value;
        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        process.StandardInput.Close();
    }

    public bool HasExited => process.HasExited;

    public int ExitCode => process.ExitCode;

    /// <summary>What it wrote so far, on either stream.</summary>
    public string Output
    {
        get
        {
            lock (lines) return string.Join('\n', lines);
        }
    }

    /// <summary>The first match along PATH, then in the folders of system administration; null if there is none.</summary>
    public static string? FindTool(string name)
        => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Append("/usr/sbin").Append("/sbin")
            .Where(static folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    void Keep(string? line)
    {
        if (line is null) return;
        lock (lines) lines.Add(line);
    }

    /// <summary>True if it ended by itself within the time; all that it wrote is here then.</summary>
    public bool Wait(double seconds)
    {
        if (!process.WaitForExit(TimeSpan.FromSeconds(seconds))) return false;
        process.WaitForExit(); // the streams are read to their end
        return true;
    }

    /// <summary>SIGKILL, as a machine that goes away.</summary>
    public void Kill()
    {
        process.Kill();
        process.WaitForExit();
    }

    /// <summary>SIGTERM, as a scheduler that wants its node back.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        try
        {
            if (!process.HasExited) process.Kill(entireProcessTree: true);
            process.WaitForExit(5_000);
        }
        catch (InvalidOperationException)
        {
            // It ended in between.
        }
        process.Dispose();
    }
}
