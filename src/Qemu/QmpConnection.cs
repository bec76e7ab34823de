using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Ringcheck.Qemu;

/// <summary>QEMU's answer to a monitor command that it refused.</summary>
public sealed class QmpException(string command, string description) : Exception($"QMP {command}: {description}");

/// <summary>QEMU's monitor (QMP): commands with answers, and events between them. Used by one thread at a time.</summary>
public sealed class QmpConnection : IDisposable
{
    private readonly LineSocket socket;
    private readonly int replyTimeoutMs;
    private readonly Func<string, QemuDiedException> died;
    private readonly List<JsonObject> events = [];

    internal QmpConnection(LineSocket socket, int replyTimeoutMs, Func<string, QemuDiedException> died)
    {
        this.socket = socket;
        this.replyTimeoutMs = replyTimeoutMs;
        this.died = died;
        Next(replyTimeoutMs); // the greeting
        Execute("qmp_capabilities");
    }

    /// <summary>Events so far, oldest first.</summary>
    public IReadOnlyList<JsonObject> Events => events;

    /// <summary>Runs a command; returns its "return" member.</summary>
    /// <exception cref="QmpException">QEMU refused it.</exception>
    public JsonNode? Execute(string command, JsonObject? arguments = null)
    {
        var request = new JsonObject { ["execute"] = command };
        if (arguments is not null)
        {
            request["arguments"] = arguments;
        }

        Send(request);
        while (true)
        {
            JsonObject answer = Next(replyTimeoutMs)!;
            if (answer["error"] is { } error)
            {
                throw new QmpException(command, error["desc"]?.GetValue<string>() ?? error.ToJsonString());
            }

            if (answer.ContainsKey("return"))
            {
                return answer["return"];
            }

            events.Add(answer);
        }
    }

    /// <summary>A command of the human monitor, as text; returns what it prints, which for most is nothing unless it failed.</summary>
    public string ExecuteHuman(string commandLine) =>
        Execute("human-monitor-command", new JsonObject { ["command-line"] = commandLine })?.GetValue<string>() ?? "";

    /// <summary>Waits for an event, counted from <paramref name="from"/> (an earlier count of <see cref="Events"/>).</summary>
    public bool WaitForEvent(string name, int from, int timeoutMs)
    {
        long began = Stopwatch.GetTimestamp();
        while (!events.Skip(from).Any(e => string.Equals(e["event"]?.GetValue<string>(), name, StringComparison.Ordinal)))
        {
            int leftMs = timeoutMs - (int)Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            if (leftMs <= 0 || Next(leftMs, orNull: true) is not { } next)
            {
                return false;
            }

            events.Add(next);
        }

        return true;
    }

    public void Dispose() => socket.Dispose();

    /// <summary>Asks QEMU to end, without waiting for an answer.</summary>
    internal void Quit() => socket.Send("{\"execute\":\"quit\"}\n"u8);

    private void Send(JsonObject request)
    {
        byte[] text = JsonSerializer.SerializeToUtf8Bytes(request);
        if (!socket.Send([.. text, (byte)'\n']))
        {
            throw died("the QMP connection closed");
        }
    }

    private JsonObject? Next(int timeoutMs, bool orNull = false)
    {
        long began = Stopwatch.GetTimestamp();
        while (true)
        {
            if (socket.TryTakeLine(out ReadOnlySpan<byte> line))
            {
                return JsonNode.Parse(line)?.AsObject() ?? throw new InvalidDataException("QMP sent null");
            }

            double leftMs = timeoutMs - Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            Reception reception = leftMs <= 0 ? Reception.TimedOut : socket.Receive((long)(leftMs * 1000));
            if (reception == Reception.TimedOut && orNull)
            {
                return null;
            }

            if (reception != Reception.Data)
            {
                throw died(reception == Reception.Closed ? "the QMP connection closed" : $"no answer from QMP in {timeoutMs} ms");
            }
        }
    }
}
