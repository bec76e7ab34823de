using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>
/// Virtio 1.4, 5.4 "Entropy Device": the driver, as it is, on QEMU's virtio-rng, whose bytes come from the host. Checks that bytes come, that no two readings are the
/// same, and that nothing is left as it was in memory. Not here: how good the bytes are.
/// </summary>
public sealed class EntropyTests
{
    private const uint Timeout = 10_000;

    /// <summary>What QEMU's virtio-rng of 7.2 offers of the features that are no transport's.</summary>
    private static readonly FeatureSet Queue = FeatureSet.Of(Feature.EventIndex);

    private static DeviceBench<VirtioEntropy<QemuMachine>> Bench(DriverWay way)
    {
        EntropyOptions options = EntropyOptions.Default with { Driver = DriverOptions.Default with { UseInterrupts = !way.IsPolling() } };
        return new(way, "virtio-rng", DeviceType.Entropy, options.MemoryLength, machine => new(machine, options));
    }

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtPin)]
    [InlineData(DriverWay.VirtPolling)]
    [InlineData(DriverWay.VirtLegacyVectors)]
    [InlineData(DriverWay.PcVectors)]
    [InlineData(DriverWay.PcPolling)]
    [InlineData(DriverWay.PcLegacyPin)]
    public Task NoTwoReadingsAreTheSame(DriverWay way) => Bounded(way, () =>
    {
        const int readings = 16, length = 32;
        using DeviceBench<VirtioEntropy<QemuMachine>> bench = Bench(way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        Assert.Equal((way.Kind(), way.HasVectors() ? 2 : 0), (bench.Driver.Transport.Kind, bench.Driver.Transport.VectorCount));
        Assert.Equal((!way.IsLegacy(), true), (bench.Driver.Features.Has(Feature.Version1), Queue.IsSubsetOf(bench.Driver.Features)));

        var seen = new HashSet<string>();
        byte[] bytes = new byte[length];
        for (int i = 0; i < readings; i++)
        {
            Array.Clear(bytes);
            Assert.Equal(DriverStatus.Ok, bench.Driver.Read(bytes, Timeout, out int count));
            Assert.Equal(length, count);
            Assert.Contains(bytes, value => value != 0); // 32 zeros are as likely as any other 32 bytes: they do not come
            Assert.True(seen.Add(Convert.ToHexString(bytes)), "the same bytes twice");
        }

        if (way.IsPolling())
        {
            Assert.Equal(0, bench.State.HandlerRuns); // else QEMU may still have answered each time before anybody slept
        }

        Assert.Equal(DriverStatus.Ok, bench.Driver.Shutdown(Timeout));
        Assert.Equal(0u, bench.Driver.Transport.ReadStatus(bench.Machine));
    });

    /// <summary>QEMU returns buffers in the order in which it got them, and fills each.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.PcVectors)]
    public Task SeveralRequestsEndOnceEach(DriverWay way) => Bounded(way, () =>
    {
        using DeviceBench<VirtioEntropy<QemuMachine>> bench = Bench(way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        var open = new List<RequestId>();
        for (uint length = 1; length <= bench.Driver.Options.QueueSize; length++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Driver.Submit(length, out RequestId id));
            open.Add(id);
        }

        Assert.Equal(DriverStatus.NoSpace, bench.Driver.Submit(1, out _));
        byte[] bytes = new byte[bench.Driver.Options.RequestSize];
        for (int i = 0; i < open.Count; i++)
        {
            Assert.Equal(DriverStatus.Ok, bench.Driver.WaitAny(Timeout, bytes, out EntropyCompletion completion));
            Assert.Equal(new EntropyCompletion(open[i], DriverStatus.Ok, (uint)i + 1), completion);
        }

        Assert.Equal(DriverStatus.Pending, bench.Driver.WaitAny(Timeout, bytes, out _));
        Assert.Equal(0, bench.Driver.WithDeviceCount);
    });

    /// <summary>2.4 "Device Reset", with requests that QEMU was never told of: they end, and the device goes on.</summary>
    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern)]
    [InlineData(DriverWay.MmioLegacy)]
    [InlineData(DriverWay.PcVectors)]
    public Task AResetEndsWhatIsInFlight(DriverWay way) => Bounded(way, () =>
    {
        using DeviceBench<VirtioEntropy<QemuMachine>> bench = Bench(way);
        Assert.Equal(DriverStatus.Ok, bench.Open());
        byte[] bytes = new byte[16];
        Assert.Equal(DriverStatus.Ok, bench.Driver.Submit(16, out RequestId id));
        Assert.Equal(DriverStatus.Ok, bench.Driver.Recover());
        Assert.Equal(DriverStatus.Ok, bench.Driver.TryReap(bytes, out EntropyCompletion completion));
        Assert.Equal(new EntropyCompletion(id, DriverStatus.Aborted, 0), completion);
        Assert.Equal(DriverStatus.Ok, bench.Driver.Read(bytes, Timeout, out int count));
        Assert.Equal(bytes.Length, count);
    });
}
