using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>Memory, disk and bus of the simulated machine against a dictionary each.</summary>
public sealed class StorageLaws
{
    const uint Sectors = 8;

    enum DiskVerb : byte
    {
        Write = 1,
        WriteZeroes,
        Discard,
    }

    static Gen<Operation[]> DiskPrograms { get; } = Gen.Frequency(
        (6, from sector in Gen.Choose(0, (int)Sectors + 1) from content in Gen.Choose(1, 255) select new Operation((byte)DiskVerb.Write, (uint)sector, (uint)content)),
        (2, Gen.Choose(0, (int)Sectors + 1).Select(sector => new Operation((byte)DiskVerb.WriteZeroes, (uint)sector))),
        (1, Gen.Constant(new Operation((byte)DiskVerb.Discard)))).ArrayOf();

    static SequenceProperty Disk(Action<DiskOverlay, Operation> apply) => new("disk overlay", DiskPrograms, program => RunDisk(program, apply), _ => [], (_, _) => null,
        operation => $"{(DiskVerb)operation.Code} sector {operation.A} {operation.B}");

    static void Apply(DiskOverlay disk, Operation operation)
    {
        switch ((DiskVerb)operation.Code)
        {
            case DiskVerb.Write: disk.Write(new Sector(operation.A), Content(operation.B)); break;
            case DiskVerb.WriteZeroes: disk.WriteZeroes(new Sector(operation.A)); break;
            case DiskVerb.Discard: disk.Discard(); break;
        }
    }

    static byte[] Content(uint value) => [.. Enumerable.Range(0, (int)Sector.Size).Select(i => (byte)(value + i))];

    static Broken? RunDisk(IReadOnlyList<Operation> program, Action<DiskOverlay, Operation> apply)
    {
        var image = new SyntheticImage(Sectors);
        var disk = new DiskOverlay(image) { Hashing = true };
        var reference = new Dictionary<uint, byte[]>();
        var found = new byte[Sector.Size];
        foreach (var operation in program)
        {
            apply(disk, operation);
            switch ((DiskVerb)operation.Code)
            {
                case DiskVerb.Write: reference[operation.A] = Content(operation.B); break;
                case DiskVerb.WriteZeroes: reference[operation.A] = new byte[Sector.Size]; break;
                case DiskVerb.Discard: reference.Clear(); break;
            }
            for (uint sector = 0; sector < Sectors + 2; sector++)
            {
                disk.Read(new Sector(sector), found);
                if (!found.AsSpan().SequenceEqual(reference.TryGetValue(sector, out var written) ? written : Plain(image, sector))) return new("content", $"sector {sector}");
            }
            if (disk.Written != reference.Count) return new("count", $"{disk.Written} sectors are said to be written, not {reference.Count}");
            if (disk.Hash != HashOf(reference)) return new("hash", "the hash depends on how the content came about");
        }
        return null;
    }

    static byte[] Plain(SyntheticImage image, uint sector)
    {
        var bytes = new byte[Sector.Size];
        if (sector < Sectors) image.Read(new Sector(sector), bytes);
        return bytes;
    }

    /// <summary>That of a disk to which the same was written once, in another order.</summary>
    static Fingerprint HashOf(Dictionary<uint, byte[]> reference)
    {
        var disk = new DiskOverlay(new SyntheticImage(Sectors)) { Hashing = true };
        foreach (var (sector, bytes) in reference.OrderByDescending(entry => entry.Key)) disk.Write(new Sector(sector), bytes);
        return disk.Hash;
    }

    [Fact]
    public void A_disk_is_its_image_and_what_was_written_last() => Checked.Sequences(Disk(Apply), 300);

    [Fact]
    public void A_disk_that_loses_zeroes_is_noticed()
    {
        var found = Checked.Find(Disk((disk, operation) =>
        {
            if (operation.Code != (byte)DiskVerb.WriteZeroes) Apply(disk, operation);
        }), 1_000);
        Assert.Single(found!.Shrunk);
    }

    enum RamVerb : byte
    {
        Store8 = 1,
        Store16,
        Store32,
        Store64,
        Copy,
        Reset,
    }

    const uint RamSize = 4096;

    static Gen<Operation[]> RamPrograms { get; } = Gen.Frequency(
        (10, from verb in Gen.Choose(1, 4) from address in Gen.Choose(0, (int)RamSize - 8) from value in Gen.Choose(1, int.MaxValue) select new Operation((byte)verb, (uint)address, (uint)value)),
        (3, from address in Gen.Choose(0, 3000) from length in Gen.Choose(1, 1000) from value in Gen.Choose(0, 255) select new Operation((byte)RamVerb.Copy, (uint)address, (uint)value, (uint)length)),
        (1, Gen.Constant(new Operation((byte)RamVerb.Reset)))).ArrayOf();

    static SequenceProperty Memory(SimulatedMachine machine, bool forgetsReset) => new("memory", RamPrograms, program => RunMemory(machine, program, forgetsReset), _ => [], (_, _) => null,
        operation => $"{(RamVerb)operation.Code} at {operation.A}: {operation.B}, {operation.C} bytes");

    static Broken? RunMemory(SimulatedMachine machine, IReadOnlyList<Operation> program, bool forgetsReset)
    {
        var ram = machine.Ram;
        machine.Reset(new Exhaustive(Pruning.CountOnly)); // a strategy that asks for hashes
        var reference = new byte[RamSize];
        foreach (var operation in program)
        {
            ulong address = ram.Base + operation.A, value = operation.B | (ulong)operation.B << 32;
            int width = 1 << (operation.Code - 1);
            switch ((RamVerb)operation.Code)
            {
                case RamVerb.Store8: ram.Store(address, (byte)value); break;
                case RamVerb.Store16: ram.Store(address, (ushort)value); break;
                case RamVerb.Store32: ram.Store(address, (uint)value); break;
                case RamVerb.Store64: ram.Store(address, value); break;
                case RamVerb.Copy: ram.Copy(address, Enumerable.Repeat((byte)operation.B, (int)operation.C).ToArray()); break;
                case RamVerb.Reset when !forgetsReset: ram.Reset(); break;
            }
            if (operation.Code == (byte)RamVerb.Reset) Array.Clear(reference);
            else if (operation.Code == (byte)RamVerb.Copy) reference.AsSpan((int)operation.A, (int)operation.C).Fill((byte)operation.B);
            else BitConverter.GetBytes(value).AsSpan(0, width).CopyTo(reference.AsSpan((int)operation.A));
            if (!ram.Span(ram.Base, (int)RamSize).SequenceEqual(reference)) return new("content", "memory does not hold what was stored last");
            if (ram.Load<uint>(address) != BitConverter.ToUInt32(reference, (int)operation.A)) return new("load", "a load gives something else");
        }
        var expected = new Fingerprint();
        for (ulong word = 0; word < RamSize; word += 8)
        {
            var one = Hashing.Word(word, BitConverter.ToUInt64(reference, (int)word));
            expected = new(expected.A ^ one.A, expected.B ^ one.B);
        }
        return ram.Hash == expected ? null : new("hash", "the hash is not that of what memory holds");
    }

    [Fact]
    public void Memory_holds_what_was_stored_last_and_its_hash_is_that_of_its_content()
    {
        using var machine = new SimulatedMachine(1 << 16);
        Checked.Sequences(Memory(machine, forgetsReset: false), 1_000);
    }

    [Fact]
    public void Memory_that_is_not_cleared_is_noticed()
    {
        using var machine = new SimulatedMachine(1 << 16);
        Assert.Equal(2, Checked.Find(Memory(machine, forgetsReset: true), 1_000)!.Shrunk.Count);
    }

    [Fact]
    public void Addresses_within_memory_are_those_that_fit() => Checked.Values("bounds",
        from offset in Gen.OneOf(Gen.Choose(-16, 16), Gen.Choose(0xFFF0, 0x10010)) from length in Gen.Elements(0UL, 1UL, 8UL, 0x10000UL, 0x10001UL, ulong.MaxValue) select (offset, length), x =>
        {
            using var machine = new SimulatedMachine(1 << 16);
            bool fits = x.offset >= 0 && x.length <= 0x10000 && (ulong)x.offset + x.length <= 0x10000 && x.offset < 0x10000;
            return machine.Ram.Contains((ulong)((long)machine.Ram.Base + x.offset), x.length) == fits;
        }, 300);

    sealed class Block(int number) : IBusDevice
    {
        public ulong Read(uint offset, int width) => (ulong)number << 16 | offset;

        public void Write(uint offset, int width, ulong value)
        {
        }
    }

    [Fact]
    public void The_bus_finds_the_block_of_an_address_and_nothing_elsewhere() => Checked.Values("bus",
        from slots in Gen.Choose(0, 31).NonEmptyListOf() from probes in Gen.Choose(-0x10, 0x4010).NonEmptyListOf() select (Slots: slots.Distinct().ToArray(), Probes: probes), x =>
        {
            var bus = new Bus();
            foreach (int slot in x.Slots) bus.Add(SimulatedMachine.SlotAddress(slot), 0x200, new Block(slot));
            return x.Probes.All(probe =>
            {
                ulong address = (ulong)((long)SimulatedMachine.MmioBase + probe);
                var device = bus.Find(address, out uint offset);
                return probe >= 0 && x.Slots.Contains(probe / 0x200) ? device?.Read(offset, 4) == ((ulong)(probe / 0x200) << 16 | (uint)(probe % 0x200)) : device is null;
            });
        });

    [Fact]
    public void Where_nothing_is_assigned_a_bus_reads_as_all_ones_or_zero()
    {
        foreach (int width in new[] { 1, 2, 4, 8 })
        {
            Assert.Equal(0UL, new Bus().Unassigned(0, width));
            Assert.Equal(ulong.MaxValue >> (64 - 8 * width), new Bus { UnassignedReadsOnes = true }.Unassigned(0, width));
            Assert.Equal(ulong.MaxValue >> (64 - 8 * width), new Bus().Unassigned(Bus.PortSpace, width));
        }
    }
}
