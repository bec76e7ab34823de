using System.Diagnostics;
using System.Globalization;
using System.Text;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Models.Tracing;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>
/// Records one execution for a picture of it. The machine tells it of each access before the monitors hear of it, so that the access at which one of them ends the
/// execution is there. Only while a failure is reported: elsewhere there is no recorder, and nothing is paid but the question whether there is one.
/// This part: accesses to memory and registers.
/// </summary>
sealed partial class TraceRecorder(SimulatedMachine machine) : ExecutionObserver
{
    readonly List<TraceDraft> drafts = [];
    readonly Dictionary<int, int> eventOfAudit = [];
    readonly Dictionary<string, int> operationOf = new(StringComparer.Ordinal);
    readonly TraceNames names = new(machine);
    QueuePhotographer photographer = new(machine);
    TraceLanes lanes = null!;
    Violation? violation;
    int access = -1, pendingAudit = -1;

    /// <summary>An execution begins.</summary>
    public void Begin()
    {
        drafts.Clear();
        eventOfAudit.Clear();
        operationOf.Clear();
        photographer = new(machine);
        lanes = new(machine.Engine, machine.Devices.Count > 0);
        violation = null;
        access = pendingAudit = -1;
    }

    TraceDraft Add(TraceKind kind, Agent agent, bool withPlace = true)
    {
        Photograph();
        var draft = new TraceDraft
        {
            Kind = kind,
            Agent = agent.Name,
            Step = agent.Step,
            Lane = lanes.Of(agent.Name),
            InHandler = agent is InterruptAgent,
            Operation = operationOf.GetValueOrDefault(CpuOf(agent), -1),
            Place = withPlace ? CodePlaces.Caller(new StackTrace(fNeedFileInfo: true)) : "",
        };
        drafts.Add(draft);
        if (pendingAudit >= 0) eventOfAudit[pendingAudit] = drafts.Count - 1;
        pendingAudit = -1;
        return draft;
    }

    /// <summary>What the queues are after the last event: by now all of it has happened.</summary>
    void Photograph()
    {
        if (drafts.Count == 0) return;
        drafts[^1].Queues = photographer.Take(out var changes);
        drafts[^1].Changes = changes;
    }

    static string CpuOf(Agent agent) => agent is InterruptAgent ? agent.Name.Split('.')[0] : agent.Name;

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

    TraceDraft Access(TraceKind kind, Agent agent, ulong address, int width)
    {
        var draft = Add(kind, agent);
        draft.Target = lanes.Memory;
        draft.Address = address;
        draft.Width = width;
        draft.Name = names.Memory(address) ?? "";
        access = drafts.Count - 1;
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
        if (access >= 0) drafts[access].Value = TraceNames.Value(drafts[access].Name, value);
    }

    /// <inheritdoc cref="Got(ulong)"/>
    public void Got(ReadOnlySpan<byte> bytes)
    {
        if (access >= 0) drafts[access].Value = TraceNames.Bytes(bytes);
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
        access = drafts.Count - 1;
    }

    int LaneOf(IBusDevice? device) => device is MmioDevice known ? lanes.Of(known.Name) : -1;

    public void Posts(IBusDevice device, ulong address, uint offset, int width, ulong value)
    {
        Register(TraceKind.PostedWrite, machine.Engine.Running.Active, device, address, offset, width, value);
        if (device is MmioDevice known) drafts[^1].Target = lanes.PathTo(known.Name);
    }

    /// <summary>The write that was just posted takes no time.</summary>
    public void ArrivesAtOnce(IBusDevice device)
    {
        drafts[access].Kind = TraceKind.RegisterWrite;
        drafts[access].Target = LaneOf(device);
    }

    public void Arrives(Agent path, IBusDevice device, int audited, ulong address, uint offset, int width, ulong value)
    {
        Register(TraceKind.Arrival, path, device, address, offset, width, value);
        drafts[^1].Issue = eventOfAudit.GetValueOrDefault(audited, -1);
        drafts[^1].Place = "";
    }

    // What the record for the axioms knows: who read from whom, and in which order stores took their places.

    public void Audited(int read, int source, bool isOlder)
    {
        int last = drafts.Count - 1;
        eventOfAudit[read] = last;
        if (last < 0 || last != access) return; // an interrupt that is taken reads its message
        if ((isOlder || drafts[last].Source < 0) && eventOfAudit.TryGetValue(source, out int store)) drafts[last].Source = store;
        drafts[last].IsStale |= isOlder;
    }

    /// <summary>A read that belongs to the event after the last one.</summary>
    public void AuditedNext(int read) => pendingAudit = read;

    /// <param name="write">A store, or the sending of a message.</param>
    /// <param name="next">The store that it went before, or -1.</param>
    public void AuditedWrite(int write, int next)
    {
        eventOfAudit[write] = drafts.Count - 1;
        if (next >= 0 && access >= 0) drafts[access].PlacedBefore = eventOfAudit.GetValueOrDefault(next, -1);
    }

    // What devices do beside memory

    /// <summary>The line is about to be set; a message is sent even where the level stays.</summary>
    public void Line(InterruptLine line, bool high, DmaPort? sender)
    {
        if (line.High == high) return;
        var agent = machine.Engine.Agents[machine.Engine.Current];
        var draft = Add(high ? TraceKind.InterruptRaised : TraceKind.InterruptLowered, agent);
        int device = machine.Devices.FindIndex(each => each.IsOn(line));
        if (device >= 0) draft.Lane = lanes.Of(draft.Agent = machine.Devices[device].Name);
        draft.Target = lanes.Interrupts;
        draft.Name = string.Create(CultureInfo.InvariantCulture, $"IRQ {line.Number}");
        if (high && sender is not null && machine.Memory.MessageInterrupts) draft.Text = "a message: it pushes the device's writes before it";
    }

    public void ResetCompleted(MmioDevice device)
    {
        var draft = Add(TraceKind.ResetCompleted, machine.Engine.Agents[machine.Engine.Current]);
        draft.Lane = lanes.Of(draft.Agent = device.Name);
        draft.Text = $"{device.Name} has completed its reset";
    }

    public void Prints(ReadOnlySpan<byte> text)
    {
        var draft = Add(TraceKind.Prints, machine.Engine.Running.Active, withPlace: false);
        draft.Text = Encoding.UTF8.GetString(text).TrimEnd();
    }
}
