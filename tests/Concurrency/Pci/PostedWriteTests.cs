using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>PCI Express 4.0, 2.4.1 "Transaction Ordering Rules": memory writes are posted and keep their order, whichever BAR they go to; nothing non-posted passes them.</summary>
public sealed class PostedWriteTests
{
    const int Walks = 200;

    static PciBench Bench(out ScratchFunction function, string memory = "arm")
    {
        var bench = PciBench.Virt(MachineMemory.Of(memory));
        function = bench.Plug(0x10, 2, [PciBench.Memory(0x1000), PciBench.Io(0x20), PciBench.Wide(0x4000), PciBench.None, PciBench.Memory(0x1000)], vectors: 1);
        return bench;
    }

    static RegisterBlock Map(PciBench bench, int bar)
    {
        Assert.Equal(DriverStatus.Ok, bench.Info.Map(bench.Entry(0x10), bar, out RegisterBlock block));
        return block;
    }

    [Fact]
    public void Writes_to_the_bars_of_one_function_arrive_in_order_and_may_be_late()
    {
        using var bench = Bench(out var function);
        bool wasLate = false;
        for (ulong seed = 1; seed <= Walks; seed++)
        {
            bench.Run(machine =>
            {
                bench.Info.Initialise(machine, bench.Table);
                for (uint i = 0; i < 6; i++) Map(bench, i % 2 == 0 ? 2 : 4).Write32(machine, 4 * i, i);
                wasLate |= function.Written.Count < 6;
            }, new RandomWalk(seed));
            Assert.Equal([0UL, 1, 2, 3, 4, 5], function.Written.Select(write => write.Value));
        }
        Assert.True(wasLate);
    }

    [Fact]
    public void Configuration_and_io_push_what_is_on_its_way_to_the_function_and_are_there_at_once()
    {
        using var bench = Bench(out var function);
        bool wasLate = false;
        for (ulong seed = 1; seed <= Walks; seed++)
        {
            bench.Run(machine =>
            {
                bench.Info.Initialise(machine, bench.Table);
                Map(bench, 2).Write32(machine, 0, 1);
                wasLate |= function.Written.Count == 0;
                bench.Info.Config.Read32(machine, new(0, 2, 0), PciRegister.VendorId);
                Assert.Single(function.Written);
                Map(bench, 2).Write32(machine, 0, 2);
                Map(bench, 1).Write32(machine, 0, 3);
                Assert.Equal([1UL, 2, 3], function.Written.Select(write => write.Value));
                Map(bench, 4).Write32(machine, 0, 4);
                bench.Info.Config.Write16(machine, new(0, 2, 0), PciRegister.Command, 0);
                Assert.Equal(4, function.Written.Count);
                Assert.Equal(0, bench.Info.Config.Read16(machine, new(0, 2, 0), PciRegister.Command));
            }, new RandomWalk(seed));
        }
        Assert.True(wasLate);
    }

    [Theory]
    [InlineData("arm", true)]
    [InlineData("tso", true)]
    [InlineData("arm", false)] // the same without what the message brings along: then the word may be old
    public void A_message_pushes_what_the_function_wrote_before_it(string memory, bool takesMessage)
    {
        using var bench = Bench(out var function, memory);
        var word = new CpuAddress(SimulatedMachine.RamBase + 0x100);
        uint seen = 0;
        bool isTaken = false, wasOld = false;
        bench.Machine.Monitors.JudgeDevices = false; // nobody told it that this word is the function's
        for (ulong seed = 1; seed <= Walks; seed++)
        {
            bench.Run(machine =>
            {
                bench.Info.Initialise(machine, bench.Table);
                bench.Table.EnableBusMaster(machine, bench.Info.Config, bench.Place(0x10));
                Assert.Equal(DriverStatus.Ok, Msix.Open(machine, bench.Info, bench.Entry(0x10), out Msix msix));
                Assert.Equal(DriverStatus.Ok, msix.Enable(machine));
                msix.SetVector(machine, 0, new(0xFEE0_0000), 1);
                msix.Unmask(machine, 0);
                bench.Machine.Cpu.Handler = () =>
                {
                    if (takesMessage) bench.Machine.Monitors.HandlerEntered();
                    Assert.NotEqual(0UL, bench.Machine.Interrupts.TakeMessages());
                    seen = machine.Load32(word);
                    isTaken = true;
                };
                isTaken = false;
                function.Start(new(word.Value), 0xABCD, 0);
                while (!isTaken)
                {
                    machine.WaitForInterrupt(Deadline.Never);
                    machine.UnmaskInterrupts();
                    machine.MaskInterrupts();
                }
                wasOld |= seen != 0xABCD;
            }, new RandomWalk(seed));
        }
        Assert.Equal(!takesMessage, wasOld);
    }

    [Fact]
    public void An_execution_folds_and_replays_the_same()
    {
        using var bench = Bench(out _);
        List<int> counts = [];
        for (int time = 0; time < 2; time++)
        {
            bench.Run(machine =>
            {
                bench.Info.Initialise(machine, bench.Table);
                counts.Add(bench.Table.Count);
            }, new RandomWalk(7));
            counts.Add((int)bench.Engine.Points);
        }
        Assert.Equal(counts[..2], counts[2..]);
    }
}
