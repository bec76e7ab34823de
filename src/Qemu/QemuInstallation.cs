namespace Ringcheck.Qemu;

/// <summary>
/// Where QEMU is on this machine, or why it cannot be used. Tests are skipped, and the command line exits with its environment
/// code, with <see cref="Reason"/> as the text.
/// </summary>
public sealed record QemuInstallation(string? Path, string Reason)
{
    public const string Program = "qemu-system-aarch64";
    public const string ProgramOfPc = "qemu-system-x86_64";

    public bool IsAvailable => Path is not null;

    /// <summary>Looks along PATH. Guest RAM is shared by mapping a file, and sockets are Unix sockets: Linux only.</summary>
    /// <param name="machine">The machine that it is to have: Arm's and x86's are programs of their own.</param>
    public static QemuInstallation Find(QemuMachineKind machine = QemuMachineKind.Virt)
    {
        if (!OperatingSystem.IsLinux())
        {
            return new(null, "the QEMU lane runs on Linux only");
        }

        (string program, string package) = machine == QemuMachineKind.Pc ? (ProgramOfPc, "qemu-system-x86") : (Program, "qemu-system-arm");
        return Tool.Find(program) is { } path
            ? new(path, "")
            : new(null, $"{program} is not installed (Debian: apt-get install {package})");
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
