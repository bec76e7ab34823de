using Ringcheck.Exploration;
using Ringcheck.Models.Rules;

namespace Ringcheck.Devices;

/// <summary>All rules that the monitors of a machine judge, by the numbers that <see cref="Coverage.Meet"/> takes.</summary>
public static class RuleNumbers
{
    /// <summary>Rules that only a model can break: no access to memory shows the step that they are about (docs/monitors.md).</summary>
    static readonly RuleViolation[] OfModelsOnly =
    [
        RuleViolation.DescriptorNotWritten, RuleViolation.ReapedNotUsed, RuleViolation.ReleasedInFlight, RuleViolation.ReleasedTwice,
        RuleViolation.DeviceTookUnavailable, RuleViolation.WrongRequest, RuleViolation.CompletionLost, RuleViolation.ReusedWhileLive,
    ];

    /// <summary>Rules by which a device is judged, as bits: of a hostile one, they say nothing.</summary>
    internal static readonly ulong OfDevices = Range(RuleViolation.DeviceTookUnavailable, RuleViolation.CompletionLost)
        | Range(RuleViolation.DeviceRanBeforeDriverOk, RuleViolation.NeedsResetNotNotified);

    public static IReadOnlyList<WatchedRule> All { get; } = Build();

    internal static bool IsOfDevices(SystemRule rule)
        => rule is SystemRule.LengthNotWritten or SystemRule.LengthTooLong or SystemRule.DeviceOutsideMemory or SystemRule.UsedBufferNotNotified or SystemRule.UsedFlags;

    static ulong Range(RuleViolation first, RuleViolation last) => ((2UL << (int)last) - 1) & ~((1UL << (int)first) - 1);

    static WatchedRule[] Build()
    {
        var rules = new WatchedRule[(int)Enum.GetValues<SystemRule>()[^1] + 1];
        Array.Fill(rules, new("", []));
        foreach (var entry in RuleTable.All.Where(static entry => !OfModelsOnly.Contains(entry.Rule))) rules[(int)entry.Rule] = new($"{entry.Monitor}/{entry.Name}", entry.Clauses);
        foreach (var (rule, name, clauses) in OfSystem()) rules[(int)rule] = new(name, clauses);
        return rules;
    }

    static IEnumerable<(SystemRule Rule, string Name, string[] Clauses)> OfSystem() =>
    [
        (SystemRule.RingAlignment, "ownership/ring-alignment", ["split.driver.virtqueues.1"]),
        (SystemRule.RingOutsideMemory, "ownership/ring-outside-memory", []),
        (SystemRule.RingOverlap, "ownership/ring-overlap", []),
        (SystemRule.BufferOutsideMemory, "ownership/buffer-outside-memory", []),
        (SystemRule.WriteToUsedRing, "ownership/write-to-used-ring", ["split.driver.used-ring.1"]),
        (SystemRule.BulkWriteToRing, "ownership/bulk-write-to-ring", ["cleanup.driver.device-cleanup.1"]),
        (SystemRule.DescriptorInFlight, "ownership/descriptor-in-flight", ["cleanup.driver.device-cleanup.1"]),
        (SystemRule.SlotInUse, "ownership/slot-in-use", ["split.driver.available-ring.1"]),
        (SystemRule.HeadRange, "ownership/head-range", ["split.driver.indirect-descriptors.3"]),
        (SystemRule.ChainBroken, "ownership/chain-broken", ["split.driver.descriptor-table.1"]),
        (SystemRule.ChainLength, "ownership/chain-length", ["split.driver.descriptor-table.1"]),
        (SystemRule.ReadableAfterWritable, "ownership/readable-after-writable", ["split.driver.message-framing.1"]),
        (SystemRule.Indirect, "ownership/indirect", ["split.driver.indirect-descriptors.1"]),
        (SystemRule.LengthNotWritten, "ownership/length-not-written", ["split.device.used-ring.2"]),
        (SystemRule.LengthTooLong, "ownership/length-too-long", ["split.device.used-ring.2"]),
        (SystemRule.DeviceOutsideMemory, "ownership/device-outside-memory", []),
        (SystemRule.RegisterWidth, "register-access/width", ["mmio.driver.mmio-device-register-layout.2"]),
        (SystemRule.RegisterDirection, "register-access/direction", ["mmio.driver.mmio-device-register-layout.1"]),
        (SystemRule.ConfigWidth, "register-access/config-width", ["mmio.driver.mmio-device-register-layout.3"]),
        (SystemRule.ConfigRange, "register-access/config-range", ["mmio.driver.mmio-device-register-layout.1"]),
        (SystemRule.UnassignedAddress, "register-access/unassigned-address", []),
        (SystemRule.NotAcknowledged, "interrupts/not-acknowledged", ["mmio.driver.notifications-from-device.3"]),
        (SystemRule.AvailableBufferNotNotified, "notification/available-buffer-not-notified",
            ["split.driver.available-buffer-notification-suppression.4", "split.driver.available-buffer-notification-suppression.6"]),
        (SystemRule.UsedBufferNotNotified, "notification/used-buffer-not-notified",
            ["split.device.used-buffer-notification-suppression.3", "split.device.used-buffer-notification-suppression.5"]),
        (SystemRule.AvailableFlags, "notification/available-flags",
            ["split.driver.used-buffer-notification-suppression.1", "split.driver.used-buffer-notification-suppression.3"]),
        (SystemRule.UsedFlags, "notification/used-flags",
            ["split.device.available-buffer-notification-suppression.1", "split.device.available-buffer-notification-suppression.3"]),
        (SystemRule.BusMasterOff, "register-access/bus-master-off", []),
        (SystemRule.CpuAddressAsBusAddress, "dma/cpu-address-as-bus-address", []),
        (SystemRule.UnmappedAccess, "dma/unmapped-access", []),
        (SystemRule.UnmappedInFlight, "dma/unmapped-in-flight", []),
        (SystemRule.UnmappedUnknown, "dma/unmapped-unknown", []),
        (SystemRule.MappedTwice, "dma/mapped-twice", []),
        (SystemRule.MappingLeaked, "dma/mapping-leaked", []),
        (SystemRule.WrongDirection, "dma/wrong-direction", []),
        (SystemRule.WritebackNotNegotiated, "register-access/writeback-not-negotiated", ["blk.driver.device-operation.12"]),
        (SystemRule.VectorRange, "register-access/vector-range", ["pci.driver.msi-x-vector-configuration.4"]),
        (SystemRule.MappedTooWide, "dma/mapped-too-wide", []),
    ];
}
