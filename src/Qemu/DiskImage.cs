using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ringcheck.Standard;

namespace Ringcheck.Qemu;

/// <summary>Raw images for QEMU's and the simulated block device, in a temporary file that goes with the object.</summary>
public sealed class DiskImage : IDisposable
{
    private DiskImage(string path) => Path = path;

    public string Path { get; }

    /// <summary>All zeros, sparse. Length in sectors.</summary>
    /// <param name="sectors">The disk's size.</param>
    /// <param name="inMemory">Where the host has a file system in memory, there: flushing costs nothing.</param>
    public static DiskImage Empty(long sectors, bool inMemory = false)
    {
        const string memory = "/dev/shm";
        string path = inMemory && Directory.Exists(memory)
            ? System.IO.Path.Combine(memory, "ringcheck-" + System.IO.Path.GetRandomFileName())
            : System.IO.Path.GetTempFileName();
        using FileStream file = File.OpenWrite(path);
        file.SetLength(sectors * Sector.Size);
        return new DiskImage(path);
    }

    /// <summary>Each sector says which it is: see <see cref="NumberedSector"/>.</summary>
    public static DiskImage Numbered(long sectors, bool inMemory = false)
    {
        DiskImage image = Empty(sectors, inMemory);
        using FileStream file = File.OpenWrite(image.Path);
        for (long sector = 0; sector < sectors; sector++)
        {
            file.Write(NumberedSector(sector));
        }

        return image;
    }

    /// <summary>The text "SECTOR 000042|", repeated.</summary>
    public static byte[] NumberedSector(long sector)
    {
        byte[] text = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"SECTOR {sector:D6}|"));
        var bytes = new byte[Sector.Size];
        for (int at = 0; at < bytes.Length; at++)
        {
            bytes[at] = text[at % text.Length];
        }

        return bytes;
    }

    /// <summary>
    /// A file system made by the host's <c>mkfs.ext4</c>. Null, with the reason, where that is not installed.
    /// </summary>
    public static DiskImage? Ext4(long sectors, out string reason)
    {
        if (Tool.Find("mkfs.ext4") is not { } program)
        {
            reason = "mkfs.ext4 is not installed (Debian: apt-get install e2fsprogs)";
            return null;
        }

        reason = "";
        DiskImage image = Empty(sectors);
        var start = new ProcessStartInfo(program, ["-q", "-F", image.Path])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        using Process process = Process.Start(start) ?? throw new InvalidOperationException($"{program} did not start");
        process.StandardInput.Close();
        Task<string> said = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(60_000))
        {
            process.Kill();
            image.Dispose();
            throw new TimeoutException($"{program} did not end in 60 s");
        }

        if (process.ExitCode != 0)
        {
            image.Dispose();
            throw new InvalidOperationException($"{program} exited with {process.ExitCode}: {said.Result}");
        }

        return image;
    }

    /// <summary>Writes whole sectors behind QEMU's back: both go through the host's page cache, so the device reads them at once.</summary>
    public void Write(Sector sector, ReadOnlySpan<byte> bytes)
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        file.Seek((long)sector.Value * Sector.Size, SeekOrigin.Begin);
        file.Write(bytes);
    }

    /// <summary>What the image holds now.</summary>
    public byte[] Read(Sector sector, int sectors)
    {
        using var file = new FileStream(Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        file.Seek((long)sector.Value * Sector.Size, SeekOrigin.Begin);
        var bytes = new byte[sectors * Sector.Size];
        file.ReadExactly(bytes);
        return bytes;
    }

    public void Dispose() => File.Delete(Path);
}
