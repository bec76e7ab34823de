using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>A load with dependencies, awaited. As a plain one, it reads 0 outside RAM.</summary>
public readonly unsafe struct DmaDependentLoad<T>(DmaPort port, BusAddress address, Access access) : ICriticalNotifyCompletion, IParks where T : unmanaged
{
    public DmaDependentLoad<T> GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public T GetResult()
    {
        port.Step();
        var machine = port.Machine;
        T value = default;
        if (machine.Ram.Contains(address.Value, (ulong)sizeof(T)))
        {
            machine.Cache?.DeviceLoads(address.Value, sizeof(T));
            value = machine.Weak is { } weak ? weak.Load<T>(port.Thread, address.Value, access) : machine.Ram.Load<T>(address.Value);
        }
        machine.Monitors.DeviceLoad<T>(address.Value);
        if (machine.Engine.Hashing) port.Agent.Observed(address.Value, Digest.Of(value));
        return value;
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame);

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}

/// <summary>A store with dependencies, awaited. As a plain one, it writes nothing outside RAM.</summary>
public readonly unsafe struct DmaDependentStore<T>(DmaPort port, BusAddress address, T value, Access access) : ICriticalNotifyCompletion, IParks where T : unmanaged
{
    public DmaDependentStore<T> GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public void GetResult()
    {
        port.Step();
        var machine = port.Machine;
        port.Agent.Observed(address.Value, 0);
        machine.Monitors.DeviceStore<T>(address.Value);
        if (!machine.Ram.Contains(address.Value, (ulong)sizeof(T))) return;
        machine.Cache?.DeviceStores(address.Value, sizeof(T));
        if (machine.Weak is { } weak) weak.Store(port.Thread, address.Value, value, access);
        else machine.Ram.Store(address.Value, value);
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame);

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}
