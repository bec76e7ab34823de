using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>The profiles that use choices: everything that odd does is legal, and hostile always comes to rest.</summary>
public sealed class UnusualDeviceTests
{
    const int Requests = 4;
    const ulong Area = DeviceBench.Ram + 0x20000;

    static ulong HeaderAt(int i) => Area + 0x1000UL * (ulong)i;

    static void PublishReads(DeviceBench bench)
    {
        bench.QueueSize = 16;
        bench.Start(FeatureSet.Of(Feature.Version1));
        for (int i = 0; i < Requests; i++)
        {
            bench.SetHeader(BlkRequestType.In, (ulong)i, HeaderAt(i));
            bench.Machine.Ram.Store(HeaderAt(i) + 0x400, (byte)0xFF);
            bench.Add((HeaderAt(i), 16, false), (HeaderAt(i) + 0x100, 512, true), (HeaderAt(i) + 0x400, 1, true));
        }
    }

    [Fact]
    public void Odd_returns_each_request_once_with_its_data_in_several_orders()
    {
        using var bench = new DeviceBench(DeviceProfile.Odd);
        var random = new RandomWalk(1);
        var orders = new HashSet<string>(StringComparer.Ordinal);
        int shortLengths = 0;
        for (int execution = 0; execution < 2000; execution++)
        {
            random.Begin(execution);
            bench.Restart(random);
            PublishReads(bench);
            bench.Kick();
            string order = "";
            int seen = 0;
            while (bench.Pop() is { } used)
            {
                int request = (int)used.Id / 3;
                order += request;
                seen |= 1 << request;
                Assert.True(used.Length is 512 or 513);
                if (used.Length == 512) shortLengths++;
                Assert.Equal(0, bench.Machine.Ram.Load<byte>(HeaderAt(request) + 0x400));
                for (int at = 0; at < 512; at += 8)
                    Assert.Equal(SyntheticImage.Word(new((ulong)request), at), bench.Machine.Ram.Load<ulong>(HeaderAt(request) + 0x100 + (ulong)at));
            }
            Assert.Equal((Requests, (1 << Requests) - 1), (order.Length, seen));
            Assert.NotEqual(0u, bench.Read(MmioRegister.InterruptStatus));
            Assert.Equal(0, bench.Machine.Ram.Load<ushort>(DeviceBench.Used));
            orders.Add(order);
        }
        Assert.True(orders.Count >= 6, $"{orders.Count} orders");
        Assert.NotEqual(0, shortLengths);
    }

    [Fact]
    public void Odd_changes_its_configuration_while_it_is_read()
    {
        using var bench = new DeviceBench(DeviceProfile.Odd, change: settings => settings with { CapacityAfterChange = 1UL << 32 | 32 });
        bench.Restart(new Always(ChoiceKind.Device, 1));
        Assert.Equal(64u, bench.Read(MmioRegister.Config));
        bench.Run();
        Assert.Equal(1u, bench.Read(MmioRegister.Config + 4));
        Assert.Equal(1u, bench.Read(MmioRegister.ConfigGeneration));
    }

    [Fact]
    public void Odd_may_refuse_what_it_was_told_that_it_may()
    {
        using var bench = new DeviceBench(DeviceProfile.Odd, change: settings => settings with { Refusable = FeatureSet.Of(BlkFeature.Flush) });
        bench.Restart(new Always(ChoiceKind.Device, 1));
        bench.Negotiate(FeatureSet.Of(Feature.Version1).With(BlkFeature.Flush));
        Assert.Equal(3u, bench.Status);
        bench.Negotiate(FeatureSet.Of(Feature.Version1));
        Assert.Equal(11u, bench.Status);
    }

    [Fact]
    public void Hostile_is_honest_when_no_lie_is_chosen()
    {
        using var bench = new DeviceBench(DeviceProfile.Hostile);
        PublishReads(bench);
        bench.Kick();
        for (uint i = 0; i < Requests; i++) Assert.Equal((i * 3, 513u), bench.Pop());
    }

    [Fact]
    public void Hostile_lies_at_most_as_often_as_it_may_and_comes_to_rest()
    {
        using var bench = new DeviceBench(DeviceProfile.Hostile);
        bench.Machine.Engine.MaxPoints = 5000;
        var random = new RandomWalk(7);
        int lied = 0;
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        for (int execution = 0; execution < 2000; execution++)
        {
            random.Begin(execution);
            bench.Restart(random);
            try
            {
                PublishReads(bench);
                bench.Kick();
                bench.Write(MmioRegister.InterruptAck, 3);
                bench.Run();
            }
            catch (ExecutionEnd)
            {
                Assert.Fail(bench.Machine.Engine.Violation?.Message);
            }
            int lies = 0;
            foreach (var deviation in bench.Machine.Engine.Trace)
            {
                if (deviation.Kind != ChoiceKind.Fault) continue;
                lies++;
                kinds.Add($"{deviation.Agent} {deviation.Pick}");
            }
            Assert.True(lies <= 2);
            if (lies > 0) lied++;
        }
        Assert.True(lied is > 500 and < 1900, $"{lied} executions with lies");
        Assert.True(kinds.Count >= 6, $"{kinds.Count} kinds of lies");
    }

    [Theory]
    [InlineData(DeviceProfile.Strict)]
    [InlineData(DeviceProfile.Odd)]
    [InlineData(DeviceProfile.Qemu)]
    [InlineData(DeviceProfile.Hostile)]
    public void An_execution_allocates_nothing_and_two_equal_ones_fold_to_the_same(DeviceProfile profile)
    {
        using var bench = new DeviceBench(profile);
        var first = Fold(bench);
        for (int i = 0; i < 50; i++) Fold(bench);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var last = Fold(bench);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.Equal(first, last);
    }

    static Fingerprint Fold(DeviceBench bench)
    {
        bench.Restart(PlainRun.Instance);
        bench.QueueSize = 16;
        bench.Start(FeatureSet.Of(Feature.Version1));
        bench.SetHeader(BlkRequestType.In, 5);
        bench.SetDescriptor(0, DeviceBench.Header, 16, SplitDescriptor.Next, 1);
        bench.SetDescriptor(1, DeviceBench.Data, 512, SplitDescriptor.Next | SplitDescriptor.Write, 2);
        bench.SetDescriptor(2, DeviceBench.StatusAt, 1, SplitDescriptor.Write, 0);
        bench.Publish(0);
        bench.Kick();
        bench.SetHeader(BlkRequestType.Out, 6);
        bench.SetDescriptor(1, DeviceBench.Data, 512, SplitDescriptor.Next, 2);
        bench.Publish(0);
        bench.Kick();
        var hasher = new StateHasher();
        bench.Device.Fold(ref hasher);
        return hasher.Result;
    }
}
