using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Ringcheck.Devices;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Exploring;

/// <summary>How to explore, as the user asked for it.</summary>
/// <param name="Profile">Null for all profiles of a scenario.</param>
/// <param name="All">Everything there is, not only the default selection.</param>
internal sealed record ExplorationSettings(string Strategy, string Memory, string? Profile, ulong Seed, ExplorationBudget Budget, bool All)
{
    /// <summary>What this process does of it.</summary>
    public Shard Shard { get; init; } = Shard.Whole;
}

/// <summary>The options that <c>explore</c> and <c>museum</c> share.</summary>
internal sealed class ExplorationOptions
{
    /// <summary>Memories that can be asked for.</summary>
    public static IReadOnlyList<string> Memories { get; } = [.. MachineMemory.All.Select(memory => memory.Name)];

    const string DefaultMemory = "sc";

    /// <summary>More threads than this help nobody, and cost 16 MiB of stack each.</summary>
    public const int MostJobs = 1024;

    readonly Option<string> strategy = new("--strategy")
    {
        HelpName = string.Join('|', StrategyCatalog.Names),
        Description = "How chance decides",
        DefaultValueFactory = static _ => StrategyCatalog.Default,
    };

    readonly Option<long?> executions = new("--executions")
    {
        HelpName = "N",
        Description = $"Executions for each scenario and profile [default: {ExplorationBudget.Default:N0}; no limit if only --seconds is given]",
        CustomParser = static result => Number<long>(result, "--executions", 1),
    };

    readonly Option<double?> seconds = new("--seconds")
    {
        HelpName = "N",
        Description = "Time for each scenario and profile; results then depend on the speed of the machine",
        CustomParser = static result => Number(result, "--seconds", double.Epsilon),
    };

    readonly Option<ulong?> seed = new("--seed")
    {
        HelpName = "N",
        Description = "Seed of strategies that use chance [default: 0]",
        CustomParser = static result => Number<ulong>(result, "--seed", 0),
    };

    readonly Option<string?> profile = new("--profile")
    {
        HelpName = "P",
        Description = "How the device uses its freedom, for example strict, odd, qemu, hostile [default: each profile of a scenario]",
    };

    readonly Option<string?> memory;

    readonly Option<int?> jobs = new("--jobs")
    {
        HelpName = "N",
        Description = "Worker threads; results do not depend on it [default: one a processor]",
        CustomParser = static result => Number(result, "--jobs", 1, MostJobs),
    };

    readonly Option<bool> all;

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">Gets the options.</param>
    /// <param name="allMeans">What <c>--all</c> means for it.</param>
    /// <param name="memoryDefault">Which memory it uses if none is asked for, in words.</param>
    public ExplorationOptions(Command command, string allMeans, string memoryDefault = DefaultMemory)
    {
        memory = new("--memory") { HelpName = "M", Description = $"Memory of the machine: {string.Join(", ", Memories)} [default: {memoryDefault}]" };
        all = new("--all") { Description = allMeans };
        Option[] options = [strategy, executions, seconds, seed, profile, memory, jobs, all];
        foreach (var option in options) command.Add(option);
    }

    /// <summary>Throws <see cref="CommandException"/> for a strategy or a memory that does not exist.</summary>
    public ExplorationSettings Read(ParseResult parsed)
    {
        string wantedStrategy = parsed.GetValue(strategy)!, wantedMemory = parsed.GetValue(memory) ?? DefaultMemory;
        if (!StrategyCatalog.Has(wantedStrategy)) throw Nearest.Unknown("strategy", wantedStrategy, [.. StrategyCatalog.Names]);
        if (!Memories.Contains(wantedMemory))
            throw Nearest.Unknown("memory", wantedMemory, Memories);
        double? time = parsed.GetValue(seconds);
        long most = parsed.GetValue(executions) ?? (time is null ? ExplorationBudget.Default : long.MaxValue);
        var budget = new ExplorationBudget(most, time ?? double.PositiveInfinity, parsed.GetValue(jobs) ?? Environment.ProcessorCount);
        return new(wantedStrategy, wantedMemory, parsed.GetValue(profile), parsed.GetValue(seed) ?? 0, budget, parsed.GetValue(all));
    }

    /// <summary>A number within bounds, or one clear error.</summary>
    public static T? Number<T>(ArgumentResult result, string option, T least, T? most = null) where T : struct, System.Numerics.INumber<T>, System.Numerics.IMinMaxValue<T>
    {
        string text = result.Tokens[0].Value;
        if (T.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value)
            && value >= least && value <= (most ?? T.MaxValue)) return value;
        string wanted = typeof(T) == typeof(double) ? "a number above 0" : most is null ? $"a whole number, {least} or more" : $"a whole number from {least} to {most}";
        result.AddError($"{option} takes {wanted}, not '{text}'");
        return null;
    }
}
