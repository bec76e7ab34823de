using Ringcheck.Hal;
using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <content>
/// What a plain load or store is not: barriers by name, dependencies, read-modify-writes and waits. A dependency names a slot of this master in which an earlier load
/// kept its value's view (<see cref="Access"/>); without one, a computed address or value orders nothing.
/// </content>
public sealed partial class DmaPort
{
    /// <summary>A barrier instruction.</summary>
    public void Barrier(Fence fence) => machine.Weak?.Fence(Thread, fence);

    /// <summary>A branch on the value kept in a slot: a control dependency of all later accesses.</summary>
    public void Branch(int view) => machine.Weak?.Branch(Thread, view);

    /// <summary>A load with the order and the dependencies given.</summary>
    public DmaDependentLoad<T> Load<T>(BusAddress address, AccessOrder order, int addressView = Access.None, int keepView = Access.None)
        where T : unmanaged
        => new(this, At(address), new(-1, order, addressView, KeepView: keepView));

    /// <summary>A store with the order and the dependencies given.</summary>
    public DmaDependentStore<T> Store<T>(BusAddress address, T value, AccessOrder order, int addressView = Access.None, int dataView = Access.None)
        where T : unmanaged
        => new(this, At(address), value, new(-1, order, addressView, dataView));

    /// <summary>Writes a word and returns the one before, as one access (SWP, xchg).</summary>
    public DmaUpdate Exchange(BusAddress address, uint value, AccessOrder order, int addressView = Access.None, int dataView = Access.None, int keepView = Access.None)
        => new(this, At(address), AtomicUpdate.Exchange(value), new(-1, order, addressView, dataView, keepView));

    /// <summary>Adds to a word and returns the one before, as one access (LDADD, xadd).</summary>
    public DmaUpdate FetchAdd(BusAddress address, uint value, AccessOrder order, int addressView = Access.None, int dataView = Access.None, int keepView = Access.None)
        => new(this, At(address), AtomicUpdate.Add(value), new(-1, order, addressView, dataView, keepView));

    /// <summary>Writes a word if it is the one expected, and returns what it was, as one access (CAS, cmpxchg).</summary>
    public DmaUpdate CompareExchange(BusAddress address, uint expected, uint value, AccessOrder order,
        int addressView = Access.None, int dataView = Access.None, int keepView = Access.None)
        => new(this, At(address), AtomicUpdate.CompareExchange(expected, value), new(-1, order, addressView, dataView, keepView));
}
