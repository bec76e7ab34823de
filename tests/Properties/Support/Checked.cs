using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Microsoft.FSharp.Collections;
using Microsoft.FSharp.Core;
using Ringcheck.Exploration;
using Xunit;
using TestResult = FsCheck.TestResult;

namespace Ringcheck.Tests.Properties;

/// <summary>What a sequence did wrong.</summary>
/// <param name="Rule">Which check, in a few words.</param>
/// <param name="Message">What happened.</param>
public sealed record Broken(string Rule, string Message);

/// <summary>A property of sequences of operations: how to make, run, shrink and tell one.</summary>
/// <param name="Name">For the report.</param>
/// <param name="Sequences">Where sequences come from; any subsequence of one is a sequence too.</param>
/// <param name="Run">Carries one out: null if it holds.</param>
/// <param name="Simpler">Simpler operations in place of one, simplest first.</param>
/// <param name="Merge">One operation in place of two, or null.</param>
/// <param name="Describe">An operation in the standard's words.</param>
public sealed record SequenceProperty(string Name, Gen<Operation[]> Sequences, Func<IReadOnlyList<Operation>, Broken?> Run,
    Func<Operation, IEnumerable<Operation>> Simpler, Func<Operation, Operation, Operation?> Merge, Func<Operation, string> Describe)
{
    /// <inheritdoc cref="SequenceShrinker{T}.InsteadOf"/>
    public Func<Operation, IEnumerable<Operation>>? InsteadOf { get; init; }

    /// <inheritdoc cref="SequenceShrinker{T}.Order"/>
    public Comparison<Operation>? Order { get; init; }
}

/// <summary>A failing sequence, as found and as shrunk.</summary>
public sealed record Counterexample(IReadOnlyList<Operation> Found, IReadOnlyList<Operation> Shrunk, Broken Broken, int Tests, int ShrinkExecutions, string Seed);

/// <summary>
/// FsCheck's way into this project: it generates and is the entry point; carrying out and shrinking are ours (its list shrinker stalls,
/// and goes on after the first failure). Seeds are fixed, so that each run does the same; RINGCHECK_SEED (as a failure prints it)
/// replaces them, and RINGCHECK_TESTS multiplies how many sequences are tried.
/// </summary>
public static class Checked
{
    const ulong PlainSeed = 0x5EED_0000_0001, PlainGamma = 0x9E37_79B9_7F4A_7C15;

    /// <summary>Fails the test with a shrunk counterexample and its seed if the property does not hold.</summary>
    public static void Sequences(SequenceProperty property, int tests)
    {
        if (Find(property, tests) is { } found) Assert.Fail(Report(property, found));
    }

    /// <summary>The first counterexample, shrunk, or null.</summary>
    /// <param name="property">What to check.</param>
    /// <param name="tests">Sequences to try.</param>
    /// <param name="seed">0: the plain one, or that of the environment.</param>
    /// <param name="startSize">Size of the first sequence; the last has 100.</param>
    public static Counterexample? Find(SequenceProperty property, int tests, ulong seed = 0, int startSize = 2)
    {
        if (FirstFailure(property.Name, property.Sequences, sequence => property.Run(sequence) is null, tests, seed, startSize) is not { } failure) return null;
        var failing = failure.Value;
        var shrinker = new SequenceShrinker<Operation>(candidate => property.Run(candidate) is not null, property.Simpler, property.Merge)
        {
            InsteadOf = property.InsteadOf,
            Order = property.Order,
        };
        var shrunk = shrinker.Shrink(failing);
        var broken = property.Run(shrunk) ?? throw new InvalidOperationException($"{property.Name}: the shrunk sequence does not fail again, so that chance is not in the seed");
        return new(failing, shrunk, broken, failure.Tests, shrinker.Executions, failure.Seed);
    }

    /// <summary>A value for which a property does not hold, as FsCheck found it.</summary>
    public sealed record Failure<T>(T Value, int Tests, string Seed);

    /// <summary>The first failure, or null. FsCheck is given nothing to shrink with: that is the caller's.</summary>
    public static Failure<T>? FirstFailure<T>(string name, Gen<T> values, Func<T, bool> holds, int tests, ulong seed = 0, int startSize = 2)
        where T : notnull
    {
        T? failing = default;
        bool hasFailed = false;
        var capture = new Capture();
        Check.One(Configuration(tests, seed).WithStartSize(startSize).WithRunner(capture), Prop.ForAll(Arb.From(values), value =>
        {
            if (holds(value)) return true;
            if (!hasFailed) failing = value;
            hasFailed = true;
            return false;
        }));
        return capture.Result switch
        {
            TestResult.Passed => null,
            TestResult.Failed failed when hasFailed => new(failing!, failed.Item1.NumberOfTests, string.Create(CultureInfo.InvariantCulture, $"{failed.Item6.Seed},{failed.Item6.Gamma},{failed.Item7}")),
            TestResult.Failed { Item5: var outcome } => throw new InvalidOperationException($"{name}: {outcome}"),
            _ => throw new InvalidOperationException($"{name}: FsCheck found too few values to try"),
        };
    }

    /// <summary>The sequence that a seed stands for.</summary>
    public static IReadOnlyList<Operation> Replay(SequenceProperty property, string seed)
    {
        IReadOnlyList<Operation> sequence = [];
        Check.One(WithSeed(Config.Quick, seed).WithRunner(new Capture()), Prop.ForAll(Arb.From(property.Sequences), generated =>
        {
            sequence = generated;
            return true;
        }));
        return sequence;
    }

    public static string Report(SequenceProperty property, Counterexample found)
    {
        var lines = new List<string>
        {
            $"{property.Name}: {found.Broken.Rule}: {found.Broken.Message}",
            $"after {found.Tests} tests; {found.Found.Count} operations, shrunk to {found.Shrunk.Count} in {found.ShrinkExecutions} executions:",
        };
        lines.AddRange(found.Shrunk.Select((operation, i) => $"  {i + 1}. {property.Describe(operation)}"));
        lines.Add("as a literal: [" + string.Join(", ", found.Shrunk.Select(Literal)) + "]");
        lines.Add($"replay the sequence as found: RINGCHECK_SEED={found.Seed} and this test");
        return string.Join('\n', lines);
    }

    /// <summary>A property of one value. FsCheck's own shrinker is good at those.</summary>
    public static void Values<T>(string name, Gen<T> values, Func<T, bool> holds, int tests = 1_000) => Law(name, Arb.From(values), holds, tests);

    /// <inheritdoc cref="Values"/>
    public static void Law<T>(string name, Arbitrary<T> values, Func<T, bool> holds, int tests = 1_000)
    {
        if (Refuted(values, holds, tests) is { } text) Assert.Fail($"{name}: {text}");
    }

    /// <summary>What FsCheck says if a law does not hold, or null.</summary>
    public static string? Refuted<T>(Arbitrary<T> values, Func<T, bool> holds, int tests = 1_000)
    {
        var capture = new Capture();
        Check.One(Configuration(tests, 0).WithRunner(capture), Prop.ForAll(values, holds));
        return capture.Result switch
        {
            TestResult.Passed => null,
            TestResult.Failed failed => string.Create(CultureInfo.InvariantCulture,
                $"does not hold for {failed.Item3.Head} (found as {failed.Item2.Head}, after {failed.Item1.NumberOfTests} tests); RINGCHECK_SEED={failed.Item6.Seed},{failed.Item6.Gamma},{failed.Item7}"),
            _ => "FsCheck found too few values to try",
        };
    }

    static string Literal(Operation operation) => $"new({operation.Code}, {operation.A}, {operation.B}, {operation.C})";

    static Config Configuration(int tests, ulong seed)
    {
        var config = Config.Quick.WithMaxTest(tests * Multiplier).WithStartSize(2).WithEndSize(100);
        if (seed != 0) return config.WithReplay(seed, PlainGamma);
        return Environment.GetEnvironmentVariable("RINGCHECK_SEED") is { Length: > 0 } text ? WithSeed(config, text) : config.WithReplay(PlainSeed, PlainGamma);
    }

    /// <summary>"seed", "seed,gamma", or "seed,gamma,size", which is one sequence.</summary>
    static Config WithSeed(Config config, string text)
    {
        ulong[] parts = [.. text.Split(',').Select(part => ulong.Parse(part, CultureInfo.InvariantCulture))];
        return parts.Length switch
        {
            1 => config.WithReplay(parts[0], PlainGamma),
            2 => config.WithReplay(parts[0], parts[1]),
            _ => config.WithMaxTest(1).WithReplay(parts[0], parts[1], (int)parts[2]),
        };
    }

    static int Multiplier => int.TryParse(Environment.GetEnvironmentVariable("RINGCHECK_TESTS"), CultureInfo.InvariantCulture, out int times) ? times : 1;

    sealed class Capture : IRunner
    {
        public TestResult? Result { get; private set; }

        public void OnStartFixture(Type t)
        {
        }

        public void OnArguments(int ntest, FSharpList<object> args, FSharpFunc<int, FSharpFunc<FSharpList<object>, string>> every)
        {
        }

        public void OnShrink(FSharpList<object> args, FSharpFunc<FSharpList<object>, string> everyShrink)
        {
        }

        public void OnFinished(string name, TestResult testResult) => Result = testResult;
    }
}
