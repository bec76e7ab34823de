namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>
/// A machine with one virtio-blk device, as a script sees it: QEMU, or the simulated machine. Registers are named by block and offset in
/// the block, memory by bus address. A block is a slot of virtio-mmio, of which 31 has the device, or one of <see cref="PciBlock"/>, which
/// may be memory, ports or configuration space.
/// </summary>
public interface IScriptTarget
{
    /// <summary>One access of 1, 2, 4 or 8 bytes at an offset from the start of the slot's block.</summary>
    ulong ReadRegister(int slot, uint offset, int width);

    void WriteRegister(int slot, uint offset, int width, ulong value);

    /// <summary>Copies a run of bytes out of the slot's block, with accesses of the bus's own choice.</summary>
    void CopyRegisters(int slot, uint offset, Span<byte> destination);

    void LoadMemory(ulong busAddress, Span<byte> destination);

    void StoreMemory(ulong busAddress, ReadOnlySpan<byte> source);

    /// <summary>Lets the device do all that it will do without being asked anything further.</summary>
    void Settle();

    /// <summary>The level of the slot's interrupt line.</summary>
    bool LineIsHigh(int slot);

    /// <summary>Changes the disk's size from outside, as an operator does.</summary>
    void ResizeDisk(long sectors);

    /// <summary>Power-on reset of the whole machine.</summary>
    void ResetMachine();
}
