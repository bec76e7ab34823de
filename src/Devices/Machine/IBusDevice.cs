using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// A block of registers on the bus. Accesses change registers and wake agents; they never run a device engine, so nothing is
/// re-entered, and a reset always finds the engine suspended.
/// </summary>
public interface IBusDevice
{
    /// <summary>A read by a CPU.</summary>
    /// <param name="offset">In bytes from the start of the block; not necessarily aligned.</param>
    /// <param name="width">1, 2, 4 or 8 bytes.</param>
    ulong Read(uint offset, int width);

    void Write(uint offset, int width, ulong value);

    /// <summary>What an access looks at and changes, in <see cref="PeripheralBits"/>: all that is no interrupt line, unless the device says less.</summary>
    (ulong Reads, ulong Writes) PartsOf(uint offset, bool writes, ulong value) => (PeripheralBits.Everything, PeripheralBits.Everything);

    /// <summary>A register, in the words of whatever describes it.</summary>
    string NameOf(uint offset) => AddressNames.Register(offset);

    /// <summary>
    /// True: the device says itself when it takes in what it was told, and when its registers show something new (<see cref="RegisterMessages"/>). False: a write
    /// that arrives is taken in at once, and an answer brings all that the device did.
    /// </summary>
    bool KeepsMessages => false;

    /// <summary>
    /// Whether a CPU's write waits until it has arrived, behind all that the CPU wrote to this device before (non-posted: PCI configuration and I/O), instead of
    /// being on its way for a while.
    /// </summary>
    bool IsNonPosted(uint offset) => false;

    /// <summary>The device's way to memory, if it has one: what a register write told it, its later accesses come after.</summary>
    DmaPort? Master => null;
}
