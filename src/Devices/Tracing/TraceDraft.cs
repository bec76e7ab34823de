using Ringcheck.Models.Tracing;

namespace Ringcheck.Devices;

/// <summary>An event while it may still change: a load's value, and who owns what after it, are known only later.</summary>
sealed class TraceDraft
{
    public required TraceKind Kind;
    public required string Agent;
    public uint Step;
    public int Lane = -1, Target = -1, Width, Source = -1, PlacedBefore = -1, Issue = -1, Operation = -1;
    public bool InHandler, IsStale;
    public ulong Address;
    public string Name = "", Value = "", Before = "", Order = "", Text = "", Choice = "", ChoiceKey = "", Held = "", Place = "";
    public IReadOnlyList<OwnerChange> Changes = [];
    public IReadOnlyList<int> Queues = [];

    public bool IsAccess => Kind is TraceKind.Load or TraceKind.Store or TraceKind.Update;

    public bool Stores => Kind is TraceKind.Store or TraceKind.Update;

    public bool IsRegister => Kind is TraceKind.RegisterRead or TraceKind.RegisterWrite or TraceKind.PostedWrite or TraceKind.Arrival;

    public bool Overlaps(TraceDraft other) => IsAccess && other.IsAccess && Address < other.Address + (ulong)other.Width && other.Address < Address + (ulong)Width;

    /// <summary>The event as it is handed over.</summary>
    /// <param name="number">Its number, once the <paramref name="first"/> events are left out.</param>
    public TraceEvent ToEvent(int number, int first) => new()
    {
        Number = number,
        Kind = Kind,
        Agent = Agent,
        Step = Step,
        Lane = Lane,
        Target = Target,
        InHandler = InHandler,
        Address = Address,
        Name = Name,
        Width = Width,
        Value = Value,
        Before = Before == Value ? "" : Before,
        Order = Order,
        Text = Text,
        Source = Math.Max(-1, Source - first),
        IsStale = IsStale,
        PlacedBefore = Math.Max(-1, PlacedBefore - first),
        Issue = Math.Max(-1, Issue - first),
        Choice = Choice,
        ChoiceKey = ChoiceKey,
        Held = Held,
        Operation = Operation,
        Place = Place,
        Changes = Changes,
        Queues = Queues,
    };
}
