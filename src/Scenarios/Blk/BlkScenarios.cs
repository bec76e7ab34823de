using Ringcheck.Devices;
using Ringcheck.Standard;
using static Ringcheck.Scenarios.BlkVerbs;

namespace Ringcheck.Scenarios;

/// <summary>The shipped block scenarios. Each is a question that people have had to answer at two in the morning.</summary>
static class BlkScenarios
{
    /// <summary>A scenario under its name.</summary>
    /// <param name="Profiles">Null: all of <see cref="BlkScenarios.Profiles"/>.</param>
    public sealed record Entry(string Name, string Summary, BlkSetup Setup, bool InTour = true, string[]? Profiles = null);

    /// <summary>Profiles that each block scenario is run with, unless it says otherwise.</summary>
    public static readonly string[] Profiles = ["strict", "odd", "qemu", "hostile"];

    public static readonly Entry[] All =
    [
        .. BlkPciScenarios.All,
        new("blk-read", "initialise, read one sector, compare", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 4,
        }),
        new("blk-two-requests", "two reads in flight, completed by interrupt, on a ring of 8", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 9, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Wait), Do(BlkVerb.Wait)],
            QueueSize = 8,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Interrupts],
        }),
        new("blk-ring-2", "two requests, one after the other, on a ring of 2: small enough to be searched exhaustively", new()
        {
            Program = [Do(BlkVerb.ReadPooled, 5), Do(BlkVerb.Kick), Do(BlkVerb.ReadPooled, 6), Do(BlkVerb.Wait)],
            QueueSize = 2,
            PooledBytes = 512,
            PayloadChunks = 1,
        }),
        new("blk-ring-2-polling", "the same by polling: small enough to be searched exhaustively", new()
        {
            Program = [Do(BlkVerb.ReadPooled, 5), Do(BlkVerb.Kick), Do(BlkVerb.ReadPooled, 6), Do(BlkVerb.Poll)],
            QueueSize = 2,
            PooledBytes = 512,
            PayloadChunks = 1,
            UseInterrupts = false,
        }, InTour: false),
        new("blk-ring-2-reset", "reset with the request of a ring of 2 in flight, then another one", new()
        {
            Program = [Do(BlkVerb.ReadPooled, 5), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.ReadPooled, 6), Do(BlkVerb.Wait)],
            QueueSize = 2,
            PooledBytes = 512,
            PayloadChunks = 1,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Resets],
        }, InTour: false),
        new("blk-ring-4", "three requests on a ring of 4, two of them in flight together: to be searched exhaustively", new()
        {
            Program = [Do(BlkVerb.ReadPooled, 5), Do(BlkVerb.Kick), Do(BlkVerb.ReadPooled, 6), Do(BlkVerb.Kick), Do(BlkVerb.Wait), Do(BlkVerb.ReadPooled, 7), Do(BlkVerb.Wait)],
            QueueSize = 4,
            PooledBytes = 512,
            PayloadChunks = 1,
        }, InTour: false),
        new("blk-polling", "writes and reads completed by polling", new()
        {
            Program = [Do(BlkVerb.Write, 3, 1, 1), Do(BlkVerb.Poll), Do(BlkVerb.Read, 3, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 4, 1, 1), Do(BlkVerb.Poll), Do(BlkVerb.Poll)],
            QueueSize = 8,
            UseInterrupts = false,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }),
        new("blk-batch", "requests published together, some awaited in any order, with several pieces of data", new()
        {
            Program =
            [
                Do(BlkVerb.Write, 8, 2, 2), Do(BlkVerb.Read, 20, 1, 2), Do(BlkVerb.Flush), Do(BlkVerb.Kick), Do(BlkVerb.WaitAny), Do(BlkVerb.WaitAny),
                Do(BlkVerb.WaitAny), Do(BlkVerb.Read, 8, 2, 1), Do(BlkVerb.GetId), Do(BlkVerb.Wait), Do(BlkVerb.Wait),
            ],
            QueueSize = 16,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }),
        new("blk-full-ring", "more requests than a ring of 8 has room for", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 1, 1, 1), Do(BlkVerb.Write, 2, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 3, 1, 1), Do(BlkVerb.Read, 4, 1, 1), Do(BlkVerb.Kick),
                Do(BlkVerb.Read, 2, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.Wait),
            ],
            QueueSize = 8,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }),
        new("blk-wrap", "ring indices that start at 65,534 and go past 65,535", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 1, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Write, 2, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Wait),
                Do(BlkVerb.Wait), Do(BlkVerb.Read, 2, 1, 1), Do(BlkVerb.Wait),
            ],
            QueueSize = 8,
            StartAt = new RingIndex(65534),
            Requires = [BlkPremise.RequestsOk, BlkPremise.IndexWraps],
        }),
        new("blk-event-idx", "suppression by event indices: batches published while the device is busy, requests returned while nobody sleeps", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 1, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 2, 1, 1), Do(BlkVerb.Write, 3, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Wait),
                Do(BlkVerb.Read, 4, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.Wait),
            ],
            QueueSize = 16,
            UseEventIndex = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Interrupts, BlkPremise.KicksSaved, BlkPremise.InterruptsSaved],
        }),
        new("blk-event-idx-wrap", "event indices that start at 65,534 and go past 65,535, in both directions", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 1, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 2, 1, 1), Do(BlkVerb.Read, 3, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Wait),
                Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.Read, 4, 1, 1), Do(BlkVerb.Wait),
            ],
            QueueSize = 16,
            StartAt = new RingIndex(65534),
            UseEventIndex = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Interrupts, BlkPremise.KicksSaved, BlkPremise.InterruptsSaved, BlkPremise.IndexWraps, BlkPremise.EventWraps],
        }),
        new("blk-event-idx-reset", "event indices after a reset with requests in flight, and after a shutdown", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Wait),
                Do(BlkVerb.Restart), Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.Wait),
            ],
            QueueSize = 8,
            UseEventIndex = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.RequestsAborted, BlkPremise.Resets, BlkPremise.Interrupts],
        }, InTour: false),
        new("blk-event-idx-ring-2", "two requests, one after the other, on a ring of 2, suppressed by event indices: to be searched exhaustively", new()
        {
            Program = [Do(BlkVerb.ReadPooled, 5), Do(BlkVerb.Kick), Do(BlkVerb.ReadPooled, 6), Do(BlkVerb.Wait)],
            QueueSize = 2,
            PooledBytes = 512,
            PayloadChunks = 1,
            UseEventIndex = true,
        }, InTour: false),
        new("blk-discard", "discard and write zeroes, and what can be read after them", new()
        {
            Program =
            [
                Do(BlkVerb.Write, 10, 2, 1), Do(BlkVerb.Wait), Do(BlkVerb.WriteZeroes, 10, 1), Do(BlkVerb.Discard, 30, 2), Do(BlkVerb.Wait), Do(BlkVerb.Wait),
                Do(BlkVerb.Read, 10, 2, 1), Do(BlkVerb.Wait),
            ],
            QueueSize = 8,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }),
        new("blk-pooled", "requests with the driver's own buffers, returned and used again", new()
        {
            Program =
            [
                Do(BlkVerb.WritePooled, 7), Do(BlkVerb.ReadPooled, 8), Do(BlkVerb.Kick), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.ReadPooled, 7),
                Do(BlkVerb.Wait),
            ],
            QueueSize = 4,
            PooledBytes = 512,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }),
        new("blk-reset", "reset with requests in flight, then the memory is used for something else", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 8,
            Requires = [BlkPremise.RequestsOk, BlkPremise.RequestsAborted, BlkPremise.Resets],
        }),
        new("blk-timeout", "a request that times out, and a reset to get its memory back", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait, 10), Do(BlkVerb.Recover), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Poll, 10)],
            QueueSize = 4,
            TimersAtAnyTime = true,
            Faults = new() { MaximumHangs = 1 },
            Requires = [BlkPremise.RequestsOk, BlkPremise.TimedOut],
        }),
        new("blk-errors", "I/O errors from the device, told apart from success", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Write, 40, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.Read, 41, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 8,
            Faults = new() { FirstBadSector = new(40), BadSectors = 1, MaximumErrors = 1 },
            Requires = [BlkPremise.RequestsOk, BlkPremise.RequestsFailed],
        }),
        new("blk-resize", "the disk grows while a request is in flight; the driver must notice", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Resize, 2 * BlkScenario.CapacitySectors), Do(BlkVerb.Wait)],
            QueueSize = 4,
            Requires = [BlkPremise.RequestsOk, BlkPremise.CapacityFollowed],
        }),
        new("blk-restart", "orderly shutdown, and the driver brought up again", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Restart), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 4,
        }),
        new("blk-legacy", "version 1 of the transport: page frame numbers, one contiguous queue", new()
        {
            Program = [Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Read, 9, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait)],
            QueueSize = 64,
            IsLegacy = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }),
        new("blk-legacy-reset", "version 1, reset with a request in flight", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 64,
            IsLegacy = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Resets],
        }),
        new("blk-bus-offset", "memory is elsewhere for devices than for the CPU, and above 4 GiB: only bus addresses reach it", new()
        {
            Program =
            [
                Do(BlkVerb.Write, 5, 2, 2), Do(BlkVerb.Kick), Do(BlkVerb.ReadPooled, 9), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.WriteZeroes, 7, 1),
                Do(BlkVerb.Read, 5, 2, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait),
            ],
            QueueSize = 8,
            PooledBytes = 512,
            BusOffset = BlkSetup.HighBus,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }),
        new("blk-bus-offset-legacy", "the same for version 1, where a queue is told as a page number", new()
        {
            Program = [Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 64,
            IsLegacy = true,
            BusOffset = BlkSetup.HighBus,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }, InTour: false),
        new("blk-scattered", "data in frames that are not next to each other, with a sector across two of them", new()
        {
            Program =
            [
                Do(BlkVerb.Write, 8, 3), Do(BlkVerb.Read, 20, 2), Do(BlkVerb.Kick), Do(BlkVerb.WaitAny), Do(BlkVerb.WaitAny), Do(BlkVerb.Read, 8, 3), Do(BlkVerb.GetId),
                Do(BlkVerb.Wait), Do(BlkVerb.Wait),
            ],
            QueueSize = 16,
            BusOffset = BlkSetup.HighBus,
            ScatterBuffers = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged, BlkPremise.Scattered],
        }),
        new("blk-iommu", "devices reach only what is mapped: buffers mapped for their requests, the driver's region for its life", new()
        {
            Program =
            [
                Do(BlkVerb.Write, 5, 2), Do(BlkVerb.Read, 9, 1), Do(BlkVerb.Kick), Do(BlkVerb.WaitAny), Do(BlkVerb.WaitAny), Do(BlkVerb.Flush), Do(BlkVerb.Read, 5, 2),
                Do(BlkVerb.Wait), Do(BlkVerb.Wait),
            ],
            QueueSize = 16,
            BusOffset = BlkSetup.HighBus,
            UseIommu = true,
            ScatterBuffers = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged, BlkPremise.Scattered, BlkPremise.Unmapped, BlkPremise.PassedIommu],
        }),
        new("blk-iommu-reset", "with requests in flight, buffers are unmapped only once a reset was seen to be complete", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 5, 1), Do(BlkVerb.Write, 6, 1), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.Read, 7, 1), Do(BlkVerb.Kick), Do(BlkVerb.Restart),
                Do(BlkVerb.Read, 8, 1), Do(BlkVerb.Wait),
            ],
            QueueSize = 8,
            BusOffset = BlkSetup.HighBus,
            UseIommu = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.RequestsAborted, BlkPremise.Resets, BlkPremise.Unmapped, BlkPremise.PassedIommu],
        }),
        new("blk-iommu-full", "an IOMMU with room for one request and a half: what is mapped of the second is unmapped until there is room for all of it", new()
        {
            Program = [Do(BlkVerb.Write, 5, 2), Do(BlkVerb.Read, 9, 2), Do(BlkVerb.Wait), Do(BlkVerb.Read, 5, 2), Do(BlkVerb.Wait)],
            QueueSize = 16,
            BusOffset = BlkSetup.HighBus,
            UseIommu = true,
            MappingsMax = 4,
            ScatterBuffers = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged, BlkPremise.Scattered, BlkPremise.Unmapped],
        }, InTour: false),
        new("blk-last-slot", "the device is in the last of 32 slots; the others are empty", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 4,
            Slot = 31,
        }),
        new("blk-read-only", "a device that must not be written", new()
        {
            Program = [Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 4,
            IsReadOnly = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }),
        new("blk-out-of-order", "chains of different lengths, some taken back in any order, others made of their descriptors meanwhile", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 1, 1, 1), Do(BlkVerb.Write, 2, 2, 2), Do(BlkVerb.Flush), Do(BlkVerb.Read, 4, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.WaitAny),
                Do(BlkVerb.WaitAny), Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Write, 6, 2, 2), Do(BlkVerb.Kick), Do(BlkVerb.WaitAny), Do(BlkVerb.WaitAny),
                Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.Read, 9, 1, 1), Do(BlkVerb.Kick),
            ],
            QueueSize = 16,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }, InTour: false),
        new("blk-flush", "writes made durable, on a ring that has room for one request and a half", new()
        {
            Program = [Do(BlkVerb.Write, 7, 1, 1), Do(BlkVerb.Flush), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 4,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }, InTour: false),
        new("blk-late-shutdown", "orderly shutdown that runs out of time with a request in flight", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Restart, 10), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 4,
            TimersAtAnyTime = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.RequestsAborted],
        }, InTour: false),
        new("blk-small-device", "a device that allows fewer descriptors than the driver would like", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait)],
            QueueSize = 16,
            QueueSizeMax = 4,
        }, InTour: false),
        new("blk-mq", "two request queues, requests in both at once, awaited in any order", new()
        {
            Program =
            [
                Do(BlkVerb.Write, 3, 1, 1), Do(BlkVerb.Write, 4, 1, 1), Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.WaitAny), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.WaitAny),
                Do(BlkVerb.WaitAny), Do(BlkVerb.Wait), Do(BlkVerb.Read, 4, 1, 1), Do(BlkVerb.Read, 3, 1, 1), Do(BlkVerb.Poll), Do(BlkVerb.Wait),
            ],
            QueueSize = 8,
            DeviceQueues = 2,
            DriverQueues = 2,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged, BlkPremise.Interrupts],
        }),
        new("blk-mq-polling", "a device with four queues, of which the driver uses three, by polling", new()
        {
            Program =
            [
                Do(BlkVerb.Write, 3, 1, 1), Do(BlkVerb.Write, 4, 1, 1), Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.WaitAny), Do(BlkVerb.WaitAny), Do(BlkVerb.WaitAny),
                Do(BlkVerb.Read, 3, 1, 1), Do(BlkVerb.Flush), Do(BlkVerb.Poll), Do(BlkVerb.Poll),
            ],
            QueueSize = 8,
            DeviceQueues = 4,
            DriverQueues = 3,
            UseInterrupts = false,
            Requires = [BlkPremise.RequestsOk, BlkPremise.SectorsJudged],
        }, InTour: false),
        new("blk-mq-few", "a device with two queues, and a driver that would like four; suppression by event indices", new()
        {
            Program = [Do(BlkVerb.Read, 3, 1, 1), Do(BlkVerb.Read, 4, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.Wait)],
            QueueSize = 8,
            DeviceQueues = 2,
            DriverQueues = 4,
            UseEventIndex = true,
        }, InTour: false),
        new("blk-mq-reset", "reset with requests in both queues, an orderly shutdown, and both queues used again", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.Read, 8, 1, 1),
                Do(BlkVerb.Read, 9, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Restart), Do(BlkVerb.Read, 10, 1, 1), Do(BlkVerb.Read, 11, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait),
            ],
            QueueSize = 4,
            DeviceQueues = 2,
            DriverQueues = 2,
            Requires = [BlkPremise.RequestsOk, BlkPremise.RequestsAborted, BlkPremise.Resets],
        }),
        new("blk-mq-timeout", "requests in two queues that time out, and a reset to get their memory back", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Wait, 10), Do(BlkVerb.Wait, 10), Do(BlkVerb.Recover), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Poll, 10),
                Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.Read, 9, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Restart, 10),
            ],
            QueueSize = 4,
            DeviceQueues = 2,
            DriverQueues = 2,
            TimersAtAnyTime = true,
            Faults = new() { MaximumHangs = 2 },
            Requires = [BlkPremise.RequestsOk, BlkPremise.TimedOut],
        }, InTour: false),
        new("blk-writeback", "the cache written through and back, a reset between, and a power cut: what was durable must be there", new()
        {
            Program =
            [
                Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Flush), Do(BlkVerb.Write, 3, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Wait), Do(BlkVerb.SetWriteback, 0),
                Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Recover), Do(BlkVerb.Write, 4, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.SetWriteback, 1),
                Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Write, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.PowerCut),
            ],
            QueueSize = 8,
            HasVolatileCache = true,
            Requires = [BlkPremise.RequestsOk, BlkPremise.CacheSwitched, BlkPremise.StableJudged],
        }),
        new("blk-unplug", "the device is taken away with requests in flight, and the driver of the bus says so", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Unplug), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Wait),
                Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.WaitAny),
            ],
            QueueSize = 8,
            Unplug = DeviceUnplug.Told,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Removals, BlkPremise.EndedByRemoval],
        }),
        new("blk-unplug-silent", "the same, and nobody says anything: time-outs find out", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Unplug), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.WaitAny, 10), Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.Wait, 10)],
            QueueSize = 8,
            Unplug = DeviceUnplug.Silent,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Removals, BlkPremise.EndedByRemoval],
        }, InTour: false),
        new("blk-unplug-polling", "the same for a driver that polls, and would do so for ever, with two queues", new()
        {
            Program =
            [
                Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Write, 9, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Unplug), Do(BlkVerb.Read, 6, 1, 1), Do(BlkVerb.Poll), Do(BlkVerb.Reap),
                Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.WaitAny), Do(BlkVerb.WaitAny),
            ],
            QueueSize = 8,
            DeviceQueues = 2,
            DriverQueues = 2,
            UseInterrupts = false,
            Unplug = DeviceUnplug.Silent,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Removals, BlkPremise.EndedByRemoval],
        }),
        new("blk-unplug-reset", "the device is taken away while it is reset, shut down or brought up", new()
        {
            Program = [Do(BlkVerb.Read, 5, 1, 1), Do(BlkVerb.Wait), Do(BlkVerb.Unplug), Do(BlkVerb.Write, 6, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Recover), Do(BlkVerb.Read, 7, 1, 1), Do(BlkVerb.Kick), Do(BlkVerb.Restart), Do(BlkVerb.Read, 8, 1, 1), Do(BlkVerb.Wait)],
            QueueSize = 4,
            Unplug = DeviceUnplug.Told,
            Requires = [BlkPremise.RequestsOk, BlkPremise.Removals],
        }, InTour: false),
    ];
}
