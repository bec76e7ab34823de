namespace Ringcheck.Devices;

/// <summary>
/// Who may use a byte of memory now. Kept beside the memory itself, so that a check is one load: <see cref="Of"/> repeats an owner
/// for each byte of an access.
/// </summary>
static class MemoryOwner
{
    /// <summary>The driver's alone; no device may touch it.</summary>
    public const byte Driver = 0;

    /// <summary>In a published buffer that the device reads.</summary>
    public const byte DeviceReads = 1;

    /// <summary>In a published buffer that the device writes, and has not written yet.</summary>
    public const byte DeviceWrites = 2;

    /// <summary>In a published buffer that the device writes, and has written.</summary>
    public const byte DeviceWritten = 3;

    /// <summary>Given back in the used ring; the driver has not looked yet, so it cannot know.</summary>
    public const byte ReturnedUnseen = 4;

    /// <summary>Descriptor table and available ring of a live queue: the driver writes, the device reads.</summary>
    public const byte DriverRing = 5;

    /// <summary>Used ring of a live queue: the device writes, the driver reads.</summary>
    public const byte DeviceRing = 6;

    /// <summary>The owner in each of <paramref name="width"/> bytes (1 to 8).</summary>
    public static ulong Of(byte owner, int width) => owner * 0x0101010101010101UL >> (64 - 8 * width);
}
