using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Tests.Properties.Kernel;
using Xunit;

namespace Ringcheck.Tests.Properties.Dma;

/// <summary>
/// The allocator against a list of what it has given out: no two regions overlap, each is aligned on both sides, within the width asked for and all zeroes, what was freed can
/// be had again, and refusals are right. Three ranges whose two sides differ each in its own way, one of them with its sides aligned differently.
/// </summary>
public sealed class AllocatorTests
{
    const uint MemoryLength = 0x1_0000, MaxRegions = 12;
    const ulong Base = ArrayMachine.Base;

    /// <summary>Above 4 GiB; below it; and one whose bus address is no multiple of a page where its CPU address is.</summary>
    static readonly DmaRange[] Ranges =
    [
        new(new(Base), new(0x1_2000_0000), 0x6000),
        new(new(Base + 0x8010), new(0x0800_0010), 0x4ff0),
        new(new(Base + 0xd000), new(0x9_0000_0400), 0x3000),
    ];

    enum Verb : byte
    {
        /// <summary>A = length, B = alignment as a power of two, C = 0: anywhere, 1: below 4 GiB, 2: legacy queue.</summary>
        Allocate = 1,

        /// <summary>A = which of those that are there.</summary>
        Free,

        /// <summary>A = which of those that were freed.</summary>
        FreeAgain,

        /// <summary>A = which of those that are there, B = how it is wrong.</summary>
        FreeOther,

        /// <summary>A = length.</summary>
        Frames,
    }

    static Gen<Operation[]> Programs { get; } = Gen.Frequency(
        (6, from length in Gen.Frequency((3, Gen.Choose(0, 300)), (2, Gen.Choose(0, 0x2100)), (1, Gen.Choose(0, 0x8000)))
            from shift in Gen.Choose(0, 13)
            from limit in Gen.Choose(0, 2)
            select new Operation((byte)Verb.Allocate, (uint)length, (uint)shift, (uint)limit)),
        (4, Gen.Choose(0, 20).Select(which => new Operation((byte)Verb.Free, (uint)which))),
        (1, Gen.Choose(0, 20).Select(which => new Operation((byte)Verb.FreeAgain, (uint)which))),
        (1, from which in Gen.Choose(0, 20) from how in Gen.Choose(0, 3) select new Operation((byte)Verb.FreeOther, (uint)which, (uint)how)),
        (1, Gen.Choose(0, 0x7000).Select(length => new Operation((byte)Verb.Frames, (uint)length)))).ArrayOf();

    static SequenceProperty Property(bool keepsAccount) => new("DMA allocator", Programs, program => new Trial(keepsAccount).Run(program),
        operation => operation.A > 1 ? [operation with { A = operation.A / 2 }] : [], (_, _) => null, operation => $"{(Verb)operation.Code} {operation.A}, {operation.B}, {operation.C}");

    [Fact]
    public void Regions_are_apart_aligned_within_reach_and_can_be_had_again() => Checked.Sequences(Property(keepsAccount: true), tests: 2000);

    /// <summary>The oracle sees an allocator that frees what is still in use.</summary>
    [Fact]
    public void An_allocator_that_forgets_is_found_out() => Assert.Equal("overlap", Checked.Find(Property(keepsAccount: false), tests: 2000)?.Broken.Rule);

    [Fact]
    public void Frames_are_all_there_or_none()
    {
        ArrayMachine machine = new(new((int)MemoryLength));
        DmaAllocator<ArrayMachine> allocator = new(machine, Ranges, 8);
        ulong free = allocator.FreeBytes;
        var frames = new DmaRegion[16];
        Assert.Equal(DriverStatus.Ok, allocator.AllocateFrames(3 * 4096 + 1, DmaLimits.Page, frames, out int count));
        Assert.Equal((4, 1U), (count, frames[3].Length));
        Assert.All(frames[..3], frame => Assert.Equal(4096U, frame.Length));
        Assert.Equal(DriverStatus.NoSpace, allocator.AllocateFrames(12 * 4096, DmaLimits.Page, frames.AsSpan(4), out count));
        Assert.Equal((0, (ushort)4), (count, allocator.RegionCount));
        Assert.Equal(DriverStatus.InvalidArgument, allocator.AllocateFrames(2 * 4096 + 1, DmaLimits.Page, frames.AsSpan(14), out _));
        Assert.Equal(DriverStatus.InvalidArgument, allocator.AllocateFrames(0, DmaLimits.Page, frames.AsSpan(4), out _));
        foreach (var frame in frames[..4]) Assert.Equal(DriverStatus.Ok, allocator.Free(frame));
        Assert.Equal(free, allocator.FreeBytes);
    }

    [Fact]
    public void Low_memory_is_found_for_devices_of_few_address_lines()
    {
        DmaAllocator<ArrayMachine> allocator = new(new(new((int)MemoryLength)), Ranges, 8);
        Assert.Equal(DriverStatus.Ok, allocator.Allocate(4096, DmaLimits.Bits32, out var low));
        Assert.Equal(0x0800_1000UL, low.Bus.Value); // the first page of the range, whose first bytes are not aligned
        Assert.Equal(DriverStatus.NoSpace, allocator.Allocate(64, DmaLimits.Bits32 with { LastBusAddress = 0x0800_0000 }, out _));
        Assert.Equal(DriverStatus.NoSpace, allocator.Allocate(64, new(1, 62), out _));
    }

    [Fact]
    public void A_range_whose_sides_are_aligned_differently_serves_no_page()
    {
        DmaAllocator<ArrayMachine> allocator = new(new(new((int)MemoryLength)), Ranges.AsSpan(2), 8);
        Assert.Equal(DriverStatus.NoSpace, allocator.Allocate(64, DmaLimits.Page, out _));
        Assert.Equal(DriverStatus.Ok, allocator.Allocate(64, DmaLimits.Page with { Alignment = 1024 }, out _));
    }

    /// <summary>One sequence.</summary>
    sealed class Trial
    {
        readonly ArrayMachine.Contents contents = new((int)MemoryLength);
        readonly DmaAllocator<ArrayMachine> allocator;
        readonly List<DmaRegion> live = [], freed = [];
        readonly bool keepsAccount;
        readonly ulong all;

        public Trial(bool keepsAccount)
        {
            this.keepsAccount = keepsAccount;
            contents.Memory.AsSpan().Fill(0xAA);
            allocator = new(new(contents), Ranges, (ushort)MaxRegions);
            all = allocator.FreeBytes;
        }

        public Broken? Run(IReadOnlyList<Operation> program)
        {
            foreach (var operation in program)
            {
                if ((Do(operation) ?? Judge()) is { } broken) return broken;
            }
            return JudgeEnd();
        }

        Broken? Do(Operation operation)
        {
            switch ((Verb)operation.Code)
            {
                case Verb.Allocate: return Allocate(operation.A, LimitsOf(operation));
                case Verb.Free: return live.Count == 0 ? null : Free((int)operation.A % live.Count);
                case Verb.FreeAgain: return freed.Count == 0 ? null : Refused(freed[(int)operation.A % freed.Count], "double free");
                case Verb.FreeOther: return live.Count == 0 ? null : Refused(Wrong(live[(int)operation.A % live.Count], operation.B), "foreign free");
                default: return AllocateFrames(operation.A);
            }
        }

        static DmaLimits LimitsOf(Operation operation) => new(1U << (int)operation.B, operation.C switch
        {
            0 => ulong.MaxValue,
            1 => uint.MaxValue,
            _ => DmaLimits.LegacyQueue.LastBusAddress,
        });

        Broken? Allocate(uint length, DmaLimits limits)
        {
            var status = allocator.Allocate(length, limits, out var region);
            if (status == DriverStatus.Ok) return Take(region, length, limits);
            if (status == (length == 0 ? DriverStatus.InvalidArgument : DriverStatus.NoSpace) && (length == 0 || !Fits(length, limits))) return null;
            return new("refusal", $"{status} for {length} bytes, {limits}, with {live.Count} regions");
        }

        Broken? AllocateFrames(uint length)
        {
            var frames = new DmaRegion[4];
            var status = allocator.AllocateFrames(length, DmaLimits.Page, frames, out int count);
            if (length == 0 || length > 4 * 4096) return status == DriverStatus.InvalidArgument && count == 0 ? null : new("refusal", $"{status} for {length} bytes of frames");
            if (status != DriverStatus.Ok) return count == 0 ? null : new("frames", "some were kept");
            uint sum = 0;
            foreach (var frame in frames[..count])
            {
                sum += frame.Length;
                if (Take(frame, frame.Length, DmaLimits.Page) is { } broken) return broken;
            }
            return sum == length ? null : new("frames", $"{sum} bytes for {length}");
        }

        Broken? Take(DmaRegion region, uint length, DmaLimits limits)
        {
            if (region.Length != length) return new("length", $"{region} for {length}");
            if (((region.Cpu.Value | region.Bus.Value) & (limits.Alignment - 1)) != 0) return new("alignment", $"{region} for {limits}");
            if (region.Bus.Value + length - 1 > limits.LastBusAddress) return new("width", $"{region} for {limits}");
            if (!Ranges.Any(range => region.Cpu.Value - range.Cpu.Value <= range.Length - length && region.Bus.Value - region.Cpu.Value == range.Bus.Value - range.Cpu.Value))
                return new("range", $"{region} lies in no range");
            var memory = contents.Memory.AsSpan((int)(region.Cpu.Value - Base), (int)length);
            if (memory.ContainsAnyExcept((byte)0)) return new("zeroes", $"{region} holds what was there before");
            if (live.Any(other => Overlap(other, region))) return new("overlap", $"{region} and one before");
            memory.Fill(0x55);
            live.Add(region);
            freed.RemoveAll(other => other == region);
            if (!keepsAccount) allocator.Free(region);
            return null;
        }

        Broken? Free(int at)
        {
            var region = live[at];
            live.RemoveAt(at);
            if (freed.TrueForAll(other => other.Cpu != region.Cpu)) freed.Add(region);
            return allocator.Free(region) == DriverStatus.Ok || !keepsAccount ? null : new("free", $"{region} is not taken back");
        }

        /// <summary>Not for what is another region's now.</summary>
        Broken? Refused(DmaRegion region, string what)
            => live.Contains(region) || allocator.Free(region) == DriverStatus.InvalidArgument ? null : new(what, $"{region} is taken");

        static DmaRegion Wrong(DmaRegion region, uint how) => how switch
        {
            0 => region with { Cpu = region.Cpu + 64 },
            1 => region with { Bus = region.Bus + 64 },
            2 => region with { Length = region.Length + 1 },
            _ => region with { Length = 0 },
        };

        Broken? Judge()
        {
            if (!keepsAccount) return null;
            if (allocator.RegionCount != live.Count) return new("account", $"{allocator.RegionCount} regions for {live.Count}");
            if (allocator.FreeBytes != all - (ulong)live.Sum(region => (region.Length + 63L) & ~63L)) return new("account", $"{allocator.FreeBytes} bytes free");
            // Merged at once: no more free extents than used ones and ranges.
            int most = Math.Min(allocator.AccountCapacity, 2 * live.Count + Ranges.Length);
            return allocator.AccountCount <= most ? null : new("account", $"{allocator.AccountCount} entries, for {live.Count} regions");
        }

        /// <summary>All of it is there again, in one piece for each range.</summary>
        Broken? JudgeEnd()
        {
            if (!keepsAccount) return null;
            while (live.Count > 0)
            {
                if (Free(live.Count - 1) is { } broken) return broken;
            }
            if (allocator.FreeBytes != all || allocator.AccountCount != Ranges.Length) return new("account", $"{allocator.FreeBytes} bytes free in {allocator.AccountCount} pieces at the end");
            return null;
        }

        /// <summary>By looking at each place there is.</summary>
        bool Fits(uint length, DmaLimits limits)
        {
            if (live.Count == MaxRegions) return false;
            foreach (var range in Ranges)
            {
                for (ulong at = 0; at < range.Length; at += 16)
                {
                    var place = new DmaRegion(range.Cpu + at, range.Bus + at, (length + 63) & ~63U);
                    if (place.Cpu.Value % 64 == 0 && place.Length <= range.Length - at && ((place.Cpu.Value | place.Bus.Value) & (limits.Alignment - 1)) == 0
                        && place.Bus.Value + place.Length - 1 <= limits.LastBusAddress && !live.Exists(other => Overlap(other, place))) return true;
                }
            }
            return false;
        }

        static bool Overlap(DmaRegion a, DmaRegion b) => a.Cpu.Value < b.Cpu.Value + b.Length && b.Cpu.Value < a.Cpu.Value + a.Length;
    }
}
