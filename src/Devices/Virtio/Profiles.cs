namespace Ringcheck.Devices;

/// <summary>How a device uses the freedom that the standard leaves it.</summary>
public enum DeviceProfile : byte
{
    /// <summary>Refuses all that the standard lets it refuse; otherwise the plainest device there is.</summary>
    Strict,

    /// <summary>Legal but unusual: out of order, several requests at once, late and spurious interrupts, configuration churn.</summary>
    Odd,

    /// <summary>As QEMU 7.2 was observed to behave (data/qemu-observed.md), malformed requests included.</summary>
    Qemu,

    /// <summary>Breaks the standard, a few times in an execution: the driver must survive.</summary>
    Hostile,
}

/// <summary>A profile as switches. Each names a behaviour; none names a profile.</summary>
public readonly record struct ProfileRules
{
    /// <summary>Follows QEMU's source paths wherever they differ from what the standard makes of a register or a request.</summary>
    public bool IsQemu { get; private init; }

    /// <summary>Status keeps reading non-zero until the reset has completed, and work in flight may go on until then.</summary>
    public bool ResetTakesTime { get; private init; }

    /// <summary>Takes all that is available before it completes anything, and completes in any order.</summary>
    public bool CompletesInAnyOrder { get; private init; }

    /// <summary>Used lengths may leave out what the driver can do without; interrupts may be late, merged or without cause.</summary>
    public bool IsUnusual { get; private init; }

    /// <summary>Each lie is a <see cref="Exploration.ChoiceKind.Fault"/> choice, 0 = honest.</summary>
    public bool Lies { get; private init; }

    public static ProfileRules Of(DeviceProfile profile) => profile switch
    {
        DeviceProfile.Odd => new() { ResetTakesTime = true, CompletesInAnyOrder = true, IsUnusual = true },
        DeviceProfile.Qemu => new() { IsQemu = true, CompletesInAnyOrder = true },
        DeviceProfile.Hostile => new() { ResetTakesTime = true, Lies = true },
        _ => new() { ResetTakesTime = true },
    };
}
