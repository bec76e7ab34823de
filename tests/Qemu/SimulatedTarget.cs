using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu;

/// <summary>
/// The simulated machine as a target of scripts: QEMU's map, RAM of the same size, a block device with profile <c>qemu</c>. Nobody
/// is judged, because scripts break rules by design. After each register write the device runs until it has nothing left to do,
/// which is one of its schedules: the one in which it is faster than the driver.
/// </summary>
public class SimulatedTarget : IScriptTarget, IDisposable
{
    public const ulong RamLength = 64 << 20;

    private readonly SimulatedMachine machine;

    public SimulatedTarget(IDiskImage image, bool legacy, string serial = "")
        : this(new SimulatedMachine(RamLength), machine => OnMmio(machine, new BlkSettings { Profile = DeviceProfile.Qemu, IsLegacy = legacy, Image = image, Serial = serial }))
    {
    }

    private protected SimulatedTarget(SimulatedMachine machine, Func<SimulatedMachine, BlkDevice> plug)
    {
        this.machine = machine;
        machine.Monitors.JudgeDriver = machine.Monitors.JudgeDevices = false;
        machine.Engine.MaxPoints = uint.MaxValue;
        Device = plug(machine);
        machine.Reset(PlainRun.Instance);
        machine.Cpu.Finish();
    }

    public BlkDevice Device { get; }

    public Ram Ram => machine.Ram;

    protected SimulatedMachine Machine => machine;

    public virtual ulong ReadRegister(int slot, uint offset, int width) => Read(SimulatedMachine.SlotAddress(slot) + offset, width);

    public virtual void WriteRegister(int slot, uint offset, int width, ulong value) => Write(SimulatedMachine.SlotAddress(slot) + offset, width, value);

    protected ulong Read(ulong address, int width)
    {
        return machine.Bus.Find(address, out uint at)?.Read(at, width) ?? machine.Bus.Unassigned(address, width);
    }

    protected void Write(ulong address, int width, ulong value)
    {
        machine.Bus.Find(address, out uint at)?.Write(at, width, value);
        Settle();
    }

    /// <summary>As QEMU copies: by accesses of 4 bytes.</summary>
    public void CopyRegisters(int slot, uint offset, Span<byte> destination)
    {
        for (int at = 0; at < destination.Length; at += 4)
        {
            BitConverter.TryWriteBytes(destination[at..], (uint)ReadRegister(slot, offset + (uint)at, 4));
        }
    }

    public void LoadMemory(ulong busAddress, Span<byte> destination) => Ram.Span(busAddress, destination.Length).CopyTo(destination);

    public void StoreMemory(ulong busAddress, ReadOnlySpan<byte> source) => Ram.Copy(busAddress, source);

    public void Settle() => machine.Engine.RunToRest();

    public virtual bool LineIsHigh(int slot) => slot == ScriptBuilder.BlkSlot && ((MmioTransport)Device.Transport).Line.High;

    public void ResizeDisk(long sectors) => Device.Resize((ulong)sectors);

    public virtual void ResetMachine() => Device.ResetWithMachine();

    public void Dispose()
    {
        machine.Dispose();
        GC.SuppressFinalize(this);
    }

    private static BlkDevice OnMmio(SimulatedMachine machine, BlkSettings settings)
    {
        BlkDevice device = machine.Plug(ScriptBuilder.BlkSlot, transport => new BlkDevice(machine, transport, "blk", settings));
        machine.FillEmptySlots(settings.IsLegacy ? MmioIdentity.LegacyVersion : MmioIdentity.ModernVersion);
        return device;
    }
}

/// <summary>The sectors of <see cref="DiskImage.Numbered"/>, in memory.</summary>
public sealed class NumberedImage(long sectors) : IDiskImage
{
    private readonly byte[][] contents = [.. Enumerable.Range(0, (int)sectors).Select(i => DiskImage.NumberedSector(i))];

    public ulong Sectors => (ulong)sectors;

    public void Read(Sector sector, Span<byte> destination) => contents[sector.Value].CopyTo(destination);
}
