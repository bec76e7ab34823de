using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>Virtio 1.4, 2.7.4 "Message Framing": moving data between the device and the two streams of a chain, wherever one descriptor ends and the next begins.</summary>
public abstract partial class RequestDevice<TRequest>
{
    /// <summary>Reads bytes of the readable stream, from <paramref name="start"/> on. The stream is long enough.</summary>
    private protected async DeviceTask<Nothing> Gather(TRequest request, ulong start, Memory<byte> destination)
    {
        for (int done = 0; done < destination.Length;)
        {
            var run = Cut(request.Chain.ReadableAt(start + (ulong)done), destination.Length - done);
            int chunk = Chunk((int)run.Length);
            for (int moved = 0; moved < (int)run.Length; moved += chunk)
            {
                int count = Math.Min(chunk, (int)run.Length - moved);
                await dma.Read(new(run.Address + (ulong)moved), destination.Slice(done + moved, count));
            }
            done += (int)run.Length;
        }
        return default;
    }

    /// <summary>Writes bytes to the writable stream, from <paramref name="start"/> on. The stream is long enough.</summary>
    private protected async DeviceTask<Nothing> Fill(TRequest request, ulong start, ReadOnlyMemory<byte> source)
    {
        for (int done = 0; done < source.Length;)
        {
            var run = Cut(request.Chain.WritableAt(start + (ulong)done), source.Length - done);
            int chunk = Chunk((int)run.Length);
            for (int moved = 0; moved < (int)run.Length; moved += chunk)
            {
                int count = Math.Min(chunk, (int)run.Length - moved);
                await dma.Write(new(run.Address + (ulong)moved), source.Slice(done + moved, count));
            }
            done += (int)run.Length;
            request.Written += run.Length;
        }
        return default;
    }

    /// <summary>A little-endian field of the readable stream: one access where it lies in one piece and aligned, else byte by byte.</summary>
    private protected async DeviceTask<ulong> ReadField(DeviceChain chain, ulong offset, int width)
    {
        var at = chain.ReadableAt(offset);
        if (at.Length >= (uint)width && at.Address % (uint)width == 0)
        {
            if (width == 8) return await dma.Load<ulong>(new(at.Address));
            return await dma.Load<uint>(new(at.Address));
        }
        ulong value = 0;
        for (int i = 0; i < width; i++)
        {
            at = chain.ReadableAt(offset + (ulong)i);
            value |= (ulong)await dma.Load<byte>(new(at.Address)) << (8 * i);
        }
        return value;
    }

    /// <summary>In at most <see cref="SimulatedMachine.PayloadChunks"/> pieces for each buffer.</summary>
    int Chunk(int length) => (length + Machine.PayloadChunks - 1) / Machine.PayloadChunks;

    /// <summary>A run ends where the data does, and where RAM does: beyond it, reads give zeroes and writes are lost.</summary>
    DeviceBuffer Cut(DeviceBuffer run, int left)
    {
        uint length = (uint)Math.Min(run.Length, (ulong)left);
        var ram = Machine.Ram;
        if (ram.Contains(run.Address, 1) && !ram.Contains(run.Address, length)) length = (uint)(ram.Base + ram.Size - run.Address);
        return new(run.Address, length);
    }
}
