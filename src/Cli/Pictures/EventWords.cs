using Ringcheck.Models.Ownership;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Cli.Pictures;

/// <summary>An event in words: a label for where there is little room, and a sentence.</summary>
/// <param name="Label">A few words.</param>
/// <param name="Sentence">Who did what, without a full stop.</param>
internal sealed record EventWords(string Label, string Sentence)
{
    public static EventWords Of(TraceEvent each, IReadOnlyList<string> operations, string rule)
    {
        string label = each.Kind == TraceKind.Failure ? $"wrong: {rule}" : LabelOf(each, operations);
        return new(label, SentenceOf(each, label));
    }

    /// <summary>A sentence without what follows from it.</summary>
    public static string Short(string sentence) => sentence.Split(';')[0];

    static string LabelOf(TraceEvent each, IReadOnlyList<string> operations) => each.Kind switch
    {
        TraceKind.Load or TraceKind.RegisterRead => $"{each.Name} → {(each.Value.Length > 0 ? each.Value : "?")}{(each.IsStale ? " (old)" : "")}",
        TraceKind.Update => $"{each.Name}: {each.Value}, {each.Text}",
        TraceKind.Store or TraceKind.RegisterWrite => $"{each.Name} = {each.Value}",
        TraceKind.PostedWrite => $"{each.Name} = {each.Value}, on its way",
        TraceKind.Arrival => $"{each.Name} = {each.Value} arrives",
        TraceKind.Barrier => each.Order.Length > 0 ? each.Order : $"barrier: {each.Text}",
        TraceKind.InterruptRaised => $"raises {each.Name}",
        TraceKind.InterruptLowered => $"{each.Name} falls",
        TraceKind.InterruptTaken => "takes the interrupt",
        TraceKind.InterruptReturned => "returns from the handler",
        TraceKind.Masked => "masks interrupts",
        TraceKind.Unmasked => "unmasks interrupts",
        TraceKind.Wait => "waits for an interrupt",
        TraceKind.Poll => "polls",
        TraceKind.Woken => "goes on",
        TraceKind.ResetCompleted => "reset completed",
        TraceKind.Begins when each.Operation >= 0 && each.Operation < operations.Count => $"{each.Operation + 1}. {operations[each.Operation]}",
        TraceKind.Begins when each.Operation >= 0 => $"operation {each.Operation + 1}",
        _ => each.Text,
    };

    static string SentenceOf(TraceEvent each, string label)
    {
        string who = Who(each.Agent);
        string sentence = each.Kind switch
        {
            TraceKind.Load when each.Value.Length == 0 => $"{who} loads {Named(each)}",
            TraceKind.Load => $"{who} loads {Named(each)} and gets {each.Value}{(each.IsStale ? each.Before.Length > 0 ? $", an old value: {each.Before} is newer" : ", an old value" : "")}",
            TraceKind.Update => $"{who} finds {each.Value} in {Named(each)} and {each.Text}, in one step",
            TraceKind.Store => $"{who} stores {each.Value} to {Named(each)}{(each.Before.Length > 0 ? $", where {each.Before} was" : "")}",
            TraceKind.RegisterRead when each.Value.Length == 0 => $"{who} reads register {each.Name}",
            TraceKind.RegisterRead => $"{who} reads register {each.Name} and gets {each.Value}",
            TraceKind.RegisterWrite => $"{who} writes {each.Value} to register {each.Name}",
            TraceKind.PostedWrite => $"{who} writes {each.Value} to register {each.Name}, and the write is on its way",
            TraceKind.Arrival => $"the write of {each.Value} to {each.Name} arrives",
            TraceKind.Barrier => each.Order.Length > 0 ? $"{who}: {each.Order} ({each.Text})" : $"{who}: a barrier ({each.Text}), which this memory does not need",
            TraceKind.InterruptLowered => label,
            TraceKind.Maintenance => $"{who}: {each.Text}{(each.Name.Length > 0 ? $" ({each.Name})" : "")}",
            TraceKind.Wait or TraceKind.Poll => $"{who} {each.Text}",
            TraceKind.Prints => $"{who} prints: {each.Text}",
            TraceKind.Choice or TraceKind.Failure or TraceKind.TimePasses or TraceKind.Begins or TraceKind.ResetCompleted => each.Text.Length > 0 ? each.Text : label,
            _ => $"{who} {label}",
        };
        if (each is { Order.Length: > 0, Kind: TraceKind.Load or TraceKind.Store or TraceKind.Update }) sentence += $" ({each.Order})";
        if (each.PlacedBefore >= 0) sentence += $"; it takes its place before step {each.PlacedBefore}";
        return each.Changes.Aggregate(sentence, (text, change) => $"{text}; {Words(change)}");
    }

    static string Named(TraceEvent each) => each.Name.Length > 0 ? each.Name : $"0x{each.Address:x}";

    /// <summary>An agent as people call it.</summary>
    public static string Who(string agent)
    {
        int dot = agent.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0) return agent;
        string owner = agent[..dot];
        return agent[(dot + 1)..] switch
        {
            "irq" => $"{owner} (interrupt handler)",
            "timer" => $"the timer of {owner}",
            ['p', 'a', 't', 'h', ..] => $"the way to {owner}",
            "stores" => $"the store buffer of {owner}",
            _ => owner,
        };
    }

    /// <summary>A chain that changed hands.</summary>
    public static string Words(OwnerChange change) => change.To switch
    {
        Owner.Available => $"chain {change.Head} is published: it is the device's now",
        Owner.Device => $"the device takes chain {change.Head}",
        Owner.Used => $"the device returns chain {change.Head}",
        _ => $"chain {change.Head} is the driver's again",
    };
}
