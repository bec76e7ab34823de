namespace Ringcheck.Standard;

/// <summary>
/// Virtio 1.4, 5.4 "Entropy Device": buffers go into one queue and come back with random bytes. The device has no feature bits (5.4.3) and no configuration
/// space (5.4.4) of its own; a request is a buffer that the device writes, without a header or a status.
/// </summary>
public static class Entropy
{
    /// <summary>5.4.2: the number of requestq, the only queue.</summary>
    public const ushort RequestQueue = 0;

    public const int QueueCount = 1;

    /// <summary>5.4.6.2: bytes that the device writes into each buffer, at least. What is left of the buffer may stay as it is.</summary>
    public const uint LeastLength = 1;
}
