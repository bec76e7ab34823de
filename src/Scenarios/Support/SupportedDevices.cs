using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>All devices that there is a driver for, and the feature bits that belong to no device (Virtio 1.4, 6 "Reserved Feature Bits").</summary>
public static class SupportedDevices
{
    const string NotYet = "not there yet";

    public static IReadOnlyList<DeviceSupport> All { get; } = [BlkSupport.Support, EntropySupport.Support];

    public static IReadOnlyList<FeatureSupport> Common { get; } =
    [
        new(Feature.NotifyOnEmpty, "NOTIFY_ON_EMPTY (legacy)", "not needed: a driver looks at the ring itself"),
        new(Feature.AnyLayout, "ANY_LAYOUT (legacy)"),
        new(Feature.IndirectDescriptors, "INDIRECT_DESC", "not there yet. The simulated devices have it"),
        new(Feature.EventIndex, "EVENT_IDX", Note: "unless asked not to: then suppression is by flags"),
        new(Feature.BadFeature, "(a legacy probe of QEMU's)", "never to be accepted"),
        new(Feature.Version1, "VERSION_1", Note: "without it, a device that is no legacy one is refused"),
        new(Feature.AccessPlatform, "ACCESS_PLATFORM"),
        new(Feature.RingPacked, "RING_PACKED", NotYet),
        new(Feature.InOrder, "IN_ORDER", NotYet),
        new(Feature.OrderPlatform, "ORDER_PLATFORM", NotYet),
        new(Feature.SingleRootIov, "SR_IOV", NotYet),
        new(Feature.NotificationData, "NOTIFICATION_DATA", NotYet),
        new(Feature.NotificationConfigData, "NOTIF_CONFIG_DATA", NotYet),
        new(Feature.RingReset, "RING_RESET", NotYet),
        new(Feature.AdminQueue, "ADMIN_VQ", NotYet),
    ];
}
