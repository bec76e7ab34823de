using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What may go wrong with a disk that is honest, as real ones fail. Nothing here breaks the standard.</summary>
public sealed record FaultPlan
{
    public static FaultPlan None { get; } = new();

    /// <summary>Requests that touch one of these sectors end with IOERR, always.</summary>
    public Sector FirstBadSector { get; init; }

    public ulong BadSectors { get; init; }

    /// <summary>Requests that end with IOERR because the explorer chose so, in one execution, at most.</summary>
    public int MaximumErrors { get; init; }

    /// <summary>Requests that never end until the device is reset, in one execution, at most.</summary>
    public int MaximumHangs { get; init; }

    public bool IsBad(Sector sector, ulong count) => BadSectors != 0 && sector.Value < FirstBadSector.Value + BadSectors && FirstBadSector.Value < sector.Value + count;
}
