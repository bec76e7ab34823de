using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>Waiting for a value.</content>
public sealed partial class DmaPort
{
    // One wait at a time, as a master makes one access at a time. Kept here and not in an object of its own: a wait allocates nothing.
    ulong waitAddress;
    object? until;
    unsafe delegate*<DmaPort, bool> canEnd;

    /// <summary>
    /// Loads again and again until a value satisfies the condition, as one access: loads that fail are no events. The master is ready only while there is a write that
    /// satisfies, the newest or an older one; a value that does not satisfy is never returned, an older one that does may be. If the newest does
    /// not satisfy, the load may also see that one, and then waits for the next store to this address: so a value that came and went may be missed.
    /// </summary>
    /// <param name="address">One cell of memory.</param>
    /// <param name="until">A pure function of the value.</param>
    /// <param name="order">Of the load that ends the wait.</param>
    /// <param name="addressView">Slot that the address depends on.</param>
    /// <param name="keepView">Slot in which to keep the view of the value.</param>
    public async DeviceTask<T> LoadUntil<T>(BusAddress address, Func<T, bool> until, AccessOrder order, int addressView = Access.None, int keepView = Access.None)
        where T : unmanaged
    {
        var access = new Access(-1, order, addressView, KeepView: keepView);
        var (ended, value) = await new DmaTry<T>(this, At(address), until, access, again: false);
        while (!ended) (ended, value) = await new DmaTry<T>(this, At(address), until, access, again: true);
        return value;
    }

    /// <summary>Nothing of this master happens until a store to the address may end its wait.</summary>
    internal unsafe void WaitFor<T>(ulong address, Func<T, bool> condition) where T : unmanaged
    {
        (waitAddress, until) = (address, condition);
        canEnd = &CanEnd<T>;
        Agent.Engine.Block(Agent);
        machine.Waits.Add(this);
    }

    static bool CanEnd<T>(DmaPort port) where T : unmanaged => port.MaySatisfy(port.waitAddress, (Func<T, bool>)port.until!);

    internal bool MaySatisfy<T>(ulong address, Func<T, bool> condition) where T : unmanaged
        => machine.Weak is { } weak ? weak.MaySatisfy(address, condition) : condition(machine.Ram.Load<T>(address));

    /// <summary>There was a store: true if this master need not wait any more, as it is ready now or its work was dropped.</summary>
    internal unsafe bool Wakes(ulong from, ulong to)
    {
        if (!Agent.Running) return true;
        if (Agent.Engine.Reducer?.IsHeld(Agent) == true) return false;
        if (waitAddress < from || waitAddress >= to || !canEnd(this)) return false;
        Agent.Engine.Unblock(Agent);
        return true;
    }
}

/// <summary>One try of <see cref="DmaPort.LoadUntil"/>.</summary>
readonly unsafe struct DmaTry<T>(DmaPort port, ulong place, Func<T, bool> until, Access access, bool again) : ICriticalNotifyCompletion, IParks where T : unmanaged
{
    public DmaTry<T> GetAwaiter() => this;

    /// <summary>Passes as any access does if it may succeed. After one that failed, only a store makes another worth it.</summary>
    public bool IsCompleted
    {
        get
        {
            bool passes = port.Agent.TryPass();
            if (!again && port.MaySatisfy(place, until)) return passes;
            port.WaitFor(place, until);
            return false;
        }
    }

    public (bool Ended, T Value) GetResult()
    {
        port.Step();
        var machine = port.Machine;
        machine.Waits.Remove(port);
        bool ended;
        T value;
        if (machine.Weak is { } weak) ended = weak.TryLoad(port.Thread, place, access, until, out value);
        else ended = until(value = machine.Ram.Load<T>(place));
        if (machine.Engine.Hashing) port.Agent.Observed(place, ended ? Digest.Of(value) : ulong.MaxValue);
        if (!ended) return default;
        ulong address = port.Reach(place, sizeof(T), writes: false);
        machine.Cache?.DeviceLoads(address, sizeof(T));
        machine.Monitors.DeviceLoad<T>(address);
        return (true, value);
    }

    void IParks.Park(Frame frame) => port.Agent.Park(frame);

    public void OnCompleted(Action continuation) => throw new NotSupportedException();

    public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
}
