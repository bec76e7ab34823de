namespace Ringcheck.Devices;

/// <summary>Registers that are reached in pieces.</summary>
interface IPieces
{
    /// <summary>1, 2 or 4 bytes at an offset that is a multiple of that.</summary>
    ulong ReadPiece(uint offset, int width);

    /// <inheritdoc cref="ReadPiece"/>
    void WritePiece(uint offset, int width, ulong value);
}

/// <summary>QEMU's memory core: an access is cut into naturally aligned pieces of at most 4 bytes, lowest address first.</summary>
static class AccessPieces
{
    public static ulong Read(IPieces registers, uint offset, int width)
    {
        ulong value = 0;
        for (int done = 0; done < width;)
        {
            int piece = Width(offset + (uint)done, width - done);
            value |= (registers.ReadPiece(offset + (uint)done, piece) & Mask(piece)) << (8 * done);
            done += piece;
        }
        return value;
    }

    public static void Write(IPieces registers, uint offset, int width, ulong value)
    {
        for (int done = 0; done < width;)
        {
            int piece = Width(offset + (uint)done, width - done);
            registers.WritePiece(offset + (uint)done, piece, value >> (8 * done) & Mask(piece));
            done += piece;
        }
    }

    static ulong Mask(int width) => ulong.MaxValue >> (64 - 8 * width);

    static int Width(uint offset, int left)
    {
        int width = left >= 4 ? 4 : left >= 2 ? 2 : 1;
        while (offset % (uint)width != 0) width /= 2;
        return width;
    }
}
