using System.Runtime.CompilerServices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;
using Ringcheck.Tests.Properties.Kernel;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 2.7 "Split Virtqueues". Carries out one sequence on a driver's ring with a small strict device beside it, and holds both
/// against a naive reference (lists of chains) and the ownership rules: no descriptor in two chains, free count, ids, lengths, order,
/// nothing lost, duplicated or given to the wrong request, indices modulo 2^16. Not here: interleavings (each operation is one step) and
/// the content of buffers.
/// </summary>
public sealed class RingTrial(Func<ArrayMachine, IRing> makeRing)
{
    const uint MemoryLength = 0x800, LegacyAlign = 256;

    /// <summary>Bits of <see cref="RingVerb.Initialise"/>'s last number.</summary>
    public const uint LegacyLayout = 1, EventIndex = 2;
    const ulong Buffers = 0x9_0000_0000;

    readonly record struct Piece(ulong Address, uint Length, bool IsWritable);

    sealed record Chain(ushort Head, ushort[] Ids, Piece[] Pieces)
    {
        public uint UsedLength { get; set; }

        public uint Room => (uint)Math.Min(uint.MaxValue, Pieces.Where(piece => piece.IsWritable).Sum(piece => (long)piece.Length));
    }

    sealed class Stop(Broken broken) : Exception
    {
        public Broken Broken => broken;
    }

    readonly ArrayMachine.Contents contents = new((int)MemoryLength);
    readonly List<Chain> added = [], held = [], used = [];
    IRing ring = null!;
    SplitLayout layout;
    RingIndex start, available, usedIndex;
    Owner[] owners = [];
    ulong nextBuffer;
    bool isBroken, isSuppressed, hasEventIndex;

    /// <summary>With EVENT_IDX: indices of the chains published since the driver last decided whether to notify.</summary>
    readonly List<RingIndex> undecided = [];

    /// <summary>With EVENT_IDX: what the driver has last asked for, and whether an interrupt has come or was found unnecessary since.</summary>
    bool hasAsked, wantsInterrupts, isAnswered;

    /// <summary>Premises: what has happened since this was made. A property that never saw them has shown nothing.</summary>
    public int ChainsTaken, IndexWraps, LiesTold, RefusalsForSpace, ResetsInFlight;

    /// <summary>The same of EVENT_IDX: decisions to notify and not to, over several publications, across the wrap; interrupts and their absence.</summary>
    public int Kicks, KicksSaved, KicksForSeveral, KicksAcrossTheWrap, Interrupts, InterruptsSaved;

    /// <summary>Null if all went as the reference says.</summary>
    public Broken? Run(IReadOnlyList<Operation> program)
    {
        contents.Memory.AsSpan().Fill(0xA5); // what was there before the queue is not zero
        ring = makeRing(new(contents));
        int at = 0;
        try
        {
            Initialise(0, 0, 0);
            for (; at < program.Count; at++)
            {
                Perform(program[at]);
                if (!isBroken) CheckCounts();
            }
            if (!isBroken) CheckFreeList();
            return null;
        }
        catch (Stop stop)
        {
            return stop.Broken with { Message = $"operation {at + 1}: {stop.Broken.Message}" };
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            return new("the driver threw", $"operation {at + 1}: {exception.GetType().Name}: {exception.Message}");
        }
    }

    void Perform(Operation operation)
    {
        switch (operation.VerbOf())
        {
            case RingVerb.Initialise: Initialise((int)Math.Min(operation.A, 6), (ushort)operation.B, operation.C); break;
            case RingVerb.Add: Add(operation.A, operation.B, operation.C); break;
            case RingVerb.AddPair: AddPair(operation.A, operation.B); break;
            case RingVerb.Publish: Publish(); break;
            case RingVerb.Complete when held.Count > 0 && !isBroken: Complete((int)(operation.A % (uint)held.Count), operation.B); break;
            case RingVerb.Take: Take(); break;
            case RingVerb.Interrupts: AskForInterrupts(operation.A != 0); break;
            case RingVerb.Suppress: Suppress(operation.A != 0); break;
            case RingVerb.Decide: Decide(); break;
            case RingVerb.AvailEvent when hasEventIndex: SetAvailEvent(operation.A); break;
            case RingVerb.Lie when !isBroken: TellLie((Lie)(operation.A % 4), operation.B); break;
        }
    }

    // The driver's operations

    void Initialise(int log2Size, ushort startAt, uint how)
    {
        if (held.Count > 0) ResetsInFlight++;
        added.Clear();
        held.Clear();
        used.Clear();
        ushort size = (ushort)(1 << log2Size);
        layout = (how & LegacyLayout) != 0 ? SplitLayout.Legacy(size, LegacyAlign) : SplitLayout.Modern(size);
        start = available = usedIndex = new(startAt);
        owners = new Owner[size];
        isBroken = isSuppressed = hasAsked = wantsInterrupts = isAnswered = false;
        hasEventIndex = (how & EventIndex) != 0;
        undecided.Clear();
        Expect(ring.Initialise(contents.Region(0, MemoryLength), layout, start, hasEventIndex) == RingStatus.Ok, "initialise", $"a legal queue was refused");
        Expect(AvailableIndexInMemory == start && UsedIndexInMemory == start, "initialise", $"the indices in memory do not start where they were asked to");
        Expect(Load16(layout.Available) == 0 && Load16(layout.Used) == 0, "initialise", $"flags are left over from before");
        Expect(!hasEventIndex || Load16(layout.Used + UsedRing.AvailEventOffset(size)) == startAt, "initialise", $"the first chain, at {startAt}, would not be notified");
    }

    void Add(uint readable, uint writable, uint length)
    {
        var (reads, writes) = (Regions(Math.Min(readable, 100), length), Regions(Math.Min(writable, 100), length));
        JudgeAdd(reads, writes, ring.Add(reads, writes, out ushort head), head);
    }

    void AddPair(uint readable, uint writable)
    {
        var (reads, writes) = (Regions(1, readable), Regions(1, writable));
        JudgeAdd(reads, writes, ring.AddPair(reads[0], writes[0], out ushort head), head);
    }

    DmaRegion[] Regions(uint count, uint length)
    {
        var regions = new DmaRegion[count];
        for (int i = 0; i < regions.Length; i++)
        {
            // Each piece has an address of its own, so that mixed up pieces show.
            ulong address = Buffers + 0x1_0000_0000 * (nextBuffer++ % 0x1000);
            regions[i] = new(new(address - ArrayMachine.BusOffset), new(address), length);
        }
        return regions;
    }

    void JudgeAdd(DmaRegion[] readable, DmaRegion[] writable, RingStatus status, ushort head)
    {
        var pieces = new Piece[readable.Length + writable.Length];
        ulong total = 0;
        bool isIllegal = pieces.Length == 0 || pieces.Length > layout.QueueSize;
        for (int i = 0; i < pieces.Length; i++)
        {
            bool isWritable = i >= readable.Length;
            var region = isWritable ? writable[i - readable.Length] : readable[i];
            pieces[i] = new(region.Bus.Value, region.Length, isWritable);
            total += region.Length;
            isIllegal |= region.Length == 0;
        }
        isIllegal |= total > 1UL << 32;
        bool isTooMuch = pieces.Length > FreeDescriptors;
        bool isRight = isBroken ? status == RingStatus.DeviceError
            : isIllegal ? status == RingStatus.InvalidArgument || (isTooMuch && status == RingStatus.NoSpace)
            : status == (isTooMuch ? RingStatus.NoSpace : RingStatus.Ok);
        Expect(isRight, "add", $"{pieces.Length} pieces, {total} bytes, {FreeDescriptors} free of {layout.QueueSize}: {status}");
        if (status == RingStatus.NoSpace) RefusalsForSpace++;
        if (status != RingStatus.Ok) return;
        ushort[] ids = Walk(head, pieces);
        foreach (ushort id in ids) Obey(id, OwnershipEvent.DriverWrites);
        foreach (ushort id in ids) Expect(!IsInChain(added, id) && !IsInChain(held, id) && !IsInChain(used, id), "one owner", $"descriptor {id} is in two chains");
        added.Add(new(head, ids, pieces));
    }

    void Publish()
    {
        var before = AvailableIndexInMemory;
        ring.Publish();
        if (isBroken) return;
        available = available.Plus((ushort)added.Count);
        Expect(AvailableIndexInMemory == available, "publish", $"avail.idx is {AvailableIndexInMemory.Value} after {added.Count} chains from {before.Value}, not {available.Value}");
        var rule = OwnershipRules.AvailableIndexStored(before, available, held.Count + used.Count, layout.QueueSize);
        Expect(rule == RuleViolation.None, "ownership", $"avail.idx: {RuleTable.Of(rule).Message}");
        for (int i = 0; i < added.Count; i++)
        {
            ushort slot = before.Plus((ushort)i).Slot(layout.QueueSize);
            ushort head = Load16(layout.Available + AvailableRing.EntryOffset(slot));
            Expect(head == added[i].Head, "order", $"slot {slot} of the available ring holds {head}, not {added[i].Head}");
            DeviceTakes(added[i]);
            undecided.Add(before.Plus((ushort)i));
        }
        added.Clear();
    }

    void Take()
    {
        var status = ring.Take(out var taken);
        if (isBroken)
        {
            Expect(status == RingStatus.DeviceError, "take", $"a broken queue gives {status}");
            return;
        }
        if (used.Count == 0)
        {
            Expect(status == RingStatus.Pending, "take", $"nothing was returned, but the driver has {Tell(status, taken)}");
            return;
        }
        Expect(status == RingStatus.Ok, "take", $"chain {used[0].Head} was returned, but the driver has {Tell(status, taken)}");
        JudgeTaken(taken);
    }

    void JudgeTaken(TakenChain taken)
    {
        var chain = used[0];
        used.RemoveAt(0);
        Expect(taken == new TakenChain(chain.Head, chain.UsedLength), "take",
            $"chain {chain.Head} with {chain.UsedLength} bytes was returned, but the driver has {Tell(RingStatus.Ok, taken)}");
        foreach (ushort id in chain.Ids)
        {
            Obey(id, OwnershipEvent.Reaped);
            Obey(id, OwnershipEvent.DriverReads);
            Obey(id, OwnershipEvent.Released);
        }
        ChainsTaken++;
    }

    /// <summary>2.7.10.1, word for word: notify if a chain was put where the index equalled avail_event.</summary>
    void Decide()
    {
        bool decision = ring.ShouldNotify;
        if (isBroken || !hasEventIndex) return; // by flags: see CheckCounts
        var wanted = new RingIndex(Load16(layout.Used + UsedRing.AvailEventOffset(layout.QueueSize)));
        bool isDue = undecided.Contains(wanted);
        Expect(decision == isDue, "notification", $"avail_event is {wanted.Value}, chains were published at {string.Join(", ", undecided.Select(i => i.Value))}; the driver says {decision}");
        if (isDue) Kicks++;
        else if (undecided.Count > 0) KicksSaved++;
        if (isDue && undecided.Count > 1) KicksForSeveral++;
        if (isDue && undecided[0].Value > undecided[^1].Value) KicksAcrossTheWrap++;
        undecided.Clear();
    }

    void AskForInterrupts(bool wanted)
    {
        ring.WantInterrupts(wanted);
        if (hasEventIndex)
        {
            // What was returned before the driver asked has no interrupt: it looks again instead.
            hasAsked = true;
            wantsInterrupts = wanted;
            isAnswered = used.Count > 0;
            Expect(Load16(layout.Available) == 0, "interrupts", $"avail.flags is {Load16(layout.Available)}, with EVENT_IDX");
            return;
        }
        Expect(Load16(layout.Available) == (wanted ? 0 : AvailableRing.NoInterrupt), "interrupts", $"avail.flags is {Load16(layout.Available)}");
    }

    // The device

    void DeviceTakes(Chain chain)
    {
        foreach (ushort id in chain.Ids)
        {
            Obey(id, OwnershipEvent.Published);
            Obey(id, OwnershipEvent.Taken);
        }
        held.Add(chain);
    }

    void Complete(int which, uint length)
    {
        var chain = held[which];
        held.RemoveAt(which);
        Expect(Walk(chain.Head, chain.Pieces).SequenceEqual(chain.Ids), "exposed", $"chain {chain.Head} was linked anew while the device had it");
        foreach (ushort id in chain.Ids) Obey(id, OwnershipEvent.DeviceAccesses);
        chain.UsedLength = chain.Room == 0 ? 0 : length % chain.Room;
        if (length == uint.MaxValue) chain.UsedLength = chain.Room;
        foreach (ushort id in chain.Ids) Obey(id, OwnershipEvent.Completed);
        used.Add(chain);
        if (usedIndex.Value == ushort.MaxValue) IndexWraps++;
        var index = usedIndex;
        WriteUsed(chain.Head, chain.UsedLength, usedIndex.Next);
        if (hasEventIndex) JudgeInterrupt(index);
    }

    /// <summary>2.7.7.2, word for word: interrupt if the element was put where the index equalled used_event.</summary>
    void JudgeInterrupt(RingIndex index)
    {
        bool isDue = Load16(layout.Available + AvailableRing.UsedEventOffset(layout.QueueSize)) == index.Value;
        if (isDue) Interrupts++;
        else InterruptsSaved++;
        if (wantsInterrupts && !isAnswered) Expect(isDue, "interrupts", $"the driver waits, and the element at {index.Value} comes without an interrupt");
        if (hasAsked && !wantsInterrupts) Expect(!isDue, "interrupts", $"the driver asked for none, and the element at {index.Value} comes with one");
        isAnswered = true;
    }

    void WriteUsed(uint id, uint length, RingIndex next)
    {
        ulong element = layout.Used + UsedRing.EntryOffset(usedIndex.Slot(layout.QueueSize));
        Store32(element + UsedRing.ElementIdOffset, id);
        Store32(element + UsedRing.ElementLengthOffset, length);
        usedIndex = next;
        Store16(layout.Used + UsedRing.IndexOffset, next.Value);
    }

    /// <summary>As far from the next chain as <paramref name="offset"/> says, from 4 behind it on.</summary>
    void SetAvailEvent(uint offset)
        => Store16(layout.Used + UsedRing.AvailEventOffset(layout.QueueSize), available.Plus((ushort)(offset - 4)).Value);

    void Suppress(bool suppressed)
    {
        isSuppressed = suppressed;
        Store16(layout.Used, suppressed ? UsedRing.NoNotify : (ushort)0);
    }

    /// <summary>
    /// What was honestly returned before may still come out, in order; then the driver has to name the lie, and stay with it.
    /// </summary>
    void TellLie(Lie lie, uint variant)
    {
        if (!Write(lie, variant)) return;
        LiesTold++;
        var status = ring.Take(out var taken);
        for (; status == RingStatus.Ok && used.Count > 0; status = ring.Take(out taken)) JudgeTaken(taken);
        string expected = lie switch
        {
            Lie.IdOutOfRange => "UsedIdOutOfRange",
            Lie.IdNotInFlight => "UsedIdNotInFlight",
            Lie.LengthTooLong => "UsedLengthTooLong",
            _ => "UsedIndexJumped",
        };
        Expect(status == RingStatus.DeviceError && ring.Fault == expected, "lies", $"{lie}: the driver has {Tell(status, taken)}, fault {ring.Fault}");
        isBroken = true;
    }

    /// <summary>False: this lie cannot be told here.</summary>
    bool Write(Lie lie, uint variant)
    {
        uint size = layout.QueueSize;
        if (lie == Lie.IndexJump)
        {
            uint inFlight = (uint)(held.Count + used.Count);
            uint jump = inFlight - (uint)used.Count + 1 + variant % (0xFFFF - inFlight);
            usedIndex = usedIndex.Plus((ushort)jump);
            Store16(layout.Used + UsedRing.IndexOffset, usedIndex.Value);
            return true;
        }
        if (held.Count == 0) return false;
        var chain = held[(int)(variant % (uint)held.Count)];
        switch (lie)
        {
            case Lie.IdOutOfRange:
                uint[] ids = [size, 0xFFFF, uint.MaxValue, 0x1_0000u | chain.Head, 0x8000_0000u | chain.Head];
                WriteUsed(ids[variant % (uint)ids.Length], 0, usedIndex.Next);
                return true;
            case Lie.IdNotInFlight:
                uint[] notHeads = [.. Enumerable.Range(0, (int)size).Where(id => held.All(other => other.Head != id)).Select(id => (uint)id)];
                if (notHeads.Length == 0) return false;
                WriteUsed(notHeads[variant % (uint)notHeads.Length], 0, usedIndex.Next);
                return true;
            default:
                if (chain.Room == uint.MaxValue) return false;
                WriteUsed(chain.Head, (variant & 1) == 0 ? chain.Room + 1 : uint.MaxValue, usedIndex.Next);
                return true;
        }
    }

    // Memory, by offset

    ushort Load16(ulong offset) => new ArrayMachine(contents).Load16(new(ArrayMachine.Base + offset));

    uint Load32(ulong offset) => new ArrayMachine(contents).Load32(new(ArrayMachine.Base + offset));

    ulong Load64(ulong offset) => new ArrayMachine(contents).Load64(new(ArrayMachine.Base + offset));

    void Store16(ulong offset, ushort value) => new ArrayMachine(contents).Store16(new(ArrayMachine.Base + offset), value);

    void Store32(ulong offset, uint value) => new ArrayMachine(contents).Store32(new(ArrayMachine.Base + offset), value);

    // What must be true

    RingIndex AvailableIndexInMemory => new(Load16(layout.Available + AvailableRing.IndexOffset));

    RingIndex UsedIndexInMemory => new(Load16(layout.Used + UsedRing.IndexOffset));

    int FreeDescriptors => layout.QueueSize - Descriptors(added) - Descriptors(held) - Descriptors(used);

    static int Descriptors(List<Chain> chains)
    {
        int count = 0;
        foreach (var chain in chains) count += chain.Ids.Length;
        return count;
    }

    static bool IsInChain(List<Chain> chains, ushort id)
    {
        foreach (var chain in chains)
        {
            if (chain.Ids.AsSpan().Contains(id)) return true;
        }
        return false;
    }

    /// <summary>Reads a chain from memory as a device does, and holds it against what was asked for.</summary>
    ushort[] Walk(ushort head, Piece[] pieces)
    {
        var ids = new ushort[pieces.Length];
        ushort id = head;
        for (int i = 0; i < pieces.Length; i++)
        {
            Expect(id < layout.QueueSize, "chain", $"chain {head} goes on to descriptor {id} of {layout.QueueSize}");
            Expect(!ids.AsSpan(0, i).Contains(id), "chain", $"chain {head} goes through descriptor {id} twice");
            ids[i] = id;
            ulong descriptor = layout.DescriptorTable + SplitDescriptor.Size * (ulong)id;
            bool isLast = i == pieces.Length - 1;
            var found = new Piece(Load64(descriptor + SplitDescriptor.AddressOffset), Load32(descriptor + SplitDescriptor.LengthOffset),
                (Load16(descriptor + SplitDescriptor.FlagsOffset) & SplitDescriptor.Write) != 0);
            Expect(found == pieces[i], "chain", $"descriptor {id}, number {i + 1} of chain {head}, holds {found}, not {pieces[i]}");
            int others = Load16(descriptor + SplitDescriptor.FlagsOffset) & ~SplitDescriptor.Write;
            Expect(others == (isLast ? 0 : SplitDescriptor.Next), "chain", $"descriptor {id}, number {i + 1} of {pieces.Length}, has flags {others}");
            id = Load16(descriptor + SplitDescriptor.NextOffset);
        }
        return ids;
    }

    void CheckCounts()
    {
        Expect(ring.FreeCount == FreeDescriptors, "free count", $"the driver counts {ring.FreeCount} free descriptors, there are {FreeDescriptors}");
        Expect(ring.InFlight == held.Count + used.Count, "in flight", $"the driver counts {ring.InFlight} chains in flight, there are {held.Count + used.Count}");
        Expect(ring.Unpublished == added.Count, "unpublished", $"the driver counts {ring.Unpublished} chains to publish, there are {added.Count}");
        Expect(AvailableIndexInMemory == available, "publish", $"avail.idx is {AvailableIndexInMemory.Value}, not {available.Value}");
        Expect(ring.HasUsed == used.Count > 0, "has used", $"the driver says {ring.HasUsed}, with {used.Count} chains returned");
        if (!hasEventIndex) Expect(ring.ShouldNotify == !isSuppressed, "notification", $"the driver says {ring.ShouldNotify}, used.flags is {Load16(layout.Used)}");
        Expect(ring.Fault == "None", "lies", $"the device is honest, the driver says {ring.Fault}");
        for (int id = 0; id < owners.Length; id++)
        {
            bool isDrivers = !IsInChain(held, (ushort)id) && !IsInChain(used, (ushort)id);
            Expect(OwnershipRules.AtRest(owners[id]) == RuleViolation.None == isDrivers, "one owner", $"descriptor {id} belongs to {owners[id]}");
        }
    }

    /// <summary>All that is free can be had, each once, and nothing else: one by one, until there is none.</summary>
    void CheckFreeList()
    {
        int free = FreeDescriptors;
        for (int i = 0; i < free; i++) Add(1, 0, 1);
        Expect(ring.Add(Regions(1, 1), [], out _) == RingStatus.NoSpace, "free count", $"more descriptors can be had than are free");
    }

    void Obey(ushort id, OwnershipEvent what)
    {
        var rule = OwnershipRules.Apply(ref owners[id], what, QueuePhase.Live);
        Expect(rule == RuleViolation.None, "ownership", $"descriptor {id}, {what}: {RuleTable.Of(rule).Message}");
    }

    static void Expect(bool holds, string rule, [InterpolatedStringHandlerArgument(nameof(holds))] WhenBroken message)
    {
        if (!holds) throw new Stop(new(rule, message.ToString()));
    }

    static string Tell(RingStatus status, TakenChain taken)
        => status == RingStatus.Ok ? $"chain {taken.Head} with {taken.Length} bytes" : status.ToString();
}
