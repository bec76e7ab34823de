namespace Ringcheck.Exploration;

/// <summary>The ledger as bytes, for checkpoints. Who wrote it, and whether it is whole, is for the file around it to say.</summary>
internal sealed partial class Ledger
{
    /// <summary>All that is in it now, and <paramref name="seconds"/> spent so far.</summary>
    public byte[] Save(double seconds)
    {
        using var bytes = new MemoryStream();
        using var to = new BinaryWriter(bytes);
        lock (gate)
        {
            to.Write(seconds);
            to.Write(next);
            Many(to, parts.Values, static (to, part) =>
            {
                to.Write(part.Part);
                to.Write(part.Executions);
                to.Write(part.Points);
            });
            Many(to, Unfinished(), static (to, part) =>
            {
                to.Write(part.Part);
                to.Write(part.Done);
                to.Write(part.Search.Length);
                to.Write(part.Search);
            });
            Many(to, premises, static (to, premise) =>
            {
                to.Write(premise.Name);
                to.Write(premise.Count);
                to.Write(premise.Required);
            });
            Many(to, advice.Values, Write);
            var covered = Coverage.Record();
            Many(to, covered.States, static (to, state) =>
            {
                to.Write((ushort)state.State);
                to.Write(state.First);
            });
            Many(to, covered.Rules, static (to, rule) =>
            {
                to.Write(rule.Name);
                Many(to, rule.Clauses, static (to, text) => to.Write(text));
                to.Write(rule.First);
            });
            to.Write(HasEnded);
            to.Write(IsExhaustive);
            to.Write(Bounds);
            to.Write(Failure is not null);
            if (Failure is not null) Write(to, Failure);
        }
        to.Flush();
        return bytes.ToArray();
    }

    /// <summary>Goes on from what another ledger saved. Throws <see cref="IOException"/> or <see cref="FormatException"/> if it is something else.</summary>
    public void Load(ReadOnlyMemory<byte> saved)
    {
        using var from = new BinaryReader(new MemoryStream(saved.ToArray()));
        secondsBefore = from.ReadDouble();
        next = from.ReadInt64();
        foreach (var part in Many(from, static from => new PartCount(from.ReadInt64(), from.ReadInt64(), from.ReadInt64()))) parts.Add(part.Part, part);
        foreach (var part in Many(from, static from => new OpenPart(from.ReadInt64(), from.ReadInt64(), from.ReadBytes(from.ReadInt32())))) left.Add(part.Part, part);
        premises = [.. Many(from, static from => new Premise(from.ReadString(), from.ReadInt64(), from.ReadBoolean()))];
        foreach (var each in Many(from, ReadViolation)) advice.Add(each.Message, each);
        Coverage.Load(new(Many(from, static from => new CoveredState(from.ReadUInt16(), from.ReadInt64())),
            Many(from, static from => new CoveredRule(from.ReadString(), Many(from, static from => from.ReadString()), from.ReadInt64()))));
        HasEnded = from.ReadBoolean();
        IsExhaustive = from.ReadBoolean();
        Bounds = from.ReadString();
        boundsAreOld = !HasEnded;
        if (!from.ReadBoolean()) return;
        Failure = ReadFailure(from);
        lastPart = Failure.Part;
    }

    /// <summary>What others have to go on with if every worker stops now.</summary>
    IEnumerable<OpenPart> Unfinished() => left.Values.Concat(held.SelectMany(static parts => parts));

    static void Write(BinaryWriter to, Violation violation)
    {
        to.Write(violation.Monitor);
        to.Write(violation.Rule);
        Many(to, violation.Clauses, static (to, text) => to.Write(text));
        to.Write(violation.Message);
        to.Write(violation.Mend);
    }

    static Violation ReadViolation(BinaryReader from)
        => new(from.ReadString(), from.ReadString(), Many(from, static from => from.ReadString()), from.ReadString(), from.ReadString());

    static void Write(BinaryWriter to, Failure failure)
    {
        to.Write(failure.Part);
        Write(to, failure.Violation);
        Many(to, failure.Program, static (to, operation) =>
        {
            to.Write(operation.Code);
            to.Write(operation.A);
            to.Write(operation.B);
            to.Write(operation.C);
        });
        Many(to, failure.Trace, static (to, deviation) => to.Write(deviation.ToString()));
    }

    static Failure ReadFailure(BinaryReader from) => new(from.ReadInt64(), ReadViolation(from),
        Many(from, static from => new Operation(from.ReadByte(), from.ReadUInt32(), from.ReadUInt32(), from.ReadUInt32())),
        Many(from, static from => Deviation.TryParse(from.ReadString(), out var deviation) ? deviation : throw new FormatException("not a choice")));

    static void Many<T>(BinaryWriter to, IEnumerable<T> items, Action<BinaryWriter, T> write)
    {
        var list = items.ToList();
        to.Write(list.Count);
        foreach (var item in list) write(to, item);
    }

    static List<T> Many<T>(BinaryReader from, Func<BinaryReader, T> read)
    {
        var list = new List<T>();
        for (int count = from.ReadInt32(); list.Count < count;) list.Add(read(from));
        return list;
    }
}
