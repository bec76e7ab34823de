namespace Ringcheck.Cli.Sharing;

/// <summary>Files that are written whole or not at all: what was there stays until the new one is complete.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file beside its place, and moves it there.</summary>
    /// <param name="path">The file.</param>
    /// <param name="content">Writes all of it.</param>
    /// <param name="isOurs">True if no other process writes it: then what a killed process left unfinished is overwritten, and does not add up.</param>
    /// <exception cref="IOException">It cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">It may not be written.</exception>
    public static void Write(string path, Action<Stream> content, bool isOurs = false)
    {
        string unfinished = isOurs ? path + ".tmp" : $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            using (var stream = new FileStream(unfinished, FileMode.Create, FileAccess.Write))
            {
                content(stream);
                stream.Flush(flushToDisk: true);
            }
            File.Move(unfinished, path, overwrite: true);
        }
        catch
        {
            File.Delete(unfinished);
            throw;
        }
    }

    /// <summary>Before long work: a file that could not be written at its end is an error now. Throws <see cref="CommandException"/>.</summary>
    public static void CheckWritable(string path)
    {
        if (Directory.Exists(path)) throw CommandException.BadUsage($"'{path}' is a folder");
        string unfinished = $"{path}.{Environment.ProcessId}.tmp";
        try
        {
            File.WriteAllBytes(unfinished, []);
            File.Delete(unfinished);
        }
        catch (Exception exception) when (IsFileError(exception))
        {
            throw CommandException.BadUsage($"cannot write '{path}': {exception.Message}");
        }
    }

    /// <summary>All of a file that must be there. Throws <see cref="CommandException"/> with one clear line.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What it should be, in words.</param>
    /// <param name="maxBytes">A longer file is something else.</param>
    public static byte[] Read(string path, string kind, long maxBytes)
    {
        try
        {
            if (Directory.Exists(path)) throw CommandException.BadUsage($"'{path}' is a folder, not a {kind}");
            if (!File.Exists(path)) throw CommandException.BadUsage($"there is no file '{path}'");
            using var stream = File.OpenRead(path);
            var bytes = new byte[Math.Clamp(stream.CanSeek ? stream.Length + 1 : 0, 1 << 10, maxBytes + 1)];
            int count = 0;
            for (int read; (read = stream.Read(bytes, count, bytes.Length - count)) > 0;)
            {
                count += read;
                if (count > maxBytes) throw CommandException.BadUsage($"'{path}' is no {kind}: it is larger than {maxBytes >> 20} MiB");
                if (count == bytes.Length) Array.Resize(ref bytes, (int)Math.Min(2L * count, maxBytes + 1));
            }
            return bytes[..count];
        }
        catch (Exception exception) when (IsFileError(exception))
        {
            throw CommandException.BadUsage($"cannot read '{path}': {exception.Message}");
        }
    }

    public static bool IsFileError(Exception exception)
        => exception is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException;
}
