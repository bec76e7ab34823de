using System.Text;
using Ringcheck.Ordering.Litmus;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>An execution of a litmus test as <see cref="GraphRecorder.Text"/> writes graphs, made from the test alone.</summary>
static class GraphText
{
    public static string Of(LitmusProgram program, LitmusExecution execution)
    {
        var threads = program.Test.Threads;
        string[] names = new string[program.Writes];
        for (int thread = 0; thread < threads.Count; thread++)
        {
            int accesses = 0;
            for (int step = 0; step < threads[thread].Count; step++)
            {
                if (threads[thread][step].Reads) accesses++;
                if (threads[thread][step].Writes) names[program.WriteAt(thread, step)] = $"{thread}.{accesses++}";
            }
        }
        string Name(int write) => write < 0 ? "init" : names[write];
        var text = new StringBuilder();
        for (int thread = 0; thread < threads.Count; thread++)
        {
            text.Append('T').Append(thread);
            for (int step = 0; step < threads[thread].Count; step++)
            {
                var at = threads[thread][step];
                if (at.Reads) text.Append(' ').Append((char)('x' + at.Location)).Append('<').Append(Name(execution.Sources[program.ReadAt(thread, step)]));
                if (at.Writes) text.Append(' ').Append((char)('x' + at.Location)).Append(at.IsUpdate ? "=rmw" : "=");
            }
            text.Append(" | ");
        }
        for (int location = 0; location < execution.Coherence.Length; location++)
            text.Append((char)('x' + location)).Append(": ").AppendJoin(' ', execution.Coherence[location].Select(Name)).Append("; ");
        return text.ToString();
    }
}
