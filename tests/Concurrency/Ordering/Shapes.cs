using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>The classic shapes, recorded by hand in the outcome that sequential consistency forbids.</summary>
static class Shapes
{
    public const ulong X = 0x100, Y = 0x200;
    const int Bytes = 4;

    /// <summary>Events 0 and 1 write x and y, 2 and 3 read the new y and the old x.</summary>
    public static ExecutionRecord MessagePassing(Fence writer = Fence.None, Fence reader = Fence.None)
    {
        var record = new ExecutionRecord();
        record.Write(0, X, Bytes, AccessOrder.Plain);
        if (writer != Fence.None) record.Fence(0, writer);
        int flag = record.Write(0, Y, Bytes, AccessOrder.Plain);
        record.Read(1, Y, Bytes, AccessOrder.Plain, flag);
        if (reader != Fence.None) record.Fence(1, reader);
        record.Read(1, X, Bytes, AccessOrder.Plain, -1);
        return record;
    }

    public static ExecutionRecord StoreBuffering(Fence both = Fence.None)
    {
        var record = new ExecutionRecord();
        foreach (var (thread, own, other) in new[] { (0, X, Y), (1, Y, X) })
        {
            record.Write(thread, own, Bytes, AccessOrder.Plain);
            if (both != Fence.None) record.Fence(thread, both);
            record.Read(thread, other, Bytes, AccessOrder.Plain, -1);
        }
        return record;
    }

    /// <summary>Each thread reads what the other writes afterwards; a source is named before it happens.</summary>
    public static ExecutionRecord LoadBuffering(Fence first = Fence.None)
    {
        var record = new ExecutionRecord();
        int last = first == Fence.None ? 3 : 4;
        record.Read(0, X, Bytes, AccessOrder.Plain, last);
        if (first != Fence.None) record.Fence(0, first);
        int y = record.Write(0, Y, Bytes, AccessOrder.Plain);
        record.Read(1, Y, Bytes, AccessOrder.Plain, y);
        record.Write(1, X, Bytes, AccessOrder.Plain);
        return record;
    }

    /// <summary>R: x=1; y=1 || y=2; read x=0, and y=2 is last.</summary>
    public static ExecutionRecord R(Fence writer = Fence.None, Fence reader = Fence.None)
    {
        var record = new ExecutionRecord();
        record.Write(0, X, Bytes, AccessOrder.Plain);
        if (writer != Fence.None) record.Fence(0, writer);
        record.Write(0, Y, Bytes, AccessOrder.Plain);
        record.Write(1, Y, Bytes, AccessOrder.Plain);
        if (reader != Fence.None) record.Fence(1, reader);
        record.Read(1, X, Bytes, AccessOrder.Plain, -1);
        return record;
    }

    /// <summary>S: x=2; y=1 || read y=1; x=1, and x=2 is last.</summary>
    public static ExecutionRecord S(Fence writer = Fence.None, Fence reader = Fence.None)
    {
        var record = new ExecutionRecord();
        int last = record.Write(0, X, Bytes, AccessOrder.Plain);
        if (writer != Fence.None) record.Fence(0, writer);
        int y = record.Write(0, Y, Bytes, AccessOrder.Plain);
        record.Read(1, Y, Bytes, AccessOrder.Plain, y);
        if (reader != Fence.None) record.Fence(1, reader);
        record.Write(1, X, Bytes, AccessOrder.Plain, before: last);
        return record;
    }

    /// <summary>2+2W: x=1; y=2 || y=1; x=2, and x=1 and y=1 are last.</summary>
    public static ExecutionRecord TwoWriters(Fence both = Fence.None)
    {
        var record = new ExecutionRecord();
        int x = record.Write(0, X, Bytes, AccessOrder.Plain);
        if (both != Fence.None) record.Fence(0, both);
        record.Write(0, Y, Bytes, AccessOrder.Plain);
        record.Write(1, Y, Bytes, AccessOrder.Plain);
        if (both != Fence.None) record.Fence(1, both);
        record.Write(1, X, Bytes, AccessOrder.Plain, before: x);
        return record;
    }

    /// <summary>A long run of messages, each seen by a reader with an acquire, and at the end one that is read stale.</summary>
    public static ExecutionRecord LongRun(int messages, bool isStale)
    {
        var record = new ExecutionRecord();
        int data = -1, flag = -1;
        for (int i = 0; i < messages; i++)
        {
            int before = data;
            data = record.Write(0, X + (ulong)(i % 16 * Bytes), Bytes, AccessOrder.Plain);
            bool isLast = i == messages - 1;
            flag = record.Write(0, Y, Bytes, isLast && isStale ? AccessOrder.Plain : AccessOrder.Release);
            record.Read(1, Y, Bytes, AccessOrder.Acquire, flag);
            record.Read(1, X + (ulong)(i % 16 * Bytes), Bytes, AccessOrder.Plain, isLast && isStale ? Overwritten(record, data) : data);
        }
        return record;
    }

    /// <summary>The write to the same place before this one.</summary>
    static int Overwritten(ExecutionRecord record, int write)
    {
        for (int id = write - 1; id >= 0; id--)
        {
            if (record[id].IsWrite && record[id].Address == record[write].Address) return id;
        }
        return -1;
    }
}
