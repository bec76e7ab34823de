using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// Two words of a driver's memory that no device sees: interrupt handlers set them, main code clears them before it looks at what they speak of.
/// </summary>
internal readonly struct DriverEvents(CpuAddress words)
{
    public const uint Length = 2 * sizeof(uint);

    /// <summary>Values of <see cref="Configuration"/>.</summary>
    public const uint Changed = 1, Removed = 2;

    /// <summary>Not 0 when the device has reported used buffers.</summary>
    public CpuAddress Used => words;

    /// <summary>Not 0 when the device has reported a change of its configuration, or the bus that it is gone.</summary>
    public CpuAddress Configuration => words + sizeof(uint);
}
