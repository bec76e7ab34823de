using FsCheck;
using Ringcheck.Devices;
using Ringcheck.Qemu;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>
/// A transport as differential scripts see it: which registers there are, what is written to them, the way into each state, and what is
/// looked at after each step.
/// </summary>
internal abstract class ScriptTransport
{
    public abstract string Name { get; }

    /// <summary>Whether drivers use the legacy interface.</summary>
    public abstract bool IsLegacy { get; }

    public abstract QemuMachineKind Machine { get; }

    public abstract RegisterCells Cells { get; }

    /// <summary>Ways in which interrupts come: values of <see cref="Preamble.Variation"/>.</summary>
    public virtual int Variations => 1;

    /// <summary>Starts both machines, with the same disk.</summary>
    public abstract (QemuProcess Process, QemuTarget Qemu, SimulatedTarget Simulated) Start(DiskImage disk, IDiskImage simulated, string serial, string simulatedSerial);

    /// <summary>Whether something that outlives a reset of the machine differs, so that both have to be started anew.</summary>
    public abstract bool HaveParted(QemuTarget qemu, SimulatedTarget simulated);

    /// <summary>
    /// What comes before the first status: the addresses of a queue are programmed whatever the state is to be, because 0 in one of them
    /// would name memory that one of the machines has not.
    /// </summary>
    public abstract IEnumerable<Act> Prepare(Preamble preamble);

    public abstract IEnumerable<Act> Negotiate(ulong features);

    public abstract Act EnableQueue();

    public abstract Act Status(uint value);

    public abstract Act Notify(ulong queue);

    /// <summary>The driver takes note of causes to interrupt.</summary>
    public abstract Act Acknowledge(ulong causes);

    /// <summary>What the selectors select, whatever has been written to them.</summary>
    public abstract IReadOnlyList<Act> Looks { get; }

    /// <summary>What shows that the disk has another size.</summary>
    public abstract IReadOnlyList<Act> LooksAtSize { get; }

    /// <summary>Steps that belong together and that only this transport has; null: none.</summary>
    public virtual Gen<Act[]>? Chunk => null;

    /// <summary>What a script writes.</summary>
    public abstract Gen<ulong> Value(byte block, uint offset, int width);

    /// <summary>Writes that may lead into another state.</summary>
    public abstract bool MayChangeState(ScriptRegister register, AccessShape shape);

    /// <summary>Read after each step.</summary>
    public abstract IReadOnlyList<Act> Watched { get; }

    /// <summary>Before the last look: what makes all registers reachable.</summary>
    public virtual IReadOnlyList<Act> Finally => [];

    /// <summary>Read at the end of a script.</summary>
    public abstract IReadOnlyList<Act> Everything { get; }

    /// <summary>Whether interrupts wait for the end of what one notification started (<see cref="Tolerances.BrokenBatch"/>).</summary>
    public virtual bool InterruptsLate => false;

    /// <summary>Whether a write announces buffers.</summary>
    public abstract bool Notifies(Act act);

    /// <summary>Whether the device may do something on its own after a write.</summary>
    public abstract bool MayWork(Act act);

    /// <summary>The same write, but for what QEMU could not go on from: the tolerances that are avoided.</summary>
    public virtual Act WithoutHarm(Act write, SimulatedTarget simulated)
    {
        DeviceQueue queue = simulated.Device.AllQueues[0];
        int at = QueueSizeIn(write);
        if (at < 0 || queue.Descriptors == 0)
        {
            return write;
        }

        int shift = 8 * at;
        return (write.Value >> shift & QueueSizeMask) <= queue.RingSize
            ? write
            : write with { Value = write.Value & ~(QueueSizeMask << shift) | (ulong)queue.RingSize << shift };
    }

    /// <summary>Where in a write the value of a register begins that would make the queue longer (<see cref="Tolerances.LongerQueue"/>), in bytes; -1 if it does not reach it.</summary>
    protected abstract int QueueSizeIn(Act write);

    /// <summary>Bits of that register.</summary>
    protected abstract ulong QueueSizeMask { get; }
}
