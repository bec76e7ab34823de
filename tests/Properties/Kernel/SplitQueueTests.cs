using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties.Kernel;

/// <summary>Virtio 1.4, 2.7: the split queue against a naive model of who owns which descriptor, and against lies in the used ring.</summary>
public sealed class SplitQueueTests
{
    private const uint MemoryLength = 0x10000;

    /// <summary>A queue, and the plainest device that reads it.</summary>
    private sealed class Bench
    {
        public readonly ArrayMachine Machine;
        public readonly SplitQueue<ArrayMachine> Queue;
        public readonly SplitLayout Layout;
        public readonly DmaRegion Memory;
        private ushort available, used;

        public Bench(ushort size, ushort startAt = 0)
        {
            var contents = new ArrayMachine.Contents((int)MemoryLength);
            Array.Fill(contents.Memory, (byte)0xA5);
            Machine = new(contents);
            Memory = contents.Region(0, MemoryLength);
            Layout = SplitLayout.Modern(size);
            Queue = new(Machine, size);
            available = used = startAt;
            Assert.Equal(DriverStatus.Ok, Queue.Initialise(Memory, Layout, new RingIndex(startAt), useEventIndex: false));
        }

        /// <summary>The next chain that the device can see, as its descriptors say; null when there is none.</summary>
        public (ushort Head, List<(ulong Address, uint Length, bool IsWritable)> Pieces, List<ushort> Ids)? Pop()
        {
            CpuAddress ring = Memory.Cpu + Layout.Available;
            if (Machine.Load16(ring + AvailableRing.IndexOffset) == available)
                return null;
            ushort head = Machine.Load16(ring + AvailableRing.EntryOffset((ushort)(available % Layout.QueueSize)));
            available++;
            List<(ulong, uint, bool)> pieces = [];
            List<ushort> ids = [];
            for (ushort id = head; ;)
            {
                Assert.DoesNotContain(id, ids);
                ids.Add(id);
                CpuAddress descriptor = Memory.Cpu + Layout.DescriptorTable + (ulong)id * SplitDescriptor.Size;
                ushort flags = Machine.Load16(descriptor + SplitDescriptor.FlagsOffset);
                pieces.Add((Machine.Load64(descriptor), Machine.Load32(descriptor + SplitDescriptor.LengthOffset), (flags & SplitDescriptor.Write) != 0));
                if ((flags & SplitDescriptor.Next) == 0)
                    return (head, pieces, ids);
                id = Machine.Load16(descriptor + SplitDescriptor.NextOffset);
            }
        }

        public void Push(uint id, uint length)
        {
            CpuAddress ring = Memory.Cpu + Layout.Used;
            CpuAddress element = ring + UsedRing.EntryOffset((ushort)(used % Layout.QueueSize));
            Machine.Store32(element, id);
            Machine.Store32(element + UsedRing.ElementLengthOffset, length);
            SetUsedIndex((ushort)(used + 1));
        }

        public void SetUsedIndex(ushort index) => Machine.Store16(Memory.Cpu + Layout.Used + UsedRing.IndexOffset, used = index);

        public ushort AddAndPublish()
        {
            Assert.Equal(DriverStatus.Ok, Queue.TryAdd(Piece(1, 16), Piece(2, 513), out DescriptorId head));
            Queue.Publish();
            return head.Value;
        }
    }

    private static DmaSegment Piece(ulong number, uint length) => new(new BusAddress(number << 12), length);

    [Theory]
    [InlineData(1, 0)]
    [InlineData(2, 65_530)]
    [InlineData(4, 255)]
    [InlineData(8, 65_533)]
    [InlineData(64, 65_000)]
    public void Each_chain_comes_back_once_and_no_descriptor_has_two_owners(ushort size, ushort startAt)
    {
        for (int seed = 0; seed < 20; seed++)
        {
            var random = new Random(seed);
            var bench = new Bench(size, startAt);
            var owned = new Dictionary<ushort, List<ushort>>();
            var withDevice = new List<(ushort Head, uint Writable)>();
            var added = new Queue<(ushort Head, DmaSegment[] Readable, DmaSegment[] Writable)>();
            for (int step = 0; step < 2_000; step++)
            {
                switch (random.Next(4))
                {
                    case 0:
                        var readable = Pieces(random, random.Next(3));
                        var writable = Pieces(random, random.Next(3));
                        int count = readable.Length + writable.Length;
                        int free = size - owned.Values.Sum(ids => ids.Count) - added.Sum(chain => chain.Readable.Length + chain.Writable.Length);
                        Assert.Equal(free, bench.Queue.FreeCount);
                        var expected = count == 0 || count > size ? DriverStatus.InvalidArgument : count > free ? DriverStatus.NoSpace : DriverStatus.Ok;
                        bool fast = readable.Length == 1 && writable.Length == 1 && random.Next(2) == 0;
                        var status = fast
                            ? bench.Queue.TryAdd(readable[0], writable[0], out DescriptorId head)
                            : bench.Queue.TryAdd(readable, writable, out head);
                        Assert.Equal(expected, status);
                        if (status == DriverStatus.Ok)
                            added.Enqueue((head.Value, readable, writable));
                        break;
                    case 1:
                        Assert.Null(bench.Pop()); // nothing is seen before it is published
                        bench.Queue.Publish();
                        while (added.TryDequeue(out var chain))
                        {
                            var seen = bench.Pop();
                            Assert.NotNull(seen);
                            Assert.Equal(chain.Head, seen.Value.Head);
                            Assert.Equal(
                                chain.Readable.Select(p => (p.Address.Value, p.Length, false)).Concat(chain.Writable.Select(p => (p.Address.Value, p.Length, true))),
                                seen.Value.Pieces);
                            Assert.All(seen.Value.Ids, id => Assert.DoesNotContain(owned.Values, ids => ids.Contains(id)));
                            owned[chain.Head] = seen.Value.Ids;
                            withDevice.Add((chain.Head, (uint)chain.Writable.Sum(p => p.Length)));
                        }

                        break;
                    default:
                        if (withDevice.Count == 0)
                        {
                            Assert.Equal(DriverStatus.Pending, bench.Queue.TryTakeUsed(out _));
                            break;
                        }

                        int which = random.Next(withDevice.Count); // in any order
                        var (returned, most) = withDevice[which];
                        withDevice.RemoveAt(which);
                        uint length = (uint)random.NextInt64(most + 1L);
                        bench.Push(returned, length);
                        Assert.True(bench.Queue.HasUsed());
                        Assert.Equal(DriverStatus.Ok, bench.Queue.TryTakeUsed(out UsedBuffer used));
                        Assert.Equal(new UsedBuffer(new DescriptorId(returned), length), used);
                        owned.Remove(returned);
                        break;
                }

                Assert.Equal(withDevice.Count, bench.Queue.InFlight);
                Assert.Equal(added.Count, bench.Queue.Unpublished);
            }

            Assert.Equal(QueueFault.None, bench.Queue.Fault);
        }
    }

    [Fact]
    public void A_used_index_that_jumps_breaks_the_queue()
    {
        var bench = new Bench(8);
        bench.AddAndPublish();
        bench.SetUsedIndex(2);
        AssertBroken(bench, QueueFault.UsedIndexJumped);
    }

    [Theory]
    [InlineData(8)]
    [InlineData(0x10000)]
    [InlineData(uint.MaxValue)]
    public void A_used_id_out_of_range_breaks_the_queue(uint id)
    {
        var bench = new Bench(8);
        bench.AddAndPublish();
        bench.Push(id, 0);
        AssertBroken(bench, QueueFault.UsedIdOutOfRange);
    }

    [Fact]
    public void A_used_id_that_is_no_head_breaks_the_queue()
    {
        var bench = new Bench(8);
        ushort head = bench.AddAndPublish();
        bench.Push((uint)(head + 1), 0);
        AssertBroken(bench, QueueFault.UsedIdNotInFlight);
    }

    [Fact]
    public void A_chain_that_comes_back_twice_breaks_the_queue()
    {
        var bench = new Bench(8);
        ushort head = bench.AddAndPublish();
        bench.AddAndPublish();
        bench.Push(head, 0);
        Assert.Equal(DriverStatus.Ok, bench.Queue.TryTakeUsed(out _));
        bench.Push(head, 0);
        AssertBroken(bench, QueueFault.UsedIdNotInFlight);
    }

    [Fact]
    public void A_chain_that_comes_back_before_it_was_published_breaks_the_queue()
    {
        var bench = new Bench(8);
        bench.AddAndPublish();
        Assert.Equal(DriverStatus.Ok, bench.Queue.TryAdd(Piece(1, 16), Piece(2, 1), out DescriptorId unpublished));
        bench.Push(unpublished.Value, 0);
        AssertBroken(bench, QueueFault.UsedIdNotInFlight);
    }

    [Fact]
    public void A_length_beyond_the_writable_part_breaks_the_queue()
    {
        var bench = new Bench(8);
        bench.Push(bench.AddAndPublish(), 514);
        AssertBroken(bench, QueueFault.UsedLengthTooLong);
    }

    [Fact]
    public void What_the_device_writes_into_the_table_is_never_read_back()
    {
        var bench = new Bench(8);
        ushort head = bench.AddAndPublish();
        bench.Machine.FillMemory(bench.Memory.Cpu + bench.Layout.DescriptorTable, 0xFF, SplitDescriptor.Size * 8);
        bench.Push(head, 513);
        Assert.Equal(DriverStatus.Ok, bench.Queue.TryTakeUsed(out _));
        Assert.Equal(8, bench.Queue.FreeCount);
    }

    [Fact]
    public void Chains_that_no_device_could_take_are_refused()
    {
        var bench = new Bench(4);
        DmaSegment half = Piece(1, 0x8000_0000);
        Assert.Equal(DriverStatus.InvalidArgument, bench.Queue.TryAdd(Piece(1, 0), Piece(2, 1), out _));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Queue.TryAdd(half, Piece(2, 0x8000_0001), out _));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Queue.TryAdd([half, half, Piece(2, 1)], [], out _));
        Assert.Equal(DriverStatus.InvalidArgument, bench.Queue.TryAdd(Pieces(new Random(1), 5), [], out _));
        Assert.Equal(4, bench.Queue.FreeCount);
        Assert.Equal(DriverStatus.Ok, bench.Queue.TryAdd(half, half, out _));
    }

    [Fact]
    public void Memory_that_is_too_short_or_not_aligned_is_refused()
    {
        var contents = new ArrayMachine.Contents((int)MemoryLength);
        var queue = new SplitQueue<ArrayMachine>(new ArrayMachine(contents), 8);
        SplitLayout layout = SplitLayout.Modern(8);
        Assert.Equal(DriverStatus.InvalidArgument, queue.Initialise(contents.Region(0, layout.Length - 1), layout, default, useEventIndex: false));
        Assert.Equal(DriverStatus.InvalidArgument, queue.Initialise(contents.Region(8, layout.Length), layout, default, useEventIndex: false));
        Assert.Equal(DriverStatus.InvalidArgument, queue.Initialise(contents.Region(0, MemoryLength), SplitLayout.Modern(16), default, useEventIndex: false));
        Assert.Equal(DriverStatus.InvalidArgument, queue.Initialise(contents.Region(0, MemoryLength), layout with { Used = layout.Used + 2 }, default, useEventIndex: false));
        Assert.Equal(DriverStatus.Ok, queue.Initialise(contents.Region(0, layout.Length), layout, default, useEventIndex: false));
    }

    private static DmaSegment[] Pieces(Random random, int count)
        => [.. Enumerable.Range(0, count).Select(i => Piece((ulong)random.Next(1, 1 << 20), (uint)random.Next(1, 5000)))];

    /// <summary>An error value, once and for all, and nothing taken or given any more; until the queue is initialised again.</summary>
    private static void AssertBroken(Bench bench, QueueFault fault)
    {
        Assert.Equal(DriverStatus.DeviceError, bench.Queue.TryTakeUsed(out _));
        Assert.Equal(fault, bench.Queue.Fault);
        Assert.Equal(DriverStatus.DeviceError, bench.Queue.TryTakeUsed(out _));
        Assert.Equal(DriverStatus.DeviceError, bench.Queue.TryAdd(Piece(1, 16), Piece(2, 1), out _));
        Assert.Equal(DriverStatus.DeviceError, bench.Queue.TryAdd([Piece(1, 16)], [], out _));
        Assert.Equal(DriverStatus.Ok, bench.Queue.Initialise(bench.Memory, bench.Layout, default, useEventIndex: false));
        Assert.Equal(bench.Layout.QueueSize, bench.Queue.FreeCount);
        Assert.Equal(QueueFault.None, bench.Queue.Fault);
    }
}
