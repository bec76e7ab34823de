using Ringcheck.Exploration;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>
/// Retiring writes must change no answer of the machine: two machines take the same random steps, one of them retires after each, and what
/// can be read and written is the same by name. And without retirement there is no limit: the table widens.
/// </summary>
public sealed class RetirementTests
{
    const int Locations = 3;

    sealed class Pair(MemoryModel model, int threads)
    {
        readonly SetViewMachine eager = new(model, threads), lazy = new(model, threads);
        readonly List<string> log = [];

        public int Retired { get; private set; }

        public void Start()
        {
            eager.Reset();
            lazy.Reset();
            log.Clear();
            for (int l = 0; l < Locations; l++)
            {
                eager.AddLocation(-1 - l);
                lazy.AddLocation(-1 - l);
            }
        }

        /// <summary>What may be read and where may be written, by tags, newest first; the places in each machine.</summary>
        static List<(int Tag, int Place)> Options(SetViewMachine machine, int thread, in Access access, bool isWrite)
        {
            var options = new List<(int, int)>();
            int count = machine.Count(access.Location);
            for (int place = isWrite ? count : count - 1; place >= (isWrite ? 1 : 0); place--)
            {
                bool can = isWrite ? machine.CanWrite(thread, access, place) : machine.CanRead(thread, access, place);
                if (can) options.Add((place == count ? int.MaxValue : machine.TagAt(access.Location, place), place));
            }
            return options;
        }

        public void Step(ref RandomBits random, int tag)
        {
            int thread = (int)random.Below((uint)eager.Threads);
            uint what = random.Below(10);
            if (what == 0)
            {
                var fence = (Fence)(1 + random.Below(7));
                log.Add($"T{thread} {fence}");
                eager.Fence(thread, fence);
                lazy.Fence(thread, fence);
                return;
            }
            var order = (AccessOrder)random.Below(4);
            var access = new Access((int)random.Below(Locations), order);
            bool isWrite = what > 5;
            var first = Options(eager, thread, access, isWrite);
            var second = Options(lazy, thread, access, isWrite);
            string trace = string.Join("; ", log) + $"; now T{thread} {(isWrite ? 'W' : 'R')}{access.Location} {order}";
            Assert.True(first.Select(o => o.Tag).SequenceEqual(second.Select(o => o.Tag)),
                $"{trace}: [{string.Join(',', first.Select(o => o.Tag))}] with retirement, [{string.Join(',', second.Select(o => o.Tag))}] without");
            int pick = (int)random.Below((uint)first.Count);
            log.Add($"T{thread} {(isWrite ? 'W' : 'R')}{access.Location} {order} {first[pick].Tag} #{tag}");
            if (isWrite)
            {
                eager.Write(thread, access, first[pick].Place, tag);
                lazy.Write(thread, access, second[pick].Place, tag);
            }
            else
            {
                eager.Read(thread, access, first[pick].Place);
                lazy.Read(thread, access, second[pick].Place);
            }
            Retired += eager.Retire();
        }
    }

    [Theory]
    [InlineData(MemoryModel.SequentiallyConsistent)]
    [InlineData(MemoryModel.Tso)]
    [InlineData(MemoryModel.AArch64)]
    public void Retiring_changes_no_answer(MemoryModel model)
    {
        var pair = new Pair(model, threads: 3);
        for (int seed = 0; seed < 3_000; seed++)
        {
            pair.Start();
            var random = RandomBits.For(7, seed);
            for (int step = 0; step < 60; step++) pair.Step(ref random, step); // fewer writes than it takes to retire by itself
        }
        Assert.True(pair.Retired > 10_000, $"only {pair.Retired} writes were retired");
    }

    /// <summary>A producer that never waits, and a consumer that looks now and then: the table neither grows nor forgets what can be seen.</summary>
    [Fact]
    public void A_long_run_stays_within_the_table()
    {
        var machine = new SetViewMachine(MemoryModel.AArch64, 2);
        int data = machine.AddLocation(0), flag = machine.AddLocation(0);
        for (int i = 1; i < 100_000; i++)
        {
            machine.Write(0, new(data), machine.Count(data), i);
            machine.Write(0, new(flag, AccessOrder.Release), machine.Count(flag), i);
            machine.Read(1, new(flag, AccessOrder.Acquire), machine.Count(flag) - 1);
            Assert.Equal(machine.Count(data) - 1, machine.OldestReadable(1, new(data)));
            machine.Read(1, new(data), machine.Count(data) - 1);
            machine.Write(1, new(data), machine.Count(data), -i);
            machine.Fence(1, Fence.DmbFull);
            machine.Read(0, new(data, AccessOrder.Acquire), machine.Count(data) - 1);
        }
        Assert.Equal(256, machine.Capacity);
    }

    [Fact]
    public void Writes_that_stay_visible_make_the_table_wider()
    {
        var machine = new SetViewMachine(MemoryModel.AArch64, 2);
        int location = machine.AddLocation(0);
        for (int i = 1; i <= 2_000; i++) machine.Write(0, new(location), machine.Count(location), i);
        Assert.Equal(2_001, machine.Count(location)); // thread 1 has seen none of them
        Assert.Equal(0, machine.OldestReadable(1, new(location)));
        Assert.True(machine.Capacity >= 2_001);
        machine.Read(1, new(location, AccessOrder.Acquire), 1_500);
        Assert.Equal(1_500, machine.OldestReadable(1, new(location)));
        machine.Retire();
        Assert.Equal(501, machine.Count(location));
    }
}
