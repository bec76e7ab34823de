using System.Text;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Carrying out a request that was found good: data between memory and disk.</summary>
public sealed partial class BlkDevice
{
    /// <summary>Bytes that are moved before the disk is asked again: longer requests go piece by piece.</summary>
    const int PieceMax = 1 << 20;

    byte[] staging = new byte[4 * Sector.Size];
    readonly byte[] identity = new byte[BlkRequest.IdSize];

    async DeviceTask<Nothing> CarryOut(PendingRequest request)
    {
        if (request.FailsLate)
        {
            request.End(BlkStatus.IoError);
            return default;
        }
        switch (request.Action)
        {
            case BlkAction.Read:
                for (ulong at = 0; at < request.DataLength; at += PieceMax) await ReadPiece(request, at, Piece(request, at));
                break;
            case BlkAction.Write:
                for (ulong at = 0; at < request.DataLength; at += PieceMax) await WritePiece(request, at, Piece(request, at));
                break;
            case BlkAction.Identify:
                await Identify(request);
                break;
            case BlkAction.Flush:
                cache?.Flush();
                break;
            case BlkAction.Discard when !Rules.IsQemu: // QEMU passes it on to a file that ignores it, unless told otherwise
            case BlkAction.WriteZeroes:
                for (int i = 0; i < request.RangeCount; i++) Zero(request.Range(i));
                break;
        }
        request.End(BlkStatus.Ok);
        return default;
    }

    static int Piece(PendingRequest request, ulong at) => (int)Math.Min(PieceMax, request.DataLength - at);

    void Zero(BlkRange range)
    {
        for (ulong i = 0; i < range.Count; i++)
        {
            cache?.Writes(new(range.Sector + i), isWriteBack);
            Disk.WriteZeroes(new(range.Sector + i));
        }
    }

    void Stage(int length)
    {
        if (staging.Length < length) staging = new byte[length];
    }

    /// <summary>Disk to memory.</summary>
    async DeviceTask<Nothing> ReadPiece(PendingRequest request, ulong start, int length)
    {
        Stage(length);
        ulong first = start / Sector.Size;
        for (int at = 0; at < length; at += (int)Sector.Size)
            Disk.Read(request.Sector + (first + (ulong)at / Sector.Size), staging.AsSpan(at, (int)Sector.Size));
        await Fill(request, start, staging.AsMemory(0, length));
        return default;
    }

    /// <summary>Memory to disk, which changes only once all of the piece has been read: a request that is dropped leaves no half sector.</summary>
    async DeviceTask<Nothing> WritePiece(PendingRequest request, ulong start, int length)
    {
        Stage(length);
        await Gather(request, BlkRequest.HeaderSize + start, staging.AsMemory(0, length));
        ulong first = start / Sector.Size;
        for (int at = 0; at < length; at += (int)Sector.Size)
        {
            var sector = request.Sector + (first + (ulong)at / Sector.Size);
            cache?.Writes(sector, isWriteBack);
            Disk.Write(sector, staging.AsSpan(at, (int)Sector.Size));
        }
        return default;
    }

    /// <summary>5.2.6: 20 bytes, padded with NUL. QEMU writes the text and one NUL, if there is room.</summary>
    async DeviceTask<Nothing> Identify(PendingRequest request)
    {
        Array.Clear(identity);
        int text = Encoding.ASCII.GetBytes(settings.Serial.AsSpan(0, Math.Min(settings.Serial.Length, identity.Length)), identity);
        int length = Rules.IsQemu ? Math.Min(text + 1, identity.Length) : identity.Length;
        await Fill(request, 0, identity.AsMemory(0, (int)Math.Min((ulong)length, request.DataLength)));
        return default;
    }
}
