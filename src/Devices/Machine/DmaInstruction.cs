using System.Numerics;
using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>One access of a DMA master in all its forms, awaited; a store returns 0. Outside RAM it reads 0 and writes nothing, as plain accesses do.</summary>
public readonly unsafe struct DmaInstruction<T> : ICriticalNotifyCompletion, IParks where T : unmanaged, IBinaryInteger<T>
{
    readonly DmaPort port;
    readonly DmaInstructionKind kind;
    readonly BusAddress address;
    readonly T value;
    readonly Access access;

    internal DmaInstruction(DmaPort port, DmaInstructionKind kind, BusAddress address, T value, in Access access)
    {
        this.port = port;
        this.kind = kind;
        this.address = address;
        this.value = value;
        this.access = access;
    }

    public DmaInstruction<T> GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public T GetResult()
    {
        port.Step();
        var machine = port.Machine;
        bool reads = kind != DmaInstructionKind.Store, writes = kind != DmaInstructionKind.Load;
        if (reads) machine.Monitors.DeviceLoad<T>(address.Value);
        if (writes) machine.Monitors.DeviceStore<T>(address.Value);
        T before = T.Zero;
        if (machine.Ram.Contains(address.Value, (ulong)sizeof(T)))
        {
            if (reads) machine.Cache?.DeviceLoads(address.Value, sizeof(T));
            if (writes) machine.Cache?.DeviceStores(address.Value, sizeof(T));
            before = machine.Weak is { } weak ? Perform(weak) : Perform(machine.Ram);
        }
        if (machine.Engine.Hashing) port.Agent.Observed(address.Value, Digest.Of(before));
        return before;
    }

    T Perform(WeakMemory weak)
    {
        if (kind == DmaInstructionKind.Load) return weak.Load<T>(port.Thread, address.Value, access);
        if (kind != DmaInstructionKind.Store) return weak.Update(port.Thread, address.Value, value, kind == DmaInstructionKind.Add, access);
        weak.Store(port.Thread, address.Value, value, access);
        return T.Zero;
    }

    T Perform(Ram ram)
    {
        T before = kind == DmaInstructionKind.Store ? T.Zero : ram.Load<T>(address.Value);
        if (kind != DmaInstructionKind.Load) ram.Store(address.Value, kind == DmaInstructionKind.Add ? before + value : value);
        return before;
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame);

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}
