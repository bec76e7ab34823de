using System.Globalization;
using System.Runtime.InteropServices;
using Ringcheck.Devices;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>The first answer in which the two devices differ.</summary>
internal sealed record Difference(string Step, string What, string OnQemu, string Simulated)
{
    public override string ToString() => $"{Step}: {What} is {OnQemu} on QEMU and {Simulated} on the simulated device";
}

/// <summary>
/// Runs scripts on both devices, step by step, and stops at the first difference: in what a read returns; after each step, in Status,
/// the causes to interrupt and the interrupt line; whenever the devices are at rest, in memory; at the end, in the contents of the disk.
/// </summary>
internal sealed class Lockstep(DevicePair pair, Coverage? coverage = null)
{
    private readonly List<int> placed = [];
    private ushort usedBefore;
    private bool isCutShort;

    /// <summary>Scripts that <see cref="Tolerances.BrokenBatch"/> ended.</summary>
    public int CutShort { get; private set; }

    /// <summary>Times that an order of completion had to be taken over from QEMU.</summary>
    public int Reorderings { get; private set; }

    /// <summary>Writes whose value was replaced by <see cref="ScriptTransport.WithoutHarm"/>.</summary>
    public int Replaced { get; private set; }

    public Difference? Run(DifferentialScript script)
    {
        if (coverage is not null)
        {
            coverage.Scripts++;
        }

        string step = "begin";
        try
        {
            pair.Begin();
            placed.Clear();
            isCutShort = false;
            foreach (Act act in script.Preamble.Acts().Concat(script.Acts))
            {
                step = act.ToString();
                Difference? difference = Do(act, step);
                if (isCutShort)
                {
                    CutShort++;
                    return null;
                }

                if (difference is not null)
                {
                    return difference;
                }
            }

            step = "end";
            Settle();
            return CompareAtRest(step) ?? CompareAllRegisters(step) ?? CompareDisk(step);
        }
        catch (QemuDiedException died)
        {
            string lastWords = died.Death.StandardErrorTail.Split('\n')[^1];
            return new(step, "the device", $"gone with {died.Death.Reason}, exit code {died.Death.ExitCode}, \"{lastWords}\",", "there");
        }
    }

    private Difference? Do(Act act, string step)
    {
        VirtioDevice device = pair.Simulated.Device;
        if (coverage is not null)
        {
            coverage.Steps++;
        }

        switch (act.Verb)
        {
            case Verb.Read:
                coverage?.Access(act, Preamble.StateOf(device));
                return CompareRegister(step, "the answer", act);
            case Verb.Write:
                coverage?.Access(act, Preamble.StateOf(device));
                return Write(WithoutHarm(act), step);
            case Verb.Place:
                RequestKinds.All[(int)act.Where].Place(new Placement(pair, act.Slot, act.Variation));
                placed.Add((int)act.Where);
                return null;
            case Verb.AvailFlags:
                StoreInAvailable(AvailableRing.FlagsOffset, (ushort)act.Value);
                return null;
            case Verb.UsedEvent:
                DeviceQueue queue = device.AllQueues[0];
                ushort wanted = act.Where == Act.FromUsedIndex ? queue.UsedIndex.Plus((ushort)act.Value).Value : (ushort)act.Value;
                StoreInAvailable(AvailableRing.RingOffset + AvailableRing.EntrySize * queue.RingSize, wanted);
                return null;
            case Verb.ClearQueues:
                pair.Clear(Arena.Base, (uint)(Arena.Header(0) - Arena.Base));
                return null;
            case Verb.Resize:
                pair.ResizeDisk((long)act.Value);
                return CompareRegisters(step);
            default:
                throw new InvalidOperationException($"no such step: {act.Verb}");
        }
    }

    private Difference? Write(Act act, string step)
    {
        VirtioDevice device = pair.Simulated.Device;
        DeviceQueue queue = device.AllQueues[0];
        bool notifies = pair.Transport.Notifies(act), wasBroken = device.IsBroken;
        usedBefore = queue.UsedIndex.Value;
        if (notifies)
        {
            Notified(queue);
        }

        pair.Qemu.WriteRegister(act.Block, act.Where, act.Width, act.Value);
        uint causesBefore = device.InterruptStatus;
        pair.Simulated.WriteRegister(act.Block, act.Where, act.Width, act.Value);
        if (!pair.Transport.MayWork(act))
        {
            return CompareRegisters(step);
        }

        Settle();
        isCutShort = pair.Transport.InterruptsLate && !wasBroken && device.IsBroken && queue.UsedIndex.Value != usedBefore;
        if (isCutShort)
        {
            return null;
        }

        Difference? difference = CompareAtRest(step);
        if (notifies && queue.UsedIndex.Value != usedBefore && causesBefore == 0 && device.Negotiated.Has(Feature.EventIndex))
        {
            coverage?.Returned(isInterrupted: device.InterruptStatus != 0);
        }

        return difference;
    }

    private Act WithoutHarm(Act act)
    {
        Act harmless = pair.Transport.WithoutHarm(act, pair.Simulated);
        Replaced += harmless == act ? 0 : 1;
        return harmless;
    }

    private void Notified(DeviceQueue queue)
    {
        if (coverage is null)
        {
            return;
        }

        coverage.Notifications++;
        bool isServed = queue.Descriptors != 0 && !pair.Simulated.Device.IsBroken;
        foreach (int kind in placed)
        {
            coverage.Request(kind, isServed);
        }

        placed.Clear();
    }

    private void StoreInAvailable(uint offset, ushort value)
    {
        ulong available = pair.Simulated.Device.AllQueues[0].Available;
        if (Arena.Contains(available + offset, 2))
        {
            pair.Store(available + offset, 2, value);
        }
    }

    private void Settle()
    {
        pair.Qemu.Settle();
        pair.Simulated.Settle();
    }

    private Difference? CompareAtRest(string step) => CompareMemory(step) ?? CompareRegisters(step);

    private Difference? CompareRegisters(string step) =>
        CompareAll(step, pair.Transport.Watched) ?? Compare(step, "the interrupt line", Level(pair.Qemu), Level(pair.Simulated));

    private static ulong Level(IScriptTarget target) => target.LineIsHigh(ScriptBuilder.BlkSlot) ? 1UL : 0;

    /// <summary>A last look at all that can be read, the queues that the script may have left selected included.</summary>
    private Difference? CompareAllRegisters(string step)
    {
        foreach (Act act in pair.Transport.Finally)
        {
            if (Write(act, act.ToString()) is { } difference)
            {
                return difference;
            }
        }

        return CompareAll(step, pair.Transport.Everything);
    }

    private Difference? CompareAll(string step, IReadOnlyList<Act> reads)
    {
        foreach (Act read in reads)
        {
            if (CompareRegister(step, read.ToString(), read) is { } difference)
            {
                return difference;
            }
        }

        return null;
    }

    private Difference? CompareRegister(string step, string what, Act read) => Compare(step, what,
        pair.Qemu.ReadRegister(read.Block, read.Where, read.Width), pair.Simulated.ReadRegister(read.Block, read.Where, read.Width));

    private Difference? CompareMemory(string step)
    {
        AdoptOrder();
        Difference? difference = CompareMemory(step, Arena.Base, Arena.Length) ?? CompareMemory(step, Arena.Tail, Arena.TailLength);
        TakeMessages();
        return difference;
    }

    /// <summary>Messages that have arrived are taken away, so that the next one shows.</summary>
    private void TakeMessages()
    {
        ReadOnlySpan<byte> arrived = pair.OnQemu(Arena.Messages, Arena.MessagesLength);
        if (arrived.ContainsAnyExcept((byte)0))
        {
            if (coverage is not null)
            {
                coverage.Messages++;
            }

            pair.Clear(Arena.Messages, Arena.MessagesLength);
        }
    }

    private Difference? CompareMemory(string step, ulong start, uint length)
    {
        ReadOnlySpan<byte> qemu = pair.OnQemu(start, length), simulated = pair.OnSimulated(start, length);
        if (coverage is not null)
        {
            coverage.Answers++;
        }

        int at = qemu.CommonPrefixLength(simulated);
        if (at == length)
        {
            return null;
        }

        int shown = Math.Min(8, (int)length - at);
        return new(step, Describe(start + (ulong)at),
            Convert.ToHexStringLower(qemu.Slice(at, shown)), Convert.ToHexStringLower(simulated.Slice(at, shown)));
    }

    /// <summary>
    /// <see cref="Tolerances.CompletionOrder"/>: if the used elements since the last rest are the same ones in another order, the simulated
    /// device's are put into QEMU's order, so that the two go on from equal memory.
    /// </summary>
    private void AdoptOrder()
    {
        DeviceQueue queue = pair.Simulated.Device.AllQueues[0];
        // After more of them than the ring has room for, the last ones are there. Those whose order varies are fewer and come last.
        uint count = Math.Min(new RingIndex(usedBefore).DistanceTo(queue.UsedIndex), queue.RingSize);
        ulong ring = queue.Used + UsedRing.RingOffset;
        if (count < 2 || !Arena.Contains(ring, UsedRing.EntrySize * queue.RingSize))
        {
            return;
        }

        var qemu = new ulong[count];
        var simulated = new ulong[count];
        for (int i = 0; i < count; i++)
        {
            ulong element = ElementAt(i);
            qemu[i] = MemoryMarshal.Read<ulong>(pair.OnQemu(element, UsedRing.EntrySize));
            simulated[i] = MemoryMarshal.Read<ulong>(pair.OnSimulated(element, UsedRing.EntrySize));
        }

        if (qemu.AsSpan().SequenceEqual(simulated) || !qemu.Order().SequenceEqual(simulated.Order()))
        {
            return;
        }

        Reorderings++;
        for (int i = 0; i < count; i++)
        {
            pair.Simulated.StoreMemory(ElementAt(i), pair.OnQemu(ElementAt(i), UsedRing.EntrySize));
        }

        ulong ElementAt(int i) => ring + UsedRing.EntrySize * ((ushort)(queue.UsedIndex.Value - count + i) % queue.RingSize);
    }

    private Difference? CompareDisk(string step)
    {
        BlkDevice device = pair.Simulated.Device;
        int sectors = (int)device.Capacity;
        byte[] image = pair.Disk.Read(new Sector(0), sectors);
        var simulated = new byte[Sector.Size];
        for (int sector = 0; sector < sectors; sector++)
        {
            device.Disk.Read(new Sector((ulong)sector), simulated);
            ReadOnlySpan<byte> onQemu = image.AsSpan(sector * (int)Sector.Size, (int)Sector.Size);
            int at = onQemu.CommonPrefixLength(simulated);
            if (at < simulated.Length)
            {
                return new(step, $"byte {at} of sector {sector}", onQemu[at].ToString(CultureInfo.InvariantCulture),
                    simulated[at].ToString(CultureInfo.InvariantCulture));
            }
        }

        return null;
    }

    private Difference? Compare(string step, string what, ulong qemu, ulong simulated)
    {
        if (coverage is not null)
        {
            coverage.Answers++;
        }

        return qemu == simulated ? null : new(step, what, Hex(qemu), Hex(simulated));
    }

    private string Describe(ulong address)
    {
        DeviceQueue queue = pair.Simulated.Device.AllQueues[0];
        ulong offset = address - queue.Used;
        return offset switch
        {
            < UsedRing.IndexOffset => "used.flags",
            < UsedRing.RingOffset => "used.idx",
            _ when offset < UsedRing.RingOffset + UsedRing.EntrySize * queue.RingSize => $"used.ring[{(offset - UsedRing.RingOffset) / UsedRing.EntrySize}]",
            _ when offset < UsedRing.RingOffset + UsedRing.EntrySize * queue.RingSize + 2 => "avail_event",
            _ => Arena.Describe(address),
        };
    }

    private static string Hex(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);
}
