using Ringcheck.Exploration;
using Ringcheck.Museum;
using Ringcheck.Scenarios;
using Ringcheck.Tests.Coyote;

// Both engines on the same scenarios: first agreement where everything can be tried, then the museum side by side.
// coyote [--runtime coyote|stand-in|both] [--strategy S] [--executions N] [--seed N] [--write-table FILE] [agreement | EXHIBIT...]
// Exit code: 0 as expected, 1 the engines disagree, 2 bad usage, 3 the runtime controlled nothing or failed itself.
try
{
    return Comparison.Run(Options.Read(args)) ? 0 : 1;
}
catch (Exception exception) when (exception is ArgumentException or ExhibitException or FormatException or IOException)
{
    Console.Error.WriteLine($"coyote: {exception.Message}");
    return 2;
}
catch (UncontrolledException exception)
{
    Console.Error.WriteLine($"coyote: {exception.Message}");
    return 3;
}

internal sealed record Options(IReadOnlyList<IControlledRuntime> Runtimes, string Strategy, uint Executions, uint Seed, string? Document, bool OnlyAgreement, IReadOnlyList<string> Exhibits)
{
    public static Options Read(string[] arguments)
    {
        var options = new Options(Engines.Of(Engines.Default), "random", 2_000, 1, null, false, []);
        for (int i = 0; i < arguments.Length; i++)
        {
            string Value() => ++i < arguments.Length ? arguments[i] : throw new ArgumentException($"{arguments[i - 1]} takes a value");
            uint Number() => uint.TryParse(Value(), out uint number) && number > 0 ? number : throw new ArgumentException($"{arguments[i - 1]} takes a whole number, 1 or more, not '{arguments[i]}'");
            options = arguments[i] switch
            {
                "--runtime" => options with { Runtimes = Engines.Of(Value()) },
                "--strategy" => options with { Strategy = Value() },
                "--executions" => options with { Executions = Number() },
                "--seed" => options with { Seed = Number() },
                "--write-table" => options with { Document = Value() },
                "agreement" => options with { OnlyAgreement = true },
                var text when text.StartsWith('-') => throw new ArgumentException($"unknown option '{text}'"),
                var id => options with { Exhibits = [.. options.Exhibits, id] },
            };
        }
        return options;
    }
}

/// <summary>The runtimes that this program was built with.</summary>
internal static class Engines
{
#if COYOTE
    public const string Default = "coyote";

    static IControlledRuntime Coyote => new CoyoteRuntime();
#else
    public const string Default = "stand-in";

    static IControlledRuntime Coyote => throw new ArgumentException("this program was built without Microsoft.Coyote");
#endif

    public static IReadOnlyList<IControlledRuntime> Of(string name) => name switch
    {
        "coyote" => [Coyote],
        "stand-in" => [new StandInRuntime()],
        "both" => [new StandInRuntime(), Coyote],
        _ => throw new ArgumentException($"there is no runtime '{name}'; there are coyote, stand-in, both"),
    };
}

internal static class Comparison
{
    /// <summary>True if all is as expected.</summary>
    public static bool Run(Options options)
    {
        bool good = true;
        foreach (var runtime in options.Runtimes) good &= Agree(runtime, options);
        return options.OnlyAgreement ? good : Museum(options) && good;
    }

    static bool Agree(IControlledRuntime runtime, Options options)
    {
        var catalog = new ScenarioCatalog();
        bool good = true;
        foreach (var (name, profile) in SmallScenarios.All)
        {
            var agreement = Agreement.On($"{name} ({profile})", () => catalog.Create(name, profile, "sc"), runtime, options.Strategy, 50_000, options.Seed);
            Console.WriteLine($"{(agreement.Holds ? "agree   " : "DISAGREE")}  {agreement.Words}");
            good &= agreement.Holds;
        }
        return good;
    }

    static bool Museum(Options options)
    {
        var duels = new List<ExhibitDuel>();
        foreach (var exhibit in ExhibitCollection.Select(ExhibitCollection.Shipped(), options.Exhibits))
        {
            var duel = ExhibitDuel.On(exhibit, [.. options.Runtimes.Select(runtime => (runtime, options.Strategy))], options.Executions, options.Seed);
            duels.Add(duel);
            Console.WriteLine($"{exhibit.Id}: " + string.Join("; ", duel.Others.Prepend(duel.Ours)
                .Select(run => $"{run.Engine} on {run.Memory}: {run.Key ?? "nothing"} in {run.Executions:N0} executions, {run.Seconds:F2} s{(duel.IsAsExpected(run) ? "" : " (NOT AS EXPECTED)")}")));
        }
        if (options.Document is { } document) File.WriteAllText(document, DuelTable.Write(File.ReadAllText(document), duels));
        int missed = duels.Sum(duel => duel.Others.Count(run => !duel.IsAsExpected(run)));
        Console.WriteLine($"{duels.Count} exhibits, {duels.Count(duel => duel.NeedsWeakMemory)} of them need weak memory; {missed} searches of other engines were not as expected within {options.Executions:N0} executions");
        return duels.TrueForAll(duel => duel.Others.All(run => !duel.NeedsWeakMemory || duel.IsAsExpected(run)));
    }
}
