namespace Ringcheck.Devices;

/// <summary>A block of registers at an address of the bus.</summary>
/// <param name="Base">First address.</param>
/// <param name="Size">In bytes.</param>
/// <param name="Device">Who answers.</param>
/// <param name="Paths">What each CPU's register writes take on their way, or null where they arrive at once.</param>
/// <param name="FirstOffset">The device's own offset of the first byte.</param>
/// <param name="Holds">Whether this holds until the bus is told otherwise (<see cref="Bus.Forget"/>): it may be remembered.</param>
public readonly record struct BusBlock(ulong Base, ulong Size, IBusDevice Device, PostedWrites[]? Paths, uint FirstOffset = 0, bool Holds = true);

/// <summary>A range of addresses in which registers of the devices say who answers where.</summary>
public interface IBusWindow
{
    /// <summary>Who answers at an address of the window. False: nobody does now: see <see cref="ReadsOnes"/>.</summary>
    bool TryFind(ulong address, out BusBlock block);

    /// <summary>Whether a read that nobody answers is all ones, or 0.</summary>
    bool ReadsOnes => true;
}
