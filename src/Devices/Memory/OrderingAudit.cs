using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Devices;

/// <summary>
/// The record of one execution for the axioms, while it is asked for. Messages beside memory (posted register writes, completions of register reads,
/// interrupts) are writes and reads of addresses of their own, so that the axioms need not know of them.
/// </summary>
public sealed class OrderingAudit(MemoryModel model)
{
    /// <summary>Where no RAM is: one pseudo-address for each message.</summary>
    const ulong FirstMessage = 1UL << 62;

    const int MessageLength = 8;

    readonly AxiomaticCheck check = new(model);
    ulong nextMessage;

    public bool IsOn { get; private set; }

    public ExecutionRecord Record { get; } = new();

    /// <summary>Executions that were held against the axioms.</summary>
    public long Checked { get; private set; }

    public void Reset(bool on)
    {
        IsOn = on;
        nextMessage = FirstMessage;
        if (on) Record.Reset();
    }

    /// <summary>The execution is over: is it one that the model allows? If not, the memory machine is wrong, or its record.</summary>
    public Violation? Judge()
    {
        if (!IsOn) return null;
        Checked++;
        var result = check.Check(Record);
        return result.IsConsistent ? null : new("memory-machine", "axioms", [], $"the memory machine allowed what {model} forbids: {result.Describe(Record)}",
            "This is a bug in Ringcheck itself: please report it with the replay line.");
    }

    public int Read(int thread, ulong address, int length, AccessOrder order, int source) => Record.Read(thread, address, length, order, source);

    public int Write(int thread, ulong address, int length, AccessOrder order, int next) => Record.Write(thread, address, length, order, next);

    public void Fence(int thread, Fence fence) => Record.Fence(thread, fence);

    /// <summary>A thread posts a register write, ordered as a store is, and after the last operation on the same path.</summary>
    public int Send(int thread, int previous)
    {
        if (!IsOn) return -1;
        int sent = Record.Write(thread, nextMessage, MessageLength, AccessOrder.Plain);
        nextMessage += MessageLength;
        if (previous >= 0) Record.Order(previous, sent);
        return sent;
    }

    /// <summary>A message reaches a thread, and everything later of it comes after.</summary>
    public void Receive(int thread, int sent)
    {
        // LDAPR, not LDAR: a release before it (a completion that this thread sent) orders nothing here.
        if (IsOn) Record.Read(thread, Record[sent].Address, MessageLength, AccessOrder.AcquirePc, sent);
    }

    /// <summary>A thread sends a message that pushes all it did before.</summary>
    public int SendAfterAll(int thread)
    {
        if (!IsOn) return -1;
        int sent = Record.Write(thread, nextMessage, MessageLength, AccessOrder.Release);
        nextMessage += MessageLength;
        return sent;
    }

    /// <summary>A thread reads a message with a plain load; returns the load.</summary>
    public int Observe(int thread, int sent, int previous)
    {
        if (!IsOn) return -1;
        int read = Record.Read(thread, Record[sent].Address, MessageLength, AccessOrder.Plain, sent);
        if (previous >= 0) Record.Order(previous, read);
        return read;
    }
}
