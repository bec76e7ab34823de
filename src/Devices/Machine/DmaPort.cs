using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>
/// A device engine's way to memory: <c>ushort index = await dma.Load&lt;ushort&gt;(address)</c>. Each await is one scheduling point. The
/// access happens in GetResult, that is, when the engine lets this agent go on: nothing is announced twice, and nothing is
/// stored but the awaiter, which already lives in the state machine.
/// </summary>
public sealed partial class DmaPort
{
    readonly SimulatedMachine machine;

    public DmaPort(SimulatedMachine machine)
    {
        this.machine = machine;
        Thread = machine.AddMaster(this);
        LoadOrder = machine.Memory.OrderedReads ? AccessOrder.AcquirePc : AccessOrder.Plain;
    }

    internal SimulatedMachine Machine => machine;

    /// <summary>This master's thread of a weak memory.</summary>
    internal int Thread { get; }

    /// <summary>What a load of this master orders by itself: nothing, unless its reads keep their order anyway.</summary>
    internal AccessOrder LoadOrder { get; }

    /// <summary>Loads before it are satisfied before accesses after it.</summary>
    public void OrderLoads()
    {
        machine.Recorder?.Barrier(Agent, "DMB OSHLD", "loads before it come first");
        machine.Weak?.Fence(Thread, Fence.DmbLoad);
    }

    /// <summary>Loads and stores before it are done before stores after it are seen.</summary>
    public void BeforePublishing()
    {
        machine.Recorder?.Barrier(Agent, "DMB OSHLD; DMB OSHST", "all before it comes before the stores after it");
        machine.Weak?.Fence(Thread, Fence.DmbLoad);
        machine.Weak?.Fence(Thread, Fence.DmbStore);
    }

    /// <summary>Stores before it are seen before loads after it are satisfied.</summary>
    public void StoreThenLoad()
    {
        machine.Recorder?.Barrier(Agent, "DMB OSH", "stores before it come before the loads after it");
        machine.Weak?.Fence(Thread, Fence.DmbFull);
    }

    /// <summary>The coroutine that awaits. Set once, before the first execution.</summary>
    public CoroutineAgent Agent { get; set; } = null!;

    public DmaLoad<T> Load<T>(BusAddress address) where T : unmanaged => new(this, At(address), LoadOrder);

    public DmaStore<T> Store<T>(BusAddress address, T value) where T : unmanaged => new(this, At(address), value, AccessOrder.Plain);

    /// <summary>A load that is satisfied before all later accesses of this master.</summary>
    public DmaLoad<T> LoadAcquire<T>(BusAddress address) where T : unmanaged => new(this, At(address), AccessOrder.Acquire);

    /// <summary>A store that is seen after all earlier accesses of this master.</summary>
    public DmaStore<T> StoreRelease<T>(BusAddress address, T value) where T : unmanaged => new(this, At(address), value, AccessOrder.Release);

    /// <summary>One access for the whole length: split payload into <see cref="SimulatedMachine.PayloadChunks"/> of these.</summary>
    public DmaRead Read(BusAddress source, Memory<byte> destination) => new(this, At(source), destination);

    /// <inheritdoc cref="Read"/>
    public DmaWrite Write(BusAddress destination, ReadOnlyMemory<byte> source) => new(this, At(destination), source);

    /// <summary>Where in memory it is: here, once, bus addresses become what all else counts in.</summary>
    ulong At(BusAddress address) => machine.MemoryAt(address);

    /// <summary>The address again, or where nothing is if the IOMMU does not let the access through.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal ulong Reach(ulong address, int length, bool writes)
        => machine.Iommu is null || machine.Iommu.Passes(this, address, length, writes) ? address : Iommu.Nowhere;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal void Step()
    {
        Agent.Step++;
        machine.Engine.CountPoint();
    }
}

public readonly unsafe struct DmaLoad<T>(DmaPort port, ulong place, AccessOrder order) : ICriticalNotifyCompletion, IParks where T : unmanaged
{
    public DmaLoad<T> GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public T GetResult()
    {
        port.Step();
        var machine = port.Machine;
        machine.Recorder?.Load(port.Agent, place, sizeof(T), order);
        ulong address = port.Reach(place, sizeof(T), writes: false);
        T value = default;
        if (machine.Ram.Contains(address, (ulong)sizeof(T)))
        {
            machine.Cache?.DeviceLoads(address, sizeof(T));
            value = machine.Weak is { } weak ? weak.Load<T>(port.Thread, address, order, out _) : machine.Ram.Load<T>(address);
        }
        machine.Recorder?.Got(Digest.Of(value));
        machine.Monitors.DeviceLoad<T>(address);
        if (machine.Engine.Hashing) port.Agent.Observed(address, Digest.Of(value));
        return value;
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame, Footprint.Read(place));

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}

public readonly unsafe struct DmaStore<T>(DmaPort port, ulong place, T value, AccessOrder order) : ICriticalNotifyCompletion, IParks where T : unmanaged
{
    public DmaStore<T> GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public void GetResult()
    {
        port.Step();
        var machine = port.Machine;
        machine.Recorder?.Store(port.Agent, place, sizeof(T), Digest.Of(value), order);
        ulong address = port.Reach(place, sizeof(T), writes: true);
        port.Agent.Observed(address, 0);
        machine.Monitors.DeviceStore<T>(address);
        if (!machine.Ram.Contains(address, (ulong)sizeof(T))) return;
        machine.Cache?.DeviceStores(address, sizeof(T));
        if (machine.Weak is { } weak) weak.Store(port.Thread, address, value, order);
        else machine.Ram.Store(address, value);
        if (sizeof(T) == sizeof(ushort)) machine.Monitors.Ownership.DeviceStored(address, (ushort)Digest.Of(value));
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame, Footprint.Write(place));

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}

public readonly struct DmaRead(DmaPort port, ulong place, Memory<byte> destination) : ICriticalNotifyCompletion, IParks
{
    public DmaRead GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public void GetResult()
    {
        port.Step();
        var machine = port.Machine;
        machine.Recorder?.Load(port.Agent, place, destination.Length, AccessOrder.Plain);
        ulong address = port.Reach(place, destination.Length, writes: false);
        machine.Monitors.DeviceRead(address, destination.Length);
        var into = destination.Span;
        if (machine.Ram.Contains(address, (ulong)into.Length)) machine.Cache?.DeviceLoads(address, into.Length);
        if (!machine.Ram.Contains(address, (ulong)into.Length)) into.Clear();
        else if (machine.Weak is { } weak) weak.Load(port.Thread, address, into, port.LoadOrder);
        else machine.Ram.Span(address, into.Length).CopyTo(into);
        machine.Recorder?.Got(into);
        if (machine.Engine.Hashing) Digest.Observe(port.Agent, address, into);
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame, Footprint.Read(place));

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}

public readonly struct DmaWrite(DmaPort port, ulong place, ReadOnlyMemory<byte> source) : ICriticalNotifyCompletion, IParks
{
    public DmaWrite GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public void GetResult()
    {
        port.Step();
        var machine = port.Machine;
        machine.Recorder?.Store(port.Agent, place, source.Span);
        ulong address = port.Reach(place, source.Length, writes: true);
        port.Agent.Observed(address, (ulong)source.Length);
        machine.Monitors.DeviceWrite(address, source.Length);
        if (source.Length == 0 || !machine.Ram.Contains(address, (ulong)source.Length)) return;
        machine.Cache?.DeviceStores(address, source.Length);
        if (machine.Weak is { } weak) weak.Store(port.Thread, address, source.Span, AccessOrder.Plain);
        else machine.Ram.Copy(address, source.Span);
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame, Footprint.Write(place));

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}

/// <summary>Values as numbers, for an agent's history.</summary>
static class Digest
{
    public static unsafe ulong Of<T>(T value) where T : unmanaged => sizeof(T) switch
    {
        8 => *(ulong*)&value,
        4 => *(uint*)&value,
        2 => *(ushort*)&value,
        _ => *(byte*)&value,
    };

    public static void Observe(Agent agent, ulong address, ReadOnlySpan<byte> bytes)
    {
        agent.Observed(address, (ulong)bytes.Length);
        var words = System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (ulong word in words) agent.Observed(0, word);
        foreach (byte rest in bytes[(words.Length * 8)..]) agent.Observed(1, rest);
    }
}
