using Ringcheck.Devices;
using Ringcheck.Exploration;
using static Ringcheck.Scenarios.BlkVerbs;

namespace Ringcheck.Scenarios;

/// <summary>The block driver over PCI, on both machines: found by going through the buses, and used by whichever interface and interrupt there is.</summary>
static class BlkPciScenarios
{
    static readonly Operation[] WriteAndReadBack =
    [
        Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 9, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait),
    ];

    static readonly Operation[] Unplugged =
    [
        Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Unplug), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Wait),
        Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.WaitAny),
    ];

    static readonly Operation[] ResetOfTwo =
    [
        Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait),
    ];

    static readonly string[] UnplugJudged = [BlkPremise.RequestsOk, BlkPremise.EndedByRemoval, BlkPremise.Removals];

    static readonly string[] ResetJudged = [BlkPremise.RequestsOk, BlkPremise.RequestsAborted, BlkPremise.Resets];

    static readonly string[] Judged = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged, BlkPremise.Interrupts];

    /// <summary>Of what is about a driver's order of things and not about its mistrust: a device that refuses what it may, and one that is unusual.</summary>
    static readonly string[] StrictAndOdd = ["strict", "odd"];

    static BlkSetup On(DevicePci pci) => new() { Program = WriteAndReadBack, QueueSize = 8, Pci = pci, Requires = Judged };

    /// <summary>The size of a legacy queue is the device's, and cannot be chosen.</summary>
    static BlkSetup Legacy(DevicePci pci) => On(pci with { UseLegacy = true }) with { QueueSizeMax = 8 };

    public static readonly BlkScenarios.Entry[] All =
    [
        new("blk-pci", "virtio-pci on virt: enumeration, BARs, capabilities, a vector for the queue and one for the configuration", On(new())),
        new("blk-pci-one-vector", "a function whose MSI-X table has one entry: everything comes by it", On(new() { Vectors = 1 }), InTour: false),
        new("blk-pci-pin", "a function without MSI-X: a level, shared and swizzled", On(new() { Vectors = 0 }), InTour: false),
        new("blk-pci-bridge", "behind a bridge: bus numbers, windows, bus mastering of both", On(new() { IsBehindBridge = true }), InTour: false),
        new("blk-pci-low", "ECAM below 4 GiB, and no window for 64-bit BARs above", On(new() { LowMemory = true }), InTour: false),
        new("blk-pci-polling", "virtio-pci, completed by polling", On(new() { Messages = 0 }) with { UseInterrupts = false, Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged] }, InTour: false),
        new("blk-pci-reset", "virtio-pci: reset with requests in flight, after which the vectors are mapped anew", On(new()) with
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Wait)],
            Requires = [BlkPremise.RequestsOk, BlkPremise.RequestsAborted, BlkPremise.Resets],
        }, InTour: false),
        new("blk-pci-resize", "virtio-pci: the disk grows while a request is in flight, told by a vector of its own", On(new()) with
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Resize, 2 * BlkScenario.CapacitySectors), Do(BlkVerb.Wait)],
            Requires = [BlkPremise.RequestsOk, BlkPremise.CapacityFollowed],
        }, InTour: false),
        new("blk-pci-mq", "virtio-pci with two queues, each with a vector of its own", On(new() { Vectors = 3, Messages = 3 }) with
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Write, 7, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.Wait)],
            DeviceQueues = 2,
            DriverQueues = 2,
        }, InTour: false),
        new("blk-pci-unplug", "a function that is taken out while requests are in flight: everything reads as all ones", On(new()) with
        {
            Program = Unplugged,
            Unplug = DeviceUnplug.Told,
            Requires = UnplugJudged,
        }),
        new("blk-pci-transitional", "a transitional function on virt, by its legacy registers in a window of memory", Legacy(new() { Interface = VirtioPciInterface.Transitional }), InTour: false),
        new("blk-pci-firmware", "a function that firmware has used: a bus master, running, its pin off, MSI-X on with messages of firmware's", On(new() { IsLeftByFirmware = true }), InTour: false),
        new("blk-pci-firmware-pin", "the same, of which the kernel uses the pin", On(new() { IsLeftByFirmware = true, Messages = 0 }), InTour: false),
        new("blk-pci-ring-2", "enumeration, initialisation and one request with MSI-X on a ring of 2: to be searched exhaustively", On(new()) with
        {
            Program = [Do(BlkVerb.ReadPooled, 5), Do(BlkVerb.Wait)],
            QueueSize = 2,
            PooledBytes = 512,
            PayloadChunks = 1,
            Requires = [BlkPremise.RequestsOk],
        }, InTour: false),
        new("blk-pci-bridge-pin", "a pin behind a bridge, which turns it by the device number: the interrupt that comes is the one that the kernel worked out", On(new() { Vectors = 0, IsBehindBridge = true }),
            InTour: false, StrictAndOdd),
        new("blk-pci-iommu", "a function behind an IOMMU, with MSI-X: it reaches what is mapped, while it is mapped, in the direction that it is mapped for", On(new()) with
        {
            Program =
            [
                Do(BlkVerb.Write, 5, 2), Do(BlkVerb.Read, 9, 1), Do(BlkVerb.Kick), Do(BlkVerb.WaitAny), Do(BlkVerb.WaitAny), Do(BlkVerb.Read, 5, 2), Do(BlkVerb.Kick), Do(BlkVerb.Recover),
                Do(BlkVerb.Read, 5, 2), Do(BlkVerb.Wait),
            ],
            QueueSize = 16,
            BusOffset = BlkSetup.HighBus,
            UseIommu = true,
            ScatterBuffers = true,
            Requires = [.. Judged, BlkPremise.Scattered, BlkPremise.Resets, BlkPremise.Unmapped, BlkPremise.PassedIommu],
        }, InTour: false, ["strict", "odd", "hostile"]),
        new("blk-pci-writeback", "virtio-pci: the cache written through and back in the device's own structure, and a power cut", On(new()) with
        {
            Program =
            [
                Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.SetWriteback, 0), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.SetWriteback, 1),
                Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.PowerCut),
            ],
            HasVolatileCache = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.CacheSwitched, BlkPremise.StableJudged],
        }, InTour: false, StrictAndOdd),
        new("blk-pc", "virtio-pci on pc: configuration through 0xCF8 and 0xCFC, modern structures, MSI-X", On(new() { IsPc = true }), InTour: false),
        new("blk-pc-pin", "virtio-pci on pc: a pin, routed by the PIIX3", On(new() { IsPc = true, Vectors = 0 }), InTour: false),
        new("blk-pc-legacy", "a legacy function on pc: I/O ports, page numbers, the interrupt pin", Legacy(new() { IsPc = true, Interface = VirtioPciInterface.Legacy, Vectors = 0 })),
        new("blk-pc-legacy-vectors", "a transitional function on pc by its legacy registers, with MSI-X, which moves its configuration", Legacy(new() { IsPc = true, Interface = VirtioPciInterface.Transitional }), InTour: false),
        new("blk-pc-mq", "virtio-pci on pc with two queues: a reset with requests in both, after which both are set up anew", On(new() { IsPc = true, Vectors = 3, Messages = 3 }) with
        {
            Program = ResetOfTwo,
            DeviceQueues = 2,
            DriverQueues = 2,
            Requires = ResetJudged,
        }, InTour: false, StrictAndOdd),
        new("blk-pc-legacy-mq", "the same over the legacy registers: queue select, page number and notification, and one pin", Legacy(new() { IsPc = true, Interface = VirtioPciInterface.Legacy, Vectors = 0 }) with
        {
            Program = ResetOfTwo,
            DeviceQueues = 2,
            DriverQueues = 2,
            Requires = ResetJudged,
        }, InTour: false, StrictAndOdd),
        new("blk-pc-unplug", "a function of a pc that is taken out while requests are in flight", On(new() { IsPc = true }) with
        {
            Program = Unplugged,
            Unplug = DeviceUnplug.Told,
            Requires = UnplugJudged,
        }, InTour: false, StrictAndOdd),
        new("blk-pc-legacy-unplug", "the same over the legacy registers: ports that nobody has read as all ones", Legacy(new() { IsPc = true, Interface = VirtioPciInterface.Legacy, Vectors = 0 }) with
        {
            Program = Unplugged,
            Unplug = DeviceUnplug.Told,
            Requires = UnplugJudged,
        }, InTour: false, StrictAndOdd),
        new("blk-pc-firmware", "a transitional function on pc that firmware has used, by its legacy registers and its pin", Legacy(new() { IsPc = true, Interface = VirtioPciInterface.Transitional, IsLeftByFirmware = true, Messages = 0 }), InTour: false),
    ];
}
