namespace Ringcheck.Qemu;

/// <summary>
/// The files that start-up needs: sockets, firmware, guest RAM. All may go as soon as QEMU has opened them, so they are deleted
/// then, and nothing is left behind even if this process is killed.
/// </summary>
internal sealed class QemuFiles : IDisposable
{
    /// <summary>AArch64 <c>wfi; b .</c>: parks the CPU, so that only the driver under test touches devices.</summary>
    private static readonly byte[] ParkedArm = [0x7F, 0x20, 0x03, 0xD5, 0x00, 0x00, 0x00, 0x14];

    /// <summary>The same for x86, <c>cli; hlt; jmp</c> back to the second, at the reset vector: 16 bytes before the end of 64 KiB.</summary>
    private static readonly byte[] ParkedX86 = [.. new byte[0x1_0000 - 16], 0xFA, 0xF4, 0xEB, 0xFD, .. new byte[12]];

    private const string SharedMemory = "/dev/shm";

    private readonly string folder;

    public QemuFiles(QemuMachineKind machine, ulong ramBytes)
    {
        folder = Directory.CreateTempSubdirectory("ringcheck-").FullName;
        string ramFolder = folder;
        try
        {
            if (Directory.Exists(SharedMemory) && (ulong)new DriveInfo(SharedMemory).AvailableFreeSpace > 2 * ramBytes)
            {
                ramFolder = Path.Combine(SharedMemory, Path.GetFileName(folder));
                Directory.CreateDirectory(ramFolder);
            }

            Ram = Path.Combine(ramFolder, "ram");
            using (FileStream ram = File.Create(Ram))
            {
                ram.SetLength((long)ramBytes);
            }

            File.WriteAllBytes(Firmware, machine == QemuMachineKind.Pc ? ParkedX86 : ParkedArm);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public string Ram { get; } = "";

    public string Firmware => Path.Combine(folder, "firmware");

    public string QtestSocket => Path.Combine(folder, "qtest");

    public string QmpSocket => Path.Combine(folder, "qmp");

    public void Dispose()
    {
        Delete(folder);
        Delete(Path.Combine(SharedMemory, Path.GetFileName(folder)));
    }

    private static void Delete(string path)
    {
        try
        {
            if (Directory.Exists(path))
            {
                Directory.Delete(path, recursive: true);
            }
        }
        catch (IOException)
        {
            // A temporary folder that cannot be deleted is the host's to clean.
        }
    }
}
