using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Text;
using Ringcheck.Hal;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Process memory as a device sees it, from address 0 on. Accesses outside it throw: a property reads that as a failure of whoever
/// made them.
/// </summary>
public sealed class FlatMemory(int length)
{
    public byte[] Bytes { get; } = new byte[length];

    /// <summary>Doorbells that were rung.</summary>
    public int Notifications { get; set; }

    public ushort Load16(ulong address) => BinaryPrimitives.ReadUInt16LittleEndian(At(address, 2));

    public uint Load32(ulong address) => BinaryPrimitives.ReadUInt32LittleEndian(At(address, 4));

    public ulong Load64(ulong address) => BinaryPrimitives.ReadUInt64LittleEndian(At(address, 8));

    public void Store16(ulong address, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(At(address, 2), value);

    public void Store32(ulong address, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(At(address, 4), value);

    public void Store64(ulong address, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(At(address, 8), value);

    public Span<byte> At(ulong address, int length) => Bytes.AsSpan(checked((int)address), length);
}

/// <summary>The seam on flat memory, for driver code that neither sleeps nor reads registers.</summary>
public readonly struct FlatMachine(FlatMemory memory) : IMachine
{
    public byte Load8(CpuAddress address) => memory.At(address.Value, 1)[0];

    public ushort Load16(CpuAddress address) => memory.Load16(address.Value);

    public uint Load32(CpuAddress address) => memory.Load32(address.Value);

    public ulong Load64(CpuAddress address) => memory.Load64(address.Value);

    public void Store8(CpuAddress address, byte value) => memory.At(address.Value, 1)[0] = value;

    public void Store16(CpuAddress address, ushort value) => memory.Store16(address.Value, value);

    public void Store32(CpuAddress address, uint value) => memory.Store32(address.Value, value);

    public void Store64(CpuAddress address, ulong value) => memory.Store64(address.Value, value);

    public ushort LoadAcquire16(CpuAddress address) => memory.Load16(address.Value);

    public void StoreRelease16(CpuAddress address, ushort value) => memory.Store16(address.Value, value);

    public void CopyToMemory(CpuAddress destination, ReadOnlySpan<byte> source) => source.CopyTo(memory.At(destination.Value, source.Length));

    public void CopyFromMemory(CpuAddress source, Span<byte> destination) => memory.At(source.Value, destination.Length).CopyTo(destination);

    public void FillMemory(CpuAddress destination, byte value, uint length) => memory.At(destination.Value, (int)length).Fill(value);

    public void Barrier(BarrierPurpose purpose)
    {
    }

    public void WriteRegister16(CpuAddress address, ushort value) => memory.Notifications++;

    public void WriteRegister32(CpuAddress address, uint value) => memory.Notifications++;

    public byte ReadRegister8(CpuAddress address) => throw NoDevice();

    public ushort ReadRegister16(CpuAddress address) => throw NoDevice();

    public uint ReadRegister32(CpuAddress address) => throw NoDevice();

    public void WriteRegister8(CpuAddress address, byte value) => throw NoDevice();

    public void MaskInterrupts()
    {
    }

    public void UnmaskInterrupts()
    {
    }

    public void WaitForInterrupt(Deadline deadline) => throw NoDevice();

    public Deadline DeadlineAfter(uint timeoutMs) => Deadline.Never;

    public bool HasPassed(Deadline deadline) => false;

    public PollLoop BeginPoll(Deadline deadline) => throw NoDevice();

    public bool KeepPolling(ref PollLoop poll, bool done) => throw NoDevice();

    public void Print(ReadOnlySpan<byte> text)
    {
    }

    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> reason) => throw new InvalidOperationException("panic: " + Encoding.UTF8.GetString(reason));

    static NotSupportedException NoDevice() => new("flat memory has no registers, interrupts or clock");
}
