using Ringcheck.Exploration;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Tracing;
using Ringcheck.Ordering.Axioms;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Which two events cannot both be right. Where memory ordering is to blame, those of the missing order; where something changed hands, the access and the event
/// that made its place somebody else's; else the access and the last one of somebody else to the same place.
/// </summary>
/// <param name="first">Events that will be left out before the first: what is said counts without them.</param>
sealed class TraceJudge(SimulatedMachine machine, IReadOnlyList<TraceDraft> drafts, IReadOnlyDictionary<int, int> eventOfAudit, int first)
{
    readonly SortedDictionary<int, string> reasons = [];

    public TraceFailure Judge(Violation violation)
    {
        int end = Last(drafts.Count - 1, draft => draft.Kind == TraceKind.Failure);
        var failure = drafts[end];
        if (machine.Weak is { } weak && weak.Audit.IsOn && Ordering(end, isLate: violation.Monitor == "load-buffering") is { } ordering) return ordering;
        if (violation.Monitor == "lost-notification") return LostNotification(violation, end);
        if (violation.Monitor == "notification") return NotNotified(violation, end);

        // A monitor that speaks up at an access speaks of that one; one that judges what the program got, of the last load.
        int at = Last(end - 1, draft => draft.Agent == failure.Agent && draft.Kind != TraceKind.Choice);
        if (at >= 0 && drafts[at].Step != failure.Step) at = -1;
        if (at < 0 && violation.Monitor == "data-integrity") at = Last(end - 1, draft => draft.Kind == TraceKind.Load && draft.Width > sizeof(ulong));
        if (at < 0) at = end;
        Add(at, WrongAt(at, end));
        int other = drafts[at] switch
        {
            { IsAccess: true } access => OtherOfAccess(at, access),
            { IsRegister: true } register => OtherOfRegister(at, register),
            _ => -1,
        };
        if (other < 0) other = LastOfOthers(at);
        return Pair(at, other);
    }

    string WrongAt(int at, int end) => drafts[at] switch
    {
        _ when at == end => "here it shows",
        { Kind: TraceKind.Load } => $"and here {drafts[at].Agent} reads it all the same",
        { Kind: TraceKind.Store } => $"and here {drafts[at].Agent} writes it all the same",
        { IsRegister: true } => "and this may not come here",
        _ => "here it goes wrong",
    };

    // Memory ordering

    TraceFailure? Ordering(int end, bool isLate)
    {
        var found = OrderingExplanation.Find(machine);
        if (found.Kind != DiagnosisKind.Weak || found.Missing.Count == 0) return null;
        foreach (var order in found.Missing)
        {
            if (Event(order.Earlier) is not ({ } earlier and >= 0) || Event(order.Later) is not ({ } then and >= 0)) return null;
            string kind = order.Kind switch
            {
                OrderKind.StoreStore => "a store and a later store",
                OrderKind.StoreLoad => "a store and a later load",
                OrderKind.LoadLoad => "a load and a later load",
                _ => "a load and a later store",
            };
            Add(earlier, $"first in the program of {drafts[earlier].Agent}; but nothing orders {kind} here, so that others may see them the other way round");
            Add(then, $"later in the program of {drafts[then].Agent}, and yet {(isLate ? "it may be done first" : "seen first")}");
        }
        Add(end, "here it shows");
        var circle = CircleOf(found);
        for (int i = 0; i < circle.Count; i++) Add(circle[i].Event, Words(circle[(i + circle.Count - 1) % circle.Count], circle[i], circle[(i + 1) % circle.Count], isLate));
        var missing = found.Missing.Select(order => new TraceMissingOrder(Event(order.Earlier), Event(order.Later), OrderingExplanation.Barrier(machine, order)));
        return Pair(Event(found.Missing[0].Later), Event(found.Missing[0].Earlier)) with { Circle = circle, Missing = [.. missing] };
    }

    /// <summary>Sending a message and receiving it at once is one step here.</summary>
    List<TraceCircleStep> CircleOf(Diagnosis found)
    {
        var circle = found.Cycle.Where(step => Event(step.Event) >= 0)
            .Select(step => new TraceCircleStep(Event(step.Event), step.Relation, step.Relation != "po", OrderingExplanation.Relation(step.Relation))).ToList();
        return [.. circle.Where((step, i) => step.Event != circle[(i + 1) % circle.Count].Event)];
    }

    /// <summary>What a step of the circle has to do with those beside it.</summary>
    string Words(TraceCircleStep before, TraceCircleStep step, TraceCircleStep after, bool isLate) => step.Relation switch
    {
        "rf" when isLate => $"what is stored here may reach {Step(after.Event)}, which has to be done by now",
        "fr" => $"and here it gets the value from before {Step(after.Event)}",
        "co" => $"this store comes before that of {Step(after.Event)}",
        "rf" => $"{Step(after.Event)} sees what is stored here",
        _ when before.Relation == "rf" => $"it sees what {Step(before.Event)} stored",
        _ => $"it comes before {Step(after.Event)}: this order is kept",
    };

    int Event(int audited) => eventOfAudit.GetValueOrDefault(audited, -1);

    // Notifications

    TraceFailure LostNotification(Violation violation, int end)
    {
        int waits = Last(end, draft => draft.Kind is TraceKind.Wait or TraceKind.Poll);
        bool isUsed = violation.Rule == "used-buffer";
        int stored = Last(end, draft => IsStoreOf(draft, isUsed ? "used.idx" : "avail.idx"));
        int looked = isUsed ? -1 : Last(end, draft => draft.Kind == TraceKind.Load && IsName(draft, "avail.idx") && draft.Agent != DriverOf(stored));
        Add(stored, isUsed ? "the device returns what the driver waits for" : "the driver publishes what it will wait for");
        int asked = Last(end, draft => draft.Kind == TraceKind.Load && (isUsed ? IsName(draft, "avail.flags") || IsName(draft, "used_event") : IsName(draft, "used.flags") || IsName(draft, "avail_event")));
        Add(asked, isUsed ? "the last look of the device at whether the driver wants to be told" : "the last look of the driver at whether the device wants to be told");
        Add(looked, "the last look of the device at the available ring");
        Add(waits, "from here on it waits, and nobody will wake it");
        if (violation.Rule is not ("used-buffer" or "available-buffer")) return Pair(end, waits);
        if (!isUsed) return Pair(waits, stored);
        Add(Last(stored, draft => draft.Kind == TraceKind.Load && IsName(draft, "used.idx") && IsDriver(draft)), "the last look of the driver at the used ring: it is not there yet");
        int acknowledged = Last(waits, draft => draft.IsRegister && draft.Kind != TraceKind.PostedWrite && draft.Name == nameof(MmioRegister.InterruptAck));
        if (acknowledged < stored) return Pair(waits, stored);
        Add(acknowledged, $"this acknowledges the interrupt for {Step(stored)} too, and nobody has looked at the ring since");
        return Pair(acknowledged, stored);
    }

    string DriverOf(int stored) => stored < 0 ? "" : drafts[stored].Agent;

    TraceFailure NotNotified(Violation violation, int end)
    {
        bool byDevice = violation.Rule.StartsWith("used", StringComparison.Ordinal);
        int stored = Last(end, draft => IsStoreOf(draft, byDevice ? "used.idx" : "avail.idx"));
        int asked = Last(end, draft => draft.IsAccess && (byDevice ? IsName(draft, "avail.flags") || IsName(draft, "used_event") : IsName(draft, "used.flags") || IsName(draft, "avail_event")));
        Add(stored, "after this store the other side was to be told");
        Add(asked, "whether it wants to be told");
        Add(end, "here it shows");
        return Pair(stored < 0 ? end : stored, asked);
    }

    // Ownership, and what is like it

    int OtherOfAccess(int at, TraceDraft access)
    {
        int touched = Last(at - 1, draft => draft.Overlaps(access) && !IsSameSide(draft, access) && (draft.Stores || access.Stores));
        int handed = HandOver(at, access);
        if (touched > handed) Add(touched, $"the last access of {drafts[touched].Agent} to the same place");
        if (handed >= 0) Add(handed, Words(drafts[handed]));
        int reset = Last(at - 1, draft => draft.Kind == TraceKind.ResetCompleted);
        if (reset > handed)
        {
            Add(reset, "the device has completed its reset: from here on it may touch nothing");
            return reset;
        }
        return handed >= 0 ? handed : touched;
    }

    /// <summary>The last event before which the place was not yet whose it is now.</summary>
    int HandOver(int at, TraceDraft access)
    {
        foreach (var queue in machine.Monitors.Ownership.Queues)
        {
            for (int head = 0; head < queue.Size; head++)
            {
                if (!Covers(queue, (ushort)head, access)) continue;
                int changed = Last(at - 1, draft => draft.Changes.Any(change => change.Device == queue.Device.Name && change.Number == queue.Number && change.Head == head));
                if (changed >= 0) return changed;
            }
        }
        return Last(at - 1, draft => draft.Changes.Count > 0);
    }

    /// <summary>Does a chain that begins here have the place, as a descriptor or as a buffer?</summary>
    static bool Covers(QueueWatch queue, ushort head, TraceDraft access)
    {
        if (queue.Owners[head] == Owner.Driver) return false;
        ushort id = head;
        for (int links = 0; links < queue.Size; links++, id = queue.Next[id])
        {
            ulong descriptor = queue.Descriptors + SplitDescriptor.Size * (ulong)id;
            if (Meets(access, descriptor, SplitDescriptor.Size) || Meets(access, queue.Address[id], queue.Length[id])) return true;
            if ((queue.Flags[id] & SplitDescriptor.Next) == 0 || queue.Next[id] >= queue.Size) return false;
        }
        return false;
    }

    static bool Meets(TraceDraft access, ulong address, uint length) => address < access.Address + (ulong)access.Width && access.Address < address + length;

    static string Words(TraceDraft draft)
    {
        var change = draft.Changes[^1];
        string chain = $"chain {change.Head}";
        return change.To switch
        {
            Owner.Available => $"{chain} is published here: from now on it belongs to the device",
            Owner.Device => $"the device takes {chain} here",
            Owner.Used => $"the device returns {chain} here",
            _ => $"{chain} is the driver's again from here on",
        };
    }

    // Registers

    int OtherOfRegister(int at, TraceDraft register)
    {
        int status = Last(at - 1, draft => draft.Target == register.Target && draft.IsRegister && draft.Kind != TraceKind.RegisterRead && draft.Name == nameof(MmioRegister.Status));
        int same = Last(at - 1, draft => draft.Target == register.Target && draft.IsRegister && draft.Name == register.Name);
        Add(status, "the last status that the driver wrote before it");
        if (same > status) Add(same, "the same register before it");
        return Math.Max(status, same);
    }

    // Pieces

    int LastOfOthers(int at)
    {
        int other = Last(at - 1, draft => (draft.IsAccess || draft.IsRegister) && !IsSameSide(draft, drafts[at]));
        Add(other, $"the last step of {(other < 0 ? "" : drafts[other].Agent)} before it");
        return other;
    }

    /// <summary>The driver on whatever CPU and its handlers are one side, each device is another.</summary>
    bool IsSameSide(TraceDraft one, TraceDraft other) => one.Agent == other.Agent || (IsDriver(one) && IsDriver(other));

    bool IsDriver(TraceDraft draft) => machine.Engine.Agents.Any(agent => agent.Name == draft.Agent && agent is CpuAgent or InterruptAgent);

    static bool IsStoreOf(TraceDraft draft, string name) => draft.Kind == TraceKind.Store && IsName(draft, name);

    /// <summary>With several queues, names begin with which.</summary>
    static bool IsName(TraceDraft draft, string name) => draft.Name == name || draft.Name.EndsWith(" " + name, StringComparison.Ordinal);

    int Last(int from, Predicate<TraceDraft> match)
    {
        for (int at = from; at >= 0; at--)
        {
            if (match(drafts[at])) return at;
        }
        return -1;
    }

    string Step(int number) => number >= first ? $"step {number - first}" : "an earlier step";

    void Add(int at, string words)
    {
        if (at >= 0) reasons.TryAdd(at, words);
    }

    TraceFailure Pair(int at, int other) => new(at, other) { Reasons = [.. reasons.Select(reason => new TraceReason(reason.Key, reason.Value))] };
}
