using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Ringcheck.Hal;

namespace Ringcheck.Qemu;

/// <summary>An invariant of the driver's own is broken: see <see cref="IMachine.Panic"/>.</summary>
public sealed class MachinePanicException(string reason) : Exception(reason);

/// <summary>
/// QEMU behind the seam: registers over qtest, DMA memory by mapping, interrupts as reports of the intercepted controller. One
/// thread at a time. Loads and stores are volatile and the barriers are the host's own, so that nothing relies on the host's
/// memory model: QEMU's device code runs on another core.
/// </summary>
public readonly unsafe struct QemuMachine(QemuMachineState state) : IMachine
{
    private SharedRam Ram => state.Process.Ram;

    public byte ReadRegister8(CpuAddress address) => (byte)state.Process.Qtest.Read(address.Value, 1);

    public ushort ReadRegister16(CpuAddress address) => (ushort)state.Process.Qtest.Read(address.Value, 2);

    public uint ReadRegister32(CpuAddress address) => (uint)state.Process.Qtest.Read(address.Value, 4);

    public void WriteRegister8(CpuAddress address, byte value) => state.Process.Qtest.Write(address.Value, 1, value);

    public void WriteRegister16(CpuAddress address, ushort value) => state.Process.Qtest.Write(address.Value, 2, value);

    public void WriteRegister32(CpuAddress address, uint value)
    {
        state.BeforeRegisterWrite?.Invoke(address, value);
        state.Process.Qtest.Write(address.Value, 4, value);
    }

    public bool HasPorts => state.HasPorts;

    public byte ReadPort8(IoPort port) => (byte)state.Process.Qtest.ReadPort(port.Value, 1);

    public ushort ReadPort16(IoPort port) => (ushort)state.Process.Qtest.ReadPort(port.Value, 2);

    public uint ReadPort32(IoPort port) => (uint)state.Process.Qtest.ReadPort(port.Value, 4);

    public void WritePort8(IoPort port, byte value) => state.Process.Qtest.WritePort(port.Value, 1, value);

    public void WritePort16(IoPort port, ushort value) => state.Process.Qtest.WritePort(port.Value, 2, value);

    public void WritePort32(IoPort port, uint value) => state.Process.Qtest.WritePort(port.Value, 4, value);

    public byte Load8(CpuAddress address) => Volatile.Read(ref *Ram.Cell(address, 1));

    public ushort Load16(CpuAddress address) => LittleEndian(Volatile.Read(ref *(ushort*)Ram.Cell(address, 2)));

    public uint Load32(CpuAddress address) => LittleEndian(Volatile.Read(ref *(uint*)Ram.Cell(address, 4)));

    public ulong Load64(CpuAddress address) => LittleEndian(Volatile.Read(ref *(ulong*)Ram.Cell(address, 8)));

    public void Store8(CpuAddress address, byte value) => Volatile.Write(ref *Ram.Cell(address, 1), value);

    public void Store16(CpuAddress address, ushort value) => Volatile.Write(ref *(ushort*)Ram.Cell(address, 2), LittleEndian(value));

    public void Store32(CpuAddress address, uint value) => Volatile.Write(ref *(uint*)Ram.Cell(address, 4), LittleEndian(value));

    public void Store64(CpuAddress address, ulong value) => Volatile.Write(ref *(ulong*)Ram.Cell(address, 8), LittleEndian(value));

    // Volatile accesses of .NET are acquire loads and release stores.
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

    // Interlocked operations of .NET order everything.
    public uint Exchange32(CpuAddress address, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") =>
        LittleEndian(Interlocked.Exchange(ref *(uint*)Ram.Cell(address, 4), LittleEndian(value)));

    public uint CompareExchange32(CpuAddress address, uint expected, uint value, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "") =>
        LittleEndian(Interlocked.CompareExchange(ref *(uint*)Ram.Cell(address, 4), LittleEndian(value), LittleEndian(expected)));

    public uint FetchAdd32(CpuAddress address, uint add, AtomicOrder order,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        // Not Interlocked.Add: memory is little-endian whatever the host is.
        uint before = Load32(address);
        while (true)
        {
            uint found = CompareExchange32(address, before, unchecked(before + add), order);
            if (found == before)
            {
                return before;
            }

            before = found;
        }
    }

    public void CopyToMemory(CpuAddress destination, ReadOnlySpan<byte> source) => source.CopyTo(Ram.Bytes(destination, source.Length));

    public void CopyFromMemory(CpuAddress source, Span<byte> destination) => Ram.Bytes(source, destination.Length).CopyTo(destination);

    public void FillMemory(CpuAddress destination, byte value, uint length) => Ram.Bytes(destination, (int)length).Fill(value);

    /// <summary>Coherent: nothing to do.</summary>
    public void MaintainCache(CacheOperation operation, CpuAddress address, uint length)
    {
    }

    /// <summary>No IOMMU stands in front of the devices (see <see cref="SharedRam"/>): all memory is mapped for good.</summary>
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
            case BarrierPurpose.PublishToDevice:
                Volatile.WriteBarrier();
                break;
            case BarrierPurpose.ObserveFromDevice:
                Volatile.ReadBarrier();
                break;
            default:
                // A doorbell and a register read are system calls here; the full fence does not rely on what they imply.
                Interlocked.MemoryBarrier();
                break;
        }
    }

    public bool AreInterruptsMasked => state.IsMasked;

    public void NoteLock(LockEvent what, CpuAddress address, string file, int line, string member)
    {
    }

    public void MaskInterrupts() => state.Mask();

    public void UnmaskInterrupts() => state.Unmask();

    public void WaitForInterrupt(Deadline deadline) => state.WaitForInterrupt(deadline);

    public Deadline DeadlineAfter(uint timeoutMs) =>
        timeoutMs == 0 ? Deadline.Never : new((ulong)state.Clock.ElapsedMilliseconds + timeoutMs);

    public bool HasPassed(Deadline deadline) => (ulong)state.Clock.ElapsedMilliseconds >= deadline.AtMs;

    public PollLoop BeginPoll(Deadline deadline) => new() { Deadline = deadline };

    public bool KeepPolling(ref PollLoop poll, bool done)
    {
        if (done)
        {
            return false;
        }

        // Mark0: the deadline had passed before the look that has just failed, so that was the last one.
        if (poll.Mark0 != 0)
        {
            poll.TimedOut = true;
            return false;
        }

        if (HasPassed(poll.Deadline))
        {
            poll.Mark0 = 1;
            return true;
        }

        // A moment's wait, which an interrupt report ends: QEMU needs the core more than this loop does.
        state.Process.Qtest.Pump(50);
        if (!state.IsMasked)
        {
            state.Deliver();
        }

        return true;
    }

    public void Print(ReadOnlySpan<byte> text) => state.Console.Append(Encoding.UTF8.GetString(text));

    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> reason) => throw new MachinePanicException(Encoding.UTF8.GetString(reason));

    private static ushort LittleEndian(ushort value) =>
        BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);

    private static uint LittleEndian(uint value) =>
        BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);

    private static ulong LittleEndian(ulong value) =>
        BitConverter.IsLittleEndian ? value : System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(value);
}
