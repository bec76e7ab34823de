using System.Net.Sockets;

namespace Ringcheck.Qemu;

internal enum Reception : byte
{
    Data,
    TimedOut,
    Closed,
}

/// <summary>Lines of text over a Unix socket; each wait is bounded.</summary>
internal sealed class LineSocket(Socket socket) : IDisposable
{
    private const int LongestLine = 4 << 20;

    private byte[] buffer = new byte[16 << 10];
    private int start;
    private int end;

    /// <summary>A complete line that has been received, without its end; valid until the next call of <see cref="Receive"/>.</summary>
    public bool TryTakeLine(out ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> pending = buffer.AsSpan(start, end - start);
        int length = pending.IndexOf((byte)'\n');
        if (length < 0)
        {
            line = default;
            return false;
        }

        line = pending[..length].TrimEnd((byte)'\r');
        start += length + 1;
        return true;
    }

    /// <summary>Waits for bytes up to <paramref name="timeoutMicroseconds"/>; 0 only looks.</summary>
    public Reception Receive(long timeoutMicroseconds)
    {
        MakeRoom();
        try
        {
            if (!socket.Poll(TimeSpan.FromMicroseconds(timeoutMicroseconds), SelectMode.SelectRead))
            {
                return Reception.TimedOut;
            }

            int received = socket.Receive(buffer.AsSpan(end));
            end += received;
            return received == 0 ? Reception.Closed : Reception.Data;
        }
        catch (SocketException)
        {
            return Reception.Closed;
        }
    }

    /// <summary>False if the other side is gone.</summary>
    public bool Send(ReadOnlySpan<byte> bytes)
    {
        try
        {
            while (!bytes.IsEmpty)
            {
                bytes = bytes[socket.Send(bytes)..];
            }

            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public void Dispose() => socket.Dispose();

    private void MakeRoom()
    {
        if (start > 0)
        {
            buffer.AsSpan(start, end - start).CopyTo(buffer);
            end -= start;
            start = 0;
        }

        if (end == buffer.Length)
        {
            if (end >= LongestLine)
            {
                throw new InvalidDataException($"QEMU sent a line longer than {LongestLine} bytes");
            }

            Array.Resize(ref buffer, 2 * buffer.Length);
        }
    }
}
