using System;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// The initialisation of a kernel, in its order (<see cref="BootStage"/>), on whichever board: memory, interrupts, serial port, timer, PCI, virtio devices of every bus, disks. A stage that
/// fails is the last one that runs: its line on the console and the result say which it was and why, and what comes after it touches nothing.
/// </summary>
/// <remarks>
/// All is allocated by the constructor. <see cref="Run"/> is for one CPU, with interrupts masked and the machine fresh from its reset; interrupts stay masked, and are the caller's to unmask once this
/// is over, with <see cref="OnInterrupt"/> as the CPU's interrupt entry.
/// </remarks>
public sealed partial class KernelBoot<TMachine, TBoard>
    where TMachine : struct, IMachine
    where TBoard : struct, IBoard
{
    private readonly MachineDescription description;
    private readonly BootOptions options;
    private readonly BootConsole<TMachine> console;
    private readonly BootDisk<TMachine, TBoard>[] disks;
    private readonly BlockDevice<TMachine>[] opened;
    private readonly InterruptHandler onTimer;
    private TMachine machine;
    private TBoard board;
    private DmaRegion serialMemory, timerMemory;

    /// <summary>A kernel that has not booted yet.</summary>
    /// <param name="board">The machine's own end of interrupts and time.</param>
    /// <param name="description">What is on its buses.</param>
    /// <param name="memory">Frames that devices reach, none of them in use.</param>
    public KernelBoot(TMachine machine, TBoard board, in MachineDescription description, ReadOnlySpan<DmaRange> memory, in BootOptions options)
    {
        this.machine = machine;
        this.board = board;
        this.description = description;
        this.options = options;
        console = new(machine);
        Memory = new(machine, memory, options.RegionCapacity);
        Interrupts = new(board, options.HandlerCapacity);
        Pci = new(options.PciCapacity);
        Virtio = new(options.VirtioCapacity);
        disks = new BootDisk<TMachine, TBoard>[options.DiskCount];
        for (int i = 0; i < disks.Length; i++)
            disks[i] = new(machine, board, Interrupts, console, options.Disk, i);
        opened = new BlockDevice<TMachine>[options.DiskCount];
        onTimer = OnTimer;
    }

    public DmaAllocator<TMachine> Memory { get; }

    public InterruptTable<TBoard> Interrupts { get; }

    /// <summary>Empty on a machine without PCI.</summary>
    public PciDeviceTable Pci { get; }

    public VirtioDeviceTable Virtio { get; }

    /// <summary>Disks that were opened, or 1 for the fallback.</summary>
    public int DiskCount { get; private set; }

    /// <summary>By its place, below <see cref="DiskCount"/>: its number on the console, if all came up.</summary>
    public BlockDevice<TMachine> Disk(int number) => opened[number];

    /// <summary>Deadlines of <see cref="SetDeadline"/> that have come.</summary>
    public uint Ticks => timerMemory.Length == 0 ? 0 : machine.Load32(timerMemory.Cpu);

    /// <summary>One tick, so many milliseconds from now; a later call takes its place. NotSupported: no timer.</summary>
    public DriverStatus SetDeadline(uint fromNowMs) => board.SetDeadline(fromNowMs);

    /// <summary>The next character from the serial port. False: there is none now, or no port.</summary>
    public bool TryReceive(out byte character) => console.TryReceive(out character);

    /// <summary>
    /// The CPU's interrupt entry. What is masked because nobody claims it is said on the machine's console, and not on the serial port, which main code may be writing to.
    /// </summary>
    public InterruptOutcome OnInterrupt()
    {
        InterruptOutcome outcome = Interrupts.Handle();
        if (outcome != InterruptOutcome.Masked)
            return outcome;
        TextLine line = new(stackalloc byte[64]);
        machine.Print(line.Text("[irq] "u8).Decimal(Interrupts.Last).Text(": nobody claims it, masked\n"u8).Written);
        return outcome;
    }

    /// <summary>Boots. A <paramref name="fallback"/> is used where no bus has a disk, and only then; without one, that is an error of the last stage.</summary>
    public BootResult Run(RamDisk<TMachine>? fallback)
    {
        Span<byte> buffer = stackalloc byte[64];
        Forget();
        for (BootStage stage = BootStage.Memory; stage < BootStage.Done; stage++)
        {
            TextLine detail = new(buffer);
            DriverStatus status = RunStage(stage, fallback, ref detail);
            Tell(stage, status, detail.Written);
            if (status != DriverStatus.Ok)
                return new(stage, status);
        }

        return new(BootStage.Done, DriverStatus.Ok);
    }

    private DriverStatus RunStage(BootStage stage, RamDisk<TMachine>? fallback, ref TextLine detail) => stage switch
    {
        BootStage.Memory => SetMemoryAside(ref detail),
        BootStage.Interrupts => board.InitialiseInterrupts(),
        BootStage.Console => StartConsole(ref detail),
        BootStage.Timer => StartTimer(ref detail),
        BootStage.Pci => FindFunctions(ref detail),
        BootStage.Virtio => FindDevices(ref detail),
        _ => OpenDisks(fallback, ref detail),
    };

    /// <summary>Such as <c>[boot] pci: Ok, 3 functions</c>, or <c>[boot] pci: NoSpace</c>.</summary>
    private void Tell(BootStage stage, DriverStatus status, ReadOnlySpan<byte> detail)
    {
        TextLine line = new(stackalloc byte[128]);
        line.Text("[boot] "u8).Text(BootStageNames.Of(stage)).Text(": "u8).Text(DriverStatusNames.Of(status)).Text(detail).Text("\n"u8);
        console.Print(line.Written);
    }
}
