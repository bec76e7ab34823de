using Ringcheck.Hal;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Devices;

/// <summary>
/// Why an execution on weak memory went wrong, for people: which two accesses were not ordered, who saw them the other way round, and what would order
/// them. Found as a critical cycle (<see cref="Diagnostician"/>) of the recorded execution.
/// </summary>
static class OrderingExplanation
{
    /// <summary>The critical cycle of the recorded execution. Of a load that may come late, events are those of <see cref="LateLoad.Record"/>.</summary>
    internal static Diagnosis Find(SimulatedMachine machine)
    {
        var audit = machine.Weak!.Audit;
        return audit.Late is { } late
            ? new Diagnostician(machine.Memory.Model).Explain(late.Record, late.Read)
            : new Diagnostician(machine.Memory.Model).Explain(audit.Record, audit.Unplain);
    }

    public static IReadOnlyList<string> Of(SimulatedMachine machine)
    {
        var audit = machine.Weak!.Audit;
        var found = Find(machine);
        if (found.Kind == DiagnosisKind.Inconsistent) return [];
        if (found.Kind == DiagnosisKind.SequentiallyConsistent) return [.. LateWrites(machine)];
        audit.Places.Want([.. found.Missing.SelectMany(order => new[] { order.Earlier, order.Later })]);
        List<string> lines = [];
        foreach (var order in found.Missing) lines.AddRange(Missing(machine, order));
        lines.Add("seen as a circle, in which each comes before the next:");
        foreach (var step in found.Cycle)
            lines.Add($"  {Thread(machine, audit.Record[step.Event].Thread)} {Access(machine, step.Event)}  [{step.Relation}: {Relation(step.Relation)}]");
        lines.AddRange(LateWrites(machine));
        return lines;
    }

    static IEnumerable<string> Missing(SimulatedMachine machine, MissingOrder order)
    {
        string kind = order.Kind switch
        {
            OrderKind.StoreStore => "W→W",
            OrderKind.StoreLoad => "W→R",
            OrderKind.LoadLoad => "R→R",
            _ => "R→W",
        };
        yield return $"missing order {kind} in {Thread(machine, order.Thread)}, as seen by {Thread(machine, order.Observer)}:";
        yield return $"  first  {Access(machine, order.Earlier)}{Place(machine, order.Earlier)}";
        yield return $"  then   {Access(machine, order.Later)}{Place(machine, order.Later)}";
        yield return $"  between the two: {Barrier(machine, order)}";
        if (Clause(machine, order) is { } clause) yield return $"  clause {clause}";
    }

    static string Place(SimulatedMachine machine, int id)
    {
        string place = machine.Weak!.Audit.Places.Of(id);
        return place.Length == 0 ? "" : $"  (in or below {place})"; // the compiler may have inlined what is below
    }

    static string Thread(SimulatedMachine machine, int thread) => machine.ThreadName(thread);

    static string Access(SimulatedMachine machine, int id)
    {
        var audit = machine.Weak!.Audit;
        ref readonly var access = ref audit.Record[id];
        if (audit.MessageAt(access.Address) is { } register)
            return machine.IsCpu(access.Thread)
                ? (access.IsWrite ? $"writes register {register}" : $"reads register {register}")
                : (access.IsWrite ? $"answers the read of {register}" : $"takes in the write to {register}");
        return $"{(access.IsWrite ? "stores" : "loads")} {AddressNames.Of(machine, access.Address).TrimEnd(',')}";
    }

    internal static string Barrier(SimulatedMachine machine, MissingOrder order)
    {
        if (!machine.IsCpu(order.Thread))
        {
            return order.Kind switch
            {
                OrderKind.StoreStore => "a store barrier in the device (DMB OSHST)",
                OrderKind.StoreLoad => "a full barrier in the device (DMB OSH)",
                _ => "a load barrier in the device (DMB OSHLD)",
            };
        }
        if (machine.IsCpu(order.Observer) && order.Kind != OrderKind.StoreLoad)
        {
            return order.Kind == OrderKind.StoreStore
                ? "a release (StoreRelease32, AtomicOrder.Release) at the second, as whoever gives a lock back makes"
                : "an acquire (LoadAcquire32, AtomicOrder.Acquire) at the first, as whoever takes a lock makes";
        }
        var audit = machine.Weak!.Audit;
        bool isDoorbell = audit.MessageAt(audit.Record[order.Later].Address) is not null, afterRegister = audit.MessageAt(audit.Record[order.Earlier].Address) is not null;
        var purpose = order.Kind switch
        {
            OrderKind.StoreStore => isDoorbell ? BarrierPurpose.BeforeDoorbell : BarrierPurpose.PublishToDevice,
            OrderKind.StoreLoad => BarrierPurpose.StoreThenLoad,
            _ => afterRegister ? BarrierPurpose.AfterRegisterRead : BarrierPurpose.ObserveFromDevice,
        };
        return $"Barrier({purpose}), that is {Instruction(BarrierMapping.AArch64(purpose))} on AArch64 and {Instruction(BarrierMapping.X86(purpose))} on x86";
    }

    internal static string Instruction(BarrierInstruction instruction) => instruction switch
    {
        BarrierInstruction.DmbStore => "DMB OSHST",
        BarrierInstruction.DmbLoad => "DMB OSHLD",
        BarrierInstruction.Dmb => "DMB OSH",
        BarrierInstruction.Mfence => "MFENCE",
        BarrierInstruction.None => "nothing",
        _ => instruction.ToString(),
    };

    /// <summary>The clause that asks for it, where there is one: the standard names two barriers of the driver.</summary>
    static string? Clause(SimulatedMachine machine, MissingOrder order)
    {
        if (!machine.IsCpu(order.Thread)) return null;
        var record = machine.Weak!.Audit.Record;
        if (order.Kind == OrderKind.StoreStore && AddressNames.Of(machine, record[order.Later].Address).StartsWith("avail.idx", StringComparison.Ordinal))
            return "split.driver.updating-idx.1 (virtio 1.4, 2.7.13.3.1)";
        if (order.Kind == OrderKind.StoreLoad && AddressNames.Of(machine, record[order.Earlier].Address).StartsWith("avail.idx", StringComparison.Ordinal))
            return "split.driver.notifying-device.1 (virtio 1.4, 2.7.13.4.1)";
        return null;
    }

    /// <summary>Why one access of the circle comes before the next.</summary>
    internal static string Relation(string name) => name switch
    {
        "rf" => "the next takes this value",
        "fr" => "it has the value from before the next",
        "co" => "the next overwrites it",
        "po" => "in the program only: nothing keeps this order",
        "po-loc" => "same location",
        _ => "this order is kept",
    };

    static IEnumerable<string> LateWrites(SimulatedMachine machine)
    {
        var late = machine.Weak!.LateWrites;
        string[] never = [.. machine.Posted.SelectMany(path => path.Registers)];
        if (late.Count > 0) yield return $"register writes that arrived late: {string.Join(", ", late)}";
        if (never.Length > 0) yield return $"register writes that are still on their way: {string.Join(", ", never)}";
        if (late.Count + never.Length > 0) yield return "  a read from the same device after the write makes sure that it has arrived";
    }
}
