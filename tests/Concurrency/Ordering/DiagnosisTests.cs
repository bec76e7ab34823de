using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;
using Xunit;
using static Ringcheck.Tests.Concurrency.Ordering.Shapes;

namespace Ringcheck.Tests.Concurrency.Ordering;

public sealed class DiagnosisTests
{
    static Diagnosis Explain(ExecutionRecord record, MemoryModel model = MemoryModel.AArch64) => new Diagnostician(model).Explain(record);

    static void Misses(ExecutionRecord record, params MissingOrder[] orders)
    {
        var found = Explain(record);
        Assert.Equal(DiagnosisKind.Weak, found.Kind);
        Assert.Equal(orders, found.Missing.OrderBy(order => order.Thread));
    }

    [Fact]
    public void Message_passing_misses_an_order_on_one_side_or_on_both()
    {
        Misses(MessagePassing(reader: Fence.DmbLoad), new MissingOrder(0, 0, 1, OrderKind.StoreStore, Fence.DmbStore, Observer: 1));
        Misses(MessagePassing(Fence.DmbStore), new MissingOrder(1, 3, 4, OrderKind.LoadLoad, Fence.DmbLoad, Observer: 0));
        Misses(MessagePassing(), new(0, 0, 1, OrderKind.StoreStore, Fence.DmbStore, 1), new(1, 2, 3, OrderKind.LoadLoad, Fence.DmbLoad, 0));
    }

    [Fact]
    public void Store_buffering_misses_both_on_TSO_too()
    {
        MissingOrder[] wanted = [new(0, 0, 1, OrderKind.StoreLoad, Fence.DmbFull, 1), new(1, 2, 3, OrderKind.StoreLoad, Fence.DmbFull, 0)];
        Misses(StoreBuffering(), wanted);
        Assert.Equal(wanted, Explain(StoreBuffering(), MemoryModel.Tso).Missing.OrderBy(order => order.Thread));
    }

    [Fact]
    public void Load_buffering_misses_load_to_store()
    {
        Misses(LoadBuffering(), new(0, 0, 1, OrderKind.LoadStore, Fence.DmbLoad, 1), new(1, 2, 3, OrderKind.LoadStore, Fence.DmbLoad, 0));
        Misses(LoadBuffering(Fence.DmbLoad), new MissingOrder(1, 3, 4, OrderKind.LoadStore, Fence.DmbLoad, 0));
    }

    [Fact]
    public void R_S_and_2_2W()
    {
        Misses(Shapes.R(Fence.DmbStore), new MissingOrder(1, 3, 4, OrderKind.StoreLoad, Fence.DmbFull, 0));
        Misses(Shapes.S(Fence.DmbStore), new MissingOrder(1, 3, 4, OrderKind.LoadStore, Fence.DmbLoad, 0));
        Misses(Shapes.S(reader: Fence.DmbLoad), new MissingOrder(0, 0, 1, OrderKind.StoreStore, Fence.DmbStore, 1));
        Misses(TwoWriters(), new(0, 0, 1, OrderKind.StoreStore, Fence.DmbStore, 1), new(1, 2, 3, OrderKind.StoreStore, Fence.DmbStore, 0));
    }

    /// <summary>The store to y is forwarded, so the short way is not through the buffer: the shape PPOCA.</summary>
    [Fact]
    public void The_shortest_cycle_is_told()
    {
        var record = new ExecutionRecord();
        record.Write(0, X, 4, AccessOrder.Plain);
        record.Fence(0, Fence.DmbFull);
        int flag = record.Write(0, Y, 4, AccessOrder.Plain);
        int seen = record.Read(1, Y, 4, AccessOrder.Plain, flag);
        record.Branch(1, seen);
        int own = record.Write(1, 0x300, 4, AccessOrder.Plain);
        int forwarded = record.Read(1, 0x300, 4, AccessOrder.Plain, own);
        int stale = record.Read(1, X, 4, AccessOrder.Plain, -1, addressDependency: forwarded);
        Misses(record, new MissingOrder(1, seen, stale, OrderKind.LoadLoad, Fence.DmbLoad, 0));
        Assert.Equal(4, Explain(record).Cycle.Count);
    }

    [Fact]
    public void What_involves_the_wrong_value_is_preferred()
    {
        var record = MessagePassing(Fence.DmbStore);
        int own = record.Write(2, 0x300, 4, AccessOrder.Plain);
        record.Read(2, 0x400, 4, AccessOrder.Plain, -1);
        record.Write(3, 0x400, 4, AccessOrder.Plain);
        int stale = record.Read(3, 0x300, 4, AccessOrder.Plain, -1);
        Assert.Single(Explain(record).Missing);
        var found = new Diagnostician(MemoryModel.AArch64).Explain(record, stale);
        Assert.Equal(2, found.Missing.Count);
        Assert.Contains(found.Cycle, step => step.Event == own);
        Assert.Single(new Diagnostician(MemoryModel.AArch64).Explain(record, involved: 99).Missing);
    }

    [Fact]
    public void What_is_sequentially_consistent_is_no_ordering_bug()
    {
        var record = LongRun(10, isStale: false);
        Assert.Equal(DiagnosisKind.SequentiallyConsistent, Explain(record).Kind);
        Assert.Equal("", Explain(record).Describe(record));
    }

    [Fact]
    public void What_the_model_forbids_is_not_explained_away()
        => Assert.Equal(DiagnosisKind.Inconsistent, Explain(MessagePassing(Fence.DmbFull, Fence.DmbFull)).Kind);

    [Fact]
    public void A_stale_value_after_a_long_run_is_explained()
    {
        var record = LongRun(1_000, isStale: true);
        var found = Explain(record);
        var missing = Assert.Single(found.Missing);
        Assert.Equal((record.Count - 4, record.Count - 3, OrderKind.StoreStore), (missing.Earlier, missing.Later, missing.Kind));
        Assert.Equal(4, found.Cycle.Count);
    }
}
