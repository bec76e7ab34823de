using System;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>What an entropy driver is made for; fixed for its life, because its arrays and the map of its memory follow from it.</summary>
/// <param name="QueueSize">Descriptors wanted, a power of two: each request takes one.</param>
/// <param name="RequestSize">Bytes that one request can ask for, at most.</param>
/// <param name="Driver">What every driver is told.</param>
public readonly record struct EntropyOptions(ushort QueueSize, uint RequestSize, DriverOptions Driver)
{
    public static EntropyOptions Default { get; } = new(QueueSize: 8, RequestSize: 64, DriverOptions.Default);

    /// <summary>Whether a driver can be made like this.</summary>
    public bool AreValid => Queue.AreValid && RequestSize is >= Entropy.LeastLength and <= 1 << 16 && (ulong)QueueSize * Stride < 1 << 30;

    /// <summary>Bytes of DMA memory, aligned to <see cref="TransportQueues.LegacyPageSize"/>, that the driver needs.</summary>
    public uint MemoryLength => DriverMemory.LengthOf([Queue], BuffersLength);

    internal QueueOptions Queue => new(QueueSize, LeastSize: 1, SlotCount: QueueSize);

    /// <summary>From one request's buffer to the next, in bytes.</summary>
    internal uint Stride => SplitLayout.AlignUp(RequestSize, sizeof(ulong));

    internal uint BuffersLength => QueueSize * Stride;
}

/// <summary>
/// How a request ended; each one does exactly once. <paramref name="Status"/> is Ok, DeviceError (the device wrote nothing: it is not to be believed), TimedOut (the
/// buffer stays with the device until it gives that back or is reset), Aborted (by a reset) or NoDevice (the device is gone).
/// </summary>
/// <param name="Length">Bytes that were handed out: with Ok 1 to as many as were asked for, fewer where the destination has no room for them; else 0.</param>
public readonly record struct EntropyCompletion(RequestId Id, DriverStatus Status, uint Length);
