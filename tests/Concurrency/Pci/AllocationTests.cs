using Ringcheck.Exploration;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>Executions over PCI allocate nothing, from the first look at the buses to the last request.</summary>
public sealed class AllocationTests
{
    [Theory]
    [InlineData("blk-pci")]
    [InlineData("blk-pci-pin")]
    [InlineData("blk-pci-bridge")]
    [InlineData("blk-pc")]
    [InlineData("blk-pc-legacy")]
    public void An_execution_allocates_nothing(string name)
    {
        using var scenario = new ScenarioCatalog().Create(name, "strict", "sc");
        var strategy = new RandomWalk(1);
        long allocated = 0;
        for (ulong run = 0; run < 200; run++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            strategy.Begin((long)run % 20); // the same twenty again and again: what pools and lists need, the first ones have made
            Assert.Null(Execution.Run(scenario, strategy));
            if (run >= 180) allocated += GC.GetAllocatedBytesForCurrentThread() - before;
        }
        Assert.Equal(0, allocated);
    }
}
