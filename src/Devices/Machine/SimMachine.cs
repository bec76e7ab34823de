using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Models.Tracing;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>
/// The simulated lane of the seam. Each access is a scheduling point, then the access, then a note to the monitors and in the
/// agent's history. Which CPU runs is not bound into the driver's copy: one driver object serves all CPUs.
/// </summary>
public readonly partial struct SimMachine(SimulatedMachine machine) : IMachine
{
    const ulong RegisterKey = 1UL << 60, StoreMark = 2UL << 60, RegisterWriteMark = 3UL << 60;

    /// <summary>Watch key of a register: what a device passes to Engine.Touch when a polled register has changed.</summary>
    public static ulong RegisterWatchKey(ulong address) => RegisterKey | address;

    public byte ReadRegister8(CpuAddress address) => (byte)ReadRegister(address.Value, 1);

    public ushort ReadRegister16(CpuAddress address) => (ushort)ReadRegister(address.Value, 2);

    public uint ReadRegister32(CpuAddress address) => (uint)ReadRegister(address.Value, 4);

    public void WriteRegister8(CpuAddress address, byte value) => WriteRegister(address.Value, 1, value);

    public void WriteRegister16(CpuAddress address, ushort value) => WriteRegister(address.Value, 2, value);

    public void WriteRegister32(CpuAddress address, uint value) => WriteRegister(address.Value, 4, value);

    public bool HasPorts => machine.HasPorts;

    public byte ReadPort8(IoPort port) => (byte)ReadPort(port, 1);

    public ushort ReadPort16(IoPort port) => (ushort)ReadPort(port, 2);

    public uint ReadPort32(IoPort port) => (uint)ReadPort(port, 4);

    public void WritePort8(IoPort port, byte value) => WritePort(port, 1, value);

    public void WritePort16(IoPort port, ushort value) => WritePort(port, 2, value);

    public void WritePort32(IoPort port, uint value) => WritePort(port, 4, value);

    ulong ReadPort(IoPort port, int width) => ReadRegister(SerializedPort(port), width);

    void WritePort(IoPort port, int width, ulong value) => WriteRegister(SerializedPort(port), width, value);

    /// <summary>x86: IN and OUT wait until this CPU's earlier stores, to memory and to registers, have arrived.</summary>
    ulong SerializedPort(IoPort port)
    {
        if (!machine.HasPorts) machine.Engine.Fail(new("register-access", "no-ports", [],
            $"the driver uses I/O port 0x{port.Value:x}, and this machine has no ports", "Reach I/O space through the window of the PCI host, or ask the machine first."));
        if (machine.Weak is { } weak)
        {
            weak.Fence(Cpu, Fence.DmbFull);
            NoteKeptStores(BarrierInstruction.Mfence);
            machine.PushRegisterWrites(Cpu);
        }
        return Bus.PortSpace + port.Value;
    }

    ulong ReadRegister(ulong address, int width)
    {
        var cpu = machine.Engine.Running;
        if (machine.Engine.Reducer is not null) machine.Announce(cpu, address, writes: false, 0);
        cpu.Point();
        var device = machine.Bus.Find(address, out uint offset, out var paths);
        if (paths is not null) paths[cpu.Id].BeforeRead(machine.Weak!, offset);
        machine.Engine.Reducer?.BeginArrival();
        machine.Recorder?.Register(TraceKind.RegisterRead, cpu.Active, device, address, offset, width);
        ulong value = device is null ? machine.Bus.Unassigned(address, width) : device.Read(offset, width);
        machine.Recorder?.Got(value);
        if (machine.Engine.Reducer is not null) machine.Arrived(device, offset, address, writes: false, 0, paths?[cpu.Id]);
        cpu.NoteRead(RegisterWatchKey(address));
        cpu.Active.Observed(address | RegisterKey, value);
        machine.Monitors.Registers.Read(device, address, offset, width, value);
        return value;
    }

    void WriteRegister(ulong address, int width, ulong value)
    {
        var cpu = machine.Engine.Running;
        if (machine.Engine.Reducer is not null) machine.Announce(cpu, address, writes: true, value);
        cpu.Point();
        cpu.Active.Observed(address | RegisterWriteMark, 0);
        var device = machine.Bus.Find(address, out uint offset, out var paths);
        if (paths is not null)
        {
            paths[cpu.Id].Write(machine.Weak!, address, offset, width, value);
            return;
        }
        machine.Recorder?.Register(TraceKind.RegisterWrite, cpu.Active, device, address, offset, width, value);
        machine.Engine.Reducer?.BeginArrival();
        machine.Monitors.Registers.Write(device, address, offset, width, value);
        device?.Write(offset, width, value);
        if (machine.Engine.Reducer is not null) machine.Arrived(device, offset, address, writes: true, value, path: null);
    }

    public byte Load8(CpuAddress address) => Load<byte>(address.Value);

    public ushort Load16(CpuAddress address) => Load<ushort>(address.Value);

    public uint Load32(CpuAddress address) => Load<uint>(address.Value);

    public ulong Load64(CpuAddress address) => Load<ulong>(address.Value);

    public void Store8(CpuAddress address, byte value) => Store(address.Value, value);

    public void Store16(CpuAddress address, ushort value) => Store(address.Value, value);

    public void Store32(CpuAddress address, uint value) => Store(address.Value, value);

    public void Store64(CpuAddress address, ulong value) => Store(address.Value, value);

    public ushort LoadAcquire16(CpuAddress address,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => LoadAcquire<ushort>(address.Value, file, line, member);

    public void StoreRelease16(CpuAddress address, ushort value,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
        => StoreRelease(address.Value, value, file, line, member);

    T LoadAcquire<T>(ulong address, string file, int line, string member) where T : unmanaged
    {
        if (machine.Weak is not { } weak) return Load<T>(address);
        var instruction = machine.Barriers.Of(file, line, member, BarrierPurposes.Acquire, BarrierMapping.Acquire(IsAArch64));
        T value = Load<T>(address, BarrierSites.OrderOf(instruction));
        weak.Fence(Cpu, BarrierSites.FenceOf(instruction)); // a plain load and a barrier, where a study asks for that
        return value;
    }

    void StoreRelease<T>(ulong address, T value, string file, int line, string member) where T : unmanaged
    {
        var order = AccessOrder.Plain;
        if (machine.Weak is { } weak)
        {
            var instruction = machine.Barriers.Of(file, line, member, BarrierPurposes.Release, BarrierMapping.Release(IsAArch64));
            weak.Fence(Cpu, BarrierSites.FenceOf(instruction)); // a barrier and a plain store, where a study asks for that
            order = BarrierSites.OrderOf(instruction);
            NoteKeptStores(instruction);
        }
        Store(address, value, order);
    }

    /// <summary>The thread of memory that the running CPU is.</summary>
    int Cpu => machine.Engine.Running.Id;

    void NoteKeptStores(BarrierInstruction instruction)
    {
        if (BarrierSites.KeepsStores(instruction)) machine.KeepStores(Cpu);
    }

    bool IsAArch64 => machine.Memory.Model == MemoryModel.AArch64;

    public void Barrier(BarrierPurpose purpose,
        [CallerFilePath] string file = "", [CallerLineNumber] int line = 0, [CallerMemberName] string member = "")
    {
        if (machine.Weak is not { } weak) // sequentially consistent memory
        {
            machine.Recorder?.Barrier(machine.Engine.Running.Active, "", BarrierPurposes.Name(purpose));
            return;
        }
        var mapped = IsAArch64 ? BarrierMapping.AArch64(purpose) : BarrierMapping.X86(purpose);
        var instruction = machine.Barriers.Of(file, line, member, BarrierPurposes.Name(purpose), mapped);
        machine.Recorder?.Barrier(machine.Engine.Running.Active, OrderingExplanation.Instruction(instruction), BarrierPurposes.Name(purpose));
        weak.Fence(Cpu, BarrierSites.FenceOf(instruction));
        NoteKeptStores(instruction);
        if (BarrierSites.IsCompletion(instruction)) machine.CompleteRegisterWrites(Cpu);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    unsafe T Load<T>(ulong address, AccessOrder order = AccessOrder.Plain) where T : unmanaged
    {
        var cpu = machine.Engine.Running;
        cpu.Point(address, sizeof(T), writes: false);
        machine.Recorder?.Load(cpu.Active, address, sizeof(T), order);
        bool usedRing = machine.Monitors.CpuLoad<T>(address);
        T value;
        if (machine.Weak is { } weak)
        {
            machine.Cache?.CpuLoads(address, sizeof(T));
            value = weak.Load<T>(cpu.Id, address, order, out bool older);
            if (older) cpu.NoteOlderRead();
        }
        else
        {
            value = machine.Ram.Load<T>(address);
        }
        machine.Recorder?.Got(Digest.Of(value));
        cpu.NoteRead(Ram.WatchKey(address));
        if (machine.Engine.Hashing) cpu.Active.Observed(address, Digest.Of(value));
        if (usedRing) machine.Monitors.Ownership.CpuLoadedFromUsedRing(address, Digest.Of(value));
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    unsafe void Store<T>(ulong address, T value, AccessOrder order = AccessOrder.Plain) where T : unmanaged
    {
        var cpu = machine.Engine.Running;
        cpu.Point(address, sizeof(T), writes: true);
        cpu.Active.Observed(address | StoreMark, 0);
        machine.Recorder?.Store(cpu.Active, address, sizeof(T), Digest.Of(value), order);
        bool ring = machine.Monitors.CpuStore<T>(address);
        if (machine.Weak is { } weak)
        {
            machine.Cache?.CpuStores(address, sizeof(T));
            weak.Store(cpu.Id, address, value, order);
        }
        else machine.Ram.Store(address, value);
        if (ring) machine.Monitors.Ownership.CpuStoredInRing(address, Digest.Of(value));
    }

    public void CopyToMemory(CpuAddress destination, ReadOnlySpan<byte> source)
    {
        var cpu = machine.Engine.Running;
        int chunk = ChunkOf(source.Length);
        for (int done = 0; done < source.Length; done += chunk)
        {
            var part = source.Slice(done, Math.Min(chunk, source.Length - done));
            ulong address = destination.Value + (ulong)done;
            cpu.Point(address, part.Length, writes: true);
            cpu.Active.Observed(address | StoreMark, (ulong)part.Length);
            machine.Recorder?.Store(cpu.Active, address, part);
            machine.Monitors.CpuCopyTo(address, part.Length);
            machine.Cache?.CpuStores(address, part.Length);
            if (machine.Weak is { } weak) weak.Store(cpu.Id, address, part, AccessOrder.Plain);
            else machine.Ram.Copy(address, part);
        }
    }

    public void CopyFromMemory(CpuAddress source, Span<byte> destination)
    {
        var cpu = machine.Engine.Running;
        int chunk = ChunkOf(destination.Length);
        for (int done = 0; done < destination.Length; done += chunk)
        {
            var part = destination.Slice(done, Math.Min(chunk, destination.Length - done));
            ulong address = source.Value + (ulong)done;
            cpu.Point(address, part.Length, writes: false);
            machine.Recorder?.Load(cpu.Active, address, part.Length, AccessOrder.Plain);
            machine.Monitors.CpuCopyFrom(address, part.Length);
            machine.Cache?.CpuLoads(address, part.Length);
            if (machine.Weak is not { } weak) machine.Ram.Span(address, part.Length).CopyTo(part);
            else if (weak.Load(cpu.Id, address, part, AccessOrder.Plain)) cpu.NoteOlderRead();
            machine.Recorder?.Got(part);
            if (machine.Engine.Hashing) Digest.Observe(cpu.Active, address, part);
        }
    }

    public void FillMemory(CpuAddress destination, byte value, uint length)
    {
        Span<byte> pattern = stackalloc byte[512];
        pattern.Fill(value);
        for (uint done = 0; done < length; done += (uint)pattern.Length)
        {
            CopyToMemory(destination + done, pattern[..(int)Math.Min((uint)pattern.Length, length - done)]);
        }
    }

    public void MaintainCache(CacheOperation operation, CpuAddress address, uint length)
    {
        machine.Recorder?.Cache(operation, address.Value, length);
        if (machine.Ram.Contains(address.Value, length)) machine.Cache?.Maintain(operation, address.Value, length);
    }

    int ChunkOf(int length) => Math.Max(1, (length + machine.PayloadChunks - 1) / machine.PayloadChunks);

    public void WaitForInterrupt(Deadline deadline) => machine.Engine.Running.WaitForInterrupt(deadline.AtMs);

    public bool AreInterruptsMasked => machine.Engine.Running.IsMasked;

    public void MaskInterrupts() => machine.Engine.Running.Mask();

    public void UnmaskInterrupts() => machine.Engine.Running.Unmask();

    public Deadline DeadlineAfter(uint timeoutMs) => machine.Engine.Running.DeadlineAfter(timeoutMs);

    public bool HasPassed(Deadline deadline) => machine.Engine.Running.HasPassed(deadline);

    public PollLoop BeginPoll(Deadline deadline) => machine.Engine.Running.BeginPoll(deadline);

    public bool KeepPolling(ref PollLoop poll, bool done) => machine.Engine.Running.KeepPolling(ref poll, done);

    public void Print(ReadOnlySpan<byte> text) => machine.Print(text);

    [DoesNotReturn]
    public void Panic(ReadOnlySpan<byte> reason) => machine.Engine.Fail(new("panic", "driver-panic", [],
        "the driver panicked: " + Encoding.UTF8.GetString(reason), "An invariant of the driver's own is broken: look at what led to it."));
}
