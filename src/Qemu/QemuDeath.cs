namespace Ringcheck.Qemu;

/// <summary>
/// How QEMU ended without being asked to: an outcome of a run, to be reported or compared, like any other answer of a device.
/// </summary>
/// <param name="Reason">What was noticed: a closed connection, or silence beyond the bound.</param>
/// <param name="ExitCode">As the operating system reports it (128 + signal for a signal); null if it had to be ended by us.</param>
/// <param name="StandardErrorTail">The end of what QEMU said.</param>
public sealed record QemuDeath(string Reason, int? ExitCode, string StandardErrorTail)
{
    public override string ToString() =>
        $"QEMU died: {Reason}; exit code {(ExitCode is { } code ? code.ToString(System.Globalization.CultureInfo.InvariantCulture) : "none")}"
        + (StandardErrorTail.Length == 0 ? "" : $"; it said: {StandardErrorTail}");
}

/// <summary>Carries a <see cref="QemuDeath"/> out of a register access, which has no other way to say so.</summary>
public sealed class QemuDiedException(QemuDeath death) : Exception(death.ToString())
{
    public QemuDeath Death { get; } = death;
}
