namespace Ringcheck.Tests.Concurrency.Reduction;

/// <summary>Makes a failing program smaller: no thread and no instruction can be left out, and none made plainer, without that it passes.</summary>
static class SmallerProgram
{
    public static TestProgram Of(TestProgram program, Func<TestProgram, bool> fails)
    {
        var small = program with { Name = program.Name + ", smaller", Litmus = null };
        for (bool better = true; better;)
        {
            better = false;
            foreach (var candidate in Candidates(small))
            {
                if (!fails(candidate)) continue;
                (small, better) = (candidate, true);
                break;
            }
        }
        return small;
    }

    static IEnumerable<TestProgram> Candidates(TestProgram program)
    {
        for (int thread = 0; thread < program.Threads.Length; thread++)
        {
            yield return program with { Threads = [.. program.Threads.Where((_, other) => other != thread)] };
            var code = program.Threads[thread];
            for (int step = 0; step < code.Length; step++)
            {
                if (!IsUsed(code, step)) yield return With(program, thread, [.. code.Where((_, other) => other != step)]);
                foreach (var plainer in Plainer(code[step])) yield return With(program, thread, [.. code.Select((each, other) => other == step ? plainer : each)]);
            }
        }
    }

    static TestProgram With(TestProgram program, int thread, ProgramStep[] code)
        => program with { Threads = [.. program.Threads.Select((each, other) => other == thread ? code : each)] };

    static bool IsUsed(ProgramStep[] code, int step) => code[step].Keep >= 0 && Array.Exists(code, other => other.AddressFrom == code[step].Keep || other.DataFrom == code[step].Keep);

    static IEnumerable<ProgramStep> Plainer(ProgramStep step)
    {
        if (step.Order != 0) yield return step with { Order = 0 };
        if (step.Tells) yield return step with { Tells = false };
        if (step.OnlyIf) yield return step with { OnlyIf = false };
        if (step.Moves) yield return step with { Moves = false };
        if (step.Copies) yield return step with { Copies = false };
        if (step.DataFrom >= 0) yield return step with { DataFrom = -1 };
        if (step.AddressFrom >= 0 && step.Kind != StepKind.Branch) yield return step with { AddressFrom = -1 };
        if (step.Kind == StepKind.Wait) yield return step with { Kind = StepKind.Load };
    }
}
