using System.Numerics;
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
    public DmaInstruction<T> Load<T>(BusAddress address, AccessOrder order, int addressView = Access.None, int keepView = Access.None)
        where T : unmanaged, IBinaryInteger<T>
        => new(this, DmaInstructionKind.Load, address, T.Zero, new(-1, order, addressView, KeepView: keepView));

    /// <summary>A store with the order and the dependencies given.</summary>
    public DmaInstruction<T> Store<T>(BusAddress address, T value, AccessOrder order, int addressView = Access.None, int dataView = Access.None)
        where T : unmanaged, IBinaryInteger<T>
        => new(this, DmaInstructionKind.Store, address, value, new(-1, order, addressView, dataView));

    /// <summary>Writes a value and returns the one before, as one access (SWP, xchg).</summary>
    public DmaInstruction<T> Exchange<T>(BusAddress address, T value, AccessOrder order, int addressView = Access.None, int dataView = Access.None, int keepView = Access.None)
        where T : unmanaged, IBinaryInteger<T>
        => new(this, DmaInstructionKind.Exchange, address, value, new(-1, order, addressView, dataView, keepView));

    /// <summary>Adds to a value and returns the one before, as one access (LDADD, xadd).</summary>
    public DmaInstruction<T> FetchAdd<T>(BusAddress address, T value, AccessOrder order, int addressView = Access.None, int dataView = Access.None, int keepView = Access.None)
        where T : unmanaged, IBinaryInteger<T>
        => new(this, DmaInstructionKind.Add, address, value, new(-1, order, addressView, dataView, keepView));
}

enum DmaInstructionKind : byte
{
    Load,
    Store,
    Exchange,
    Add,
}
