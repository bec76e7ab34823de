using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>A local APIC and an I/O APIC as one controller: numbers are vectors.</summary>
public readonly struct Apic<TMachine>(LocalApic<TMachine> local, IoApic<TMachine> io) : IInterruptController
    where TMachine : struct, IMachine
{
    /// <summary>Of the CPU that runs the caller.</summary>
    public LocalApic<TMachine> Local => local;

    public IoApic<TMachine> Io => io;

    public TakenInterrupt Acknowledge() => local.Acknowledge();

    public void End(TakenInterrupt taken) => local.End();

    public DriverStatus Disable(uint number) => io.DisableVector(number);
}
