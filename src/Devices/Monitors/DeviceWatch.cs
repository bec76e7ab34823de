using System.Runtime.InteropServices;
using Ringcheck.Exploration;
using Ringcheck.Models.Lifecycle;

namespace Ringcheck.Devices;

/// <summary>What the register monitor knows of one device: the state of the lifecycle model.</summary>
public sealed class DeviceWatch
{
    internal LifecycleState Lifecycle;

    /// <summary>How often DRIVER_OK was reached: a premise, counted over all executions.</summary>
    public long DriverOkCount { get; internal set; }

    /// <summary>Whether the device has interrupted since a handler was entered.</summary>
    internal bool InterruptedInHandler;

    internal void Reset(in LifecycleState initial)
    {
        Lifecycle = initial;
        InterruptedInHandler = false;
    }

    internal void Fold(ref StateHasher hasher)
    {
        hasher.Add(InterruptedInHandler ? 1UL : 0);
        foreach (ulong word in MemoryMarshal.Cast<LifecycleState, ulong>(new ReadOnlySpan<LifecycleState>(in Lifecycle))) hasher.Add(word);
    }
}
