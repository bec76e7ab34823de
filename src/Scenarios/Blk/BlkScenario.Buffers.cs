using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>
/// Memory of requests: one piece for each, or scattered over frames that the kernel's allocator had free. Mapped while the device has it, as is the driver's own region from
/// its first initialisation to its shutdown.
/// </content>
sealed partial class BlkScenario
{
    /// <summary>
    /// A scattered buffer begins so many bytes into its first frame: a sector and a half before the end, so that a sector crosses to the next.
    /// </summary>
    const uint ScatteredOffset = DmaLimits.PageSize - 3 * Sector.Size / 2;

    const int MostFrames = 2;
    const uint MostData = BufferStride, FrameDistance = 3 * DmaLimits.PageSize;

    readonly DmaRegion[] frames = new DmaRegion[MaxRequests * MostFrames], parts = new DmaRegion[MaxRequests * MostFrames];
    readonly int[] partCount = new int[MaxRequests];
    DmaAllocator<SimMachine>? allocator;
    bool regionIsMapped;

    /// <summary>It was told of the driver's region, and has not been shut down since.</summary>
    bool deviceMayRun;

    void ForgetMemory()
    {
        regionIsMapped = deviceMayRun = false;
        if (!setup.ScatterBuffers) return;
        // Frames from the top down, none next to another, each a range of its own.
        var pages = new DmaRange[MaxRequests * MostFrames];
        for (uint i = 0; i < pages.Length; i++)
        {
            var frame = machine.Region(Buffers + FrameDistance * ((uint)pages.Length - i), DmaLimits.PageSize);
            pages[i] = new(frame.Cpu, frame.Bus, frame.Length);
        }
        allocator = new(cpu, pages, (ushort)pages.Length);
    }

    /// <summary>The data of a request, where it lies.</summary>
    ReadOnlySpan<DmaRegion> DataOf(in Request request) => parts.AsSpan(request.Buffer * MostFrames, partCount[request.Buffer]);

    /// <summary>Finds memory for a request's data and hands it over, filled if the device is to read it.</summary>
    DriverStatus GiveData(in Request request)
    {
        TakeMemory(request);
        if (request.Verb == BlkVerb.Write) FillBuffer(request);
        var status = DmaOwnership.GiveToDevice(cpu, DataOf(request), deviceWrites: request.Verb != BlkVerb.Write);
        if (status != DriverStatus.Ok) FreeMemory(request);
        return status;
    }

    void TakeMemory(in Request request)
    {
        uint length = LengthOf(request);
        int first = request.Buffer * MostFrames;
        if (allocator is null)
        {
            parts[first] = machine.Region(Buffers + BufferStride * (uint)request.Buffer, MostData).Slice(0, length);
            partCount[request.Buffer] = 1;
            return;
        }
        var status = allocator.AllocateFrames(ScatteredOffset + length, DmaLimits.Page, frames.AsSpan(first, MostFrames), out int count);
        if (status != DriverStatus.Ok) Fail("dma", "allocation-refused", [], $"the allocator has {allocator.FreeBytes} bytes free and refuses {ScatteredOffset + length}: {status}",
            "Frames may lie anywhere that the device reaches; only what a device cannot be told is out of reach.");
        parts[first] = frames[first].Slice(ScatteredOffset, Math.Min(frames[first].Length - ScatteredOffset, length));
        if (count > 1) parts[first + 1] = frames[first + 1].Slice(0, length - parts[first].Length);
        partCount[request.Buffer] = count;
    }

    void FreeMemory(in Request request)
    {
        if (allocator is null || !HasData(request.Verb)) return;
        for (int i = 0; i < partCount[request.Buffer]; i++)
        {
            var status = allocator.Free(frames[request.Buffer * MostFrames + i]);
            if (status != DriverStatus.Ok) Fail("dma", "frame-lost", [], $"the allocator does not take a frame back that it gave: {status}", "Keep account of each region until it is freed.");
        }
        partCount[request.Buffer] = 0;
    }

    static bool HasData(BlkVerb verb) => verb is BlkVerb.Read or BlkVerb.Write or BlkVerb.GetId;

    /// <summary>Part of a request's data, copied by the CPU from wherever it lies.</summary>
    void CopyFromBuffer(in Request request, uint offset, Span<byte> bytes)
    {
        foreach (ref readonly var part in DataOf(request))
        {
            uint skip = Math.Min(offset, part.Length), count = Math.Min(part.Length - skip, (uint)bytes.Length);
            if (count > 0) cpu.CopyFromMemory(part.Cpu + skip, bytes[..(int)count]);
            bytes = bytes[(int)count..];
            offset -= skip;
        }
    }

    void FillBuffer(in Request request)
    {
        var bytes = scratch.AsSpan(0, (int)LengthOf(request));
        ReferenceDisk.Fill(bytes, request.Content, request.Sector);
        foreach (ref readonly var part in DataOf(request))
        {
            cpu.CopyToMemory(part.Cpu, bytes[..(int)part.Length]);
            bytes = bytes[(int)part.Length..];
        }
    }

    /// <summary>Before the first initialisation: whatever the device is told lies in this region.</summary>
    void MapDriverRegion()
    {
        if (regionIsMapped || machine.Iommu is null) return;
        regionIsMapped = cpu.TryMapForDevice(driverRegion, DmaDirection.Both);
    }

    /// <summary>With an IOMMU a program ends as a kernel unloads a driver: nothing stays mapped but what a device would not give back.</summary>
    void Close()
    {
        if (!regionIsMapped) return;
        if (deviceMayRun)
        {
            var status = driver.Shutdown(TimeOut(0));
            ReapEnded(status);
            if (status == DriverStatus.TimedOut) return;
        }
        cpu.UnmapForDevice(driverRegion);
        regionIsMapped = false;
    }
}
