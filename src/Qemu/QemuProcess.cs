using System.Diagnostics;
using System.Net.Sockets;
using System.Text.Json.Nodes;

namespace Ringcheck.Qemu;

/// <summary>
/// A running QEMU with its connections and its RAM. Every wait is bounded; its death is a <see cref="QemuDiedException"/> from
/// whatever noticed it; disposing ends it on every path.
/// </summary>
public sealed class QemuProcess : IDisposable
{
    private readonly ChildProcess child;
    private QmpConnection? qmp;
    private QtestConnection? qtest;
    private SharedRam? ram;
    private bool disposed;

    private QemuProcess(QemuInstallation installation, QemuOptions options)
    {
        string program = installation.Path ?? throw new InvalidOperationException(installation.Reason);
        Machine = options.Machine;
        using var files = new QemuFiles(options.Machine, options.RamBytes);
        using Socket qtestListener = Listen(files.QtestSocket);
        using Socket qmpListener = Listen(files.QmpSocket);
        child = new ChildProcess(program, options.Arguments(files));
        try
        {
            long began = Stopwatch.GetTimestamp();
            LineSocket qtestSocket = Accept(qtestListener, began, options.StartTimeoutMs);
            qtest = new QtestConnection(qtestSocket, options.ReplyTimeoutMs, Die);
            qmp = new QmpConnection(Accept(qmpListener, began, options.StartTimeoutMs), options.ReplyTimeoutMs, Die);
            ram = new SharedRam(files.Ram, options.Machine == QemuMachineKind.Pc ? 0 : SharedRam.Base, options.RamBytes);
            qtest.InterceptInputs(options.Machine == QemuMachineKind.Pc ? "ioapic" : FindInterruptController(qmp));
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public QemuMachineKind Machine { get; }

    public QtestConnection Qtest => qtest ?? throw new ObjectDisposedException(nameof(QemuProcess));

    public QmpConnection Qmp => qmp ?? throw new ObjectDisposedException(nameof(QemuProcess));

    public SharedRam Ram => ram ?? throw new ObjectDisposedException(nameof(QemuProcess));

    /// <summary>Set once QEMU has ended without being asked to.</summary>
    public QemuDeath? Death { get; private set; }

    public int Id => child.Id;

    public bool HasExited => disposed || child.HasExited;

    /// <summary>Starts QEMU and waits until it answers.</summary>
    /// <exception cref="QemuDiedException">It refused its arguments, died or did not answer in time.</exception>
    /// <exception cref="InvalidOperationException"><paramref name="installation"/> is not available.</exception>
    public static QemuProcess Start(QemuInstallation installation, QemuOptions options) => new(installation, options);

    /// <summary>Power-on reset of the whole machine; returns once it has happened.</summary>
    public void Reset()
    {
        int from = Qmp.Events.Count;
        Qmp.Execute("system_reset");
        if (!Qmp.WaitForEvent("RESET", from, timeoutMs: 5000))
        {
            throw Die("no RESET event in 5000 ms");
        }
    }

    /// <summary>
    /// Returns once the devices have taken up what was asked of them so far and their disk has no request in flight. A doorbell
    /// that QEMU defers is taken in the next turn of its main loop, and answering a command takes a turn; two commands make sure
    /// that a whole turn lies between. Requests that then wait for the host are drained.
    /// </summary>
    public void Settle()
    {
        Turn();
        Turn();
        string complaint = Qmp.ExecuteHuman($"qemu-io {QemuOptions.DiskId} aio_flush");
        if (complaint.Length != 0)
        {
            throw new QmpException("qemu-io aio_flush", complaint.Trim());
        }

        Turn();
        Qtest.Pump(0);
    }

    /// <summary>Ends QEMU: asked politely first, so that it closes its image, then by force.</summary>
    public void Dispose()
    {
        if (disposed)
        {
            return;
        }

        disposed = true;
        if (Death is null && qmp is not null)
        {
            qmp.Quit();
            child?.WaitForExit(2000);
        }

        child?.Dispose();
        qtest?.Dispose();
        qmp?.Dispose();
        ram?.Dispose();
    }

    private void Turn() => Qtest.Read(Ram.Start.Value, 4);

    private static Socket Listen(string path)
    {
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(1);
        return listener;
    }

    private LineSocket Accept(Socket listener, long began, int timeoutMs)
    {
        while (!listener.Poll(TimeSpan.FromMilliseconds(20), SelectMode.SelectRead))
        {
            if (child.HasExited)
            {
                throw Die("it ended while starting");
            }

            if (Stopwatch.GetElapsedTime(began).TotalMilliseconds > timeoutMs)
            {
                throw Die($"it did not connect in {timeoutMs} ms");
            }
        }

        return new LineSocket(listener.Accept());
    }

    private static string FindInterruptController(QmpConnection qmp)
    {
        const string folder = "/machine/unattached";
        foreach (JsonNode? item in qmp.Execute("qom-list", new JsonObject { ["path"] = folder })?.AsArray() ?? [])
        {
            string type = item?["type"]?.GetValue<string>() ?? "";
            // The message-signalled parts (v2m, its) are separate devices with names alike.
            if (type.Contains("gic", StringComparison.Ordinal) && !type.Contains("v2m", StringComparison.Ordinal)
                && !type.Contains("its", StringComparison.Ordinal))
            {
                return $"{folder}/{item!["name"]!.GetValue<string>()}";
            }
        }

        throw new InvalidDataException("QEMU's machine has no interrupt controller");
    }

    /// <summary>Takes note of the death, once, and ends what is left of the process.</summary>
    private QemuDiedException Die(string reason)
    {
        if (Death is null)
        {
            // A closed connection precedes the exit by a moment; silence does not end it, we do.
            int? exitCode = child.WaitForExit(2000);
            child.Dispose();
            Death = new QemuDeath(reason, exitCode, child.StandardErrorText());
        }

        return new QemuDiedException(Death);
    }
}
