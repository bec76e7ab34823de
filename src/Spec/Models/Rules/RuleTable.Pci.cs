using static Ringcheck.Models.Rules.RuleViolation;

namespace Ringcheck.Models.Rules;

/// <content>The same rules on virtio-pci: its registers' names, and its clauses where virtio-mmio's are not about it.</content>
public static partial class RuleTable
{
    private const string CommonDriver = "pci.driver.common-configuration-structure-layout.", CommonDevice = "pci.device.common-configuration-structure-layout.";

    /// <summary>A rule in the words of a transport.</summary>
    public static RuleEntry Of(RuleViolation rule, RegisterNames names)
    {
        var entry = Of(rule);
        return names == RegisterNames.Mmio ? entry : entry with
        {
            Clauses = OnPci(rule) ?? [.. entry.Clauses.Where(static clause => !clause.StartsWith("mmio.", StringComparison.Ordinal))],
            Message = RegisterWords.In(names, entry.Message),
            Mend = RegisterWords.In(names, entry.Mend),
        };
    }

    /// <summary>Null: the rule has no clause of virtio-pci's own.</summary>
    private static string[]? OnPci(RuleViolation rule) => rule switch
    {
        DeviceFeaturesSelNotWritten => [CommonDevice + "3"],
        DriverFeaturesSelNotWritten => [CommonDevice + "4"],
        QueueNumNotChecked => [CommonDevice + "14"],
        QueueNumAboveMax => [CommonDriver + "3", CommonDevice + "15"],
        QueueTouchedWhileReady or QueueReadyIncomplete => [CommonDriver + "4"],
        NotifiedUnreadyQueue => [CommonDriver + "4", Sequence],
        InitBeforeResetObserved => [CommonDriver + "5", "reset.driver.device-reset.1"],
        StatusAfterReset => [CommonDevice + "7"],
        QueueReadyAfterReset or DeviceTouchedUnreadyQueue => [CommonDevice + "8"],
        InterruptAfterReset => ["reset.device.device-reset.1"],
        RegisterOfOtherVersion => ["pci.driver.legacy-pci-device-layout.1"],
        _ => null,
    };
}
