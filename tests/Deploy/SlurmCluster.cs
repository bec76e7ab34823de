using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Ringcheck.Tests.Deploy;

/// <summary>
/// A Slurm cluster of one node on loopback: its own configuration, key, ports and state, all in one folder. It is ended by <see cref="Dispose"/>, whatever happened.
/// </summary>
sealed class SlurmCluster : IDisposable
{
    const double StartSeconds = 30;

    static readonly string[] Programs = ["munged", "slurmctld", "slurmd", "sbatch", "sinfo", "srun", "scontrol"];

    readonly string folder;
    readonly List<(string Name, OwnedProcess Process)> daemons = [];

    SlurmCluster(string inFolder) => folder = inFolder;

    /// <summary>What makes the commands of Slurm talk to this cluster.</summary>
    public (string Name, string Value) Environment => ("SLURM_CONF", Path.Combine(folder, "slurm.conf"));

    /// <summary>The programs that are not installed, in words; empty if all are.</summary>
    public static string Missing
    {
        get
        {
            string[] missing = [.. Programs.Where(static program => OwnedProcess.FindTool(program) is null)];
            return missing.Length == 0 ? "" : $"{string.Join(", ", missing)} not installed (Debian: apt-get install slurm-wlm munge)";
        }
    }

    /// <summary>A running cluster, or null and the reason why there can be none on this machine.</summary>
    public static SlurmCluster? Start(string inFolder, out string reason)
    {
        var cluster = new SlurmCluster(inFolder);
        reason = cluster.Start();
        if (reason.Length == 0) return cluster;
        cluster.Dispose();
        return null;
    }

    string Start()
    {
        Directory.CreateDirectory(folder);
        Workbench.SetMode(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string each in (string[])["state", "spool"]) Directory.CreateDirectory(Path.Combine(folder, each));
        File.WriteAllBytes(In("munge.key"), RandomNumberGenerator.GetBytes(1024));
        Workbench.SetMode(In("munge.key"), UnixFileMode.UserRead);
        File.WriteAllText(In("slurm.conf"), Configuration());
        // --force: the folder lies below /tmp, which all may write to; it is itself ours alone.
        Daemon("munged", "--foreground", "--force", $"--socket={In("munge.sock")}", $"--key-file={In("munge.key")}", $"--log-file={In("munged.log")}",
            $"--pid-file={In("munged.pid")}", $"--seed-file={In("munged.seed")}");
        if (!Until(() => File.Exists(In("munge.sock")), out string failed)) return failed;
        Daemon("slurmctld", "-D", "-i");
        Daemon("slurmd", "-D");
        return Until(() => Ask("sinfo", "-h", "-o", "%T").Contains("idle", StringComparison.Ordinal), out failed) ? "" : failed;
    }

    string In(string file) => Path.Combine(folder, file);

    string Configuration()
    {
        string host = Dns.GetHostName().Split('.')[0], user = System.Environment.UserName;
        return $"""
            ClusterName=ringcheck
            SlurmctldHost={host}(127.0.0.1)
            SlurmctldPort={FreePort()}
            SlurmdPort={FreePort()}
            SlurmUser={user}
            SlurmdUser={user}
            AuthType=auth/munge
            AuthInfo=socket={In("munge.sock")}
            CredType=cred/munge
            StateSaveLocation={In("state")}
            SlurmdSpoolDir={In("spool")}
            SlurmctldPidFile={In("slurmctld.pid")}
            SlurmdPidFile={In("slurmd.pid")}
            SlurmctldLogFile={In("slurmctld.log")}
            SlurmdLogFile={In("slurmd.log")}
            ProctrackType=proctrack/linuxproc
            TaskPlugin=task/none
            JobAcctGatherType=jobacct_gather/none
            AccountingStorageType=accounting_storage/none
            SelectType=select/cons_tres
            SelectTypeParameters=CR_CPU
            SwitchType=switch/none
            MpiDefault=none
            ReturnToService=2
            SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
            NodeName={host} NodeAddr=127.0.0.1 CPUs={System.Environment.ProcessorCount} State=UNKNOWN
            PartitionName=main Nodes=ALL Default=YES MaxTime=5 State=UP

            """;
    }

    static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    void Daemon(string program, params string[] arguments)
        => daemons.Add((program, new(OwnedProcess.FindTool(program)!, arguments, folder, new Dictionary<string, string> { [Environment.Name] = Environment.Value })));

    string Ask(string program, params string[] arguments)
    {
        using var process = new OwnedProcess(OwnedProcess.FindTool(program)!, arguments, folder, new Dictionary<string, string> { [Environment.Name] = Environment.Value });
        return process.Wait(10) && process.ExitCode == 0 ? process.Output : "";
    }

    bool Until(Func<bool> isSo, out string failed)
    {
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed.TotalSeconds < StartSeconds)
        {
            if (daemons.Find(static each => each.Process.HasExited) is { Name: { } name })
            {
                failed = $"{name} does not run here: {LastWords(name)}";
                return false;
            }
            if (isSo())
            {
                failed = "";
                return true;
            }
            Thread.Sleep(50);
        }
        failed = $"no Slurm node after {StartSeconds} s: {LastWords("slurmctld")}; {LastWords("slurmd")}";
        return false;
    }

    /// <summary>The end of a daemon's log.</summary>
    public string LastWords(string daemon)
    {
        string written = File.Exists(In(daemon + ".log")) ? File.ReadAllText(In(daemon + ".log")) : "";
        string said = daemons.Find(each => each.Name == daemon).Process?.Output ?? "";
        return string.Join(" | ", $"{written}\n{said}".Split('\n', StringSplitOptions.RemoveEmptyEntries).TakeLast(4));
    }

    public void Dispose()
    {
        // The daemons of the cluster before the one that vouches for them.
        for (int i = daemons.Count - 1; i >= 0; i--) daemons[i].Process.Dispose();
    }
}
