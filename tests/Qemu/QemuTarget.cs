using System.Text.Json.Nodes;
using Ringcheck.Hal;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu;

/// <summary>QEMU as a target of scripts.</summary>
public class QemuTarget(QemuProcess process) : IScriptTarget
{
    /// <summary>QEMU's <c>virt</c> machine: 32 blocks from here on.</summary>
    public const ulong SlotBase = 0x0A00_0000;

    protected QemuProcess Process => process;

    protected virtual uint Line(int slot) => 16 + (uint)slot;

    private static ulong Address(int slot, uint offset) => SlotBase + (ulong)slot * MmioIdentity.BlockSize + offset;

    public virtual ulong ReadRegister(int slot, uint offset, int width) => process.Qtest.Read(Address(slot, offset), width);

    public virtual void WriteRegister(int slot, uint offset, int width, ulong value) =>
        process.Qtest.Write(Address(slot, offset), width, value);

    public void CopyRegisters(int slot, uint offset, Span<byte> destination) =>
        process.Qtest.ReadBlock(Address(slot, offset), destination);

    public void LoadMemory(ulong busAddress, Span<byte> destination) => At(busAddress, destination.Length).CopyTo(destination);

    public void StoreMemory(ulong busAddress, ReadOnlySpan<byte> source) => source.CopyTo(At(busAddress, source.Length));

    public void Settle() => process.Settle();

    public bool LineIsHigh(int slot)
    {
        process.Qtest.Pump(0);
        return process.Qtest.IsHigh(Line(slot));
    }

    public void ResizeDisk(long sectors)
    {
        process.Qmp.Execute("block_resize", new JsonObject { ["device"] = QemuOptions.DiskId, ["size"] = sectors * Sector.Size });
        process.Settle();
    }

    public virtual void ResetMachine() => process.Reset();

    private Span<byte> At(ulong busAddress, int length) =>
        process.Ram.Bytes(new CpuAddress(busAddress), length);
}
