using Ringcheck.Devices;
using Ringcheck.Standard;
using static Ringcheck.Scenarios.DeviceVerbs;
using static Ringcheck.Scenarios.EntropyScenario;

namespace Ringcheck.Scenarios;

/// <summary>The shipped entropy scenarios.</summary>
static class EntropyScenarios
{
    public sealed record Entry(string Name, string Summary, DeviceSetup Setup, bool InTour = false);

    public static readonly string[] Profiles = ["strict", "odd", "qemu", "hostile"];

    static readonly string[] Judged = [DevicePremise.RequestsOk, BytesJudged];

    /// <summary>Two requests in flight, and another one after them.</summary>
    static readonly DeviceSetup Plain = new()
    {
        Program = [Get(16), Get(8), Do(DeviceVerb.Wait), Get(5), Do(DeviceVerb.Wait), Do(DeviceVerb.Wait)],
        Requires = [.. Judged, DevicePremise.Interrupts],
    };

    static readonly DeviceSetup Removed = new()
    {
        Program = [Get(16), Do(DeviceVerb.Wait), Get(8), Get(4), Do(DeviceVerb.Kick), Do(DeviceVerb.Unplug), Do(DeviceVerb.Wait), Get(2), Do(DeviceVerb.WaitAny)],
        Unplug = DeviceUnplug.Told,
        Requires = [DevicePremise.RequestsOk, DevicePremise.Removals, DevicePremise.EndedByRemoval],
    };

    static DeviceSetup On(DevicePci pci) => Plain with { Pci = pci };

    /// <summary>The size of a legacy queue is the device's, and cannot be chosen.</summary>
    static DeviceSetup Legacy(DevicePci pci) => On(pci with { UseLegacy = true }) with { QueueSize = 8, QueueSizeMax = 8 };

    public static readonly Entry[] All =
    [
        new("entropy", "requests for random bytes, two of them in flight, completed by interrupt", Plain, InTour: true),
        new("entropy-polling", "the same by polling", Plain with { UseInterrupts = false, Requires = Judged }),
        new("entropy-event-index", "the same with suppression by event indices, past index 65,535", Plain with
        {
            UseEventIndex = true,
            StartAt = new(65_534),
            Requires = [.. Judged, DevicePremise.IndexWraps],
        }),
        new("entropy-many", "more requests than there is room for, taken back in any order", Plain with
        {
            Program =
            [
                Get(64), Get(3), Get(32), Get(7), Do(DeviceVerb.Kick), Do(DeviceVerb.WaitAny), Get(9), Do(DeviceVerb.WaitAny), Get(10), Get(11), Do(DeviceVerb.Kick), Do(DeviceVerb.Reap),
                Get(12),
            ],
            Requires = Judged,
        }),
        new("entropy-recover", "reset with requests in flight, after which their buffers are used again", Plain with
        {
            Program = [Get(16), Get(8), Do(DeviceVerb.Kick), Do(DeviceVerb.Recover), Get(16), Get(8), Do(DeviceVerb.Wait)],
            Requires = [.. Judged, DevicePremise.RequestsAborted, DevicePremise.Resets],
        }),
        new("entropy-restart", "orderly shutdown with a request in flight, and the driver brought up again", Plain with
        {
            Program = [Get(16), Do(DeviceVerb.Kick), Do(DeviceVerb.Restart), Get(8), Do(DeviceVerb.Wait)],
            Requires = Judged,
        }),
        new("entropy-timeout", "requests that time out, whose buffers stay the device's, others meanwhile, a reset to get them back, and a shutdown that does not wait", Plain with
        {
            Program = [Get(16), Get(8), Do(DeviceVerb.Wait, 10), Get(16), Do(DeviceVerb.Wait, 10), Get(8), Do(DeviceVerb.Poll, 10), Do(DeviceVerb.Recover), Get(16), Do(DeviceVerb.Kick), Do(DeviceVerb.Restart, 10), Get(4), Do(DeviceVerb.Wait, 10)],
            TimersAtAnyTime = true,
            MaximumHangs = 2,
            Requires = [.. Judged, DevicePremise.TimedOut],
        }),
        new("entropy-unplug", "the device is taken away with requests in flight, and the driver of the bus says so", Removed),
        new("entropy-unplug-polling", "the same for a driver that polls, and nobody says anything", Removed with { Unplug = DeviceUnplug.Silent, UseInterrupts = false }),
        new("entropy-unplug-silent", "the same for a driver that sleeps: time-outs find out", Removed with
        {
            Program = [Get(16), Do(DeviceVerb.Wait), Get(8), Do(DeviceVerb.Kick), Do(DeviceVerb.Unplug), Get(4), Do(DeviceVerb.Wait), Do(DeviceVerb.WaitAny, 10), Get(4), Do(DeviceVerb.Wait, 10)],
            Unplug = DeviceUnplug.Silent,
        }),
        new("entropy-legacy", "version 1 of virtio-mmio", Plain with { IsLegacy = true }),
        new("entropy-iommu", "the device reaches only what is mapped, at addresses that the CPU does not know", Plain with
        {
            BusOffset = BlkSetup.HighBus,
            UseIommu = true,
            Requires = [.. Judged, DevicePremise.PassedIommu],
        }),
        new("entropy-pci", "virtio-pci on virt, with a vector for the queue and one for the configuration", On(new())),
        new("entropy-pci-pin", "virtio-pci on virt, without MSI-X", On(new() { Vectors = 0 })),
        new("entropy-pci-polling", "virtio-pci on virt, by polling", On(new() { Messages = 0 }) with { UseInterrupts = false, Requires = Judged }),
        new("entropy-pci-legacy", "a transitional function on virt, by its legacy registers", Legacy(new() { Interface = VirtioPciInterface.Transitional })),
        new("entropy-pci-unplug", "a function that is taken out while requests are in flight", Removed with { Pci = new() }),
        new("entropy-pc", "virtio-pci on pc: modern structures, MSI-X", On(new() { IsPc = true })),
        new("entropy-pc-legacy", "a legacy function on pc: I/O ports, page numbers, the interrupt pin", Legacy(new() { IsPc = true, Interface = VirtioPciInterface.Legacy, Vectors = 0 })),
        new("entropy-ring-1", "two requests, one after the other, on a ring of 1: small enough to be searched exhaustively", Plain with
        {
            Program = [Get(8), Do(DeviceVerb.Wait), Get(8), Do(DeviceVerb.Wait)],
            QueueSize = 1,
            PayloadChunks = 1,
            Requires = Judged,
        }),
        new("entropy-ring-2", "two requests in flight together on a ring of 2, by polling: to be searched exhaustively", Plain with
        {
            Program = [Get(8), Get(4), Do(DeviceVerb.Poll), Do(DeviceVerb.Poll)],
            QueueSize = 2,
            PayloadChunks = 1,
            UseInterrupts = false,
            Requires = Judged,
        }),
        new("entropy-pci-ring-1", "enumeration, initialisation and one request with MSI-X on a ring of 1: to be searched exhaustively", On(new()) with
        {
            Program = [Get(8), Do(DeviceVerb.Wait)],
            QueueSize = 1,
            PayloadChunks = 1,
            Requires = Judged,
        }),
    ];
}
