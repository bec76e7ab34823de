namespace Ringcheck.Ordering;

/// <summary>One access to a location. Views of values are kept in numbered slots of the thread, for what depends on them later.</summary>
/// <param name="Location">A location of the machine.</param>
/// <param name="Order">What the access orders by itself.</param>
/// <param name="AddressView">Slot of the value that the address was computed from, or <see cref="None"/>.</param>
/// <param name="DataView">Slot of the value that the data was computed from, or <see cref="None"/>.</param>
/// <param name="KeepView">Slot in which to keep the view of the value read, or <see cref="None"/>.</param>
public readonly record struct Access(int Location, AccessOrder Order = AccessOrder.Plain, int AddressView = Access.None, int DataView = Access.None, int KeepView = Access.None)
{
    public const int None = -1;

    internal bool AcquiresStrongly => Order is AccessOrder.Acquire or AccessOrder.AcquireRelease;

    internal bool Acquires => AcquiresStrongly || Order == AccessOrder.AcquirePc;

    internal bool Releases => Order is AccessOrder.Release or AccessOrder.AcquireRelease;
}
