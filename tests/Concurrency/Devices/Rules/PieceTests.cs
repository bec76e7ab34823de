using System.Buffers.Binary;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Xunit;
using static Ringcheck.Tests.Concurrency.Devices.Rules.RuleBench;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>Accesses that do not match: payload in pieces, one side with wide accesses and the other with narrow ones.</summary>
public sealed class PieceTests
{
    const ulong New = 0x0000_0002_0000_0001;

    static string Halves(ulong value) => $"{(uint)value}{value >> 32}";

    /// <summary>
    /// Payload that the CPU copies while the device reads it: halves of different age show. The device reads in one step. On weak memory that is one load for each piece, and the
    /// first may be satisfied before the copy when the second is not; on sequentially consistent memory it is one moment.
    /// </summary>
    [Theory]
    [InlineData("sc", 1, "00 | 12")]
    [InlineData("arm", 1, "00 | 12")]
    [InlineData("sc", 2, "00 | 10 | 12")]
    [InlineData("tso", 2, "00 | 02 | 10 | 12")]
    [InlineData("arm", 2, "00 | 02 | 10 | 12")]
    public void A_copy_is_torn_where_its_pieces_meet(string memory, int pieces, string outcomes) => Assert.Equal(outcomes, Outcomes(memory, bench =>
    {
        bench.Machine.PayloadChunks = pieces;
        byte[] into = new byte[sizeof(ulong)];
        var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
        {
            await dma.Read(X, into);
            bench.See(Halves(BinaryPrimitives.ReadUInt64LittleEndian(into)));
            return default;
        });
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(device.Command, 1);
            Span<byte> value = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(value, New);
            bench.Cpu.CopyToMemory(X, value);
        };
    }));

    /// <summary>The same from the device to the CPU.</summary>
    [Theory]
    [InlineData("sc", "00 | 10 | 12")]
    [InlineData("arm", "00 | 02 | 10 | 12")]
    public void Data_that_a_device_writes_in_pieces_is_torn_too(string memory, string outcomes) => Assert.Equal(outcomes, Outcomes(memory, bench =>
    {
        bench.Machine.PayloadChunks = 1;
        var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
        {
            await dma.Write(X, new byte[] { 1, 0, 0, 0 });
            await dma.Write(XHigh, new byte[] { 2, 0, 0, 0 });
            return default;
        });
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(device.Command, 1);
            Span<byte> value = stackalloc byte[sizeof(ulong)];
            bench.Cpu.CopyFromMemory(X, value);
            bench.See(Halves(BinaryPrimitives.ReadUInt64LittleEndian(value)));
        };
    }));

    /// <summary>Eight bytes at once, read as four and four behind a flag: with the flag both halves are new, and without it each is old or new.</summary>
    [Theory]
    [InlineData("sc")]
    [InlineData("tso")]
    [InlineData("arm")]
    public void Narrow_reads_of_a_wide_store_are_of_that_store(string memory)
    {
        string outcomes = Outcomes(memory, bench =>
        {
            var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
            {
                uint flag = await dma.LoadAcquire<uint>(Y), low = await dma.Load<uint>(X), high = await dma.Load<uint>(XHigh);
                bench.See($"{flag} {low}{high}");
                return default;
            });
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(device.Command, 1);
                bench.Cpu.Store64(X, New);
                bench.Cpu.Barrier(BarrierPurpose.PublishToDevice);
                bench.Cpu.Store32(Y, 1);
            };
        });
        Assert.Equal("0 00 | 0 02 | 0 12 | 1 12", outcomes);
    }

    /// <summary>Four and four, read at once behind a flag.</summary>
    [Theory]
    [InlineData("sc", "0 00 | 0 10 | 0 12 | 1 12")]
    [InlineData("tso", "0 00 | 0 02 | 0 10 | 0 12 | 1 12")]
    [InlineData("arm", "0 00 | 0 02 | 0 10 | 0 12 | 1 12")]
    public void A_wide_read_of_narrow_stores_has_what_was_ordered_before_its_flag(string memory, string outcomes) => Assert.Equal(outcomes, Outcomes(memory, bench =>
    {
        var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
        {
            uint flag = await dma.LoadAcquire<uint>(Y);
            bench.See($"{flag} {Halves(await dma.Load<ulong>(X))}");
            return default;
        });
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(device.Command, 1);
            bench.Cpu.Store32(X, 1);
            bench.Cpu.Store32(XHigh, 2);
            bench.Cpu.Barrier(BarrierPurpose.PublishToDevice);
            bench.Cpu.Store32(Y, 1);
        };
    }));

    /// <summary>A word that was written narrow and is then written wide, read wide behind a flag: the last store, whole.</summary>
    [Theory]
    [InlineData("tso")]
    [InlineData("arm")]
    public void A_wide_store_over_narrow_ones_is_whole_behind_its_flag(string memory) => Assert.Equal("0 | 1 12", Outcomes(memory, bench =>
    {
        var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
        {
            uint flag = await dma.LoadAcquire<uint>(Y);
            bench.See(flag == 0 ? "0" : $"1 {Halves(await dma.Load<ulong>(X))}");
            return default;
        });
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(device.Command, 1);
            bench.Cpu.Store32(X, 7);
            bench.Cpu.Store32(XHigh, 8);
            bench.Cpu.Store64(X, New);
            bench.Cpu.Barrier(BarrierPurpose.PublishToDevice);
            bench.Cpu.Store32(Y, 1);
        };
    }));
}
