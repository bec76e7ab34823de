using Ringcheck.Hal;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>
/// Device-nR memory: writes to one peripheral arrive in program order, nothing orders those to two; a read from a peripheral comes after all that was written
/// to it. On weak machines each write may take its time.
/// </summary>
public sealed class RegisterWriteTests
{
    const string InOrder = "a1 b1", EitherOrder = "a1 b1 | b1 a1";

    [Theory]
    [InlineData("sc")]
    [InlineData("tso")]
    [InlineData("arm")]
    [InlineData("arm-endpoint")]
    public void To_one_peripheral_in_program_order(string memory) => Assert.Equal("a1 a2 a3", RuleBench.Outcomes(memory, bench =>
    {
        var a = bench.PlugNoting("a");
        bench.Do = () =>
        {
            for (uint i = 1; i <= 3; i++) bench.Cpu.WriteRegister32(a.Command, i);
        };
    }));

    [Theory]
    [InlineData("sc", "a1 b1 a2")]
    [InlineData("tso", "a1 a2 b1 | a1 b1 a2 | b1 a1 a2")]
    [InlineData("arm", "a1 a2 b1 | a1 b1 a2 | b1 a1 a2")]
    public void To_two_peripherals_in_any_order_that_keeps_each_of_them(string memory, string outcomes) => Assert.Equal(outcomes, RuleBench.Outcomes(memory, bench =>
    {
        var (a, b) = (bench.PlugNoting("a"), bench.PlugNoting("b"));
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(a.Command, 1);
            bench.Cpu.WriteRegister32(b.Command, 1);
            bench.Cpu.WriteRegister32(a.Command, 2);
        };
    }));

    /// <summary>A DMB orders what is observed, not arrival; a DSB waits for the acknowledgement, and only an endpoint's own says that it has arrived.</summary>
    [Theory]
    [InlineData("sc", BarrierPurpose.BeforeDoorbell, InOrder)]
    [InlineData("tso", BarrierPurpose.Everything, EitherOrder)]
    [InlineData("arm", BarrierPurpose.BeforeDoorbell, EitherOrder)]
    [InlineData("arm", BarrierPurpose.StoreThenLoad, EitherOrder)]
    [InlineData("arm", BarrierPurpose.Everything, EitherOrder)]
    [InlineData("arm-endpoint", BarrierPurpose.BeforeDoorbell, EitherOrder)]
    [InlineData("arm-endpoint", BarrierPurpose.StoreThenLoad, EitherOrder)]
    [InlineData("arm-endpoint", BarrierPurpose.Everything, InOrder)]
    public void A_barrier_between_two_peripherals_waits_for_arrival_only_where_the_endpoint_acknowledges(string memory, BarrierPurpose barrier, string outcomes)
        => Assert.Equal(outcomes, RuleBench.Outcomes(memory, bench =>
        {
            var (a, b) = (bench.PlugNoting("a"), bench.PlugNoting("b"));
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(a.Command, 1);
                bench.Cpu.Barrier(barrier);
                bench.Cpu.WriteRegister32(b.Command, 1);
            };
        }));

    [Theory]
    [InlineData("tso", true, InOrder)]
    [InlineData("tso", false, EitherOrder)]
    [InlineData("arm", true, InOrder)]
    [InlineData("arm", false, EitherOrder)]
    public void A_read_pushes_what_was_written_to_the_same_peripheral_and_to_no_other(string memory, bool same, string outcomes)
        => Assert.Equal(outcomes, RuleBench.Outcomes(memory, bench =>
        {
            var (a, b) = (bench.PlugNoting("a"), bench.PlugNoting("b"));
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(a.Command, 1);
                bench.Cpu.ReadRegister32((same ? a : b).Status);
                bench.Cpu.WriteRegister32(b.Command, 1);
            };
        }));

    [Theory]
    [InlineData("sc")]
    [InlineData("tso")]
    [InlineData("arm")]
    public void A_register_that_is_read_back_has_what_was_written_to_it(string memory) => Assert.Equal("7", RuleBench.Outcomes(memory, bench =>
    {
        var a = bench.Plug("a");
        bench.Do = () =>
        {
            bench.Cpu.WriteRegister32(a.Command, 7);
            bench.See($"{bench.Cpu.ReadRegister32(a.Command)}");
        };
    }));
}
