using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Xunit;
using static Ringcheck.Tests.Concurrency.Devices.Rules.RuleBench;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>
/// A device that does not see the CPU's cache: each obligation of a cache line, broken and kept. A broken one is a violation in every execution that comes to it; the
/// same program on coherent memory passes.
/// </summary>
public sealed class CacheTests
{
    const string NotCleaned = "cache/not-cleaned", NotInvalidated = "cache/not-invalidated", WrittenBack = "cache/written-back-over-data", WriteLost = "cache/write-lost";

    static DmaRegion Region(Word word) => new(word, word, CacheWatch.LineLength);

    /// <summary>The outcome of a program whose device reads or writes X when told to; the CPU goes on when the device has done so.</summary>
    static void Expect(string violation, bool deviceWrites, Action<RuleBench> before, Action<RuleBench> after, Action<RuleBench>? setUp = null)
    {
        void Build(RuleBench bench)
        {
            bench.LendMemoryToDevices();
            setUp?.Invoke(bench);
            var device = bench.Plug("device", async DeviceTask<Nothing> (self, dma) =>
            {
                if (deviceWrites) await dma.Store(X, 5u);
                else await dma.Load<uint>(X);
                self.StatusValue = 1;
                return default;
            });
            bench.Do = () =>
            {
                before(bench);
                bench.Cpu.Barrier(BarrierPurpose.Everything);
                bench.Cpu.WriteRegister32(device.Command, 1);
                var poll = bench.Cpu.BeginPoll(Deadline.Never);
                while (bench.Cpu.KeepPolling(ref poll, done: bench.Cpu.ReadRegister32(device.Status) == 1))
                {
                }
                bench.Cpu.Barrier(BarrierPurpose.AfterRegisterRead);
                after(bench);
                bench.See("done");
            };
        }
        Assert.Equal(violation, Outcomes("arm-noncoherent", Build));
        Assert.Equal("done", Outcomes("arm", Build));
    }

    static void Nothing(RuleBench bench)
    {
    }

    [Fact]
    public void What_the_cpu_wrote_is_cleaned_before_a_device_reads_it()
    {
        Expect(NotCleaned, deviceWrites: false, bench => bench.Cpu.Store32(X, 1), Nothing);
        Expect("done", deviceWrites: false, bench =>
        {
            bench.Cpu.Store32(X, 1);
            DmaOwnership.GiveToDevice(bench.Cpu, Region(X), deviceWrites: false);
        }, Nothing);
    }

    [Fact]
    public void A_copy_is_a_write_too()
        => Expect(NotCleaned, deviceWrites: false, bench => bench.Cpu.CopyToMemory(X, [1, 2, 3, 4]), Nothing);

    [Fact]
    public void What_was_written_after_the_cleaning_is_not_clean() => Expect(NotCleaned, deviceWrites: false, bench =>
    {
        DmaOwnership.GiveToDevice(bench.Cpu, Region(X), deviceWrites: false);
        bench.Cpu.Store32(X, 1);
    }, Nothing);

    [Fact]
    public void What_a_device_wrote_is_invalidated_before_the_cpu_reads_it()
    {
        Expect(NotInvalidated, deviceWrites: true, Nothing, bench => bench.Cpu.Load32(X));
        Expect(NotInvalidated, deviceWrites: true, Nothing, bench => bench.Cpu.CopyFromMemory(X, stackalloc byte[4]));
        Expect(NotInvalidated, deviceWrites: true, Nothing, bench => bench.Cpu.Store32(X, 1));
    }

    /// <summary>Lines come back unasked while the device has the buffer.</summary>
    [Fact]
    public void Invalidating_before_the_request_does_not_do() => Expect(NotInvalidated, deviceWrites: true,
        bench => bench.Cpu.MaintainCache(CacheOperation.Invalidate, X, CacheWatch.LineLength), bench => bench.Cpu.Load32(X));

    [Fact]
    public void The_whole_protocol_passes() => Expect("done", deviceWrites: true, bench =>
    {
        bench.Cpu.Store32(X, 1);
        DmaOwnership.GiveToDevice(bench.Cpu, Region(X), deviceWrites: true);
    }, bench =>
    {
        DmaOwnership.TakeFromDevice(bench.Cpu, Region(X), deviceWrote: true);
        bench.See($"{bench.Cpu.Load32(X)}");
        Assert.Equal("5", bench.Outcome);
        bench.Forget();
        bench.Cpu.Store32(X, 1);
    });

    [Fact]
    public void A_changed_line_may_be_written_back_over_what_a_device_writes()
        => Expect(WrittenBack, deviceWrites: true, bench => bench.Cpu.Store32(X, 1), Nothing);

    [Fact]
    public void Invalidating_what_was_not_cleaned_loses_it() => Expect(WriteLost, deviceWrites: false, bench =>
    {
        bench.Cpu.Store32(X, 1);
        bench.Cpu.MaintainCache(CacheOperation.Invalidate, X, CacheWatch.LineLength);
    }, Nothing);

    /// <summary>A line is one: what shares it with a buffer is lost with it, what lies in the next one is not.</summary>
    [Fact]
    public void Obligations_are_of_whole_lines()
    {
        Expect(WrittenBack, deviceWrites: true, bench => bench.Cpu.Store32(XHalfLine, 1), Nothing);
        Expect("done", deviceWrites: true, bench => bench.Cpu.Store32(Y, 1), Nothing);
        Expect(NotInvalidated, deviceWrites: true, Nothing, bench => bench.Cpu.Load32(XHalfLine));
        Expect("done", deviceWrites: true, Nothing, bench => bench.Cpu.Load32(Y));
        // From 32 bytes before the end of the line: both lines are the device's.
        Expect(NotCleaned, deviceWrites: false, bench => bench.Cpu.CopyToMemory((CpuAddress)X + 32, new byte[64]), Nothing);
    }

    [Fact]
    public void Uncached_memory_needs_nothing() => Expect("done", deviceWrites: true, bench => bench.Cpu.Store32(X, 1), bench => bench.Cpu.Load32(X),
        setUp: bench => bench.Machine.Cache?.MapUncached(((CpuAddress)X).Value, CacheWatch.LineLength));

    /// <summary>An obligation of one execution is not the next one's.</summary>
    [Fact]
    public void A_reset_makes_every_line_clean()
    {
        using var bench = new RuleBench("arm-noncoherent", bench =>
        {
            bench.LendMemoryToDevices();
            var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
            {
                await dma.Load<uint>(X);
                return default;
            });
            bench.Do = () => bench.Cpu.WriteRegister32(device.Command, 1);
        });
        var quiet = bench.Do;
        bench.Do = () =>
        {
            bench.Cpu.Store32(X, 1);
            quiet();
        };
        Assert.Equal(NotCleaned, Execution.Run(bench, PlainRun.Instance)?.Key);
        bench.Do = quiet;
        Assert.Null(Execution.Run(bench, PlainRun.Instance));
    }
}
