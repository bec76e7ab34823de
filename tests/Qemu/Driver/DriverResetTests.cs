using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Xunit;
using static Ringcheck.Tests.Qemu.Driver.DriverTest;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>
/// Virtio 1.4, 2.4 "Device Reset" and 3.3.1 "Driver Requirements: Device Cleanup": a reset while the device has requests, and the
/// way back. Checks that each request ends exactly once, that what ended with Ok has its data, that no memory changes after the
/// reset was observed, and that the device serves again. Shows nothing about a device that goes on after a reset: QEMU does not.
/// </summary>
public sealed class DriverResetTests
{
    private const int Tries = 50, InFlight = 8;
    private const long Sectors = 2048;
    private const byte Before = 0xA5, After = 0x5A;

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.MmioModern, true)]
    [InlineData(DriverWay.MmioModern, false)]
    [InlineData(DriverWay.MmioLegacy, true)]
    [InlineData(DriverWay.MmioLegacy, false)]
    public Task ResetWithRequestsInFlightRecovers(DriverWay way, bool useInterrupts) => Bounded(way, () =>
    {
        using DiskImage disk = DiskImage.Numbered(Sectors);
        using var bench = new DriverBench(disk, way, BlkOptions.Default with { UseInterrupts = useInterrupts },
            change: o => o with { DiskOperationsPerSecond = 400 });
        Assert.Equal(DriverStatus.Ok, bench.Open());

        // How many the device still had when 0 was written to Status: asked of the rings at that moment, not of the driver.
        int outstanding = 0, triesWithOutstanding = 0, resets = 0, aborted = 0, ended = 0;
        bench.State.BeforeRegisterWrite = (address, value) =>
        {
            if (address.Value == bench.Driver.Transport.Registers.Address + MmioRegister.Status && value == 0)
            {
                int now = (ushort)(bench.AvailableIndex - bench.UsedIndex);
                outstanding += now;
                triesWithOutstanding += now > 0 ? 1 : 0;
                resets++;
            }
        };

        for (int attempt = 0; attempt < Tries; attempt++)
        {
            var open = new Dictionary<RequestId, uint>();
            for (uint i = 0; i < InFlight; i++)
            {
                bench.BytesOf(bench.Buffer(i)).Fill(Before);
                Assert.Equal(DriverStatus.Ok, bench.Submit(BlkOperation.Read, SectorOf(i, attempt), bench.Buffer(i), out RequestId id));
                open.Add(id, i);
            }

            bench.Driver.Kick();
            Assert.Equal(DriverStatus.Ok, bench.Driver.Recover());

            // All memory is the driver's again: what is written over it now has to stay.
            byte[][] data = [.. Enumerable.Range(0, InFlight).Select(i => bench.BytesOf(bench.Buffer((uint)i)).ToArray())];
            DriverStatus[] results = new DriverStatus[InFlight];
            for (uint i = 0; i < InFlight; i++)
            {
                bench.BytesOf(bench.Buffer(i)).Fill(After);
            }

            while (bench.Driver.TryReap(out BlkCompletion completion) == DriverStatus.Ok)
            {
                Assert.True(open.Remove(completion.Id, out uint i), "a request ended twice, or was none of ours");
                results[i] = completion.Status;
                Assert.True(completion.Status is DriverStatus.Ok or DriverStatus.Aborted, completion.Status.ToString());
                aborted += completion.Status == DriverStatus.Aborted ? 1 : 0;
                ended++;
            }

            Assert.Empty(open);
            Assert.Equal(0, bench.Driver.WithDeviceCount);
            bench.Process.Settle();
            for (uint i = 0; i < InFlight; i++)
            {
                Assert.DoesNotContain(bench.BytesOf(bench.Buffer(i)).ToArray(), b => b != After);
                if (results[i] == DriverStatus.Ok)
                {
                    Assert.Equal(DiskImage.NumberedSector((long)SectorOf(i, attempt)), data[i]);
                }
            }

            if (attempt % 10 == 9)
            {
                Assert.Equal(DriverStatus.Ok, bench.Run(BlkOperation.Read, 1, bench.Buffer(0)));
                Assert.Equal(DiskImage.NumberedSector(1), bench.BytesOf(bench.Buffer(0)).ToArray());
            }
        }

        TestContext.Current.SendDiagnosticMessage(
            $"outstanding when Status was written: {outstanding} of {Tries * InFlight} requests, in {triesWithOutstanding} of {Tries} tries; {aborted} aborted");
        Assert.Equal(Tries, resets);
        Assert.Equal(Tries * InFlight, ended);
        Assert.NotEqual(0, outstanding);
        Assert.True(aborted >= outstanding, "what was outstanding cannot have ended by itself");
    });

    private static ulong SectorOf(uint i, int attempt) => (i * 40u + (ulong)attempt) % (ulong)Sectors;
}
