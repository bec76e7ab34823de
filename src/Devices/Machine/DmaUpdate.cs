using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>A read-modify-write of a word, awaited: returns what was there. Outside RAM that is 0, and nothing is written.</summary>
public readonly struct DmaUpdate : ICriticalNotifyCompletion, IParks
{
    readonly DmaPort port;
    readonly BusAddress address;
    readonly AtomicUpdate update;
    readonly Access access;

    internal DmaUpdate(DmaPort port, BusAddress address, in AtomicUpdate update, in Access access)
    {
        this.port = port;
        this.address = address;
        this.update = update;
        this.access = access;
    }

    public DmaUpdate GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public uint GetResult()
    {
        port.Step();
        var machine = port.Machine;
        machine.Monitors.DeviceLoad<uint>(address.Value);
        machine.Monitors.DeviceStore<uint>(address.Value);
        uint before = 0;
        if (machine.Ram.Contains(address.Value, sizeof(uint)))
        {
            machine.Cache?.DeviceLoads(address.Value, sizeof(uint));
            machine.Cache?.DeviceStores(address.Value, sizeof(uint));
            if (machine.Weak is { } weak) before = weak.Update(port.Thread, address.Value, update, access, out _);
            else if (update.Stores(before = machine.Ram.Load<uint>(address.Value), out uint after)) machine.Ram.Store(address.Value, after);
        }
        port.Agent.Observed(address.Value, before);
        return before;
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame);

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}
