using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 5.2 "Block Device", one request queue. This file: configuration space, what is in service, in which
/// order things happen. What a chain asks for is in the part "Requests", moving data in the part "Data".
/// </summary>
public sealed partial class BlkDevice : VirtioDevice, IDisposable
{
    /// <summary>Requests that an odd device has in service at once, at most.</summary>
    const int InServiceMax = 4;

    /// <summary>Of the requests that QEMU has in service, how many of the oldest may be next. A choice has at most 63 options.</summary>
    const int CompletionChoicesMax = 32;

    readonly BlkSettings settings;
    readonly BlkConfiguration configuration;
    readonly DmaPort dma;
    readonly SplitRing ring;
    readonly CoroutineAgent engine;
    readonly ActionAgent change;
    readonly List<PendingRequest> inService = [], free = [];
    bool isWriteBack, hasChanged;
    int hanging, errorsLeft, hangsLeft;

    /// <summary>Makes the device and adds its agents to the machine's engine. Plug it in with <see cref="SimulatedMachine.Plug"/>.</summary>
    public BlkDevice(SimulatedMachine machine, DeviceTransport transport, string name, BlkSettings settings)
        : base(machine, transport, name, settings, DeviceType.Block, settings.EffectiveOffer, queues: 1)
    {
        this.settings = settings;
        configuration = new(settings, Rules.IsQemu);
        Disk = new(settings.Image);
        dma = Dma;
        ring = new(this, dma);
        engine = machine.Engine.Add(new CoroutineAgent(name, Rules.IsQemu ? ServeAsQemu : Serve));
        dma.Agent = engine;
        engine.Parts = (Parts(PeripheralBits.Control), Parts(PeripheralBits.Bell), Parts(PeripheralBits.Life));
        engine.Beginning = () => machine.Messages.TakeIn(dma, Parts(PeripheralBits.Control | PeripheralBits.Bell));
        machine.MayStop(Parts(PeripheralBits.Life), dma);
        change = machine.Engine.Add(new ActionAgent(name + ".change", ChangeConfiguration));
    }

    /// <summary>The contents, as this execution has left them.</summary>
    public DiskOverlay Disk { get; }

    /// <summary>In sectors.</summary>
    public ulong Capacity { get; private set; }

    public bool IsReadOnly => settings.IsReadOnly;

    /// <summary>Requests returned since power-on, whatever their status. A counter for reports, not part of the state.</summary>
    public uint RequestsServed { get; private set; }

    /// <summary>Requests taken and not returned.</summary>
    public int RequestsInService => inService.Count;

    protected override uint ConfigLength => configuration.Length;

    public override void PowerOn()
    {
        base.PowerOn();
        Disk.Discard();
        Disk.Hashing = Engine.Hashing;
        Capacity = settings.Image.Sectors;
        isWriteBack = true;
        hasChanged = false;
        errorsLeft = settings.Faults.MaximumErrors;
        hangsLeft = settings.Faults.MaximumHangs;
        RequestsServed = 0;
        ForgetRequests();
        configuration.Clear();
    }

    public override void Fold(ref StateHasher hasher)
    {
        base.Fold(ref hasher);
        hasher.Add(Capacity);
        hasher.Add((isWriteBack ? 1u : 0) | (hasChanged ? 2u : 0) | (ulong)(uint)errorsLeft << 8 | (ulong)(uint)hangsLeft << 32);
        hasher.Add(Disk.Hash);
        if (Rules.IsQemu) configuration.Fold(ref hasher); // elsewhere it is filled at each read
        foreach (var request in inService) request.Fold(ref hasher);
    }

    /// <summary>The disk has another size from now on, as after QEMU's block_resize. In sectors.</summary>
    public void Resize(ulong sectors)
    {
        Capacity = sectors;
        ConfigurationChanged();
    }

    public void Dispose() => (settings.Image as IDisposable)?.Dispose();

    // Configuration space

    protected override uint ReadConfiguration(uint offset, int width)
    {
        configuration.Refresh(Capacity, isWriteBack, Offered);
        uint value = configuration.Read(offset, width);
        if (!HasWhims) return value;
        Engine.Unblock(change);
        Engine.Reducer?.NoteWake(change);
        return value;
    }

    /// <summary>5.2.5: writeback is the only field that a driver writes, and only with CONFIG_WCE negotiated.</summary>
    protected override void WriteConfiguration(uint offset, int width, uint value)
    {
        if (Rules.IsQemu)
        {
            // QEMU stores into its copy, which is as old as the last read, and then takes the cache mode from there.
            configuration.Write(offset, width, value);
            isWriteBack = configuration.Writeback;
        }
        else if (offset == BlkConfig.Writeback && Negotiated.Has(BlkFeature.ConfigWce))
        {
            isWriteBack = value != 0;
        }
    }

    protected override int ConfigurationFieldWidth(uint offset) => BlkConfiguration.FieldWidth(offset);

    /// <summary>An odd device: 2.5.1, the generation may move at any time, with a difference to see or without.</summary>
    void ChangeConfiguration()
    {
        if (!BoundedWhim("changes its configuration")) return;
        if (settings.CapacityAfterChange != 0 && !hasChanged)
        {
            Capacity = settings.CapacityAfterChange;
            hasChanged = true;
        }
        ConfigurationChanged();
    }

    // What the transport tells

    protected override void Notified(DeviceQueue queue) => engine.Wake();

    protected override void Stop(DeviceQueue queue) => ForgetRequests();

    protected override void Reset()
    {
        ForgetRequests();
        Engine.Block(change);
        Engine.Reducer?.NoteStop(change, wasAtWork: false);
        isWriteBack = true;
    }

    protected override void DriverOkWritten()
    {
        // 5.2.5.2, and QEMU: without CONFIG_WCE, the cache mode is what FLUSH says.
        if (!Rules.IsQemu || !Negotiated.Has(BlkFeature.ConfigWce)) isWriteBack = Negotiated.Has(BlkFeature.Flush);
        if (Rules.IsQemu || !IsServed(Queues[0])) return;
        if (Whim(2, "looks at its queue without a notification") != 0) Notified(Queues[0]); // an odd device looks anyway
    }

    void ForgetRequests()
    {
        engine.Cancel();
        free.AddRange(inService);
        inService.Clear();
        hanging = 0;
        ring.Reset();
    }

    // Service

    PendingRequest Begin()
    {
        var request = free.Count == 0 ? new PendingRequest() : free[^1];
        if (free.Count != 0) free.RemoveAt(free.Count - 1);
        request.Start();
        inService.Add(request);
        return request;
    }

    void Forget(PendingRequest request)
    {
        inService.Remove(request);
        free.Add(request);
    }

    /// <summary>One run for each wake-up: until nothing is left to do, and the driver knows that it must notify.</summary>
    async DeviceTask<Nothing> Serve()
    {
        var queue = Queues[0];
        while (!IsBroken)
        {
            bool hasMore = await ring.Look(queue);
            if (IsBroken) break;
            int working = inService.Count - hanging;
            if (!hasMore && working == 0)
            {
                if (!queue.SuppressesNotifications) break;
                await ring.WantNotifications(queue);
                continue;
            }
            if (!queue.SuppressesNotifications) await ring.SuppressNotifications(queue);
            int pick = Rules.CompletesInAnyOrder ? PickNext(hasMore, working) : working - 1;
            if (pick < 0) await TakeOne(queue);
            else await Complete(queue, Working(pick));
            if (Rules.Lies) await ring.Misbehave(queue);
        }
        // 2.7.7: interrupts without a cause are legal.
        if (!IsBroken && BoundedWhim("interrupts without a cause")) RaiseInterrupt(InterruptCause.UsedBuffer);
        return default;
    }

    /// <summary>Plain: complete the oldest, and take another only when there is none. -1: take.</summary>
    int PickNext(bool hasMore, int working)
    {
        bool mayTake = hasMore && inService.Count < InServiceMax;
        if (working == 0) return mayTake ? -1 : 0;
        int pick = Engine.Choose(ChoiceKind.Device, working + (mayTake ? 1 : 0));
        if (pick != 0) Machine.Recorder?.Decided(pick, pick == working ? "takes another chain before it completes the oldest" : OutOfOrder(pick));
        return pick < working ? pick : -1;
    }

    /// <summary>The request in service number <paramref name="index"/> of those that do not hang, oldest first.</summary>
    PendingRequest Working(int index)
    {
        foreach (var request in inService)
        {
            if (!request.Hangs && index-- == 0) return request;
        }
        throw new InvalidOperationException("no such request in service");
    }

    int AnyOf(int count)
    {
        int pick = Engine.Choose(ChoiceKind.Device, count);
        if (pick != 0) Machine.Recorder?.Decided(pick, OutOfOrder(pick));
        return pick;
    }

    string OutOfOrder(int pick) => $"completes chain {Working(pick).Chain.Head} before chain {Working(0).Chain.Head}";

    /// <summary>As QEMU: all that is available is taken, what needs no disk is answered at once, all else afterwards in any order.</summary>
    async DeviceTask<Nothing> ServeAsQemu()
    {
        var queue = Queues[0];
        do
        {
            await ring.SuppressNotifications(queue);
            while (!IsBroken && await ring.Look(queue) && await TakeOne(queue))
            {
                var newest = inService[^1];
                if (newest.Status != BlkStatus.NotWritten) await Complete(queue, newest);
            }
            await ring.WantNotifications(queue);
        }
        while (!IsBroken && await ring.Look(queue));
        while (inService.Count > hanging) await Complete(queue, Working(AnyOf(Math.Min(inService.Count - hanging, CompletionChoicesMax))));
        return default;
    }

    /// <summary>False: the device is broken now.</summary>
    async DeviceTask<bool> TakeOne(DeviceQueue queue)
    {
        var request = Begin();
        if (!await ring.Take(queue, request.Chain))
        {
            Forget(request);
            return false;
        }
        if (!await Prepare(request))
        {
            ring.Drop(queue, request.Chain);
            Forget(request);
            RaiseNeedsReset();
            return false;
        }
        if (ChooseFault(request) || Lie(2, "never answers this request") != 0)
        {
            request.Hangs = true;
            hanging++;
        }
        return true;
    }

    /// <summary>May end the request with an error. True: it is to hang.</summary>
    bool ChooseFault(PendingRequest request)
    {
        int options = hangsLeft > 0 ? 3 : errorsLeft > 0 ? 2 : 1;
        int pick = Engine.Choose(ChoiceKind.Fault, options);
        Machine.Recorder?.Decided(pick, "ends this request with an error|never answers this request");
        if (pick == 2)
        {
            hangsLeft--;
            return true;
        }
        if (pick == 1 && errorsLeft > 0)
        {
            errorsLeft--;
            request.End(BlkStatus.IoError);
        }
        return false;
    }

    async DeviceTask<Nothing> Complete(DeviceQueue queue, PendingRequest request)
    {
        if (request.Status == BlkStatus.NotWritten) await CarryOut(request);
        var last = request.Chain.WritableAt(request.Chain.WritableLength - BlkRequest.StatusSize);
        int lie = Lie(3, "writes a status that is none|writes no status");
        if (lie != 2) await dma.Store(new(last.Address), lie == 1 ? (byte)0x77 : request.Status);
        uint length = UsedLength(request);
        await ring.Return(queue, request.Chain, length);
        RequestsServed++;
        Forget(request);
        return default;
    }

    /// <summary>
    /// 2.7.8: bytes written from the first writable byte on, without a gap. QEMU counts all that is writable. An odd device may
    /// say less than is true (2.7.8.1 "at least"), but never less than the data of a read that succeeded.
    /// </summary>
    uint UsedLength(PendingRequest request)
    {
        ulong room = request.Chain.WritableLength, data = room - BlkRequest.StatusSize;
        if (Rules.IsQemu) return (uint)room;
        ulong exact = request.Written == data ? room : request.Written;
        ulong least = request.Status == BlkStatus.Ok ? request.Written : 0;
        return (uint)(exact != least && Whim(2, "reports fewer bytes than it wrote") != 0 ? least : exact);
    }
}
