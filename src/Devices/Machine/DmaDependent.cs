using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>A load with dependencies, awaited. As a plain one, it reads 0 outside RAM.</summary>
public readonly unsafe struct DmaDependentLoad<T>(DmaPort port, ulong place, Access access) : ICriticalNotifyCompletion, IParks where T : unmanaged
{
    public DmaDependentLoad<T> GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public T GetResult()
    {
        port.Step();
        var machine = port.Machine;
        ulong address = port.Reach(place, sizeof(T), writes: false);
        T value = default;
        if (machine.Ram.Contains(address, (ulong)sizeof(T)))
        {
            machine.Cache?.DeviceLoads(address, sizeof(T));
            value = machine.Weak is { } weak ? weak.Load<T>(port.Thread, address, access) : machine.Ram.Load<T>(address);
        }
        machine.Monitors.DeviceLoad<T>(address);
        if (machine.Engine.Hashing) port.Agent.Observed(address, Digest.Of(value));
        return value;
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame);

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}

/// <summary>A store with dependencies, awaited. As a plain one, it writes nothing outside RAM.</summary>
public readonly unsafe struct DmaDependentStore<T>(DmaPort port, ulong place, T value, Access access) : ICriticalNotifyCompletion, IParks where T : unmanaged
{
    public DmaDependentStore<T> GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public void GetResult()
    {
        port.Step();
        var machine = port.Machine;
        ulong address = port.Reach(place, sizeof(T), writes: true);
        port.Agent.Observed(address, 0);
        machine.Monitors.DeviceStore<T>(address);
        if (!machine.Ram.Contains(address, (ulong)sizeof(T))) return;
        machine.Cache?.DeviceStores(address, sizeof(T));
        if (machine.Weak is { } weak) weak.Store(port.Thread, address, value, access);
        else machine.Ram.Store(address, value);
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame);

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}
