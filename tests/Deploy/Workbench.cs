using System.Text.Json;
using Xunit;

namespace Ringcheck.Tests.Deploy;

/// <summary>A folder of its own, and the command line as users start it: as a process.</summary>
sealed class Workbench : IDisposable
{
    /// <summary>Longer than anything here takes, on a machine that does something else too.</summary>
    const double PatienceSeconds = 60;

    public string Folder { get; } = Directory.CreateTempSubdirectory("ringcheck-deploy-").FullName;

    /// <summary>The root of the repository: where Spec.sln is, upward from here.</summary>
    public static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Spec.sln"))) return folder.FullName;
            }
            throw new DirectoryNotFoundException("no Spec.sln above the tests");
        }
    }

    static string Dotnet => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet";

    static string Ringcheck => Path.Combine(AppContext.BaseDirectory, "ringcheck.dll");

    /// <summary>What scripts call: see RINGCHECK in deploy/.</summary>
    public static IReadOnlyDictionary<string, string> Environmental(params (string Name, string Value)[] more)
        => more.Append(("RINGCHECK", $"{Dotnet} {Ringcheck}")).Append(("TMPDIR", Path.GetTempPath())).ToDictionary(static each => each.Item1, static each => each.Item2);

    public string PathOf(string file) => Path.Combine(Folder, file);

    public OwnedProcess Start(params string[] arguments) => new(Dotnet, [Ringcheck, .. arguments], Folder);

    /// <summary>Runs the command line to its end.</summary>
    public (int ExitCode, string Output) Run(params string[] arguments) => Finish(Start(arguments), string.Join(' ', arguments));

    /// <summary>Runs a program to its end.</summary>
    public (int ExitCode, string Output) Shell(string program, IReadOnlyDictionary<string, string> environment, params string[] arguments)
        => Finish(new(program, arguments, Folder, environment), $"{program} {string.Join(' ', arguments)}");

    static (int ExitCode, string Output) Finish(OwnedProcess process, string what)
    {
        using (process)
        {
            Assert.True(process.Wait(PatienceSeconds), $"not done after {PatienceSeconds} s: {what}\n{process.Output}");
            return (process.ExitCode, process.Output);
        }
    }

    /// <summary>A result file without what differs from run to run.</summary>
    public string Result(string file)
    {
        var runs = JsonDocument.Parse(File.ReadAllText(PathOf(file))).RootElement.GetProperty("runs").EnumerateArray();
        return string.Join('\n', runs.Select(static run => string.Join(' ', run.EnumerateObject().Where(static member => member.Name != "seconds").Select(static member => member.ToString()))));
    }

    /// <summary>Who may do what with a file; Windows has no such modes, and nothing here runs there that needs them.</summary>
    public static void SetMode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(path, mode);
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
