using System.Runtime.InteropServices;
using BenchmarkDotNet.Attributes;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Bench;

/// <summary>
/// Ring add + publish + device completion + reap on flat memory, for requests of two descriptors: the time is for each request,
/// the device's work included. Notification is decided, with its store-load fence, once for each batch; the device asks not to be told, as a
/// busy one does: by its flags, or with EVENT_IDX by an avail_event that stays behind, which is passed once in 65,536 requests. Targets: 12 ns at
/// batch 32, 14 ns at batch 1, 0 bytes.
/// </summary>
public unsafe class RingBenchmarks
{
    private const int Requests = 1 << 16;
    private const ushort QueueSize = 256;

    private SplitQueue<FlatMachine> queue = null!;
    private FlatDevice device = null!;
    private void* memory;

    [Params(1, 32)]
    public int Batch { get; set; }

    [Params(false, true)]
    public bool EventIndex { get; set; }

    [GlobalSetup]
    public void SetUp()
    {
        SplitLayout layout = SplitLayout.Modern(QueueSize);
        memory = NativeMemory.AlignedAlloc(layout.Length + 2 * sizeof(uint), TransportQueues.LegacyPageSize);
        DmaRegion region = new(new((ulong)memory), new((ulong)memory), layout.Length);
        queue = new(default, QueueSize);
        if (queue.Initialise(region, layout, startAt: default, EventIndex) != DriverStatus.Ok)
            throw new InvalidOperationException("the queue does not take its memory");
        queue.AttachDoorbell(new(region.Cpu.Value + SplitLayout.AlignUp(layout.Length, sizeof(uint)), IsPort: false, sizeof(uint), 0));
        device = new(region, layout);
        if (!EventIndex)
            default(FlatMachine).Store16(region.Cpu + layout.Used + UsedRing.FlagsOffset, UsedRing.NoNotify);
    }

    [GlobalCleanup]
    public void CleanUp() => NativeMemory.AlignedFree(memory);

    [Benchmark(OperationsPerInvoke = Requests)]
    public ulong AddPublishServeReap()
    {
        DmaSegment header = new(new BusAddress(0x1000), 16);
        DmaSegment answer = new(new BusAddress(0x2000), 513);
        ulong bytes = 0;
        for (int done = 0; done < Requests; done += Batch)
        {
            for (int i = 0; i < Batch; i++)
            {
                if (queue.TryAdd(header, answer, out _) != DriverStatus.Ok)
                    throw new InvalidOperationException("no room");
            }

            queue.Publish();
            if (queue.ShouldNotify())
                queue.Notify();
            device.Serve();
            for (int i = 0; i < Batch; i++)
            {
                if (queue.TryTakeUsed(out UsedBuffer used) != DriverStatus.Ok)
                    throw new InvalidOperationException("nothing came back");
                bytes += used.Length;
            }
        }

        return bytes;
    }
}
