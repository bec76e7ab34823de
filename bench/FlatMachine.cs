using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ringcheck.Hal;

namespace Ringcheck.Bench;

/// <summary>
/// The seam over memory of this process: an address is a pointer, registers are memory like any other, and the device is a plain
/// call. Ordering is as strong as the purpose asks and the host needs: volatile accesses, and a full fence between store and load.
/// </summary>
public readonly unsafe struct FlatMachine : IMachine
{
    public byte ReadRegister8(CpuAddress address) => Volatile.Read(ref At<byte>(address));

    public ushort ReadRegister16(CpuAddress address) => Volatile.Read(ref At<ushort>(address));

    public uint ReadRegister32(CpuAddress address) => Volatile.Read(ref At<uint>(address));

    public void WriteRegister8(CpuAddress address, byte value) => Volatile.Write(ref At<byte>(address), value);

    public void WriteRegister16(CpuAddress address, ushort value) => Volatile.Write(ref At<ushort>(address), value);

    public void WriteRegister32(CpuAddress address, uint value) => Volatile.Write(ref At<uint>(address), value);

    public bool HasPorts => false;

    public byte ReadPort8(IoPort port) => throw new NotSupportedException();

    public ushort ReadPort16(IoPort port) => throw new NotSupportedException();

    public uint ReadPort32(IoPort port) => throw new NotSupportedException();

    public void WritePort8(IoPort port, byte value) => throw new NotSupportedException();

    public void WritePort16(IoPort port, ushort value) => throw new NotSupportedException();

    public void WritePort32(IoPort port, uint value) => throw new NotSupportedException();

    public byte Load8(CpuAddress address) => At<byte>(address);

    public ushort Load16(CpuAddress address) => At<ushort>(address);

    public uint Load32(CpuAddress address) => At<uint>(address);

    public ulong Load64(CpuAddress address) => At<ulong>(address);

    public void Store8(CpuAddress address, byte value) => At<byte>(address) = value;

    public void Store16(CpuAddress address, ushort value) => At<ushort>(address) = value;

    public void Store32(CpuAddress address, uint value) => At<uint>(address) = value;

    public void Store64(CpuAddress address, ulong value) => At<ulong>(address) = value;

    public ushort LoadAcquire16(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Volatile.Read(ref At<ushort>(address));

    public void StoreRelease16(CpuAddress address, ushort value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Volatile.Write(ref At<ushort>(address), value);

    public uint LoadRelaxed32(CpuAddress address) => At<uint>(address);

    public uint LoadAcquire32(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Volatile.Read(ref At<uint>(address));

    public void StoreRelaxed32(CpuAddress address, uint value) => At<uint>(address) = value;

    public void StoreRelease32(CpuAddress address, uint value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") => Volatile.Write(ref At<uint>(address), value);

    // Interlocked operations of .NET order everything.
    public uint Exchange32(CpuAddress address, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Interlocked.Exchange(ref At<uint>(address), value);

    public uint CompareExchange32(CpuAddress address, uint expected, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Interlocked.CompareExchange(ref At<uint>(address), value, expected);

    public uint FetchAdd32(CpuAddress address, uint add, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => Interlocked.Add(ref At<uint>(address), add) - add;

    public void CopyToMemory(CpuAddress destination, ReadOnlySpan<byte> source)
        => source.CopyTo(new Span<byte>((void*)destination.Value, source.Length));

    public void CopyFromMemory(CpuAddress source, Span<byte> destination)
        => new ReadOnlySpan<byte>((void*)source.Value, destination.Length).CopyTo(destination);

    public void FillMemory(CpuAddress destination, byte value, uint length)
        => NativeMemory.Fill((void*)destination.Value, length, value);

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
        switch (purpose)
        {
            case BarrierPurpose.StoreThenLoad:
                Interlocked.MemoryBarrier();
                break;
            case BarrierPurpose.PublishToDevice or BarrierPurpose.BeforeDoorbell:
                Volatile.WriteBarrier();
                break;
            default:
                Volatile.ReadBarrier();
                break;
        }
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

    public Deadline DeadlineAfter(uint timeoutMs) => timeoutMs == 0 ? Deadline.Never : new((ulong)Environment.TickCount64 + timeoutMs);

    public bool HasPassed(Deadline deadline) => !deadline.IsNever && (ulong)Environment.TickCount64 >= deadline.AtMs;

    public PollLoop BeginPoll(Deadline deadline) => new() { Deadline = deadline };

    public bool KeepPolling(ref PollLoop poll, bool done)
    {
        if (done || poll.Mark0 != 0)
        {
            poll.TimedOut = !done;
            return false;
        }

        // One more look after the deadline has passed.
        if (HasPassed(poll.Deadline))
            poll.Mark0 = 1;
        return true;
    }

    public void Print(ReadOnlySpan<byte> text)
    {
    }

    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> reason) => throw new InvalidOperationException(System.Text.Encoding.UTF8.GetString(reason));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref T At<T>(CpuAddress address)
        where T : unmanaged => ref Unsafe.AsRef<T>((void*)address.Value);
}
