using Ringcheck.Devices;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>A device that was taken away: nobody answers, and nobody does anything any more.</summary>
public sealed class RemovalTests
{
    static readonly DeviceProfile[] Profiles = [DeviceProfile.Strict, DeviceProfile.Odd, DeviceProfile.Qemu];

    [Fact]
    public void Every_read_is_all_ones_and_every_write_is_lost()
    {
        foreach (var profile in Profiles)
        {
            using var bench = new DeviceBench(profile);
            bench.Start();
            bench.Device.Remove();
            foreach (uint register in (uint[])[MmioRegister.MagicValue, MmioRegister.Status, MmioRegister.InterruptStatus, MmioRegister.QueueReady, MmioRegister.ConfigGeneration])
            {
                bench.Write(register, 0);
                Assert.Equal(uint.MaxValue, bench.Read(register));
            }
            Assert.Equal(byte.MaxValue, bench.Read(MmioRegister.Config + BlkConfig.Writeback, 1));
            Assert.False(bench.Line);
        }
    }

    [Fact]
    public void What_was_published_is_not_touched_any_more()
    {
        foreach (var profile in Profiles)
        {
            using var bench = new DeviceBench(profile);
            bench.Start();
            bench.SetHeader(BlkRequestType.In, 3);
            bench.Add((DeviceBench.Header, 16, false), (DeviceBench.Data, 512, true), (DeviceBench.StatusAt, 1, true));
            bench.Write(MmioRegister.QueueNotify, 0);
            bench.Device.Remove();
            bench.Kick();
            Assert.Equal((0, 0UL, BlkStatus.NotWritten), (bench.UsedIndex, bench.DataWord(), bench.RequestStatus));
        }
    }

    [Fact]
    public void It_is_back_when_the_machine_is_switched_on_again()
    {
        using var bench = new DeviceBench(DeviceProfile.Strict);
        bench.Device.Remove();
        bench.Restart(Ringcheck.Exploration.PlainRun.Instance);
        Assert.Equal((MmioIdentity.Magic, 0u), (bench.Read(MmioRegister.MagicValue), bench.Status));
    }
}
