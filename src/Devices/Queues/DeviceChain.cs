using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>A piece of memory that a descriptor names. Bus address; length in bytes.</summary>
public readonly record struct DeviceBuffer(ulong Address, uint Length);

/// <summary>
/// Virtio 1.4, 2.7.4 "Message Framing": a chain as two streams of bytes, what the driver wrote and what the device may write.
/// Where one descriptor ends and the next begins means nothing. Each descriptor was read once, when the chain was taken.
/// </summary>
public sealed class DeviceChain
{
    DeviceBuffer[] readable = new DeviceBuffer[4], writable = new DeviceBuffer[4];

    public ushort Head { get; private set; }

    public int ReadableCount { get; private set; }

    public int WritableCount { get; private set; }

    /// <summary>In bytes.</summary>
    public ulong ReadableLength { get; private set; }

    /// <summary>In bytes.</summary>
    public ulong WritableLength { get; private set; }

    /// <summary>QEMU only: the chain names memory that is not RAM, and holds QEMU's one bounce buffer.</summary>
    public bool HoldsBounceBuffer { get; set; }

    public void Start(ushort head)
    {
        Head = head;
        ReadableCount = WritableCount = 0;
        ReadableLength = WritableLength = 0;
        HoldsBounceBuffer = false;
    }

    public void AddReadable(DeviceBuffer buffer)
    {
        if (ReadableCount == readable.Length) Array.Resize(ref readable, 2 * ReadableCount);
        readable[ReadableCount++] = buffer;
        ReadableLength += buffer.Length;
    }

    public void AddWritable(DeviceBuffer buffer)
    {
        if (WritableCount == writable.Length) Array.Resize(ref writable, 2 * WritableCount);
        writable[WritableCount++] = buffer;
        WritableLength += buffer.Length;
    }

    public DeviceBuffer Writable(int index) => writable[index];

    /// <summary>Where the stream goes on at byte <paramref name="offset"/>, and for how long in one piece. Offset is below the stream's length.</summary>
    public DeviceBuffer ReadableAt(ulong offset) => At(readable, ReadableCount, offset);

    /// <inheritdoc cref="ReadableAt"/>
    public DeviceBuffer WritableAt(ulong offset) => At(writable, WritableCount, offset);

    static DeviceBuffer At(DeviceBuffer[] buffers, int count, ulong offset)
    {
        for (int i = 0; i < count; i++)
        {
            var buffer = buffers[i];
            if (offset < buffer.Length) return new(buffer.Address + offset, buffer.Length - (uint)offset);
            offset -= buffer.Length;
        }
        return default;
    }

    public void Fold(ref StateHasher hasher)
    {
        hasher.Add(Head | (ulong)(uint)ReadableCount << 16 | (ulong)(uint)WritableCount << 40);
        for (int i = 0; i < ReadableCount; i++) Fold(ref hasher, readable[i]);
        for (int i = 0; i < WritableCount; i++) Fold(ref hasher, writable[i]);
    }

    static void Fold(ref StateHasher hasher, DeviceBuffer buffer)
    {
        hasher.Add(buffer.Address);
        hasher.Add(buffer.Length);
    }
}
