using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using Ringcheck.Hal;
using Ringcheck.Qemu;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>QEMU's block device and the simulated one, put into the same state before each script.</summary>
internal sealed class DevicePair : IDisposable
{
    /// <summary>Eight sectors for each slot, and eight that are only read.</summary>
    public const long Sectors = 8 * Arena.Slots + 8;

    public const string Serial = "RINGCHECK";

    private readonly string simulatedSerial;
    private readonly byte[] pristine = [.. Enumerable.Range(0, (int)Sectors).SelectMany(i => DiskImage.NumberedSector(i))];
    private bool isResized;

    /// <summary>Starts both.</summary>
    /// <param name="transport">By which they are reached.</param>
    /// <param name="simulatedSerial">Another serial for the simulated device is a difference to be found.</param>
    public DevicePair(ScriptTransport transport, string simulatedSerial = Serial)
    {
        Transport = transport;
        this.simulatedSerial = simulatedSerial;
        Disk = DiskImage.Numbered(Sectors, inMemory: true);
        Start();
    }

    public ScriptTransport Transport { get; }

    public DiskImage Disk { get; }

    public QemuProcess Process { get; private set; }

    public QemuTarget Qemu { get; private set; }

    public SimulatedTarget Simulated { get; private set; }

    /// <summary>Times that QEMU was started.</summary>
    public int Starts { get; private set; }

    /// <summary>
    /// Power-on reset on both sides, cleared memory, the disk as it was. Both are started anew if QEMU died, or if something that outlives
    /// even that (such as ConfigGeneration) differs.
    /// </summary>
    public void Begin()
    {
        if (Process.HasExited || Process.Death is not null)
        {
            Restart();
        }

        Qemu.ResetMachine();
        Simulated.ResetMachine();
        if (Transport.HaveParted(Qemu, Simulated))
        {
            Restart();
        }

        if (isResized)
        {
            ResizeDisk(Sectors);
            isResized = false;
        }

        Clear(Arena.Base, Arena.Length);
        Clear(Arena.Tail, Arena.TailLength);
        Disk.Write(new Sector(0), pristine);
        Simulated.Device.Disk.Discard();
    }

    public void ResizeDisk(long sectors)
    {
        isResized = true;
        Qemu.ResizeDisk(sectors);
        Simulated.ResizeDisk(sectors);
        Simulated.Settle();
    }

    public void Store(ulong address, int width, ulong value)
    {
        Span<byte> bytes = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
        Store(address, bytes[..width]);
    }

    public void Store(ulong address, ReadOnlySpan<byte> bytes)
    {
        Qemu.StoreMemory(address, bytes);
        Simulated.StoreMemory(address, bytes);
    }

    public void Clear(ulong address, uint length) => Store(address, new byte[length]);

    public ushort Load16(ulong address) => BinaryPrimitives.ReadUInt16LittleEndian(OnQemu(address, 2));

    public Span<byte> OnQemu(ulong address, uint length) =>
        Process.Ram.Bytes(new CpuAddress(address), (int)length);

    public ReadOnlySpan<byte> OnSimulated(ulong address, uint length) => Simulated.Ram.Span(address, (int)length);

    public void Dispose()
    {
        Process.Dispose();
        Simulated.Dispose();
        Disk.Dispose();
    }

    private void Restart()
    {
        Process.Dispose();
        Simulated.Dispose();
        using (var file = new FileStream(Disk.Path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.SetLength(Sectors * Sector.Size);
        }

        Disk.Write(new Sector(0), pristine);
        isResized = false;
        Start();
    }

    [MemberNotNull(nameof(Process), nameof(Qemu), nameof(Simulated))]
    private void Start()
    {
        Starts++;
        (Process, Qemu, Simulated) = Transport.Start(Disk, new NumberedImage(Sectors), Serial, simulatedSerial);
    }
}
