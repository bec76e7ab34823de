using Ringcheck.Exploration;
using Ringcheck.Museum;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>The kernel's cache maintenance, with a step left out, on a machine that needs it and on one that does not; and as it is shipped.</summary>
public sealed class CacheMutantTests
{
    const string File = "src/Kernel/Queues/DmaOwnership.cs";
    const string Give = "        => machine.MaintainCache(deviceWrites ? CacheOperation.CleanAndInvalidate : CacheOperation.Clean, buffer.Cpu, buffer.Length);";
    const string Take = "        if (deviceWrote)\n            machine.MaintainCache(CacheOperation.Invalidate, buffer.Cpu, buffer.Length);";

    static readonly ExhibitCompiler Compiler = new();

    public static TheoryData<string, string, string, string, string> Mutants => new()
    {
        // Asterinas 1b83729c4: data to be written was handed to the device without being cleaned.
        { Give, "    {\n        if (deviceWrites)\n            machine.MaintainCache(CacheOperation.CleanAndInvalidate, buffer.Cpu, buffer.Length);\n    }", "blk-polling", "strict", "cache/not-cleaned" },
        { Give, "        => machine.MaintainCache(CacheOperation.Invalidate, buffer.Cpu, buffer.Length);", "blk-polling", "strict", "cache/write-lost" },
        // OpenAMP 246540f, 7a11ad1: data received was looked at without being invalidated.
        { Take, "", "blk-read", "strict", "cache/not-invalidated" },
        { Take, "        if (!deviceWrote)\n            machine.MaintainCache(CacheOperation.Invalidate, buffer.Cpu, buffer.Length);", "blk-polling", "odd", "cache/not-invalidated" },
    };

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_step_that_is_left_out_is_found_where_devices_do_not_see_the_cache(string before, string after, string scenario, string profile, string violation)
    {
        using var mutant = Compiler.Compile(new()
        {
            Id = "CACHE",
            Title = "a step of cache maintenance left out",
            Source = "this test",
            Targets = [new(scenario, profile)],
            Edits = [new(File, before, after)],
        });
        Assert.Equal(violation, Explore(mutant.Catalog, scenario, profile, "arm-noncoherent"));
        Assert.Null(Explore(mutant.Catalog, scenario, profile, "arm"));
    }

    [Theory]
    [InlineData("blk-read", "strict")]
    [InlineData("blk-polling", "odd")]
    [InlineData("blk-batch", "strict")]
    [InlineData("blk-reset", "odd")]
    [InlineData("blk-errors", "strict")]
    [InlineData("blk-pooled", "strict")]
    [InlineData("blk-restart", "odd")]
    public void The_shipped_driver_keeps_all_of_it(string scenario, string profile)
        => Assert.Null(Explore(new ScenarioCatalog(), scenario, profile, "arm-noncoherent"));

    /// <summary>The first violation in 200 random executions.</summary>
    static string? Explore(IScenarioCatalog catalog, string name, string profile, string memory)
    {
        using var scenario = catalog.Create(name, profile, memory);
        var random = new RandomWalk(1);
        for (int i = 0; i < 200; i++)
        {
            random.Begin(i);
            if (Execution.Run(scenario, random) is { } violation) return violation.Key;
        }
        return null;
    }
}
