using System.Text;
using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;

namespace Ringcheck.Tests.Concurrency.Reduction;

enum StepKind : byte
{
    Load,
    Store,
    Exchange,
    Add,

    /// <summary>Compare-and-exchange, if it finds 0.</summary>
    Compare,

    /// <summary>Waits for a value that is not <see cref="ProgramStep.Value"/>.</summary>
    Wait,

    /// <summary>0 or 1, as the explorer likes.</summary>
    Choose,
    Fence,
    Branch,
}

/// <summary>One instruction. Reads of a thread are numbered from 0 by <see cref="Keep"/>; -1 stands for none. "Last" is what the thread last read or chose, 0 at first.</summary>
/// <param name="Kind">What it does; the other parameters apply where they make sense.</param>
/// <param name="Location">Index of the location.</param>
/// <param name="Value">What is written, added, or waited to change.</param>
/// <param name="Order">What the access orders by itself.</param>
/// <param name="Fence">Which barrier it is.</param>
/// <param name="Keep">Its number, if it reads.</param>
/// <param name="AddressFrom">The read that its address, or a branch, depends on.</param>
/// <param name="DataFrom">The read that the value written depends on.</param>
/// <param name="OnlyIf">Left out if last is 0.</param>
/// <param name="Moves">Goes to a location as many further as last says.</param>
/// <param name="Copies">Writes last + 1.</param>
/// <param name="Tells">The memory machine is told what <paramref name="OnlyIf"/>, <paramref name="Moves"/> and <paramref name="Copies"/> depend on.</param>
readonly record struct ProgramStep(StepKind Kind, int Location = -1, int Value = 0, AccessOrder Order = AccessOrder.Plain, Fence Fence = Fence.None, int Keep = -1,
    int AddressFrom = -1, int DataFrom = -1, bool OnlyIf = false, bool Moves = false, bool Copies = false, bool Tells = false)
{
    public bool Reads => Kind is StepKind.Load or StepKind.Exchange or StepKind.Add or StepKind.Compare or StepKind.Wait;

    public override string ToString()
    {
        var text = new StringBuilder();
        if (OnlyIf) text.Append("if last: ");
        text.Append(Kind);
        if (Kind == StepKind.Fence) return text.Append(' ').Append(Fence).ToString();
        if (Location >= 0) text.Append(' ').Append((char)('x' + Location));
        if (Moves) text.Append("+last");
        if (Copies) text.Append(" last+1");
        else if (Kind is not (StepKind.Load or StepKind.Choose or StepKind.Branch)) text.Append(Kind == StepKind.Wait ? " !=" : " ").Append(Value);
        if (Order != AccessOrder.Plain) text.Append(' ').Append(Order);
        if (AddressFrom >= 0) text.Append(" addr r").Append(AddressFrom);
        if (DataFrom >= 0) text.Append(" data r").Append(DataFrom);
        if (Tells) text.Append(" dep");
        return Keep >= 0 ? text.Append(" -> r").Append(Keep).ToString() : text.ToString();
    }
}

/// <summary>A few threads of straight or branching code over a few locations; each thread becomes a DMA master of a simulated machine.</summary>
sealed record TestProgram(string Name, int[] Initial, ProgramStep[][] Threads)
{
    /// <summary>The litmus test it was made of, or null.</summary>
    public LitmusTest? Litmus { get; init; }

    public static TestProgram Of(LitmusTest test) => new(test.Name, [.. test.Initial], [.. test.Threads.Select(code => code.Select(Of).ToArray())]) { Litmus = test };

    static ProgramStep Of(LitmusStep step) => new(step.Kind switch
    {
        LitmusKind.Read => StepKind.Load,
        LitmusKind.Write => StepKind.Store,
        LitmusKind.Exchange => StepKind.Exchange,
        LitmusKind.Add => StepKind.Add,
        LitmusKind.Fence => StepKind.Fence,
        _ => StepKind.Branch,
    }, step.Location, step.Value, step.Order, step.Fence, step.Read, step.AddressFrom, step.DataFrom);

    public override string ToString()
        => Name + string.Concat(Threads.Select((code, thread) => $"\n  T{thread}: " + string.Join("; ", code)));
}
