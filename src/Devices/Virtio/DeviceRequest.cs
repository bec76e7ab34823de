using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>A chain in service at a device. What it asks for is in the device's own class of it.</summary>
public abstract class DeviceRequest
{
    public DeviceChain Chain { get; } = new();

    /// <summary>Where the chain came from, and goes back to.</summary>
    public DeviceQueue Queue { get; private set; } = null!;

    /// <summary>Bytes of data written from the first writable byte on.</summary>
    public ulong Written { get; set; }

    /// <summary>A fault: never ends until the device is reset.</summary>
    public bool Hangs { get; set; }

    /// <summary>Whether the outcome is known already, so that nothing has to be carried out any more.</summary>
    public virtual bool IsAnswered => false;

    internal void Begin(DeviceQueue queue)
    {
        Queue = queue;
        Chain.Start(0);
        Hangs = false;
        Written = 0;
        Clear();
    }

    /// <summary>As new, whatever it was used for before: what is left over would tell equal states apart.</summary>
    protected virtual void Clear()
    {
    }

    /// <summary>All that decides how it goes on.</summary>
    public virtual void Fold(ref StateHasher hasher)
    {
        hasher.Add(Queue.Index | (Hangs ? 1u << 16 : 0));
        hasher.Add(Written);
        Chain.Fold(ref hasher);
    }
}
