using Ringcheck.Ordering;
using Ringcheck.Ordering.Litmus;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>Small random programs: two or three threads, barriers, acquire and release, updates, dependencies. One for each seed.</summary>
static class RandomTests
{
    static readonly Fence[] Fences = [Fence.DmbFull, Fence.DmbLoad, Fence.DmbStore, Fence.DsbFull, Fence.DsbLoad, Fence.DsbStore, Fence.Isb];

    public static LitmusTest Make(int seed)
    {
        var random = new Random(seed);
        int threads = random.Next(2, 4), locations = random.Next(1, 4), value = 1;
        bool updates = random.Next(3) == 0;
        var code = Enumerable.Range(0, threads).Select(_ => Thread(random, locations, updates, ref value)).ToList();
        string[] names = [.. "xyz"[..locations].Select(name => name.ToString())];
        return new()
        {
            Name = $"random {seed}",
            Family = "random",
            Locations = names,
            Initial = new int[locations],
            Threads = code,
            Variables = [.. names.Select((name, location) => new LitmusVariable(name, location)),
                .. code.SelectMany((steps, thread) => steps.Where(step => step.Reads).Select(step => new LitmusVariable($"{thread}:r{step.Read}", -1, thread, step.Read)))],
        };
    }

    static List<LitmusStep> Thread(Random random, int locations, bool updates, ref int value)
    {
        List<LitmusStep> steps = [];
        int reads = 0;
        for (int k = random.Next(2, 5); k > 0; k--)
        {
            if (random.Next(4) == 0) steps.Add(new(LitmusKind.Fence, Fence: Fences[random.Next(Fences.Length)]));
            else if (reads > 0 && random.Next(6) == 0) steps.Add(new(LitmusKind.Branch, AddressFrom: random.Next(reads)));
            var kind = updates && random.Next(3) == 0 ? (random.Next(2) == 0 ? LitmusKind.Exchange : LitmusKind.Add)
                : random.Next(2) == 0 ? LitmusKind.Read : LitmusKind.Write;
            AccessOrder[] orders = kind switch
            {
                LitmusKind.Read => [AccessOrder.Acquire, AccessOrder.AcquirePc],
                LitmusKind.Write => [AccessOrder.Release],
                _ => [AccessOrder.Acquire, AccessOrder.Release, AccessOrder.AcquireRelease],
            };
            var step = new LitmusStep(kind, random.Next(locations), value++, random.Next(4) == 0 ? orders[random.Next(orders.Length)] : AccessOrder.Plain);
            if (reads > 0 && random.Next(4) == 0) step = step with { AddressFrom = random.Next(reads) };
            if (reads > 0 && step.Writes && random.Next(6) == 0) step = step with { DataFrom = random.Next(reads) };
            steps.Add(step.Reads ? step with { Read = reads++ } : step);
        }
        return steps;
    }
}
