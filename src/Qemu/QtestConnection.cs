using System.Buffers.Text;
using System.Diagnostics;
using System.Text;

namespace Ringcheck.Qemu;

/// <summary>
/// QEMU's qtest protocol: one command, one answer; between them, lines that report interrupts of the intercepted controller.
/// Used by one thread at a time.
/// </summary>
public sealed class QtestConnection : IDisposable
{
    /// <summary>Inputs of the interrupt controller that are followed; <c>virt</c> has 288.</summary>
    public const int LineCount = 1024;

    private readonly LineSocket socket;
    private readonly int replyTimeoutMs;
    private readonly Func<string, QemuDiedException> died;
    private readonly bool[] lineIsHigh = new bool[LineCount];
    private readonly int[] raises = new int[LineCount];
    private readonly byte[] command = new byte[128];

    internal QtestConnection(LineSocket socket, int replyTimeoutMs, Func<string, QemuDiedException> died)
    {
        this.socket = socket;
        this.replyTimeoutMs = replyTimeoutMs;
        this.died = died;
    }

    /// <summary>Commands sent so far: shows that a run has touched the device.</summary>
    public long CommandCount { get; private set; }

    /// <summary>The level of an input of the interrupt controller, as of the last line received.</summary>
    public bool IsHigh(uint line) => lineIsHigh[line];

    /// <summary>How often the input went from low to high.</summary>
    public int RaiseCount(uint line) => raises[line];

    /// <summary>One bus access of <paramref name="width"/> 1, 2, 4 or 8 bytes.</summary>
    public ulong Read(ulong address, int width)
    {
        int length = Begin(width switch { 1 => "readb "u8, 2 => "readw "u8, 4 => "readl "u8, _ => "readq "u8 });
        length = AppendNumber(length, address);
        return Number(Exchange(length));
    }

    /// <summary>One bus access of <paramref name="width"/> 1, 2, 4 or 8 bytes.</summary>
    public void Write(ulong address, int width, ulong value)
    {
        int length = Begin(width switch { 1 => "writeb "u8, 2 => "writew "u8, 4 => "writel "u8, _ => "writeq "u8 });
        length = AppendNumber(length, address);
        command[length++] = (byte)' ';
        length = AppendNumber(length, value);
        Exchange(length);
    }

    /// <summary>One access to x86's I/O space, of <paramref name="width"/> 1, 2 or 4 bytes.</summary>
    public uint ReadPort(ushort port, int width)
    {
        int length = Begin(width switch { 1 => "inb "u8, 2 => "inw "u8, _ => "inl "u8 });
        return (uint)Number(Exchange(AppendNumber(length, port)));
    }

    /// <summary>One access to x86's I/O space, of <paramref name="width"/> 1, 2 or 4 bytes.</summary>
    public void WritePort(ushort port, int width, uint value)
    {
        int length = AppendNumber(Begin(width switch { 1 => "outb "u8, 2 => "outw "u8, _ => "outl "u8 }), port);
        command[length++] = (byte)' ';
        Exchange(AppendNumber(length, value));
    }

    /// <summary>A copy out of the bus; QEMU chooses the widths of the accesses.</summary>
    public void ReadBlock(ulong address, Span<byte> destination)
    {
        int length = AppendNumber(Begin("read "u8), address);
        command[length++] = (byte)' ';
        length = AppendNumber(length, (ulong)destination.Length);
        ReadOnlySpan<byte> hex = Exchange(length)[2..];
        Convert.FromHexString(Encoding.ASCII.GetString(hex)).CopyTo(destination);
    }

    /// <summary>Reports the inputs of a device as "IRQ raise N" and "IRQ lower N" from now on, instead of passing them on.</summary>
    public void InterceptInputs(string qomPath)
    {
        byte[] line = Encoding.ASCII.GetBytes($"irq_intercept_in {qomPath}\n");
        Exchange(line);
    }

    /// <summary>
    /// Takes note of interrupt lines that have arrived, waiting up to <paramref name="timeoutMicroseconds"/> for the first.
    /// Returns whether any arrived.
    /// </summary>
    public bool Pump(long timeoutMicroseconds)
    {
        bool any = TakeReports();
        if (any)
        {
            timeoutMicroseconds = 0;
        }

        while (socket.Receive(timeoutMicroseconds) switch
        {
            Reception.Data => true,
            Reception.TimedOut => false,
            _ => throw died("the qtest connection closed"),
        })
        {
            any |= TakeReports();
            timeoutMicroseconds = 0;
        }

        return any;
    }

    public void Dispose() => socket.Dispose();

    private bool TakeReports()
    {
        bool any = false;
        while (socket.TryTakeLine(out ReadOnlySpan<byte> line))
        {
            if (!TryTakeReport(line))
            {
                throw new InvalidDataException($"qtest answered without a question: {Encoding.ASCII.GetString(line)}");
            }

            any = true;
        }

        return any;
    }

    private bool TryTakeReport(ReadOnlySpan<byte> line)
    {
        ReadOnlySpan<byte> raise = "IRQ raise "u8, lower = "IRQ lower "u8;
        bool high = line.StartsWith(raise);
        if (!high && !line.StartsWith(lower))
        {
            return false;
        }

        if (Utf8Parser.TryParse(line[raise.Length..], out uint number, out _) && number < LineCount)
        {
            raises[number] += high && !lineIsHigh[number] ? 1 : 0;
            lineIsHigh[number] = high;
        }

        return true;
    }

    private int Begin(ReadOnlySpan<byte> verb)
    {
        verb.CopyTo(command);
        return verb.Length;
    }

    private int AppendNumber(int length, ulong value)
    {
        command[length++] = (byte)'0';
        command[length++] = (byte)'x';
        Utf8Formatter.TryFormat(value, command.AsSpan(length), out int written, 'x');
        return length + written;
    }

    private ReadOnlySpan<byte> Exchange(int length)
    {
        command[length++] = (byte)'\n';
        return Exchange(command.AsSpan(0, length));
    }

    /// <summary>Sends a line; returns what follows "OK " in the answer.</summary>
    private ReadOnlySpan<byte> Exchange(ReadOnlySpan<byte> line)
    {
        CommandCount++;
        if (!socket.Send(line))
        {
            throw died("the qtest connection closed");
        }

        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            while (socket.TryTakeLine(out ReadOnlySpan<byte> answer))
            {
                if (TryTakeReport(answer))
                {
                    continue;
                }

                return answer.StartsWith("OK"u8)
                    ? answer[Math.Min(3, answer.Length)..]
                    : throw new InvalidDataException($"qtest: {Encoding.ASCII.GetString(line).Trim()}: {Encoding.ASCII.GetString(answer)}");
            }

            double leftMs = replyTimeoutMs - Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            Reception reception = leftMs <= 0 ? Reception.TimedOut : socket.Receive((long)(leftMs * 1000));
            if (reception != Reception.Data)
            {
                throw died(reception == Reception.Closed ? "the qtest connection closed" : $"no answer from qtest in {replyTimeoutMs} ms");
            }
        }
    }

    private static ulong Number(ReadOnlySpan<byte> answer) =>
        answer.StartsWith("0x"u8) && Utf8Parser.TryParse(answer[2..], out ulong value, out _, 'x')
            ? value
            : throw new InvalidDataException($"qtest answered {Encoding.ASCII.GetString(answer)} where a number was due");
}
