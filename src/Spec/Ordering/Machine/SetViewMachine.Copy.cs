namespace Ringcheck.Ordering;

/// <content>Copies, for enumeration that goes back.</content>
public sealed partial class SetViewMachine
{
    /// <summary>Becomes the same as another machine of the same memory and number of threads.</summary>
    public void CopyFrom(SetViewMachine other)
    {
        views.CopyFrom(other.views);
        Array.Copy(other.threads, threads, threadCount);
        for (int t = 0; t < threadCount; t++)
        {
            if (slots[t].Length < other.slots[t].Length) slots[t] = new int[other.slots[t].Length];
            Array.Clear(slots[t]);
            Array.Copy(other.slots[t], slots[t], other.slots[t].Length);
        }
        if (locations.Length < other.locations.Length)
        {
            Array.Resize(ref locations, other.locations.Length);
            places = new Place[other.places.Length];
        }
        Array.Copy(other.places, places, other.locationCount * threadCount);
        for (int l = 0; l < other.locationCount; l++)
        {
            ref var from = ref other.locations[l];
            var order = locations[l].Order;
            if (order is null || order.Length < from.Count) order = new int[from.Order.Length];
            Array.Copy(from.Order, order, from.Count);
            locations[l] = from;
            locations[l].Order = order;
        }
        if (writes.Length < other.writes.Length) writes = new WriteRecord[other.writes.Length];
        if (freeWrites.Length < other.freeWrites.Length) freeWrites = new int[other.freeWrites.Length];
        Array.Copy(other.writes, writes, other.writeCount);
        Array.Copy(other.freeWrites, freeWrites, other.freeWriteCount);
        (freeWriteCount, writeCount, locationCount) = (other.freeWriteCount, other.writeCount, other.locationCount);
        (liveWrites, retireAt, scratch, scratch2) = (other.liveWrites, other.retireAt, other.scratch, other.scratch2);
    }
}
