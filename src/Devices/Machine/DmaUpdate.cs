using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>A read-modify-write of a word, awaited: returns what was there. Outside RAM that is 0, and nothing is written.</summary>
public readonly struct DmaUpdate : ICriticalNotifyCompletion, IParks
{
    readonly DmaPort port;
    readonly ulong place;
    readonly AtomicUpdate update;
    readonly Access access;

    internal DmaUpdate(DmaPort port, ulong place, in AtomicUpdate update, in Access access)
    {
        this.port = port;
        this.place = place;
        this.update = update;
        this.access = access;
    }

    public DmaUpdate GetAwaiter() => this;

    public bool IsCompleted => port.Agent.TryPass();

    public uint GetResult()
    {
        port.Step();
        var machine = port.Machine;
        ulong address = port.Reach(port.Reach(place, sizeof(uint), writes: false), sizeof(uint), writes: true);
        machine.Monitors.DeviceLoad<uint>(address);
        machine.Monitors.DeviceStore<uint>(address);
        uint before = 0;
        if (machine.Ram.Contains(address, sizeof(uint)))
        {
            machine.Cache?.DeviceLoads(address, sizeof(uint));
            machine.Cache?.DeviceStores(address, sizeof(uint));
            if (machine.Weak is { } weak) before = weak.Update(port.Thread, address, update, access, out _);
            else if (update.Stores(before = machine.Ram.Load<uint>(address), out uint after)) machine.Ram.Store(address, after);
        }
        port.Agent.Observed(address, before);
        return before;
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame);

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}
