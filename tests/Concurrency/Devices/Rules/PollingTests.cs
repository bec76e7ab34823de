using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Xunit;
using static Ringcheck.Tests.Concurrency.Devices.Rules.RuleBench;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>A polling loop that read an older value looks again: it is neither blocked for ever, nor does it read older values for ever.</summary>
public sealed class PollingTests
{
    static void Poll(SimMachine cpu, Func<bool> done)
    {
        var poll = cpu.BeginPoll(Deadline.Never);
        while (cpu.KeepPolling(ref poll, done()))
        {
        }
    }

    [Theory]
    [InlineData("sc")]
    [InlineData("tso")]
    [InlineData("arm")]
    [InlineData("arm-endpoint")]
    public void Memory_that_is_polled_is_seen_in_the_end(string memory) => Assert.Equal("1", Outcomes(memory, bench =>
    {
        var device = bench.Plug("device", StoreX);
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(device.Command, 1);
            Poll(bench.Cpu, () => bench.Cpu.Load32(X) == 1);
            bench.See($"{bench.Cpu.Load32(X)}");
            Assert.True(bench.Engine.Points < 40, "a loop that fails on an older value fails once for it");
        };
    }));

    static async DeviceTask<Nothing> StoreX(Peripheral device, DmaPort dma)
    {
        await dma.Store(X, 1u);
        return default;
    }

    /// <summary>The device is at rest when the loop begins, so that nothing will change any more: only another look helps.</summary>
    [Fact]
    public void An_older_value_does_not_block_the_loop_when_nothing_changes_any_more()
    {
        long older = 0;
        string outcomes = Outcomes("arm", bench =>
        {
            var device = bench.Plug("device", async DeviceTask<Nothing> (self, dma) =>
            {
                await dma.Store(X, 1u);
                self.StatusValue = 1;
                return default;
            });
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(device.Command, 1);
                Poll(bench.Cpu, () => bench.Cpu.ReadRegister32(device.Status) == 1);
                int looks = 0;
                Poll(bench.Cpu, () =>
                {
                    looks++;
                    return bench.Cpu.Load32(X) == 1;
                });
                bench.See($"{looks}");
                older = bench.Machine.Weak!.OlderLoads;
            };
        });
        Assert.Equal("1 | 2", outcomes);
        Assert.NotEqual(0, older);
    }

    /// <summary>Two words, written one after the other by two devices: each failed look may be at an older value of either.</summary>
    [Theory]
    [InlineData("tso")]
    [InlineData("arm")]
    public void Two_words_in_one_loop(string memory) => Assert.Equal("done", Outcomes(memory, bench =>
    {
        var first = bench.Plug("first", StoreX);
        var second = bench.Plug("second", async DeviceTask<Nothing> (_, dma) =>
        {
            await dma.Store(Y, 1u);
            return default;
        });
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(first.Command, 1);
            bench.Cpu.WriteRegister32(second.Command, 1);
            Poll(bench.Cpu, () => bench.Cpu.Load32(X) == 1 & bench.Cpu.Load32(Y) == 1);
            bench.See("done");
        };
    }));

    /// <summary>A write that is on its way is no reason to sleep for ever: it arrives when nobody else can go on.</summary>
    [Theory]
    [InlineData("tso")]
    [InlineData("arm")]
    public void A_doorbell_on_its_way_arrives_while_the_driver_polls_memory(string memory) => Assert.Equal("done", Outcomes(memory, bench =>
    {
        var (first, second) = (bench.Plug("first", StoreX), bench.Plug("second"));
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(first.Command, 1);
            bench.Cpu.WriteRegister32(second.Command, 1);
            Poll(bench.Cpu, () => bench.Cpu.Load32(X) == 1);
            bench.See("done");
        };
    }));

    /// <summary>What never changes is a lost notification, on weak memory as elsewhere, and not a loop without end.</summary>
    [Theory]
    [InlineData("sc")]
    [InlineData("arm")]
    public void A_value_that_never_comes_is_said_to_be_lost(string memory)
        => Assert.Equal("lost-notification/nobody-runs", Outcomes(memory, bench => bench.Do = () => Poll(bench.Cpu, () => bench.Cpu.Load32(X) == 1)));
}
