using Ringcheck.Models.Lifecycle;

namespace Ringcheck.Devices;

/// <summary>Registers of a virtio device on the bus, and what the monitors have to know of them: what an access means, and whether it may be made like that.</summary>
interface IVirtioRegisters : IBusDevice
{
    VirtioDevice Device { get; }

    /// <summary>
    /// Whether the driver may have been told wrongly where registers are, and what they belong to: then nobody can say what an access was meant to be.
    /// </summary>
    bool MayBeMisplaced => false;

    /// <summary>What an access means to the order of things (<see cref="LifecycleState"/>).</summary>
    LifecycleEvent EventOf(uint offset, int width, bool writes, ulong value);

    /// <summary>Whether it may be made: with this width, here, in this direction.</summary>
    AccessFault? FaultOf(uint offset, int width, bool writes);

    /// <summary>Whether this value may be written there.</summary>
    AccessFault? FaultOfValue(uint offset, ulong value) => null;
}

/// <summary>A rule about a single access, and how it was broken.</summary>
/// <param name="Rule">Its name within <see cref="RegisterMonitor"/>'s.</param>
/// <param name="Clause">Where the standard says so; empty: it is PCI that says so.</param>
readonly record struct AccessFault(string Rule, string Clause, string Message, string Mend);
