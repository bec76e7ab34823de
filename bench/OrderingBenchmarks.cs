using BenchmarkDotNet.Attributes;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;
using Ringcheck.Ordering.Litmus;

namespace Ringcheck.Bench;

/// <summary>
/// The memory machine and its judges. Litmus is the whole shipped file (447 tests), target 2 ms a test; message passing is the time for each access,
/// retirement included; checking is the time for each event of a recorded run of that loop.
/// </summary>
public class OrderingBenchmarks
{
    const int Rounds = 1 << 14, AccessesInRound = 6, Words = 2, CheckedRounds = 800;

    readonly int[] locations = new int[Words + 1];
    SetViewMachine machine = null!;
    IReadOnlyList<LitmusProgram> programs = null!;
    ExecutionRecord record = null!;
    AxiomaticCheck check = null!;

    [ParamsAllValues]
    public MemoryModel Model { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        machine = new(Model, 2);
        programs = [.. LitmusFile.Shipped().Select(static test => new LitmusProgram(test))];
        check = new(Model);
        record = new();
        PassMessages(CheckedRounds, record);
        if (!check.Check(record).IsConsistent) throw new InvalidOperationException("the machine broke the axioms");
    }

    [Benchmark]
    public int LitmusFileTotal() => programs.Sum(program => new LitmusEnumerator(program, Model).Run().Count);

    [Benchmark]
    public int LitmusFileTotalWithLateReads() => programs.Sum(program =>
    {
        var executions = new LitmusEnumerator(program, Model).Run();
        return executions.Count + new LateReads(program, Model).Beyond(executions).Count;
    });

    [Benchmark(OperationsPerInvoke = Rounds * AccessesInRound)]
    public int MessagePassing() => PassMessages(Rounds, null);

    [Benchmark(OperationsPerInvoke = CheckedRounds * AccessesInRound)]
    public bool AxiomsOnARecord() => check.Check(record).IsConsistent;

    /// <summary>One thread writes two words and a flag with release, the other reads the flag with acquire and the words; all newest.</summary>
    int PassMessages(int rounds, ExecutionRecord? into)
    {
        machine.Reset();
        for (int i = 0; i < locations.Length; i++) locations[i] = machine.AddLocation(-1);
        int read = 0, events = 0;
        for (int round = 0; round < rounds; round++)
        {
            for (int i = 0; i < Words; i++) Write(i, AccessOrder.Plain, into, ref events);
            Write(Words, AccessOrder.Release, into, ref events);
            read += Read(Words, AccessOrder.Acquire, into, ref events);
            for (int i = 0; i < Words; i++) read += Read(i, AccessOrder.Plain, into, ref events);
        }
        return read;
    }

    void Write(int location, AccessOrder order, ExecutionRecord? into, ref int events)
    {
        var access = new Access(locations[location], order);
        int place = machine.Count(access.Location);
        if (!machine.CanWrite(0, access, place)) throw new InvalidOperationException("the last place is always free");
        machine.Write(0, access, place, events++);
        into?.Write(0, (ulong)location, 1, order);
    }

    int Read(int location, AccessOrder order, ExecutionRecord? into, ref int events)
    {
        var access = new Access(locations[location], order);
        int place = machine.Count(access.Location) - 1, source = machine.TagAt(access.Location, place);
        if (!machine.CanRead(1, access, place)) throw new InvalidOperationException("the newest write can always be read");
        machine.Read(1, access, place);
        into?.Read(1, (ulong)location, 1, order, source);
        events++;
        return source;
    }
}
