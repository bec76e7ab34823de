using static Ringcheck.Models.Rules.RuleViolation;

namespace Ringcheck.Models.Rules;

/// <summary>What to say of a broken rule.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Monitor">The monitor that watches it: <c>ownership</c> or <c>lifecycle</c>.</param>
/// <param name="Clauses">Ids of <c>data/clauses.json</c>.</param>
/// <param name="Message">One sentence: what is wrong.</param>
/// <param name="Mend">One sentence: what would mend it.</param>
public sealed record RuleEntry(RuleViolation Rule, string Monitor, IReadOnlyList<string> Clauses, string Message, string Mend)
{
    /// <summary>The rule's name as reports have it, in kebab case.</summary>
    public string Name { get; } = Kebab(Rule.ToString());

    private static string Kebab(string name)
        => string.Concat(name.Select(static (letter, at) => char.IsUpper(letter) ? (at > 0 ? "-" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}

/// <summary>The words and clauses of each <see cref="RuleViolation"/>.</summary>
public static partial class RuleTable
{
    private const string Ownership = "ownership";
    private const string Lifecycle = "lifecycle";
    private const string Sequence = "init.driver.device-initialization.1";
    private const string Legacy = "split.driver.legacy-layout.1";

    private static readonly RuleEntry[] _entries = Build();

    /// <summary>All rules, <see cref="None"/> left out.</summary>
    public static IEnumerable<RuleEntry> All => _entries.Skip(1);

    public static RuleEntry Of(RuleViolation rule) => _entries[(int)rule];

    private static RuleEntry[] Build()
    {
        RuleEntry[] listed = [.. DriverOwnership(), .. DeviceOwnership(), .. Probing(), .. StatusAndFeatures(), .. Queues(), .. Obligations()];
        var entries = new RuleEntry[listed.Length + 1];
        entries[0] = new RuleEntry(None, "", [], "No rule is broken.", "");
        foreach (var entry in listed)
            entries[(int)entry.Rule] = entry;
        return entries;
    }

    private static RuleEntry[] DriverOwnership() =>
    [
        Entry(DriverTouchedExposed, Ownership, "The driver wrote a descriptor or buffer that is exposed to the device.",
            "Leave a published chain alone until its used element was read.", "cleanup.driver.device-cleanup.1"),
        Entry(DriverReadBeforeCompletion, Ownership, "The driver read a buffer as result before the device completed it.",
            "Read the buffer only after the used index was seen to cover it.", "split.driver.used-ring.1"),
        Entry(MemoryReusedBeforeReset, Ownership, "The driver reused memory of a request in flight after asking for a reset that it had not yet seen.",
            "Read Status until it is 0, and only then take the memory back.", "cleanup.driver.device-cleanup.2", "reset.driver.device-reset.1"),
        Entry(PublishedTwice, Ownership, "The driver made a descriptor available that was not its own to give.",
            "Take descriptors for a new chain from the free list alone.", "cleanup.driver.device-cleanup.1"),
        Entry(AvailableIndexOverrun, Ownership, "The available index moved back, or by more than the ring has room for.",
            "Advance the available index by exactly the number of slots written, modulo 2^16.", "split.driver.available-ring.1"),
        Entry(DescriptorNotWritten, Ownership, "The available index covered a chain before its descriptors were written.",
            "Write descriptors and slot first, then a write barrier, then the index.", "split.driver.updating-idx.1"),
        Entry(ReapedNotUsed, Ownership, "The driver reaped a descriptor that the device had not put into the used ring.",
            "Reap only while the used index, read afresh and compared for inequality, is ahead.", "split.device.used-ring.1"),
        Entry(ReleasedInFlight, Ownership, "The driver gave a descriptor or buffer back to its pool while the device could still use it.",
            "Release a chain only after its used element was read.", "cleanup.driver.device-cleanup.1"),
        Entry(ReleasedTwice, Ownership, "The driver released a descriptor that was free already.",
            "Release each chain once, when it is reaped.", "cleanup.driver.device-cleanup.1"),
    ];

    private static RuleEntry[] DeviceOwnership() =>
    [
        Entry(DeviceTookUnavailable, Ownership, "The device took a descriptor that was not available to it.",
            "Take only heads in slots that the available index covers, each once.", "split.driver.updating-idx.1"),
        Entry(DeviceTouchedForeign, Ownership, "The device accessed a descriptor or buffer that belongs to the driver.",
            "Access only chains taken from the available ring and not yet completed.", "split.device.descriptor-table.1"),
        Entry(DeviceTouchedAfterCompletion, Ownership, "The device accessed a buffer after it had put it into the used ring.",
            "Finish all accesses to the buffer before the used index advances.", "split.device.used-ring.2"),
        Entry(DeviceTouchedAfterReset, Ownership, "The device accessed a queue or buffer after its reset was complete.",
            "Cancel or wait for requests under way before Status reads 0.", "reset.device.device-reset.2"),
        Entry(CompletedNotHeld, Ownership, "The device completed a descriptor that it did not hold: a duplicate or an invented completion.",
            "Put each head that was taken into the used ring once.", "split.device.used-ring.1"),
        Entry(UsedIndexOverrun, Ownership, "The used index moved back, or past the requests that the device holds.",
            "Advance the used index by exactly the number of elements written, modulo 2^16.", "split.device.used-ring.1"),
        Entry(WrongRequest, Ownership, "A completion carried the result of another request.",
            "Keep the head of a chain with its request until the used element is written.", "split.device.used-ring.2"),
        Entry(CompletionLost, Ownership, "Nothing is under way and a published request has not come back.",
            "Complete each chain that was taken, and reap each element that the used index covers.", "split.device.used-ring.1"),
    ];

    private static RuleEntry[] Probing() =>
    [
        Entry(TouchedBeforeProbe, Lifecycle, "A register was accessed before MagicValue and Version were read.",
            "Read MagicValue and Version first.", "mmio.driver.device-initialization.1"),
        Entry(TouchedForeignDevice, Lifecycle, "A register was accessed although MagicValue or Version are not those of a device this driver knows.",
            "Leave the block alone and report that there is no device.",
            "mmio.driver.mmio-device-register-layout.4", "mmio.driver.mmio-device-register-layout.5"),
        Entry(TouchedEmptySlot, Lifecycle, "A register of an empty slot (DeviceID 0) was accessed.",
            "Stop at DeviceID 0, without an error.", "mmio.driver.device-initialization.2", "mmio.driver.mmio-device-register-layout.6"),
        Entry(RegisterOfOtherVersion, Lifecycle, "A register was accessed that this version of virtio-mmio does not have.",
            "Use the registers of the version that was read.", "mmio.driver.mmio-device-register-layout.1"),
    ];

    private static RuleEntry[] StatusAndFeatures() =>
    [
        Entry(InitWithoutReset, Lifecycle, "Initialization began without a reset.", "Write 0 to Status first.", Sequence),
        Entry(InitBeforeResetObserved, Lifecycle, "Initialization began before the reset was seen to be complete.",
            "Read Status until it is 0 after writing 0.", "reset.driver.device-reset.1"),
        Entry(StatusBitCleared, Lifecycle, "A status write took back a bit that was set.",
            "Write the status read or kept so far, with the new bit added.", "status.driver.device-status-field.2"),
        Entry(StatusOutOfOrder, Lifecycle, "Status bits were set out of order.",
            "Set ACKNOWLEDGE, DRIVER, FEATURES_OK and DRIVER_OK each after the step it reports.", Sequence, "status.driver.device-status-field.1"),
        Entry(StatusAfterFailed, Lifecycle, "Initialization went on after FAILED was set.",
            "Reset the device before trying again.", "status.driver.device-status-field.3"),
        Entry(DeviceFeaturesSelNotWritten, Lifecycle, "DeviceFeatures was read without writing DeviceFeaturesSel before it.",
            "Write DeviceFeaturesSel before each read.", "mmio.driver.mmio-device-register-layout.7"),
        Entry(DriverFeaturesSelNotWritten, Lifecycle, "DriverFeatures was written without writing DriverFeaturesSel before it.",
            "Write DriverFeaturesSel before each write.", "mmio.driver.mmio-device-register-layout.8"),
        Entry(FeatureNotOffered, Lifecycle, "The driver accepted a feature that it has not read as offered.",
            "Accept a subset of what DeviceFeatures shows.", "feature.driver.feature-bits.1", "feature.driver.feature-bits.3"),
        Entry(FeaturesOutOfOrder, Lifecycle, "Features were negotiated before DRIVER was set.",
            "Set ACKNOWLEDGE and DRIVER first.", Sequence),
        Entry(FeaturesAfterFeaturesOk, Lifecycle, "Features were written after they were settled.",
            "Write all feature words before FEATURES_OK (version 1: before DRIVER_OK).", "init.driver.device-initialization.3"),
        Entry(Version1NotAccepted, Lifecycle, "VERSION_1 was offered and not accepted.",
            "Negotiate the second feature word too, and accept bit 32.", "reserved-feature.driver.reserved-feature-bits.1"),
        Entry(FeaturesOkOnLegacy, Lifecycle, "FEATURES_OK was written to a legacy device.",
            "Skip FEATURES_OK and its re-read on version 1.", "init.driver.legacy-device-initialization.1"),
        Entry(FeaturesOkNotReadBack, Lifecycle, "Set-up went on without reading FEATURES_OK back.",
            "Read Status after writing FEATURES_OK.", Sequence),
        Entry(ContinuedAfterRefusal, Lifecycle, "Set-up went on although the device left FEATURES_OK clear.",
            "Set FAILED and stop, or reset and offer less.", Sequence, "init.driver.device-initialization.5"),
        Entry(ConfigWrittenDuringNegotiation, Lifecycle, "Device configuration was written before the features were settled.",
            "Write configuration after FEATURES_OK was read back.", "init.driver.device-initialization.2"),
    ];

    private static RuleEntry[] Queues() =>
    [
        Entry(QueueSetupOutOfOrder, Lifecycle, "A step of a queue's set-up came before its turn: after the features, QueueSel, the size, the addresses, QueueReady, and only then DRIVER_OK.",
            "Set queues up between the features and DRIVER_OK, each in this order.", Sequence),
        Entry(QueueNumNotChecked, Lifecycle, "QueueNum was written without reading QueueNumMax of this queue.",
            "Read QueueNumMax after QueueSel.", "mmio.driver.mmio-device-register-layout.9"),
        Entry(QueueNumAboveMax, Lifecycle, "QueueNum was 0 or more than QueueNumMax.",
            "Choose a size of at most QueueNumMax; 0 there means the queue does not exist.", "mmio.driver.mmio-device-register-layout.9"),
        Entry(QueueTouchedWhileReady, Lifecycle, "Size or address of a queue in use was written.",
            "Stop the queue, or reset the device, first.", "mmio.driver.mmio-device-register-layout.10"),
        Entry(QueueReadyIncomplete, Lifecycle, "QueueReady was set before the size and all six address words were written.",
            "Write QueueNum and the low and high words of the three areas first.", "mmio.driver.device-initialization.4", Sequence),
        Entry(QueueStopNotReadBack, Lifecycle, "A queue was stopped and QueueReady was not read back.",
            "Read QueueReady after writing 0 to it.", "mmio.driver.mmio-device-register-layout.11"),
        Entry(QueueEnableZero, Lifecycle, "0 was written to queue_enable.",
            "Take a queue back by a reset of the device, or with RING_RESET by queue_reset.", "pci.driver.common-configuration-structure-layout.6"),
        Entry(VectorNotReadBack, Lifecycle, "A vector was mapped to an event and not read back.",
            "Read the vector field after writing it: a device that could not map the vector shows 0xffff there, and in no other way.",
            "pci.driver.msi-x-vector-configuration.5"),
        Entry(LegacyPageSizeMissing, Lifecycle, "QueuePFN was written before GuestPageSize.",
            "Write GuestPageSize once, before any queue.", Legacy),
        Entry(LegacyPageSizeChanged, Lifecycle, "GuestPageSize was written while a queue was in use.",
            "Write GuestPageSize once, before any queue.", Legacy),
        Entry(LegacyQueueIncomplete, Lifecycle, "QueuePFN was written before QueueNum and QueueAlign.",
            "Write QueueNum and QueueAlign of the queue first.", Legacy),
        Entry(NotifiedBeforeDriverOk, Lifecycle, "The device was notified before DRIVER_OK.",
            "Notify after DRIVER_OK; buffers may be made available earlier.", "init.driver.device-initialization.6"),
        Entry(NotifiedUnreadyQueue, Lifecycle, "A queue was notified that is not set up.",
            "Set the queue up before DRIVER_OK.", "mmio.driver.device-initialization.4", Sequence),
        Entry(NotifiedAfterNeedsReset, Lifecycle, "The device was notified although it was seen to need a reset.",
            "Reset the device; what is in flight will not complete.", "status.driver.device-status-field.4"),
        Entry(AcknowledgedUnseen, Lifecycle, "InterruptACK got a bit that InterruptStatus did not show.",
            "Read InterruptStatus and write back what was handled of it.",
            "mmio.driver.mmio-device-register-layout.13", "mmio.driver.notifications-from-device.1"),
        Entry(ReusedWhileLive, Lifecycle, "Memory given to a queue was reused while the queue was live.",
            "Reset the device and read Status as 0 first.", "cleanup.driver.device-cleanup.2"),
    ];

    private static RuleEntry[] Obligations() =>
    [
        Entry(DeviceRanBeforeDriverOk, Lifecycle, "The device used a queue or interrupted for one before DRIVER_OK.",
            "Begin with the queues when DRIVER_OK is written.", "status.device.device-status-field.1"),
        Entry(DeviceRanAfterReset, Lifecycle, "The device used a queue or interrupted after its reset was complete.",
            "Let Status read 0 only when nothing is under way.", "reset.device.device-reset.2"),
        Entry(DeviceTouchedUnreadyQueue, Lifecycle, "The device accessed a queue whose QueueReady (QueuePFN) is 0.",
            "Check that the queue is ready before each access.", "mmio.device.mmio-device-register-layout.7"),
        Entry(StatusAfterReset, Lifecycle, "Status read nonzero after the reset was complete.",
            "Reset sets Status to 0.", "reset.device.device-reset.1"),
        Entry(QueueReadyAfterReset, Lifecycle, "QueueReady read nonzero after reset.",
            "Reset sets QueueReady of each queue to 0.", "mmio.device.mmio-device-register-layout.5"),
        Entry(InterruptAfterReset, Lifecycle, "InterruptStatus read nonzero after reset.",
            "Reset sets InterruptStatus to 0.", "mmio.device.mmio-device-register-layout.5"),
        Entry(NeedsResetNotNotified, Lifecycle, "The device set DEVICE_NEEDS_RESET after DRIVER_OK and sent no configuration change notification.",
            "Raise the configuration change interrupt with DEVICE_NEEDS_RESET.", "status.device.device-status-field.3"),
    ];

    private static RuleEntry Entry(RuleViolation rule, string monitor, string message, string mend, params string[] clauses) =>
        new(rule, monitor, clauses, message, mend);
}
