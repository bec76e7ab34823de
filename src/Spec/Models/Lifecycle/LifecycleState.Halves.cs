namespace Ringcheck.Models.Lifecycle;

/// <content>What a queue was given of its addresses.</content>
public partial struct LifecycleState
{
    /// <summary>Of an address of a queue, one half was written since the last reset and the other one was not: the half that is missing. Null: of none.</summary>
    public readonly QueueAddressHalf? MissingHalf(int queue)
    {
        if (IsLegacy || (uint)queue >= MaxQueues)
            return null;
        for (var low = (int)QueueAddressHalf.DescriptorLow; low < (int)QueueAddressHalf.DeviceHigh; low += 2)
        {
            var given = _queues[queue] >> low & 3;
            if (given is 1 or 2)
                return (QueueAddressHalf)(given == 1 ? low + 1 : low);
        }
        return null;
    }
}
