using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>Placeholder until the real one lands (helper: delete this file, give your MmioDevice these members).</summary>
public abstract class MmioDevice : IBusDevice
{
    public abstract bool IsResetPending { get; }

    public abstract void PowerOn();

    public abstract void Fold(ref StateHasher hasher);

    public abstract ulong Read(uint offset, int width);

    public abstract void Write(uint offset, int width, ulong value);
}
