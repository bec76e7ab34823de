using Ringcheck.Ordering;

namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>
/// Small random programs, one for each seed: 2 or 3 threads of 2 to 4 accesses to 1 to 3 locations, some with waits, some with read-modify-writes; accesses that happen or
/// not and go to one place or another by what was read or chosen before. Straight-line ones are in Ordering/RandomTests.
/// </summary>
static class RandomPrograms
{
    static readonly Fence[] Fences = [Fence.DmbFull, Fence.DmbLoad, Fence.DmbStore, Fence.DsbStore, Fence.Isb];

    static readonly StepKind[] Updates = [StepKind.Exchange, StepKind.Add, StepKind.Compare];

    public static TestProgram Branching(int seed)
    {
        var random = new Random(seed);
        int threads = random.Next(2, 4), locations = random.Next(1, 4);
        bool waits = random.Next(2) == 0, updates = random.Next(2) == 0;
        return new($"random program, seed {seed}", new int[locations], [.. Enumerable.Range(0, threads).Select(_ => Thread(random, locations, waits, updates))]);
    }

    static ProgramStep[] Thread(Random random, int locations, bool waits, bool updates)
    {
        List<ProgramStep> steps = [];
        int reads = 0;
        for (int k = random.Next(2, 5); k > 0; k--)
        {
            if (random.Next(4) == 0) steps.Add(new(StepKind.Fence, Fence: Fences[random.Next(Fences.Length)]));
            int roll = random.Next(12), guard = random.Next(4);
            var step = roll switch
            {
                < 5 => new(StepKind.Load, Order: random.Next(2) == 0 ? AccessOrder.Acquire : AccessOrder.AcquirePc),
                5 when waits => new(StepKind.Wait, Value: random.Next(3) == 0 ? 1 : 0, Order: AccessOrder.Acquire),
                6 or 8 when updates => new(Updates[random.Next(Updates.Length)], Value: random.Next(3), Order: AccessOrder.AcquireRelease),
                7 => new(StepKind.Choose, OnlyIf: guard == 0),
                _ => new ProgramStep(StepKind.Store, Value: random.Next(3), Order: AccessOrder.Release, Copies: guard == 2),
            };
            if (step.Kind != StepKind.Choose)
            {
                step = step with { Location = random.Next(locations), OnlyIf = guard == 0, Moves = guard == 1, Tells = random.Next(2) == 0 };
                if (random.Next(3) != 0) step = step with { Order = AccessOrder.Plain };
                if (step.Reads) step = step with { Keep = reads++ };
            }
            steps.Add(step);
        }
        return [.. steps];
    }
}
