using Ringcheck.Devices;

namespace Ringcheck.Scenarios;

/// <summary>A device on PCI: the machine, what the function offers, and what of that the kernel uses.</summary>
sealed record DevicePci
{
    /// <summary>A <c>pc</c> with ports for configuration and I/O, instead of a <c>virt</c> with ECAM.</summary>
    public bool IsPc { get; init; }

    public VirtioPciInterface Interface { get; init; }

    /// <summary>Uses the legacy registers of a transitional function.</summary>
    public bool UseLegacy { get; init; }

    /// <summary>Vectors of the function; 0: it has a pin and nothing else.</summary>
    public int Vectors { get; init; } = 2;

    /// <summary>Messages that the kernel has for it; 0: it uses the pin.</summary>
    public int Messages { get; init; } = 2;

    public bool IsBehindBridge { get; init; }

    /// <summary>Firmware has used the function, and left it running.</summary>
    public bool IsLeftByFirmware { get; init; }

    /// <summary>ECAM below 4 GiB, and no window above (<c>highmem=off</c>).</summary>
    public bool LowMemory { get; init; }
}

/// <summary>Whether a device can be taken away, and who says so.</summary>
enum DeviceUnplug : byte
{
    Never,

    /// <summary>An interrupt of the bus tells the driver of the bus, and that one the driver.</summary>
    Told,

    /// <summary>Nobody says anything.</summary>
    Silent,
}
