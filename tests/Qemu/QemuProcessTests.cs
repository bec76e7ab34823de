using System.Diagnostics;
using Ringcheck.Hal;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;
using Xunit;

namespace Ringcheck.Tests.Qemu;

/// <summary>QEMU as a process of ours: ended on every path, and its death is an outcome.</summary>
public sealed class QemuProcessTests
{
    private const int TimeoutMs = 60_000;

    [Fact]
    public void MissingQemuIsAReasonNotAnException()
    {
        var missing = new QemuInstallation(null, "not here");
        Assert.False(missing.IsAvailable);
        var refused = Assert.Throws<InvalidOperationException>(() => QemuProcess.Start(missing, new QemuOptions()));
        Assert.Equal("not here", refused.Message);
        Assert.Null(Tool.Find("ringcheck-no-such-program"));
    }

    [Fact(Timeout = TimeoutMs)]
    public Task DisposingEndsTheProcessAndLeavesNoFiles() => Bounded(() =>
    {
        int id;
        using (QemuProcess qemu = QemuProcess.Start(QemuFixture.Installation, new QemuOptions()))
        {
            id = qemu.Id;
            Assert.False(HasEnded(id));
            string[] files = TemporaryFilesOf(id);
            Assert.Equal(4, files.Length); // RAM, firmware and two sockets
            Assert.DoesNotContain(files, path => Path.Exists(path) || Path.Exists(Path.GetDirectoryName(path)));
        }

        Assert.True(HasEnded(id));
    });

    [Fact(Timeout = TimeoutMs)]
    public Task RefusedArgumentsAreADeathWithItsReason() => Bounded(() =>
    {
        var died = Assert.Throws<QemuDiedException>(
            () => QemuProcess.Start(QemuFixture.Installation, new QemuOptions { ExtraArguments = ["-device", "no-such-device"] }));
        Assert.Equal(1, died.Death.ExitCode);
        Assert.Contains("no-such-device", died.Death.StandardErrorTail, StringComparison.Ordinal);
    });

    [Fact(Timeout = TimeoutMs)]
    public Task AProcessKilledFromOutsideIsADeath() => Bounded(() =>
    {
        using QemuProcess qemu = QemuProcess.Start(QemuFixture.Installation, new QemuOptions());
        using (Process outside = Process.GetProcessById(qemu.Id))
        {
            outside.Kill();
        }

        // The signal may take a moment; the bound of the test is the bound of this loop.
        Action askOn = () =>
        {
            while (true)
            {
                qemu.Qtest.Read(QemuTarget.SlotBase, 4);
            }
        };
        var died = Assert.Throws<QemuDiedException>(askOn);
        Assert.Equal(128 + 9, died.Death.ExitCode);
        Assert.Same(died.Death, qemu.Death);
    });

    [Fact(Timeout = TimeoutMs)]
    public Task AStoppedProcessIsEndedAfterTheBound() => Bounded(() =>
    {
        using QemuProcess qemu = QemuProcess.Start(QemuFixture.Installation, new QemuOptions { ReplyTimeoutMs = 300 });
        using (Process stop = Process.Start("kill", ["-STOP", qemu.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]))
        {
            stop.WaitForExit();
        }

        var died = Assert.Throws<QemuDiedException>(() => qemu.Qtest.Read(QemuTarget.SlotBase, 4));
        Assert.Contains("no answer", died.Death.Reason, StringComparison.Ordinal);
        Assert.True(HasEnded(qemu.Id));
    });

    [Fact(Timeout = TimeoutMs)]
    public Task AnUnreferencedProcessIsEndedByTheFinalizer() => Bounded(() =>
    {
        int id = StartAndForget();
        for (int i = 0; i < 100 && !HasEnded(id); i++)
        {
            GC.Collect();
            GC.WaitForPendingFinalizers();
            Thread.Sleep(20);
        }

        Assert.True(HasEnded(id));
    });

    /// <summary>A frame shorter than its header: an assertion of QEMU's own fails, and it aborts.</summary>
    [Fact(Timeout = TimeoutMs)]
    public Task AnAbortOfQemuUnderAScriptIsItsOutcome() => Bounded(() =>
    {
        const uint transmit = 1;
        using QemuProcess qemu = QemuProcess.Start(QemuFixture.Installation, new QemuOptions
        {
            ExtraArguments = ["-netdev", "hubport,id=net0,hubid=0", "-device", "virtio-net-device,netdev=net0"],
        });
        ScriptBuilder script = new ScriptBuilder().BringUp(queue: transmit)
            .Chain(0, ChainBuffer.Readable(ScriptBuilder.DataAddress(0), 10)).MakeAvailable(0).Kick(transmit);
        for (int look = 0; look < 1000; look++)
        {
            script.Read(MmioRegister.Status);
        }

        ScriptRun run = ScriptRun.Of(script.Build("transmit 10 bytes"), new QemuTarget(qemu));
        Assert.True(run.Failed);
        Assert.Equal(128 + 6, run.Death?.ExitCode);
        Assert.Contains("iov_copy", run.Death?.StandardErrorTail, StringComparison.Ordinal);
    });

    /// <summary>Test methods run on the thread pool, so that their time-out can leave them behind.</summary>
    private static Task Bounded(Action test)
    {
        QemuFixture.SkipUnlessInstalled();
        return Task.Run(test);
    }

    private static int StartAndForget() => QemuProcess.Start(QemuFixture.Installation, new QemuOptions()).Id;

    private static bool HasEnded(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return process.HasExited;
        }
        catch (ArgumentException)
        {
            return true;
        }
    }

    /// <summary>Taken from the command line of the process, which names each file it was given.</summary>
    private static string[] TemporaryFilesOf(int id) =>
        [.. File.ReadAllText($"/proc/{id}/cmdline").Split('\0', ',', '=', ':').Where(part => part.Contains("/ringcheck-", StringComparison.Ordinal))];
}
