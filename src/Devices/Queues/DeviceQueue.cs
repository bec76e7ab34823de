using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// One virtqueue as its device sees it: what the driver has programmed, and the ring that is being served, which QEMU keeps
/// apart (a programmed value takes effect when the queue becomes ready). Addresses are bus addresses.
/// </summary>
public sealed class DeviceQueue(ushort index, ushort maximumSize, ushort plainSize)
{
    public const uint PlainAlign = 4096;

    public ushort Index => index;

    /// <summary>What QueueNumMax says, unless the transport says otherwise.</summary>
    public ushort MaximumSize => maximumSize;

    // Programmed
    public uint Size;
    public bool Ready;
    public ulong DescriptorAddress, DriverAddress, DeviceAddress;
    public uint Align;

    // Served
    public uint RingSize;
    public ulong Descriptors, Available, Used;
    public RingIndex LastAvailable, SeenAvailable, UsedIndex;

    /// <summary>Chains taken and not yet returned.</summary>
    public uint InUse;

    /// <summary>EVENT_IDX: the used index at the last decision about an interrupt, or at the start; QEMU has none before its first decision.</summary>
    public RingIndex SignalledUsed;
    public bool SignalledUsedValid;

    /// <summary>True while the device asks for no notifications because it looks by itself.</summary>
    public bool SuppressesNotifications;

    /// <summary>Notified since the device last began to serve; and among those that it serves now.</summary>
    public bool IsNotified, IsAwake;

    /// <summary>Forgets the ring, not what was programmed.</summary>
    public void ForgetRing()
    {
        RingSize = plainSize;
        Descriptors = Available = Used = 0;
        LastAvailable = SeenAvailable = UsedIndex = SignalledUsed = default;
        SignalledUsedValid = SuppressesNotifications = false;
        IsNotified = IsAwake = false;
        InUse = 0;
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        Size = 0;
        Ready = false;
        DescriptorAddress = DriverAddress = DeviceAddress = 0;
        Align = PlainAlign;
        ForgetRing();
    }

    public void Fold(ref StateHasher hasher)
    {
        hasher.Add(Size | (ulong)RingSize << 32);
        hasher.Add(DescriptorAddress);
        hasher.Add(DriverAddress);
        hasher.Add(DeviceAddress);
        hasher.Add(Descriptors);
        hasher.Add(Available);
        hasher.Add(Used);
        hasher.Add(LastAvailable.Value | (ulong)SeenAvailable.Value << 16 | (ulong)UsedIndex.Value << 32 | (ulong)SignalledUsed.Value << 48);
        hasher.Add(Align | (ulong)InUse << 32);
        hasher.Add((Ready ? 1u : 0) | (SignalledUsedValid ? 2u : 0) | (SuppressesNotifications ? 4u : 0) | (IsNotified ? 8u : 0) | (IsAwake ? 16u : 0));
    }
}
