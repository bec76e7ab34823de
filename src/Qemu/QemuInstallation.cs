namespace Ringcheck.Qemu;

/// <summary>
/// Where QEMU is on this machine, or why it cannot be used. Tests are skipped, and the command line exits with its environment
/// code, with <see cref="Reason"/> as the text.
/// </summary>
public sealed record QemuInstallation(string? Path, string Reason)
{
    public const string Program = "qemu-system-aarch64";

    public bool IsAvailable => Path is not null;

    /// <summary>Looks along PATH. Guest RAM is shared by mapping a file, and sockets are Unix sockets: Linux only.</summary>
    public static QemuInstallation Find()
    {
        if (!OperatingSystem.IsLinux())
        {
            return new(null, "the QEMU lane runs on Linux only");
        }

        return Tool.Find(Program) is { } path
            ? new(path, "")
            : new(null, $"{Program} is not installed (Debian: apt-get install qemu-system-arm)");
    }
}

/// <summary>Programs of the host that tests use where they are installed.</summary>
public static class Tool
{
    /// <summary>
    /// The first match along PATH, then in the folders of system administration, which Debian leaves out of users' PATH
    /// (mkfs.ext4 lives there). Null if there is none.
    /// </summary>
    public static string? Find(string program)
    {
        string path = Environment.GetEnvironmentVariable("PATH") ?? "";
        foreach (string folder in path.Split(Path.PathSeparator).Append("/usr/sbin").Append("/sbin"))
        {
            string candidate = Path.Combine(folder, program);
            if (folder.Length > 0 && File.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }
}
