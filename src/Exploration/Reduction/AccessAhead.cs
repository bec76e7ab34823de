namespace Ringcheck.Exploration;

/// <summary>What a CPU is about to do: an access to memory, or one to a register, which touches parts of a peripheral (<see cref="PeripheralBits"/>).</summary>
/// <param name="Length">In bytes; 0: nothing that anybody else sees.</param>
/// <param name="IsMask">It masks its interrupts: what it does before it unmasks them, a handler comes before all of or after all of.</param>
public readonly record struct AccessAhead(ulong Address, int Length, bool IsWrite, bool IsRegister = false, ulong Reads = 0, ulong Writes = 0, bool IsMask = false);
