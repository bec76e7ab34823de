using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Properties;

/// <summary>How an operation of a ring ended, as the properties see it: by name, whichever assembly the driver is from.</summary>
public enum RingStatus
{
    Ok,
    Pending,
    NoSpace,
    InvalidArgument,
    DeviceError,
    Other,
}

/// <summary>A chain taken back.</summary>
public readonly record struct TakenChain(ushort Head, uint Length);

/// <summary>
/// The driver's side of a split virtqueue, without the driver's types: so that the shipped queue and edited copies of it, which live in
/// assemblies of their own, run under the same properties.
/// </summary>
public interface IRing
{
    RingStatus Initialise(DmaRegion memory, in SplitLayout layout, RingIndex startAt, bool useEventIndex);

    RingStatus Add(ReadOnlySpan<DmaRegion> readable, ReadOnlySpan<DmaRegion> writable, out ushort head);

    RingStatus AddPair(DmaRegion readable, DmaRegion writable, out ushort head);

    void Publish();

    RingStatus Take(out TakenChain chain);

    bool HasUsed { get; }

    /// <summary>With EVENT_IDX, asking is deciding: what was published so far is not asked about again.</summary>
    bool ShouldNotify { get; }

    void WantInterrupts(bool wanted);

    int FreeCount { get; }

    int InFlight { get; }

    int Unpublished { get; }

    /// <summary>The name of the driver's fault, "None" if there is none.</summary>
    string Fault { get; }
}
