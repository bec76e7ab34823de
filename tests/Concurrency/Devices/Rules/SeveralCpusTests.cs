using Ringcheck.Exploration;
using Ringcheck.Hal;
using Xunit;
using static Ringcheck.Tests.Concurrency.Devices.Rules.RuleBench;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>Several CPUs on one memory: each with views of its own, updates that nothing comes between, register writes that a lock keeps apart.</summary>
public sealed class SeveralCpusTests
{
    static string On(string memory, Action<RuleBench> build, int cpus = 2) => Outcomes(memory, build, cpus: cpus);

    /// <summary>Data, then flag; the other CPU reads flag, then data.</summary>
    [Theory]
    [InlineData("sc", false, false, "0 0 | 0 1 | 1 1")]
    [InlineData("tso", false, false, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", true, true, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", true, false, "0 0 | 0 1 | 1 0 | 1 1")]
    [InlineData("arm", false, true, "0 0 | 0 1 | 1 0 | 1 1")]
    public void A_message_arrives_whole_if_one_releases_and_the_other_acquires(string memory, bool releases, bool acquires, string outcomes)
        => Assert.Equal(outcomes, On(memory, bench =>
        {
            bench.Do = () =>
            {
                bench.Cpu.Store32(X, 1);
                if (releases) bench.Cpu.StoreRelease32(Y, 1);
                else bench.Cpu.StoreRelaxed32(Y, 1);
            };
            bench.DoOnOthers = [() =>
            {
                uint flag = acquires ? bench.Cpu.LoadAcquire32(Y) : bench.Cpu.LoadRelaxed32(Y);
                bench.See($"{flag} {bench.Cpu.Load32(X)}");
            }];
        }));

    /// <summary>The same where the flag is an update: its order is what it was asked for, and a locked instruction orders everything.</summary>
    [Theory]
    [InlineData("sc", AtomicOrder.Relaxed, AtomicOrder.Relaxed, false)]
    [InlineData("tso", AtomicOrder.Relaxed, AtomicOrder.Relaxed, false)]
    [InlineData("arm", AtomicOrder.Release, AtomicOrder.Acquire, false)]
    [InlineData("arm", AtomicOrder.AcquireRelease, AtomicOrder.AcquireRelease, false)]
    [InlineData("arm", AtomicOrder.Release, AtomicOrder.Relaxed, true)]
    [InlineData("arm", AtomicOrder.Acquire, AtomicOrder.Acquire, true)]
    public void Updates_order_what_they_are_asked_to(string memory, AtomicOrder gives, AtomicOrder takes, bool isTorn)
        => Assert.Equal(isTorn ? "0 0 | 0 1 | 1 0 | 1 1" : "0 0 | 0 1 | 1 1", On(memory, bench =>
        {
            bench.Do = () =>
            {
                bench.Cpu.Store32(X, 1);
                bench.Cpu.Exchange32(Y, 1, gives);
            };
            bench.DoOnOthers = [() =>
            {
                uint flag = bench.Cpu.FetchAdd32(Y, 5, takes);
                bench.See($"{flag} {bench.Cpu.Load32(X)}");
            }];
        }));

    /// <summary>A comparison that fails is a load: it acquires, if asked, and a locked one is a full barrier.</summary>
    [Theory]
    [InlineData("tso", AtomicOrder.Relaxed, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", AtomicOrder.Acquire, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", AtomicOrder.AcquireRelease, "0 0 | 0 1 | 1 1")]
    [InlineData("arm", AtomicOrder.Release, "0 0 | 0 1 | 1 0 | 1 1")]
    public void A_failed_comparison_only_loads(string memory, AtomicOrder order, string outcomes)
        => Assert.Equal(outcomes, On(memory, bench =>
        {
            bench.Do = () =>
            {
                bench.Cpu.Store32(X, 1);
                bench.Cpu.StoreRelease32(Y, 1);
            };
            bench.DoOnOthers = [() =>
            {
                uint flag = bench.Cpu.CompareExchange32(Y, expected: 7, value: 9, order);
                bench.See($"{flag} {bench.Cpu.Load32(X)}");
            }];
            bench.AtRest = () => Assert.Equal(1u, bench.Machine.Ram.Load<uint>(((CpuAddress)Y).Value));
        }));

    /// <summary>Each stores its own word and reads the other's: both read 0 unless a full barrier, or a locked instruction, stands between.</summary>
    [Theory]
    [InlineData("sc", false, "0 1 | 1 0 | 1 1")]
    [InlineData("tso", false, "0 0 | 0 1 | 1 0 | 1 1")]
    [InlineData("tso", true, "0 1 | 1 0 | 1 1")]
    [InlineData("arm", true, "0 1 | 1 0 | 1 1")]
    public void Store_then_load_between_two_cpus(string memory, bool updates, string outcomes)
    {
        uint first = 0, second = 0;
        Assert.Equal(outcomes, On(memory, bench =>
        {
            uint Look(CpuAddress own, CpuAddress other, CpuAddress scratch)
            {
                bench.Cpu.Store32(own, 1);
                if (updates) bench.Cpu.Exchange32(scratch, 1, AtomicOrder.AcquireRelease);
                return bench.Cpu.Load32(other);
            }
            bench.Do = () => first = Look(X, Y, Z);
            bench.DoOnOthers = [() => second = Look(Y, X, new Word(192))];
            bench.AtRest = () => bench.See($"{first} {second}");
        }));
    }

    [Theory]
    [InlineData("sc", true, "3")]
    [InlineData("tso", true, "3")]
    [InlineData("arm", true, "3")]
    [InlineData("sc", false, "1 | 2 | 3")]
    [InlineData("arm", false, "1 | 2 | 3")]
    public void Nothing_comes_between_the_halves_of_an_update(string memory, bool isUpdate, string outcomes)
        => Assert.Equal(outcomes, On(memory, bench =>
        {
            void Add(uint value)
            {
                if (isUpdate) bench.Cpu.FetchAdd32(X, value, AtomicOrder.Relaxed);
                else bench.Cpu.StoreRelaxed32(X, bench.Cpu.LoadRelaxed32(X) + value);
            }
            bench.Do = () => Add(1);
            bench.DoOnOthers = [() => Add(2)];
            bench.AtRest = () => bench.See($"{bench.Machine.Ram.Load<uint>(((CpuAddress)X).Value)}");
        }));

    [Theory]
    [InlineData("sc")]
    [InlineData("tso")]
    [InlineData("arm")]
    public void One_comparison_of_three_wins(string memory)
        => Assert.Equal("1 | 2 | 3", On(memory, bench =>
        {
            void Claim(uint name)
            {
                if (bench.Cpu.CompareExchange32(X, 0, name, AtomicOrder.Relaxed) == 0) bench.See($"{name}");
            }
            bench.Do = () => Claim(1);
            bench.DoOnOthers = [() => Claim(2), () => Claim(3)];
        }, cpus: 3));

    /// <summary>A register write, then a flag; the other CPU waits for the flag and writes the same register.</summary>
    [Theory]
    [InlineData("sc", false, "a1 a2")]
    [InlineData("tso", false, "a1 a2")]
    [InlineData("arm", true, "a1 a2")]
    [InlineData("arm", false, "a1 a2 | a2 a1")]
    public void A_release_keeps_register_writes_of_two_cpus_apart(string memory, bool releases, string outcomes)
        => Assert.Equal(outcomes, On(memory, bench =>
        {
            var peripheral = bench.PlugNoting("a");
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(peripheral.Command, 1);
                if (releases) bench.Cpu.StoreRelease32(X, 1);
                else bench.Cpu.StoreRelaxed32(X, 1);
            };
            bench.DoOnOthers = [() =>
            {
                var poll = bench.Cpu.BeginPoll(Deadline.Never);
                while (bench.Cpu.KeepPolling(ref poll, done: bench.Cpu.LoadAcquire32(X) == 1))
                {
                }
                bench.Cpu.WriteRegister32(peripheral.Command, 2);
            }];
        }));

    /// <summary>Without anything between them, two CPUs' writes arrive in either order, each CPU's own in the order in which it made them.</summary>
    [Theory]
    [InlineData("tso")]
    [InlineData("arm")]
    public void Register_writes_of_one_cpu_keep_their_order(string memory)
        => Assert.Equal("a1 a2 a3 | a1 a3 a2 | a3 a1 a2", On(memory, bench =>
        {
            var peripheral = bench.PlugNoting("a");
            bench.Do = () =>
            {
                bench.Cpu.WriteRegister32(peripheral.Command, 1);
                bench.Cpu.WriteRegister32(peripheral.Command, 2);
            };
            bench.DoOnOthers = [() => bench.Cpu.WriteRegister32(peripheral.Command, 3)];
        }));

    [Fact]
    public void Interrupts_are_taken_by_the_cpu_that_they_are_routed_to()
        => Assert.Equal("cpu1", On("arm", bench =>
        {
            var bell = bench.Plug("bell");
            var other = bench.Machine.Cpus[1];
            bench.Machine.Interrupts.RouteTo(other);
            bell.OnWrite = _ => bench.Line.Set(true);
            other.Handler = () =>
            {
                bench.See(bench.Engine.Running.Name);
                bench.Line.Set(false);
                bench.Cpu.Store32(X, 1);
            };
            bench.Do = () => bench.Cpu.WriteRegister32(bell.Command, 1);
            bench.DoOnOthers = [() =>
            {
                bench.Cpu.MaskInterrupts();
                while (bench.Cpu.Load32(X) == 0)
                {
                    bench.Cpu.WaitForInterrupt(Deadline.Never);
                    bench.Cpu.UnmaskInterrupts();
                    bench.Cpu.MaskInterrupts();
                }
            }];
        }));
}
