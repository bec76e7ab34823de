using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>A peripheral that is no virtio device and has state of its own: the machine turns it on, and has it in its fingerprint.</summary>
public interface IPlatformDevice : IBusDevice
{
    /// <summary>The state before the first instruction of the machine.</summary>
    void PowerOn();

    /// <summary>All of its state that decides the future.</summary>
    void Fold(ref StateHasher hasher);
}
