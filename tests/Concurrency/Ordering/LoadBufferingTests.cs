using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>A buffer is read and handed on, and its new owner stores to it: what must order the load before that.</summary>
public sealed class LoadBufferingTests
{
    const ulong Buffer = 0x10, Index = 0x20;

    /// <summary>T0: load buffer; fence; store index. T1: load index, acquire; store buffer.</summary>
    static (ExecutionRecord Record, int Read, int Write) Recycle(Fence between, AccessOrder publish = AccessOrder.Plain, bool consumerSees = true)
    {
        var record = new ExecutionRecord();
        int read = record.Read(0, Buffer, 4, AccessOrder.Plain, source: -1);
        if (between != Fence.None) record.Fence(0, between);
        int index = record.Write(0, Index, 2, publish);
        record.Read(1, Index, 2, AccessOrder.Acquire, consumerSees ? index : -1);
        int write = record.Write(1, Buffer, 4, AccessOrder.Plain);
        return (record, read, write);
    }

    [Theory]
    [InlineData(Fence.None)]
    [InlineData(Fence.DmbStore)]
    public void A_store_barrier_leaves_the_load_free(Fence between)
    {
        var (record, read, write) = Recycle(between);
        var late = new LoadBuffering(MemoryModel.AArch64).Find(record);
        Assert.NotNull(late);
        Assert.Equal((read, write), (late.Read, late.Write));
        var missing = Assert.Single(new Diagnostician(MemoryModel.AArch64).Explain(late.Record, read).Missing);
        Assert.Equal((OrderKind.LoadStore, Fence.DmbLoad), (missing.Kind, missing.Fence));
    }

    [Theory]
    [InlineData(Fence.DmbLoad, AccessOrder.Plain)]
    [InlineData(Fence.DmbFull, AccessOrder.Plain)]
    [InlineData(Fence.None, AccessOrder.Release)]
    public void What_orders_loads_before_stores_binds_it(Fence between, AccessOrder publish)
        => Assert.Null(new LoadBuffering(MemoryModel.AArch64).Find(Recycle(between, publish).Record));

    /// <summary>Then it is no load buffering: the store may simply come first.</summary>
    [Fact]
    public void A_store_that_does_not_follow_is_none() => Assert.Null(new LoadBuffering(MemoryModel.AArch64).Find(Recycle(Fence.None, consumerSees: false).Record));

    [Fact]
    public void A_load_that_decides_is_none() => Assert.Null(new LoadBuffering(MemoryModel.AArch64, longestBranchedOn: 4).Find(Recycle(Fence.None).Record));

    [Fact]
    public void TSO_keeps_loads_before_stores() => Assert.Null(new LoadBuffering(MemoryModel.Tso).Find(Recycle(Fence.None).Record));
}
