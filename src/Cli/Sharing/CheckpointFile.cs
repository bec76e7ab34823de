using System.Text;
using System.Text.Json;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Reports;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Sharing;

/// <summary>
/// The checkpoint of one <c>explore</c>: which runs have ended, as in a result file, and where the one under way is. Binary: a mark, a version, who wrote
/// it, the settings, the results, the ledger of the exploration, and a check over all before it.
/// </summary>
internal sealed class CheckpointFile
{
    const string Mark = "ringcheck-checkpoint";

    const int Version = 1;

    const long MaxBytes = 2_147_000_000;

    readonly string path;
    readonly IReadOnlyList<string> settings;
    readonly List<StoredRun> ended = [];
    ReadOnlyMemory<byte> underWay;

    CheckpointFile(string path, IReadOnlyList<string> settings)
    {
        this.path = path;
        this.settings = settings;
    }

    /// <summary>Runs that have ended, in their order.</summary>
    public IReadOnlyList<StoredRun> Ended => ended;

    /// <summary>Where the next run is; null if it has not begun.</summary>
    public ReadOnlyMemory<byte>? UnderWay => underWay.Length == 0 ? default(ReadOnlyMemory<byte>?) : underWay;

    /// <summary>
    /// The checkpoint of a command that has these settings: read, or begun. Throws <see cref="CommandException"/> with one clear line if it cannot be read or
    /// written, or belongs to another exploration.
    /// </summary>
    public static CheckpointFile Open(string path, bool mustExist, ExplorationSettings asked, IReadOnlyList<PlannedRun> plan)
    {
        var file = new CheckpointFile(path, Settings(asked, plan));
        if (mustExist || File.Exists(path)) file.Read();
        AtomicFile.CheckWritable(path);
        return file;
    }

    /// <summary>What must not change between two processes: all that decides which executions there are. Not how many workers or how much time.</summary>
    static IReadOnlyList<string> Settings(ExplorationSettings asked, IReadOnlyList<PlannedRun> plan) =>
    [
        $"strategy {asked.Strategy}", $"memory {asked.Memory}", $"seed {asked.Seed}",
        asked.Budget.Executions == long.MaxValue ? "no limit of executions" : FormattableString.Invariant($"{asked.Budget.Executions} executions"),
        $"shard {asked.Shard}", "scenarios " + string.Join(' ', plan.Select(static run => $"{run.Scenario}({run.Profile})")),
    ];

    /// <summary>The run under way is here now.</summary>
    public void Save(ReadOnlyMemory<byte> ledger)
    {
        underWay = ledger;
        Write();
    }

    /// <summary>The run under way has ended.</summary>
    public void Save(StoredRun run)
    {
        ended.Add(run);
        underWay = default;
        Write();
    }

    void Write() => AtomicFile.Write(path, stream =>
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes, Encoding.UTF8);
        to.Write(Mark);
        to.Write(Version);
        to.Write(ResultFile.ThisTool);
        to.Write(settings.Count);
        foreach (string line in settings) to.Write(line);
        byte[] results = JsonSerializer.SerializeToUtf8Bytes(ResultFile.Of(ended), JsonReports.Compact.ResultFile);
        to.Write(results.Length);
        to.Write(results);
        to.Write(underWay.Length);
        to.Write(underWay.Span);
        to.Write(Check(bytes.GetBuffer().AsSpan(0, (int)bytes.Length)));
        to.Flush();
        bytes.WriteTo(stream);
    }, isOurs: true);

    void Read()
    {
        byte[] bytes = AtomicFile.Read(path, "checkpoint", MaxBytes);
        try
        {
            using var from = new BinaryReader(new MemoryStream(bytes), Encoding.UTF8);
            if (bytes.Length < Mark.Length + 1 || bytes[0] != Mark.Length || from.ReadString() != Mark) throw CommandException.BadUsage($"'{path}' is no checkpoint of ringcheck");
            int version = from.ReadInt32();
            if (version != Version) throw CommandException.BadUsage($"'{path}' has version {version} of the checkpoint format; this ringcheck reads version {Version}");
            if (Check(bytes.AsSpan(0, bytes.Length - sizeof(ulong))) != BitConverter.ToUInt64(bytes.AsSpan(bytes.Length - sizeof(ulong))))
                throw CommandException.BadUsage($"'{path}' is damaged or cut off: its check does not match");
            string tool = from.ReadString();
            if (tool != ResultFile.ThisTool)
                throw CommandException.BadUsage($"'{path}' was written by ringcheck {tool}; this is {ResultFile.ThisTool}, whose executions may differ");
            Compare(from);
            ended.AddRange(ResultFile.Parse(from.ReadBytes(from.ReadInt32()), path).Runs);
            underWay = from.ReadBytes(from.ReadInt32());
        }
        catch (Exception exception) when (exception is IOException or ArgumentException)
        {
            throw CommandException.BadUsage($"'{path}' is damaged or cut off: {exception.Message}");
        }
    }

    void Compare(BinaryReader from)
    {
        var theirs = new string[from.ReadInt32()];
        for (int i = 0; i < theirs.Length; i++) theirs[i] = from.ReadString();
        for (int i = 0; i < settings.Count; i++)
        {
            if (theirs.Length == settings.Count && theirs[i] == settings[i]) continue;
            string other = i < theirs.Length ? theirs[i] : "something else";
            throw CommandException.BadUsage($"'{path}' is the checkpoint of another exploration: it has {other}, and you ask for {settings[i]}");
        }
    }

    static ulong Check(ReadOnlySpan<byte> bytes)
    {
        ulong check = Hashing.Mix(0, (ulong)bytes.Length);
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) check = Hashing.Mix(check, BitConverter.ToUInt64(bytes));
        foreach (byte b in bytes) check = Hashing.Mix(check, b);
        return check;
    }
}
