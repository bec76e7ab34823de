using Ringcheck.Exploration;
using Ringcheck.Hal;
using Xunit;
using static Ringcheck.Tests.Concurrency.Devices.Rules.RuleBench;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>Memory that CPU and device share, both directions, and each barrier left out.</summary>
public sealed class MemoryOrderTests
{
    /// <summary>Slot, then index; the device reads index, then slot: index and slot as it saw them.</summary>
    [Theory]
    [InlineData("sc", false, false, "0 0 | 0 1 | 1 1")]
    [InlineData("tso", false, false, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", true, true, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", true, false, "0 0 | 0 1 | 1 0 | 1 1")]
    [InlineData("arm", false, true, "0 0 | 0 1 | 1 0 | 1 1")]
    [InlineData("arm-ordered-dma", true, false, "0 0 | 0 1 | 1 1")]
    [InlineData("arm-ordered-dma", false, false, "0 0 | 0 1 | 1 0 | 1 1")]
    public void A_new_index_comes_with_its_slot_if_both_sides_ask_for_it(string memory, bool publishes, bool ordersLoads, string outcomes)
        => Assert.Equal(outcomes, Outcomes(memory, bench =>
        {
            var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
            {
                uint index = await dma.Load<uint>(Y);
                if (ordersLoads) dma.OrderLoads();
                bench.See($"{index} {await dma.Load<uint>(X)}");
                return default;
            });
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(device.Command, 1);
                bench.Cpu.Store32(X, 1);
                if (publishes) bench.Cpu.Barrier(BarrierPurpose.PublishToDevice);
                bench.Cpu.Store32(Y, 1);
            };
        }));

    /// <summary>The other way: data, then used index. The same by acquire and release.</summary>
    [Theory]
    [InlineData("sc", false, false, "0 0 | 0 1 | 1 1")]
    [InlineData("tso", false, false, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", true, true, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", true, false, "0 0 | 0 1 | 1 0 | 1 1")]
    [InlineData("arm", false, true, "0 0 | 0 1 | 1 0 | 1 1")]
    public void What_the_device_returns_is_there_if_both_sides_ask_for_it(string memory, bool publishes, bool observes, string outcomes)
    {
        Assert.Equal(outcomes, Outcomes(memory, bench =>
        {
            var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
            {
                await dma.Store(X, 1u);
                if (publishes) dma.BeforePublishing();
                await dma.Store(Y, (ushort)1);
                return default;
            });
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(device.Command, 1);
                ushort index = bench.Cpu.Load16(Y);
                if (observes) bench.Cpu.Barrier(BarrierPurpose.ObserveFromDevice);
                bench.See($"{index} {bench.Cpu.Load32(X)}");
            };
        }));
        Assert.Equal(outcomes, Outcomes(memory, bench =>
        {
            var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
            {
                await dma.Store(X, 1u);
                await (publishes ? dma.StoreRelease(Y, (ushort)1) : dma.Store(Y, (ushort)1));
                return default;
            });
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(device.Command, 1);
                ushort index = observes ? bench.Cpu.LoadAcquire16(Y) : bench.Cpu.Load16(Y);
                bench.See($"{index} {bench.Cpu.Load32(X)}");
            };
        }));
    }

    /// <summary>Kick suppression in the small: each side stores its own word and reads the other's. Both reading 0 is the lost notification.</summary>
    [Theory]
    [InlineData("sc", false, false, false)]
    [InlineData("tso", true, true, false)]
    [InlineData("tso", true, false, true)]
    [InlineData("tso", false, true, true)]
    [InlineData("arm", true, true, false)]
    [InlineData("arm", true, false, true)]
    [InlineData("arm", false, true, true)]
    public void A_store_before_a_load_needs_a_full_barrier_on_both_sides(string memory, bool cpuFence, bool deviceFence, bool bothMiss)
    {
        string outcomes = Outcomes(memory, bench =>
        {
            uint cpu = 0, device = 0;
            var peripheral = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
            {
                await dma.Store(Y, 1u);
                if (deviceFence) dma.StoreThenLoad();
                device = await dma.Load<uint>(X);
                return default;
            });
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(peripheral.Command, 1);
                bench.Cpu.Store32(X, 1);
                if (cpuFence) bench.Cpu.Barrier(BarrierPurpose.StoreThenLoad);
                cpu = bench.Cpu.Load32(Y);
            };
            bench.AtRest = () => bench.See($"{cpu} {device}");
        });
        Assert.Equal(bothMiss ? "0 0 | 0 1 | 1 0 | 1 1" : "0 1 | 1 0 | 1 1", outcomes);
    }
}
