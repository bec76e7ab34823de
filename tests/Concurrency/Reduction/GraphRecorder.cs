using System.Text;
using Ringcheck.Exploration;
using Ringcheck.Ordering.Axioms;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// The graph of an execution (program order, reads-from, coherence, choices) so far, from its record: the same for all schedules that make it. As a hash for partial
/// graphs, of which there are many, and as text for whole ones.
/// </summary>
/// <remarks>Programs are deterministic: which events a thread makes, with what values, follows from what it read and chose.</remarks>
sealed class GraphRecorder(ProgramScenario scenario)
{
    readonly List<int>[] coherence = [.. scenario.Code.Initial.Select(_ => new List<int>())];
    int[] nameOf = new int[64];
    readonly int[] eventsOf = new int[scenario.Threads.Count];
    readonly List<int> words = [];

    /// <summary>Threads of the memory machine: the CPU is number 0, and in some programs nobody.</summary>
    int FirstThread => scenario.Threads[0].Number;

    ExecutionRecord Record => scenario.Machine.Weak!.Audit.Record;

    /// <summary>A hash of the graph so far, and of who is ready: a wait that saw the newest value in vain is no event, but has blocked its agent.</summary>
    public Fingerprint Hash()
    {
        Collect();
        var hasher = new StateHasher();
        hasher.Add(scenario.Engine.Ready);
        hasher.Add(scenario.Machine.Cpu.WaitsFor.Length == 0 ? 0UL : 1); // woken, and not yet at its next load
        foreach (int word in words) hasher.Add((ulong)word);
        return hasher.Result;
    }

    /// <summary>For example <c>T0 x=; y&lt;1.0 choose 1 | T1 ... | x: 0.0 1.2</c>: a store, a load of the first event of T1, a choice; then coherence orders.</summary>
    public string Text()
    {
        Collect();
        var text = new StringBuilder();
        for (int thread = 0; thread < eventsOf.Length; thread++)
        {
            text.Append('T').Append(thread);
            for (int id = 0; id < Record.Count; id++)
            {
                ref readonly var e = ref Record[id];
                if (!e.IsAccess || e.Thread != scenario.Threads[thread].Number || scenario.LeavesNothing(id)) continue;
                text.Append(' ').Append((char)('x' + ProgramThread.LocationAt(e.Address)));
                text.Append(e.IsRead ? '<' + Name(e.Source) : e.Pair >= 0 ? "=rmw" : "=");
            }
            if (scenario.Threads[thread].Choices is { Count: > 0 } choices) text.Append(" choose ").AppendJoin(' ', choices);
            text.Append(" | ");
        }
        for (int location = 0; location < coherence.Length; location++)
            text.Append((char)('x' + location)).Append(": ").AppendJoin(' ', coherence[location].Select(Name)).Append("; ");
        return text.ToString();
    }

    string Name(int id) => id < 0 ? "init" : $"{nameOf[id] >> 8}.{nameOf[id] & 255}";

    /// <summary>Thread, and place among its accesses, of each access; then sources by thread, choices, coherence orders.</summary>
    void Collect()
    {
        var events = Record.Events;
        if (nameOf.Length < events.Length) nameOf = new int[events.Length * 2];
        Array.Clear(eventsOf);
        foreach (var order in coherence) order.Clear();
        for (int id = 0; id < events.Length; id++)
        {
            ref readonly var e = ref events[id];
            if (!e.IsAccess) continue;
            int thread = e.Thread - FirstThread;
            nameOf[id] = thread << 8 | eventsOf[thread];
            if (!scenario.LeavesNothing(id)) eventsOf[thread]++;
            if (!e.IsWrite) continue;
            var order = coherence[ProgramThread.LocationAt(e.Address)];
            order.Insert(e.Before < 0 ? order.Count : order.IndexOf(e.Before), id);
        }
        words.Clear();
        for (int thread = 0; thread < eventsOf.Length; thread++)
        {
            words.Add(eventsOf[thread]);
            for (int id = 0; id < events.Length; id++)
            {
                if (events[id].IsRead && events[id].Thread == scenario.Threads[thread].Number) words.Add(events[id].Source < 0 ? -1 : nameOf[events[id].Source]);
            }
            words.Add(-2 - scenario.Threads[thread].Choices.Count);
            words.AddRange(scenario.Threads[thread].Choices);
        }
        foreach (var order in coherence)
        {
            words.Add(-order.Count);
            foreach (int id in order) words.Add(nameOf[id]);
        }
    }
}
