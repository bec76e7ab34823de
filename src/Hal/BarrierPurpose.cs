namespace Ringcheck.Hal;

/// <summary>
/// Why driver code wants a barrier. The lane maps the purpose to the weakest sufficient instruction, and the ordering model
/// sees that instruction: driver code never names one.
/// </summary>
public enum BarrierPurpose : byte
{
    /// <summary>Stores to memory before it are seen by the device before stores after it (descriptor and slot, then index).</summary>
    PublishToDevice,

    /// <summary>Loads before it are satisfied before loads and stores after it (index, then element and data).</summary>
    ObserveFromDevice,

    /// <summary>A store before it is seen before a load after it is satisfied (own index, then the other side's flags).</summary>
    StoreThenLoad,

    /// <summary>Memory stores before it are seen by the device before a register write after it arrives.</summary>
    BeforeDoorbell,

    /// <summary>A register read before it has returned before memory accesses after it (status read 0, then reuse).</summary>
    AfterRegisterRead,

    /// <summary>Whatever was before it is complete before whatever comes after it: for code that does not say what it needs.</summary>
    Everything,
}
