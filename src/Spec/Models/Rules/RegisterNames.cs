namespace Ringcheck.Models.Rules;

/// <summary>What a transport calls its registers.</summary>
public enum RegisterNames : byte
{
    /// <summary>Virtio 1.4, 4.2.2 and 4.2.4.</summary>
    Mmio,

    /// <summary>4.1.4.3, 4.1.4.5.</summary>
    PciModern,

    /// <summary>4.1.4.10.</summary>
    PciLegacy,
}

/// <summary>The words of rules and events are virtio-mmio's; the other transports have the same things under other names.</summary>
public static class RegisterWords
{
    // A name that is part of another one comes after it.
    private static readonly (string Mmio, string Modern, string Legacy)[] _names =
    [
        ("QueueReady (QueuePFN)", "queue_enable", "queue address"),
        ("DeviceFeaturesSel", "device_feature_select", "device features"),
        ("DriverFeaturesSel", "driver_feature_select", "driver features"),
        ("DeviceFeatures", "device_feature", "device features"),
        ("DriverFeatures", "driver_feature", "driver features"),
        ("QueueNumMax", "queue_size", "queue size"),
        ("QueueNum", "queue_size", "queue size"),
        ("QueueSel", "queue_select", "queue select"),
        ("QueueReady", "queue_enable", "queue address"),
        ("QueuePFN", "queue address", "queue address"),
        ("queue address word DescriptorLow", "queue_desc (low)", "queue address"),
        ("queue address word DescriptorHigh", "queue_desc (high)", "queue address"),
        ("queue address word DriverLow", "queue_driver (low)", "queue address"),
        ("queue address word DriverHigh", "queue_driver (high)", "queue address"),
        ("queue address word DeviceLow", "queue_device (low)", "queue address"),
        ("queue address word DeviceHigh", "queue_device (high)", "queue address"),
        ("InterruptStatus", "ISR status", "ISR status"),
        ("Status", "device_status", "device status"),
        ("version 1", "the legacy interface", "the legacy interface"),
    ];

    /// <summary>A text of a rule or of an event, in a transport's words.</summary>
    public static string In(RegisterNames names, string text)
    {
        if (names == RegisterNames.Mmio)
            return text;
        // Whoever has a name of the other list already is not looked at again: what was replaced is marked until the end.
        for (var i = 0; i < _names.Length; i++)
            text = text.Replace(_names[i].Mmio, Mark(i), StringComparison.Ordinal);
        for (var i = 0; i < _names.Length; i++)
            text = text.Replace(Mark(i), names == RegisterNames.PciModern ? _names[i].Modern : _names[i].Legacy, StringComparison.Ordinal);
        return text;
    }

    private static string Mark(int name) => ((char)('\uE000' + name)).ToString();
}
