using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>What can be asked of a block device (5.2.6).</summary>
public enum BlkOperation : byte
{
    Read,
    Write,
    Flush,

    /// <summary>The device's name for itself, <see cref="BlkRequest.IdSize"/> bytes.</summary>
    GetId,
    Discard,
    WriteZeroes,
}

/// <summary>
/// A run of sectors for discard or write zeroes. <paramref name="Unmap"/> is for write zeroes only: the device may deallocate.
/// </summary>
public readonly record struct BlkRange(Sector Start, uint SectorCount, bool Unmap);

/// <summary>
/// How a request ended; each one does exactly once. <paramref name="Status"/> is Ok, IoError, Unsupported, DeviceError (the device's
/// answer makes no sense), TimedOut (its memory stays with the device until <see cref="VirtioDriver{TMachine}.IsWithDevice"/> is false),
/// Aborted (by a reset) or NoDevice (the device is gone: to try again is no use, and whether it was done is not known). <paramref name="Length"/> counts the bytes of data moved: all of them with Ok, none that can be relied
/// on otherwise.
/// </summary>
public readonly record struct BlkCompletion(RequestId Id, BlkOperation Operation, DriverStatus Status, uint Length);
