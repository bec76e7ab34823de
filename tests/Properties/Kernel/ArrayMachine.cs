using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Ringcheck.Hal;

namespace Ringcheck.Tests.Properties.Kernel;

/// <summary>
/// The seam over one array: DMA memory from <see cref="Base"/> on, nothing else in it scheduled or timed. Registers of 4 bytes are a
/// dictionary, 0 where nothing was set. Bus addresses differ from CPU addresses by <see cref="BusOffset"/>, so that a mix-up shows.
/// </summary>
public readonly struct ArrayMachine(ArrayMachine.Contents contents) : IMachine
{
    public const ulong Base = 0x4000_0000, BusOffset = 0x1_0000_0000;

    public sealed class Contents(int length)
    {
        public readonly byte[] Memory = new byte[length];
        public readonly Dictionary<ulong, uint> Registers = [];
        public readonly List<ulong> RegistersRead = [];
        public readonly StringBuilder Console = new();

        public DmaRegion Region(uint offset, uint length) => new(new(Base + offset), new(Base + BusOffset + offset), length);
    }

    public byte ReadRegister8(CpuAddress address) => (byte)ReadRegister32(address);

    public ushort ReadRegister16(CpuAddress address) => (ushort)ReadRegister32(address);

    public uint ReadRegister32(CpuAddress address)
    {
        contents.RegistersRead.Add(address.Value);
        return contents.Registers.GetValueOrDefault(address.Value);
    }

    public void WriteRegister8(CpuAddress address, byte value) => contents.Registers[address.Value] = value;

    public void WriteRegister16(CpuAddress address, ushort value) => contents.Registers[address.Value] = value;

    public void WriteRegister32(CpuAddress address, uint value) => contents.Registers[address.Value] = value;

    public bool HasPorts => false;

    public byte ReadPort8(IoPort port) => throw new NotSupportedException();

    public ushort ReadPort16(IoPort port) => throw new NotSupportedException();

    public uint ReadPort32(IoPort port) => throw new NotSupportedException();

    public void WritePort8(IoPort port, byte value) => throw new NotSupportedException();

    public void WritePort16(IoPort port, ushort value) => throw new NotSupportedException();

    public void WritePort32(IoPort port, uint value) => throw new NotSupportedException();

    public byte Load8(CpuAddress address) => At(address, 1)[0];

    public ushort Load16(CpuAddress address) => BinaryPrimitives.ReadUInt16LittleEndian(At(address, 2));

    public uint Load32(CpuAddress address) => BinaryPrimitives.ReadUInt32LittleEndian(At(address, 4));

    public ulong Load64(CpuAddress address) => BinaryPrimitives.ReadUInt64LittleEndian(At(address, 8));

    public void Store8(CpuAddress address, byte value) => At(address, 1)[0] = value;

    public void Store16(CpuAddress address, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(At(address, 2), value);

    public void Store32(CpuAddress address, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(At(address, 4), value);

    public void Store64(CpuAddress address, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(At(address, 8), value);

    public ushort LoadAcquire16(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Load16(address);

    public void StoreRelease16(CpuAddress address, ushort value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Store16(address, value);

    public uint LoadRelaxed32(CpuAddress address) => Load32(address);

    public uint LoadAcquire32(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Load32(address);

    public void StoreRelaxed32(CpuAddress address, uint value) => Store32(address, value);

    public void StoreRelease32(CpuAddress address, uint value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Store32(address, value);

    // One thread: nothing comes between.
    public uint Exchange32(CpuAddress address, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Replace(address, Load32(address), value);

    public uint CompareExchange32(CpuAddress address, uint expected, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        uint before = Load32(address);
        return Replace(address, before, before == expected ? value : before);
    }

    public uint FetchAdd32(CpuAddress address, uint add, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Replace(address, Load32(address), unchecked(Load32(address) + add));

    private uint Replace(CpuAddress address, uint before, uint after)
    {
        Store32(address, after);
        return before;
    }

    public void CopyToMemory(CpuAddress destination, ReadOnlySpan<byte> source) => source.CopyTo(At(destination, source.Length));

    public void CopyFromMemory(CpuAddress source, Span<byte> destination) => At(source, destination.Length).CopyTo(destination);

    public void FillMemory(CpuAddress destination, byte value, uint length) => At(destination, (int)length).Fill(value);

    /// <summary>Coherent: nothing to do.</summary>
    public void MaintainCache(CacheOperation operation, CpuAddress address, uint length)
    {
    }

    /// <summary>No IOMMU: all memory is mapped for good.</summary>
    public bool TryMapForDevice(DmaRegion region, DmaDirection direction) => true;

    /// <inheritdoc cref="TryMapForDevice"/>
    public void UnmapForDevice(DmaRegion region)
    {
    }

    public void Barrier(BarrierPurpose purpose,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
    }

    public bool AreInterruptsMasked => false;

    public void NoteLock(LockEvent what, CpuAddress address, string file, int line, string member)
    {
    }

    public void MaskInterrupts()
    {
    }

    public void UnmaskInterrupts()
    {
    }

    public void WaitForInterrupt(Deadline deadline)
    {
    }

    public Deadline DeadlineAfter(uint timeoutMs) => Deadline.Never;

    public bool HasPassed(Deadline deadline) => false;

    public PollLoop BeginPoll(Deadline deadline) => default;

    public bool KeepPolling(ref PollLoop poll, bool done) => done ? false : throw new InvalidOperationException("polls for what cannot come");

    public void Print(ReadOnlySpan<byte> text) => contents.Console.Append(Encoding.UTF8.GetString(text));

    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> reason) => throw new InvalidOperationException(Encoding.UTF8.GetString(reason));

    private Span<byte> At(CpuAddress address, int length)
    {
        if (address.Value % (ulong)length != 0 && length is 2 or 4 or 8)
            throw new InvalidOperationException("not aligned");
        return contents.Memory.AsSpan((int)(address.Value - Base), length);
    }
}
