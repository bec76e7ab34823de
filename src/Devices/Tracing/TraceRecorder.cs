using System.Globalization;
using System.Text;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Models.Tracing;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>
/// What a machine with devices does to memory and registers. It tells of each access before the monitors hear of it, so that the access at which one of them ends
/// the execution is there.
/// </summary>
sealed class TraceRecorder(SimulatedMachine machine) : ExecutionRecorder(machine.Engine)
{
    readonly Dictionary<int, int> eventOfAudit = [];
    readonly TraceNames names = new(machine);
    QueuePhotographer photographer = new(machine);
    readonly Dictionary<int, int> arrivalOfAudit = [];
    readonly List<int> pendingAudits = [];

    public override void Begin()
    {
        base.Begin();
        eventOfAudit.Clear();
        arrivalOfAudit.Clear();
        photographer = new(machine);
        pendingAudits.Clear();
    }

    protected override TraceLanes NewLanes() => new(machine.Engine, machine.Devices.Count > 0);

    protected override TraceDraft Add(TraceKind kind, Agent agent, bool withPlace = true)
    {
        var draft = base.Add(kind, agent, withPlace);
        foreach (int audited in pendingAudits) eventOfAudit[audited] = Drafts.Count - 1;
        pendingAudits.Clear();
        return draft;
    }

    protected override void Complete()
    {
        if (Drafts.Count == 0) return;
        Drafts[^1].Queues = photographer.Take(out var changes);
        Drafts[^1].Changes = changes;
    }

    protected override void NameAll()
    {
        foreach (var draft in Drafts.Where(draft => draft.IsAccess && draft.Name.Length == 0)) draft.Name = names.Memory(draft.Address) ?? $"memory 0x{draft.Address:x}";
    }

    protected override IReadOnlyList<QueuePicture> Queues => photographer.Pictures;

    protected override string Console => Encoding.UTF8.GetString(machine.Console);

    protected override TraceFailure Judge(Violation violation) => new TraceJudge(machine, Drafts, eventOfAudit, LeftOut).Judge(violation);

    // Memory

    public void Load(Agent agent, ulong address, int width, AccessOrder order)
    {
        var draft = Access(TraceKind.Load, agent, address, width);
        draft.Order = order is AccessOrder.Acquire or AccessOrder.AcquirePc ? "acquire" : "";
        draft.Before = Newest(draft);
    }

    public void Store(Agent agent, ulong address, int width, ulong value, AccessOrder order)
    {
        var draft = Access(TraceKind.Store, agent, address, width);
        draft.Order = order == AccessOrder.Release ? "release" : "";
        draft.Before = Newest(draft);
        draft.Value = TraceNames.Value(draft.Name, value);
    }

    /// <summary>Bulk: what was there before is of no interest.</summary>
    public void Store(Agent agent, ulong address, ReadOnlySpan<byte> bytes)
        => Access(TraceKind.Store, agent, address, bytes.Length).Value = TraceNames.Bytes(bytes);

    public void Update(Agent agent, ulong address, in AtomicUpdate update, AtomicOrder order)
    {
        var draft = Access(TraceKind.Update, agent, address, sizeof(uint));
        draft.Order = order == AtomicOrder.Relaxed ? "" : BarrierPurposes.Name(order);
        draft.Text = update.Words;
    }

    public void Lock(Agent agent, LockEvent what, ulong address)
        => Add(TraceKind.Lock, agent).Text = string.Create(CultureInfo.InvariantCulture, $"{(what == LockEvent.Waits ? "waits for" : what == LockEvent.Taken ? "takes" : "gives back")} the lock at 0x{address:x}");

    TraceDraft Access(TraceKind kind, Agent agent, ulong address, int width)
    {
        var draft = Add(kind, agent);
        draft.Target = Lanes.Memory;
        draft.Address = address;
        draft.Width = width;
        draft.Name = names.Memory(address) ?? "";
        LastAccess = Drafts.Count - 1;
        return draft;
    }

    string Newest(TraceDraft draft)
    {
        if (draft.Width > sizeof(ulong) || !machine.Ram.Contains(draft.Address, (ulong)draft.Width)) return "";
        ulong value = 0;
        foreach (byte b in machine.Ram.Span(draft.Address, draft.Width).ToArray().Reverse()) value = value << 8 | b;
        return TraceNames.Value(draft.Name, value);
    }

    /// <summary>What the last access returned.</summary>
    public void Got(ulong value)
    {
        if (LastAccess >= 0) Drafts[LastAccess].Value = TraceNames.Value(Drafts[LastAccess].Name, value);
    }

    /// <inheritdoc cref="Got(ulong)"/>
    public void Got(ReadOnlySpan<byte> bytes)
    {
        if (LastAccess >= 0) Drafts[LastAccess].Value = TraceNames.Bytes(bytes);
    }

    public void Barrier(Agent agent, string instruction, string purpose)
    {
        var draft = Add(TraceKind.Barrier, agent);
        draft.Order = instruction;
        draft.Text = purpose;
    }

    public void Cache(CacheOperation operation, ulong address, uint length)
    {
        var draft = Add(TraceKind.Maintenance, machine.Engine.Running.Active);
        draft.Address = address;
        draft.Name = names.Memory(address) ?? "";
        draft.Text = string.Create(CultureInfo.InvariantCulture, $"{operation} {length} bytes of cache");
    }

    // Registers

    public void Register(TraceKind kind, Agent agent, IBusDevice? device, ulong address, uint offset, int width, ulong value = 0)
    {
        var draft = Add(kind, agent);
        draft.Target = LaneOf(device);
        draft.Address = address;
        draft.Width = width;
        draft.Name = TraceNames.Register(device, address, offset);
        if (kind != TraceKind.RegisterRead) draft.Value = TraceNames.Value(draft.Name, value);
        LastAccess = Drafts.Count - 1;
    }

    int LaneOf(IBusDevice? device) => device is IVirtioRegisters known ? Lanes.Of(known.Device.Name) : -1;

    public void Posts(IBusDevice device, ulong address, uint offset, int width, ulong value)
    {
        Register(TraceKind.PostedWrite, machine.Engine.Running.Active, device, address, offset, width, value);
        if (device is IVirtioRegisters known) Drafts[^1].Target = Lanes.PathTo(known.Device.Name, machine.Engine.Running);
    }

    /// <summary>The write that was just posted takes no time.</summary>
    public void ArrivesAtOnce(IBusDevice device)
    {
        Drafts[LastAccess].Kind = TraceKind.RegisterWrite;
        Drafts[LastAccess].Target = LaneOf(device);
    }

    public void Arrives(Agent path, IBusDevice device, int audited, ulong address, uint offset, int width, ulong value)
    {
        Register(TraceKind.Arrival, path, device, address, offset, width, value);
        Drafts[^1].Issue = eventOfAudit.GetValueOrDefault(audited, -1);
        arrivalOfAudit[audited] = Drafts.Count - 1;
        Drafts[^1].Place = "";
    }

    // What the record for the axioms knows: who read from whom, and in which order stores took their places.

    public void Audited(int read, int source, bool isOlder)
    {
        int last = Drafts.Count - 1;
        eventOfAudit[read] = last;
        if (last < 0 || last != LastAccess || Drafts[last].Kind is not (TraceKind.Load or TraceKind.Update)) return;
        if ((isOlder || Drafts[last].Source < 0) && eventOfAudit.TryGetValue(source, out int store)) Drafts[last].Source = store;
        Drafts[last].IsStale |= isOlder;
    }

    /// <summary>A read that belongs to the event after the last one.</summary>
    public void AuditedNext(int read) => pendingAudits.Add(read);

    /// <summary>A message is taken in, which shows where it arrived.</summary>
    public void Received(int read, int sent) => eventOfAudit[read] = arrivalOfAudit.TryGetValue(sent, out int arrival) ? arrival : eventOfAudit.GetValueOrDefault(sent, -1);

    /// <summary>A store took its place.</summary>
    /// <param name="write">A store, or the sending of a message.</param>
    /// <param name="next">The store that it went before, or -1.</param>
    public void AuditedWrite(int write, int next)
    {
        eventOfAudit[write] = Drafts.Count - 1;
        if (next >= 0 && LastAccess >= 0) Drafts[LastAccess].PlacedBefore = eventOfAudit.GetValueOrDefault(next, -1);
    }

    // What devices do beside memory

    /// <summary>The line is about to be set; a message is sent even where the level stays.</summary>
    public void Line(InterruptLine line, bool high, DmaPort? sender)
    {
        if (line.High == high) return;
        var draft = Add(high ? TraceKind.InterruptRaised : TraceKind.InterruptLowered, Acting);
        int device = machine.Devices.FindIndex(each => each.Transport.IsOn(line));
        if (device >= 0) draft.Lane = Lanes.Of(machine.Devices[device].Name);
        if (device >= 0 && high && Acting is not InlineAgent) draft.Agent = machine.Devices[device].Name; // the host makes it do so
        draft.Target = Lanes.Interrupts;
        draft.Name = string.Create(CultureInfo.InvariantCulture, $"IRQ {line.Number}");
        if (high && sender is not null && machine.Memory.MessageInterrupts) draft.Text = "a message: it pushes the device's writes before it";
    }

    public void ResetCompleted(VirtioDevice device)
    {
        var draft = Add(TraceKind.ResetCompleted, Acting);
        draft.Lane = Lanes.Of(device.Name);
        draft.Text = $"{device.Name} has completed its reset";
    }

    public void Prints(ReadOnlySpan<byte> text)
    {
        var draft = Add(TraceKind.Prints, machine.Engine.Running.Active, withPlace: false);
        draft.Text = Encoding.UTF8.GetString(text).TrimEnd();
    }
}
