using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>The real driver on a simulated disk over a raw image file: explored executions leave the file alone, an explicit commit writes it.</summary>
public sealed class ImageFileTests : IDisposable
{
    const int Sectors = 64;
    const ulong Written = 0x0123_4567_89AB_CDEF;

    readonly string path = Path.Combine(Path.GetTempPath(), $"ringcheck-image-{Environment.ProcessId}-{Guid.NewGuid():n}.img");

    public void Dispose() => File.Delete(path);

    [Fact]
    public void Only_an_explicit_commit_changes_the_file()
    {
        var contents = new byte[Sectors * (int)Sector.Size];
        for (int i = 0; i < contents.Length; i++) contents[i] = (byte)(i / (int)Sector.Size + 1);
        File.WriteAllBytes(path, contents);

        using var machine = new SimulatedMachine();
        var device = machine.Plug(0, transport => new BlkDevice(machine, transport, "blk", new BlkSettings { Image = new RawFileImage(path) }));
        using (device)
        {
            machine.FillEmptySlots(MmioIdentity.ModernVersion);
            var strategy = new RandomWalk(1);
            for (int execution = 0; execution < 50; execution++)
            {
                strategy.Begin(execution);
                machine.Reset(strategy);
                WriteThenRead(machine);
            }
            Assert.Equal(contents, File.ReadAllBytes(path));
            Assert.Equal(1, device.Disk.CommitTo(path));
        }

        BitConverter.TryWriteBytes(contents.AsSpan(5 * (int)Sector.Size), Written);
        Assert.Equal(contents, File.ReadAllBytes(path));
    }

    /// <summary>Reads sector 5, changes its first word, writes it back, and reads it again.</summary>
    static void WriteThenRead(SimulatedMachine machine)
    {
        var cpu = new SimMachine(machine);
        var driver = new VirtioBlk<SimMachine>(cpu, BlkOptions.Default with { QueueSize = 8, UseInterrupts = false });
        Assert.Equal(DriverStatus.Ok, MmioBus.Find(cpu, DeviceType.Block, out var transport));
        Assert.Equal(DriverStatus.Ok, driver.Initialise(transport, Region(0x10_0000, driver.Options.MemoryLength)));
        var data = Region(0x20_0000, Sector.Size);
        Carry(driver, BlkOperation.Read, data);
        Assert.Equal(0x0606_0606_0606_0606UL, cpu.Load64(data.Cpu));
        cpu.Store64(data.Cpu, Written);
        Carry(driver, BlkOperation.Write, data);
        cpu.Store64(data.Cpu, 0);
        Carry(driver, BlkOperation.Read, data);
        Assert.Equal(Written, cpu.Load64(data.Cpu));
    }

    static void Carry(VirtioBlk<SimMachine> driver, BlkOperation operation, DmaRegion data)
    {
        Assert.Equal(DriverStatus.Ok, driver.Submit(operation, new Sector(5), [DmaSegment.Of(data)], out var id));
        Assert.Equal(DriverStatus.Ok, driver.Poll(id, timeoutMs: 0, out _));
    }

    static DmaRegion Region(uint offset, uint length) => new(new(SimulatedMachine.RamBase + offset), new(SimulatedMachine.RamBase + offset), length);
}
