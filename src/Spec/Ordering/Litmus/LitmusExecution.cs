namespace Ringcheck.Ordering.Litmus;

/// <summary>
/// An execution of a test, which is straight-line: which write each read took, and the coherence order of each location.
/// Reads and writes are numbered through all threads in turn; -1 is the initial write of a location.
/// </summary>
public sealed record LitmusExecution(int[] Sources, int[][] Coherence)
{
    /// <summary>Different for different executions of one test.</summary>
    public string Key => string.Join(',', Sources) + ";" + string.Join(';', Coherence.Select(static order => string.Join(',', order)));

    public LitmusExecution Copy() => new([.. Sources], [.. Coherence.Select(static order => order.ToArray())]);
}
