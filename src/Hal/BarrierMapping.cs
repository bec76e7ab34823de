namespace Ringcheck.Hal;

/// <summary>
/// Purposes as instructions: on each architecture the weakest that serves a coherent device in the outer shareable domain. docs/ordering.md has the
/// reasons, and the table that shows each of them necessary.
/// </summary>
public static class BarrierMapping
{
    /// <summary>
    /// AArch64. A doorbell needs no DSB: stores ordered before a register write by DMB OSHST are seen by the device that it reaches, since memory is
    /// other-multi-copy-atomic. Nothing but a full barrier orders a store before a later load.
    /// </summary>
    public static BarrierInstruction AArch64(BarrierPurpose purpose) => purpose switch
    {
        BarrierPurpose.PublishToDevice => BarrierInstruction.DmbStore,
        BarrierPurpose.ObserveFromDevice => BarrierInstruction.DmbLoad,
        BarrierPurpose.StoreThenLoad => BarrierInstruction.Dmb,
        BarrierPurpose.BeforeDoorbell => BarrierInstruction.DmbStore,
        BarrierPurpose.AfterRegisterRead => BarrierInstruction.DmbLoad,
        _ => BarrierInstruction.Dsb,
    };

    /// <summary>x86. Memory keeps all orders but store before load; registers are uncacheable and keep theirs.</summary>
    public static BarrierInstruction X86(BarrierPurpose purpose)
        => purpose is BarrierPurpose.StoreThenLoad or BarrierPurpose.Everything ? BarrierInstruction.Mfence : BarrierInstruction.None;

    /// <summary>The load of <see cref="IDmaMemory.LoadAcquire16"/>: plain on x86.</summary>
    public static BarrierInstruction Acquire(bool isAArch64) => isAArch64 ? BarrierInstruction.Ldar : BarrierInstruction.None;

    /// <summary>A read-modify-write.</summary>
    public static BarrierInstruction Atomic(AtomicOrder order, bool isAArch64) => !isAArch64 ? BarrierInstruction.Locked : order switch
    {
        AtomicOrder.Acquire => BarrierInstruction.AtomicAcquire,
        AtomicOrder.Release => BarrierInstruction.AtomicRelease,
        AtomicOrder.AcquireRelease => BarrierInstruction.AtomicAcquireRelease,
        _ => BarrierInstruction.Atomic,
    };

    /// <summary>The store of <see cref="IDmaMemory.StoreRelease16"/>: plain on x86.</summary>
    public static BarrierInstruction Release(bool isAArch64) => isAArch64 ? BarrierInstruction.Stlr : BarrierInstruction.None;
}
