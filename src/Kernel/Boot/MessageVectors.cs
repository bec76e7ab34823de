using System.Numerics;

namespace Ringcheck.Kernel;

/// <summary>Which vectors of a range were given out for messages: 64 at most.</summary>
public sealed class MessageVectors(uint first, uint end)
{
    private readonly uint count = end - first < 64 ? end - first : 64;
    private ulong taken;

    public void Clear() => taken = 0;

    /// <summary>The lowest one that is free. False: none is.</summary>
    public bool TryTake(out uint vector)
    {
        int place = BitOperations.TrailingZeroCount(~taken);
        vector = first + (uint)place;
        if ((uint)place >= count)
            return false;
        taken |= 1UL << place;
        return true;
    }

    /// <summary>False: it was not given out.</summary>
    public bool TryGive(uint vector)
    {
        uint place = vector - first;
        if (place >= count || (taken >> (int)place & 1) == 0)
            return false;
        taken &= ~(1UL << (int)place);
        return true;
    }
}
