using Ringcheck.Scenarios;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>Virtio 1.4, 5.2.6.2: when a write is stable, by the oracle of power cuts.</summary>
public sealed class DurableDiskTests
{
    const uint At = 5;

    readonly DurableDisk disk = new();

    void Write(uint content, bool isOk = true)
    {
        disk.Begin(At, 1, content);
        disk.End(At, 1, content, isOk);
    }

    /// <summary>Which contents the sector may hold: 0 is the image, others are writes.</summary>
    string Allowed()
    {
        var sector = new byte[Sector.Size];
        return string.Concat(Enumerable.Range(0, 5).Where(content =>
        {
            ReferenceDisk.Fill(sector, (uint)content, At);
            return disk.MayHold(At, sector);
        }));
    }

    [Fact]
    public void A_volatile_write_may_be_lost()
    {
        Write(1);
        Write(2);
        Assert.Equal("012", Allowed());
    }

    [Fact]
    public void A_flush_makes_stable_what_had_ended_when_it_was_submitted()
    {
        Write(1);
        Write(2);
        uint submitted = disk.Now;
        Write(3);
        disk.Flushed(submitted);
        Assert.Equal("23", Allowed());
    }

    [Fact]
    public void A_write_in_flight_when_the_flush_was_submitted_is_not_covered()
    {
        disk.Begin(At, 1, 1);
        uint submitted = disk.Now;
        disk.End(At, 1, 1, isOk: true);
        disk.Flushed(submitted);
        Assert.Equal("01", Allowed());
    }

    [Fact]
    public void What_is_written_through_is_stable_at_its_end()
    {
        Write(1);
        disk.Switch(toWriteThrough: true);
        Assert.Equal("01", Allowed());
        Write(2);
        Assert.Equal("2", Allowed());
    }

    [Fact]
    public void A_write_during_which_the_mode_was_switched_is_volatile()
    {
        disk.Switch(toWriteThrough: true);
        disk.Begin(At, 1, 1);
        disk.Switch(toWriteThrough: true);
        disk.End(At, 1, 1, isOk: true);
        Assert.Equal("01", Allowed());
    }

    [Fact]
    public void A_write_that_failed_makes_nothing_stable()
    {
        disk.Switch(toWriteThrough: true);
        Write(1, isOk: false);
        Assert.Equal("01", Allowed());
    }
}
