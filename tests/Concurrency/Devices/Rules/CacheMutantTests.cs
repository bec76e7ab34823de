using Ringcheck.Exploration;
using Ringcheck.Museum;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>
/// The kernel's cache maintenance with the wrong operation, on a machine that needs it and on one that does not; and as it is shipped. A step left out altogether is in the museum
/// (DMA-01, DMA-12).
/// </summary>
public sealed class CacheMutantTests
{
    const string File = "src/Kernel/Queues/DmaOwnership.cs";
    const string Give = "        machine.MaintainCache(deviceWrites ? CacheOperation.CleanAndInvalidate : CacheOperation.Clean, buffer.Cpu, buffer.Length);";
    const string Take = "        if (deviceWrote)\n            machine.MaintainCache(CacheOperation.Invalidate, buffer.Cpu, buffer.Length);";

    static readonly ExhibitCompiler Compiler = new();

    public static TheoryData<string, string, string, string, string> Mutants => new()
    {
        { Give, "        machine.MaintainCache(CacheOperation.Invalidate, buffer.Cpu, buffer.Length);", "blk-polling", "strict", "cache/write-lost" },
        { Take, "        if (!deviceWrote)\n            machine.MaintainCache(CacheOperation.Invalidate, buffer.Cpu, buffer.Length);", "blk-polling", "odd", "cache/not-invalidated" },
    };

    [Theory]
    [MemberData(nameof(Mutants))]
    public void A_wrong_operation_is_found_where_devices_do_not_see_the_cache(string before, string after, string scenario, string profile, string violation)
    {
        using var mutant = Compiler.Compile(new()
        {
            Id = "CACHE",
            Title = "a wrong operation of cache maintenance",
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

    /// <summary>The first violation in 100 random executions.</summary>
    static string? Explore(IScenarioCatalog catalog, string name, string profile, string memory)
    {
        using var scenario = catalog.Create(name, profile, memory);
        var random = new RandomWalk(1);
        for (int i = 0; i < 100; i++)
        {
            random.Begin(i);
            if (Execution.Run(scenario, random) is { } violation) return violation.Key;
        }
        return null;
    }
}
