using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>Long random runs of the memory machine, retirement included, recorded as they happen and judged by the axioms at the end.</summary>
public sealed class MachineRunTests
{
    const int Threads = 3, Locations = 5, Slots = 4, Runs = 12, Steps = 1_500;

    static readonly AccessOrder[] ReadOrders = [AccessOrder.Plain, AccessOrder.Plain, AccessOrder.Acquire, AccessOrder.AcquirePc];
    static readonly AccessOrder[] WriteOrders = [AccessOrder.Plain, AccessOrder.Plain, AccessOrder.Release];

    sealed class Run
    {
        readonly Random random;
        readonly SetViewMachine machine;
        readonly int[] locations = new int[Locations];
        readonly int[,] slots = new int[Threads, Slots];

        public Run(MemoryModel model, int seed)
        {
            random = new(seed);
            machine = new(model, Threads);
            for (int location = 0; location < Locations; location++) locations[location] = machine.AddLocation(-1);
            for (int i = 0; i < Threads * Slots; i++) slots[i / Slots, i % Slots] = -1;
            for (int step = 0; step < Steps; step++) Step();
        }

        public ExecutionRecord Record { get; } = new();

        /// <summary>Reads that did not take the newest value, and writes that did not become the last.</summary>
        public int Deviations { get; private set; }

        void Step()
        {
            int thread = random.Next(Threads), kind = random.Next(20);
            if (kind == 0) Fence(thread);
            else if (kind == 1) Branch(thread);
            else if (kind <= 3) Update(thread);
            else if (kind <= 11) Read(thread);
            else Write(thread);
        }

        void Fence(int thread)
        {
            var fence = (Fence)random.Next(1, 8);
            machine.Fence(thread, fence);
            Record.Fence(thread, fence);
        }

        void Branch(int thread)
        {
            if (Slot(thread) is not { Slot: >= 0 } on) return;
            machine.Branch(thread, on.Slot);
            Record.Branch(thread, on.Event);
        }

        /// <summary>A slot that holds a view, seldom: (-1, -1) else.</summary>
        (int Slot, int Event) Slot(int thread)
        {
            int slot = random.Next(Slots);
            return random.Next(3) == 0 && slots[thread, slot] >= 0 ? (slot, slots[thread, slot]) : (-1, -1);
        }

        int Pick(int count, Func<int, bool> can)
        {
            List<int> places = [.. Enumerable.Range(0, count).Where(can)];
            return random.Next(3) == 0 ? places[random.Next(places.Count)] : places[^1];
        }

        void Read(int thread)
        {
            int at = random.Next(Locations), keep = random.Next(Slots);
            var address = Slot(thread);
            var access = new Access(locations[at], ReadOrders[random.Next(ReadOrders.Length)], address.Slot, KeepView: keep);
            int place = Pick(machine.Count(access.Location), p => machine.CanRead(thread, access, p));
            int source = machine.TagAt(access.Location, place);
            if (place < machine.Count(access.Location) - 1) Deviations++;
            machine.Read(thread, access, place);
            slots[thread, keep] = Record.Read(thread, (ulong)at * 8, 8, access.Order, source, address.Event);
        }

        void Write(int thread)
        {
            int at = random.Next(Locations);
            var (address, data) = (Slot(thread), Slot(thread));
            var access = new Access(locations[at], WriteOrders[random.Next(WriteOrders.Length)], address.Slot, data.Slot);
            int count = machine.Count(access.Location), place = 1 + Pick(count, p => machine.CanWrite(thread, access, p + 1));
            int before = place < count ? machine.TagAt(access.Location, place) : -1;
            if (before >= 0) Deviations++;
            machine.Write(thread, access, place, Record.Count);
            Record.Write(thread, (ulong)at * 8, 8, access.Order, before, address.Event, data.Event);
        }

        void Update(int thread)
        {
            int at = random.Next(Locations), keep = random.Next(Slots);
            var access = new Access(locations[at], (AccessOrder)random.Next(5), KeepView: keep);
            if (access.Order == AccessOrder.AcquirePc) return;
            int count = machine.Count(access.Location), place = Pick(count, p => machine.CanUpdate(thread, access, p));
            int source = machine.TagAt(access.Location, place), before = place + 1 < count ? machine.TagAt(access.Location, place + 1) : -1;
            machine.Update(thread, access, place, Record.Count + 1);
            slots[thread, keep] = Record.Update(thread, (ulong)at * 8, 8, access.Order, source, before).Read;
        }
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Every_run_satisfies_the_axioms(MemoryModel model)
    {
        var check = new AxiomaticCheck(model);
        int deviations = 0;
        for (int seed = 0; seed < Runs; seed++)
        {
            var run = new Run(model, seed);
            var result = check.Check(run.Record);
            Assert.True(result.IsConsistent, $"{model}, seed {seed}: {result.Describe(run.Record)}");
            deviations += run.Deviations;
        }
        // On SC, too: a read of an older value is the same as one that was made earlier, where nothing tells the difference.
        Assert.True(deviations > Runs * 10, $"{deviations} deviations show little");
    }

    /// <summary>A read is given a much older source, a write another place: it must be noticed.</summary>
    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Changed_runs_do_not(MemoryModel model)
    {
        var check = new AxiomaticCheck(model);
        for (int seed = 0; seed < Runs; seed++)
        {
            var record = new Run(model, seed).Record;
            int read = LastThat(record, id => record[id].IsRead && record[id].Pair < 0);
            record.Redirect(read, FirstWrite(record, record[read].Address));
            Assert.False(check.Check(record).IsConsistent, $"seed {seed}: read #{read} of something ancient");

            record = new Run(model, seed).Record;
            int write = LastThat(record, id => record[id].IsWrite && record[id].Pair < 0);
            record.Move(write, FirstWrite(record, record[write].Address));
            Assert.False(check.Check(record).IsConsistent, $"seed {seed}: write #{write} at an ancient place");
        }
    }

    static int LastThat(ExecutionRecord record, Func<int, bool> wanted) => Enumerable.Range(0, record.Count).Last(wanted);

    static int FirstWrite(ExecutionRecord record, ulong address) => Enumerable.Range(0, record.Count).First(id => record[id].IsWrite && record[id].Address == address);
}
