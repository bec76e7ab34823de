using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Devices;

/// <summary>
/// The record of one execution for the axioms, while it is asked for. Messages beside memory (posted register writes, completions of register reads,
/// interrupts) are writes and reads of addresses of their own, so that the axioms need not know of them.
/// </summary>
public sealed partial class OrderingAudit(MemoryModel model)
{
    /// <summary>Where no RAM is: one pseudo-address for each message.</summary>
    const ulong FirstMessage = 1UL << 62;

    const int MessageLength = 8;

    readonly AxiomaticCheck check = new(model);
    readonly LoadBuffering loadBuffering = new(model, longestBranchedOn: sizeof(ulong)); // fields decide, data does not
    readonly List<string> messages = [];
    readonly List<int> unplain = [];

    internal MemoryModel Model => model;

    public bool IsOn { get; private set; }

    public ExecutionRecord Record { get; } = new();

    /// <summary>Executions that were held against the axioms.</summary>
    public long Checked { get; private set; }

    /// <summary>Accesses that sequentially consistent memory would not have shown: loads of older values, stores that took an earlier place.</summary>
    public ReadOnlySpan<int> Unplain => System.Runtime.InteropServices.CollectionsMarshal.AsSpan(unplain);

    /// <summary>The machine's, while an execution is recorded.</summary>
    internal TraceRecorder? Recorder { get; set; }

    /// <summary>Where in the sources the accesses are made that somebody asks about.</summary>
    internal CodePlaces Places { get; } = new();

    public void Reset(bool on)
    {
        IsOn = on;
        if (!on) return;
        Record.Reset();
        messages.Clear();
        unplain.Clear();
        Late = null;
        ForgetKept();
        Places.Begin();
    }

    /// <summary>The execution is over: is it one that the model allows? If not, the memory machine is wrong, or its record.</summary>
    public Violation? Judge()
    {
        if (!IsOn) return null;
        Checked++;
        var result = check.Check(Record);
        if (result.IsConsistent) return JudgeLateLoads();
        return new("memory-machine", "axioms", [], $"the memory machine allowed what {model} forbids: {result.Describe(Record)}",
            "This is a bug in Ringcheck itself: please report it with the replay line.");
    }

    /// <summary>What a run in program order cannot show; found here by the axioms.</summary>
    Violation? JudgeLateLoads()
    {
        Late = loadBuffering.Find(Record);
        return Late is null ? null : new("load-buffering", "late-load", [],
            "a load may return what another agent stores only after it was handed the memory: nothing orders the load before the hand-over",
            "Order the load before the store that hands the memory on: a load barrier (DMB OSHLD), or a release store; a store barrier does not do it.");
    }

    /// <summary>The load that <see cref="Judge"/> found to be able to come late.</summary>
    public LateLoad? Late { get; private set; }

    /// <summary>The words of the message at a pseudo-address, or null for an address of memory.</summary>
    public string? MessageAt(ulong address) => address < FirstMessage ? null : messages[(int)((address - FirstMessage) / MessageLength)];

    public void Read(int thread, ulong address, int length, in Access access, int source, bool isOlder)
    {
        int read = Record.Read(thread, address, length, access.Order, source, Kept(thread, access.AddressView));
        if (access.KeepView >= 0) Keep(thread, access.KeepView, read);
        if (isOlder) unplain.Add(read);
        Recorder?.Audited(read, source, isOlder);
        Places.Reached(read);
    }

    public int Write(int thread, ulong address, int length, in Access access, int next)
    {
        int write = Record.Write(thread, address, length, access.Order, next, Kept(thread, access.AddressView), Kept(thread, access.DataView));
        if (next >= 0) unplain.Add(write);
        Recorder?.AuditedWrite(write, next);
        Places.Reached(write);
        return write;
    }

    /// <summary>Loads and barriers of a thread from an event on have not taken place: an iteration of a polling loop that failed.</summary>
    public void Forget(int thread, int from)
    {
        Record.Forget(thread, from);
        unplain.RemoveAll(id => id >= from && Record[id].Thread == thread);
    }

    public void Fence(int thread, Fence fence) => Record.Fence(thread, fence);

    /// <summary>A thread posts a register write, ordered as a store is, and after the last operation on the same path.</summary>
    public int Send(int thread, string words, int previous)
    {
        if (!IsOn) return -1;
        int sent = Record.Write(thread, NewMessage(words), MessageLength, AccessOrder.Plain);
        if (previous >= 0) Record.Order(previous, sent);
        Recorder?.AuditedWrite(sent, -1);
        Places.Reached(sent);
        return sent;
    }

    /// <summary>A message reaches a thread, and everything later of it comes after.</summary>
    public void Receive(int thread, int sent)
    {
        // LDAPR, not LDAR: a release before it (a completion that this thread sent) orders nothing here.
        if (!IsOn) return;
        int read = Record.Read(thread, Record[sent].Address, MessageLength, AccessOrder.AcquirePc, sent);
        Recorder?.Received(read, sent);
        Places.Reached(read);
    }

    /// <summary>A thread sends a message that pushes all it did before.</summary>
    public int SendAfterAll(int thread, string words)
    {
        if (!IsOn) return -1;
        int sent = Record.Write(thread, NewMessage(words), MessageLength, AccessOrder.Release);
        Recorder?.AuditedWrite(sent, -1);
        return sent;
    }

    /// <summary>A thread reads a message with a plain load; returns the load.</summary>
    public int Observe(int thread, int sent, int previous)
    {
        if (!IsOn) return -1;
        int read = Record.Read(thread, Record[sent].Address, MessageLength, AccessOrder.Plain, sent);
        if (previous >= 0) Record.Order(previous, read);
        Recorder?.AuditedNext(read);
        Places.Reached(read);
        return read;
    }

    ulong NewMessage(string words)
    {
        messages.Add(words);
        return FirstMessage + MessageLength * (ulong)(messages.Count - 1);
    }
}
