using Ringcheck.Exploration;
using Ringcheck.Hal;
using Xunit;
using static Ringcheck.Tests.Concurrency.Devices.Rules.RuleBench;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>Memory on one side, registers and interrupts on the other: what crosses needs order of its own.</summary>
public sealed class DoorbellTests
{
    /// <summary>N W; D W; the device reads what was written before its doorbell.</summary>
    [Theory]
    [InlineData("sc", null, "1")]
    [InlineData("tso", null, "1")]
    [InlineData("arm", null, "0 | 1")]
    [InlineData("arm-ordered-dma", null, "0 | 1")]
    [InlineData("arm", BarrierPurpose.ObserveFromDevice, "0 | 1")]
    [InlineData("arm", BarrierPurpose.BeforeDoorbell, "1")]
    [InlineData("arm", BarrierPurpose.StoreThenLoad, "1")]
    [InlineData("arm", BarrierPurpose.Everything, "1")]
    public void A_doorbell_shows_what_was_stored_before_it_if_a_barrier_says_so(string memory, BarrierPurpose? barrier, string outcomes)
        => Assert.Equal(outcomes, Outcomes(memory, bench =>
        {
            var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
            {
                bench.See($"{await dma.Load<uint>(X)}");
                return default;
            });
            bench.Do = () =>
            {
                bench.Cpu.Store32(X, 1);
                if (barrier is { } purpose) bench.Cpu.Barrier(purpose);
                bench.Cpu.WriteRegister32(device.Command, 1);
            };
        }));

    /// <summary>D R; N R: what a device wrote to memory comes with the answer of a register read, and only a barrier keeps a later load behind it.</summary>
    [Theory]
    [InlineData("sc", null, "0 0 | 0 1 | 1 1")]
    [InlineData("tso", null, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", null, "0 0 | 0 1 | 1 0 | 1 1")]
    [InlineData("arm-endpoint", null, "0 0 | 0 1 | 1 0 | 1 1")]
    [InlineData("arm", BarrierPurpose.BeforeDoorbell, "0 0 | 0 1 | 1 0 | 1 1")]
    [InlineData("arm", BarrierPurpose.AfterRegisterRead, "0 0 | 0 1 | 1 1")]
    public void A_load_after_a_register_read_is_new_if_a_barrier_says_so(string memory, BarrierPurpose? barrier, string outcomes)
        => Assert.Equal(outcomes, Outcomes(memory, bench =>
        {
            var device = bench.Plug("device", StoreThenSay);
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(device.Command, 1);
                uint status = bench.Cpu.ReadRegister32(device.Status);
                if (barrier is { } purpose) bench.Cpu.Barrier(purpose);
                bench.See($"{status} {bench.Cpu.Load32(X)}");
            };
        }));

    static async DeviceTask<Nothing> StoreThenSay(Peripheral device, Ringcheck.Devices.DmaPort dma)
    {
        await dma.Store(X, 1u);
        device.StatusValue = 1;
        return default;
    }

    /// <summary>A wire carries no order: what the device wrote may be on its way still. A message pushes it, and so does the answer of a register read.</summary>
    [Theory]
    [InlineData("sc", false, "1")]
    [InlineData("tso", false, "0 | 1")]
    [InlineData("tso", true, "1")]
    [InlineData("arm", false, "0 | 1")]
    [InlineData("arm-endpoint", false, "0 | 1")]
    [InlineData("arm-msi", false, "1")]
    [InlineData("arm", true, "1")]
    public void A_handler_may_see_old_data_if_the_interrupt_is_a_wire_and_no_register_was_read(string memory, bool readsRegister, string outcomes)
        => Assert.Equal(outcomes, Outcomes(memory, bench =>
        {
            var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
            {
                await dma.Store(X, 1u);
                bench.Line.Set(true, dma);
                return default;
            });
            bench.Handle = () =>
            {
                if (readsRegister)
                {
                    bench.Cpu.ReadRegister32(device.Status);
                    bench.Cpu.Barrier(BarrierPurpose.AfterRegisterRead);
                }
                bench.See($"{bench.Cpu.Load32(X)}");
                bench.Line.Set(false);
            };
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(device.Command, 1);
                bench.Cpu.WaitForInterrupt(Deadline.Never); // masked: woken all the same, and the handler runs once it is not
                bench.Cpu.UnmaskInterrupts();
            };
        }));

    /// <summary>
    /// What a message that was not taken yet will push is part of the state: of two ways to the same memory, the one whose message was sent before the store must be explored
    /// after the other.
    /// </summary>
    [Theory]
    [InlineData(Pruning.None)]
    [InlineData(Pruning.SeenStates)]
    public void A_message_that_was_sent_before_a_store_does_not_push_it(Pruning pruning) => Assert.Equal("0 | 1", Outcomes("arm-msi", bench =>
    {
        var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
        {
            bool early = bench.Engine.Choose(ChoiceKind.Device, 2) == 1;
            if (early) bench.Line.Set(true, dma);
            await dma.Store(X, 1u);
            if (!early) bench.Line.Set(true, dma);
            return default;
        });
        var other = bench.Plug("other");
        bench.Handle = () =>
        {
            bench.See($"{bench.Cpu.Load32(X)}");
            bench.Line.Set(false);
        };
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(device.Command, 1);
            bench.Cpu.WaitForInterrupt(Deadline.Never);
            bench.Cpu.WriteRegister32(other.Command, 1); // a choice, with the message on its way
            bench.Cpu.UnmaskInterrupts();
        };
    }, pruning));
}
