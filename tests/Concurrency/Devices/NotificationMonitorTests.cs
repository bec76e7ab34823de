using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>
/// The notification monitor, with the real driver and device on one ring: each rule fires on a fault of one side, and says nothing when
/// that side only changes its mind. Nobody waits here: what is owed shows although nothing hangs.
/// </summary>
public sealed class NotificationMonitorTests : IDisposable
{
    const ulong Memory = SimulatedMachine.RamBase;

    readonly SimulatedMachine machine = new(4 << 20);
    readonly SimMachine cpu;
    readonly BlkDevice device;

    public NotificationMonitorTests()
    {
        device = machine.Plug(0, transport => new BlkDevice(machine, transport, "blk", new BlkSettings { Profile = DeviceProfile.Strict, Image = new SyntheticImage(64) }));
        machine.FillEmptySlots(MmioIdentity.ModernVersion);
        cpu = new(machine);
    }

    public void Dispose() => machine.Dispose();


    DeviceQueue Queue => device.AllQueues[0];

    /// <summary>
    /// One request is published, then the act, then all comes to rest. The key of what was found, or null.
    /// </summary>
    Violation? Run(bool useEventIndex, Action<VirtioBlk<SimMachine>> act)
    {
        machine.Reset(PlainRun.Instance);
        var driver = new VirtioBlk<SimMachine>(cpu, BlkOptions.Default with { QueueSize = 8, UseEventIndex = useEventIndex });
        machine.Cpu.Handler = () => driver.OnInterrupt();
        try
        {
            Assert.Equal(DriverStatus.Ok, MmioBus.Find(cpu, DeviceType.Block, out var transport));
            Assert.Equal(DriverStatus.Ok, driver.Initialise(transport, Region(0x10_0000, driver.Options.MemoryLength)));
            Assert.Equal(useEventIndex, driver.Features.Has(Feature.EventIndex));
            Add(driver);
            driver.Queue.Publish();
            act(driver);
            machine.Cpu.Finish();
            machine.Engine.RunToRest();
            machine.Monitors.CameToRest();
        }
        catch (ExecutionEnd)
        {
        }
        if (machine.Engine.Violation is { } violation) Assert.All(violation.Clauses, id => Assert.NotNull(ClauseTable.Find(id)));
        return machine.Engine.Violation;
    }

    static DmaRegion Region(uint offset, uint length) => new(new(Memory + offset), new(Memory + offset), length);

    static void Add(VirtioBlk<SimMachine> driver)
        => Assert.Equal(DriverStatus.Ok, driver.Submit(BlkOperation.Read, new(5), [DmaSegment.Of(Region(0x20_0000, Sector.Size))], out _));

    /// <summary>A store by the device, as its port makes them.</summary>
    void DeviceStores(ulong address, ushort value)
    {
        machine.Ram.Store(address, value);
        machine.Monitors.Ownership.DeviceStored(address, value);
    }

    ulong AvailEvent => Queue.Used + UsedRing.AvailEventOffset((ushort)Queue.RingSize);

    CpuAddress UsedEvent => new(Queue.Available + AvailableRing.UsedEventOffset((ushort)Queue.RingSize));

    [Theory]
    [InlineData(true, 6)]
    [InlineData(false, 4)]
    public void A_driver_that_does_not_notify_owes_it(bool useEventIndex, int clause)
    {
        Assert.Null(Run(useEventIndex, driver => driver.Queue.Notify()));
        var violation = Run(useEventIndex, _ => { });
        Assert.Equal("notification/available-buffer-not-notified", violation?.Key);
        Assert.Equal([$"split.driver.available-buffer-notification-suppression.{clause}"], violation!.Clauses);
    }

    [Fact]
    public void A_driver_that_was_told_in_time_owes_nothing()
    {
        Assert.Null(Run(useEventIndex: true, _ => DeviceStores(AvailEvent, 0xFFFF)));
        Assert.Null(Run(useEventIndex: false, _ => DeviceStores(Queue.Used, UsedRing.NoNotify)));
        // But a word that still lies in the window leaves the debt.
        Assert.NotNull(Run(useEventIndex: true, driver =>
        {
            Add(driver);
            driver.Queue.Publish();
            DeviceStores(AvailEvent, 1);
        }));
    }

    /// <summary>The debt of an earlier publication stays when a later one passes nothing.</summary>
    [Fact]
    public void A_window_is_all_that_was_published_since_the_last_notification() => Assert.NotNull(Run(useEventIndex: true, driver =>
    {
        Add(driver);
        driver.Queue.Publish();
    }));

    /// <summary>The device compares used.idx with itself instead of with what it was before: SignalledUsed is ahead.</summary>
    [Fact]
    public void A_device_that_does_not_interrupt_owes_it()
    {
        Assert.Null(Run(useEventIndex: true, driver =>
        {
            driver.Queue.EnableInterrupts();
            driver.Queue.Notify();
        }));
        var violation = Run(useEventIndex: true, driver =>
        {
            driver.Queue.EnableInterrupts();
            Queue.SignalledUsed = Queue.UsedIndex.Next;
            driver.Queue.Notify();
        });
        Assert.Equal("notification/used-buffer-not-notified", violation?.Key);
        Assert.Equal(["split.device.used-buffer-notification-suppression.5"], violation!.Clauses);
    }

    /// <summary>The same device, and a driver that does not ask, or takes its word back before anybody has decided.</summary>
    [Fact]
    public void A_device_that_nobody_asked_owes_nothing() => Assert.Null(Run(useEventIndex: true, driver =>
    {
        driver.Queue.EnableInterrupts();
        driver.Queue.DisableInterrupts();
        Queue.SignalledUsed = Queue.UsedIndex.Next;
        driver.Queue.Notify();
    }));

    [Theory]
    [InlineData(true, 1, "split.driver.used-buffer-notification-suppression.3")]
    [InlineData(false, 2, "split.driver.used-buffer-notification-suppression.1")]
    public void Flags_of_the_available_ring(bool useEventIndex, ushort flags, string clause)
    {
        var violation = Run(useEventIndex, _ => cpu.Store16(new(Queue.Available), flags));
        Assert.Equal("notification/available-flags", violation?.Key);
        Assert.Equal([clause], violation!.Clauses);
    }

    [Theory]
    [InlineData(true, 1, "split.device.available-buffer-notification-suppression.3")]
    [InlineData(false, 2, "split.device.available-buffer-notification-suppression.1")]
    public void Flags_of_the_used_ring(bool useEventIndex, ushort flags, string clause)
    {
        var violation = Run(useEventIndex, _ => DeviceStores(Queue.Used, flags));
        Assert.Equal("notification/used-flags", violation?.Key);
        Assert.Equal([clause], violation!.Clauses);
    }

    /// <summary>What the premises of the scenarios count: an event word that goes past 65,535.</summary>
    [Fact]
    public void Event_words_that_wrap_are_counted()
    {
        long before = machine.Monitors.Notifications.EventWraps;
        Assert.Null(Run(useEventIndex: true, driver =>
        {
            cpu.Store16(UsedEvent, 0xFFFF);
            cpu.Store16(UsedEvent, 1);
            cpu.Store16(UsedEvent, 0);
            driver.Queue.Notify();
        }));
        Assert.Equal(before + 1, machine.Monitors.Notifications.EventWraps);
    }
}
