using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;
using Xunit;
using static Ringcheck.Tests.Concurrency.Ordering.Shapes;

namespace Ringcheck.Tests.Concurrency.Ordering;

public sealed class AxiomaticCheckTests
{
    const MemoryModel Sc = MemoryModel.SequentiallyConsistent, Tso = MemoryModel.Tso, Arm = MemoryModel.AArch64;

    static AxiomaticResult Check(ExecutionRecord record, MemoryModel model) => new AxiomaticCheck(model).Check(record);

    static void Allowed(ExecutionRecord record, params MemoryModel[] by)
    {
        foreach (var model in Enum.GetValues<MemoryModel>())
        {
            var result = Check(record, model);
            Assert.True(by.Contains(model) == result.IsConsistent, $"{model}: {result.Describe(record)}");
        }
    }

    [Fact]
    public void Message_passing()
    {
        Allowed(MessagePassing(), Arm);
        Allowed(MessagePassing(Fence.DmbStore), Arm);
        Allowed(MessagePassing(reader: Fence.DmbLoad), Arm);
        Allowed(MessagePassing(Fence.DmbStore, Fence.DmbStore), Arm);
        Allowed(MessagePassing(Fence.DmbStore, Fence.Isb), Arm);
        Allowed(MessagePassing(Fence.DmbStore, Fence.DmbLoad));
        Allowed(MessagePassing(Fence.DsbStore, Fence.DsbLoad));
        Allowed(MessagePassing(Fence.DmbFull, Fence.DsbFull));
    }

    [Fact]
    public void Store_buffering()
    {
        Allowed(StoreBuffering(), Tso, Arm);
        Allowed(StoreBuffering(Fence.DmbStore), Tso, Arm);
        Allowed(StoreBuffering(Fence.DmbLoad), Tso, Arm);
        Allowed(StoreBuffering(Fence.DsbLoad), Tso, Arm);
        Allowed(StoreBuffering(Fence.DsbStore));
        Allowed(StoreBuffering(Fence.DmbFull));
        Allowed(StoreBuffering(Fence.DsbFull));
    }

    [Fact]
    public void Load_buffering_and_the_shapes_with_coherence()
    {
        Allowed(LoadBuffering(), Arm);
        Allowed(LoadBuffering(Fence.DmbLoad), Arm);
        Allowed(Shapes.R(), Tso, Arm);
        Allowed(Shapes.R(Fence.DmbStore, Fence.DmbFull));
        Allowed(Shapes.S(), Arm);
        Allowed(Shapes.S(Fence.DmbStore, Fence.DmbStore), Arm);
        Allowed(Shapes.S(Fence.DmbStore, Fence.DmbLoad));
        Allowed(TwoWriters(), Arm);
        Allowed(TwoWriters(Fence.DmbStore));
    }

    [Fact]
    public void The_cycle_is_named()
    {
        var record = MessagePassing(Fence.DmbStore, Fence.DmbLoad);
        var result = Check(record, Arm);
        Assert.Equal(Axiom.External, result.Violated);
        Assert.Equal(["dmb.st", "rf", "dmb.ld", "fr"], result.Cycle.OrderBy(step => step.Event).Select(step => step.Relation));
        Assert.Contains("T0 W 0x100 (#0) -dmb.st-> T0 W 0x200 (#2)", result.Describe(record));
    }

    [Fact]
    public void Coherence_is_judged_in_each_cell()
    {
        var backwards = new ExecutionRecord();
        int write = backwards.Write(0, X, 8, AccessOrder.Plain);
        backwards.Read(1, X + 4, 4, AccessOrder.Plain, write);
        backwards.Read(1, X + 4, 4, AccessOrder.Plain, -1);
        Assert.Equal(Axiom.Internal, Check(backwards, Arm).Violated);
        Assert.Equal([(1, "po-loc"), (2, "fr"), (0, "rf")], Check(backwards, Arm).Cycle.Select(step => (step.Event, step.Relation)));

        var halves = new ExecutionRecord();
        write = halves.Write(0, X, 8, AccessOrder.Plain);
        halves.Read(1, X + 4, 4, AccessOrder.Plain, write);
        halves.Read(1, X, 4, AccessOrder.Plain, -1);
        Allowed(halves, Arm);

        var own = new ExecutionRecord();
        own.Read(0, X, 4, AccessOrder.Plain, 1);
        own.Write(0, X, 4, AccessOrder.Plain);
        Assert.Equal(Axiom.Internal, Check(own, Arm).Violated);

        var stores = new ExecutionRecord();
        write = stores.Write(0, X, 4, AccessOrder.Plain);
        stores.Write(0, X, 4, AccessOrder.Plain, before: write);
        Assert.Equal([(0, "po-loc"), (1, "co")], Check(stores, Sc).Cycle.Select(step => (step.Event, step.Relation)));
    }

    [Fact]
    public void Nothing_comes_between_the_halves_of_an_update()
    {
        var record = new ExecutionRecord();
        var (_, updated) = record.Update(0, X, 4, AccessOrder.Plain, source: -1);
        record.Write(1, X, 4, AccessOrder.Plain, before: updated);
        foreach (var model in Enum.GetValues<MemoryModel>()) Assert.Equal(Axiom.Atomic, Check(record, model).Violated);
    }

    [Fact]
    public void What_is_ordered_by_other_means_counts()
    {
        var record = MessagePassing(reader: Fence.DmbLoad);
        Allowed(record, Arm);
        record.Order(0, 1);
        Allowed(record);
        Assert.Contains("-order->", Check(record, Arm).Describe(record));
    }

    [Fact]
    public void A_record_that_makes_no_sense_is_refused()
    {
        var elsewhere = new ExecutionRecord();
        int write = elsewhere.Write(0, Y, 4, AccessOrder.Plain);
        elsewhere.Read(1, X, 4, AccessOrder.Plain, write);
        Assert.Equal(Axiom.WellFormed, Check(elsewhere, Arm).Violated);

        var part = new ExecutionRecord();
        write = part.Write(0, X, 4, AccessOrder.Plain);
        part.Read(1, X, 8, AccessOrder.Plain, write);
        Assert.Equal(Axiom.WellFormed, Check(part, Arm).Violated);

        var before = new ExecutionRecord();
        before.Write(0, X, 4, AccessOrder.Plain, before: 1);
        before.Write(0, X, 4, AccessOrder.Plain);
        Assert.Equal(Axiom.WellFormed, Check(before, Arm).Violated);

        var dependency = new ExecutionRecord();
        write = dependency.Write(0, X, 4, AccessOrder.Plain);
        dependency.Read(0, Y, 4, AccessOrder.Plain, -1, addressDependency: write);
        Assert.Equal(Axiom.WellFormed, Check(dependency, Arm).Violated);
    }

    [Fact]
    public void Long_records_are_judged_and_nothing_is_allocated_once_warm()
    {
        var good = LongRun(1_500, isStale: false);
        var bad = LongRun(1_500, isStale: true);
        var check = new AxiomaticCheck(Arm);
        Assert.Equal(6_000, good.Count);
        Assert.True(check.Check(good).IsConsistent);
        Assert.False(new AxiomaticCheck(Tso).Check(bad).IsConsistent);
        Assert.True(check.Check(bad).IsConsistent);
        long before = GC.GetAllocatedBytesForCurrentThread();
        check.Check(good);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }
}
