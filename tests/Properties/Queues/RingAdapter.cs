using System;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Ringcheck.Tests.Properties.Kernel;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// The kernel's queue as an <see cref="IRing"/> over one array. This file is compiled twice: into the tests, and into the assembly of
/// each edited copy of the kernel, which is why it names the namespaces that it needs.
/// </summary>
public sealed class RingAdapter(ArrayMachine machine) : IRing
{
    readonly SplitQueue<ArrayMachine> queue = new(machine, 64);

    public bool HasUsed => queue.HasUsed();

    public bool ShouldNotify => queue.ShouldNotify();

    public int FreeCount => queue.FreeCount;

    public int InFlight => queue.InFlight;

    public int Unpublished => queue.Unpublished;

    public string Fault => queue.Fault.ToString();

    public RingStatus Initialise(DmaRegion memory, in SplitLayout layout, RingIndex startAt, bool useEventIndex)
        => Of(queue.Initialise(memory, layout, startAt, useEventIndex));

    public RingStatus Add(ReadOnlySpan<DmaRegion> readable, ReadOnlySpan<DmaRegion> writable, out ushort head)
    {
        var status = queue.TryAdd(Segments(readable), Segments(writable), out var id);
        head = id.Value;
        return Of(status);
    }

    public RingStatus AddPair(DmaRegion readable, DmaRegion writable, out ushort head)
    {
        var status = queue.TryAdd(DmaSegment.Of(readable), DmaSegment.Of(writable), out var id);
        head = id.Value;
        return Of(status);
    }

    public void Publish() => queue.Publish();

    public RingStatus Take(out TakenChain chain)
    {
        var status = queue.TryTakeUsed(out var used);
        chain = new(used.Head.Value, used.Length);
        return Of(status);
    }

    public void WantInterrupts(bool wanted)
    {
        if (wanted) queue.EnableInterrupts();
        else queue.DisableInterrupts();
    }

    public static IRing Make(ArrayMachine machine) => new RingAdapter(machine);

    static DmaSegment[] Segments(ReadOnlySpan<DmaRegion> regions)
    {
        var segments = new DmaSegment[regions.Length];
        for (int i = 0; i < segments.Length; i++) segments[i] = DmaSegment.Of(regions[i]);
        return segments;
    }

    static RingStatus Of(DriverStatus status) => status switch
    {
        DriverStatus.Ok => RingStatus.Ok,
        DriverStatus.Pending => RingStatus.Pending,
        DriverStatus.NoSpace => RingStatus.NoSpace,
        DriverStatus.InvalidArgument => RingStatus.InvalidArgument,
        DriverStatus.DeviceError => RingStatus.DeviceError,
        _ => RingStatus.Other,
    };
}
