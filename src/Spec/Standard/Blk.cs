namespace Ringcheck.Standard;

/// <summary>Virtio 1.4, 5.2.4 "Device configuration layout" of the block device: offsets from the start of configuration space.</summary>
public static class BlkConfig
{
    /// <summary>le64, in sectors of 512 bytes.</summary>
    public const uint Capacity = 0x00;

    /// <summary>le32 each; present with SIZE_MAX and SEG_MAX.</summary>
    public const uint SizeMax = 0x08, SegMax = 0x0C;

    /// <summary>le16, u8, u8; present with GEOMETRY.</summary>
    public const uint GeometryCylinders = 0x10, GeometryHeads = 0x12, GeometrySectors = 0x13;

    /// <summary>le32, in bytes; present with BLK_SIZE.</summary>
    public const uint BlockSize = 0x14;

    /// <summary>u8, u8, le16, le32; present with TOPOLOGY.</summary>
    public const uint PhysicalBlockExponent = 0x18, AlignmentOffset = 0x19, MinimumIoSize = 0x1A, OptimalIoSize = 0x1C;

    /// <summary>u8; present with CONFIG_WCE.</summary>
    public const uint Writeback = 0x20;

    /// <summary>le16; present with MQ.</summary>
    public const uint QueueCount = 0x22;

    /// <summary>le32 each; present with DISCARD.</summary>
    public const uint MaxDiscardSectors = 0x24, MaxDiscardSegments = 0x28, DiscardSectorAlignment = 0x2C;

    /// <summary>le32, le32, u8; present with WRITE_ZEROES.</summary>
    public const uint MaxWriteZeroesSectors = 0x30, MaxWriteZeroesSegments = 0x34, WriteZeroesMayUnmap = 0x38;

    /// <summary>le32 each; present with SECURE_ERASE.</summary>
    public const uint MaxSecureEraseSectors = 0x3C, MaxSecureEraseSegments = 0x40, SecureEraseSectorAlignment = 0x44;

    /// <summary>Bytes of the part that is described here.</summary>
    public const uint Length = 0x48;
}

/// <summary>Virtio 1.4, 5.2.6 "Device Operation": type of a request.</summary>
public static class BlkRequestType
{
    public const uint In = 0, Out = 1, Flush = 4, GetId = 8, GetLifetime = 10, Discard = 11, WriteZeroes = 13, SecureErase = 14;
}

/// <summary>5.2.6: the status byte at the end of each request.</summary>
public static class BlkStatus
{
    public const byte Ok = 0, IoError = 1, Unsupported = 2;

    /// <summary>Not a value of the standard: what a driver puts there first, to know that the device has not written it.</summary>
    public const byte NotWritten = 0xFF;
}

/// <summary>5.2.6: a request is a header, data, and a status byte.</summary>
public static class BlkRequest
{
    public const uint HeaderSize = 16, TypeOffset = 0, ReservedOffset = 4, SectorOffset = 8, StatusSize = 1;

    /// <summary>Bytes that GET_ID fills, padded with NUL, without a terminator at full length.</summary>
    public const uint IdSize = 20;

    /// <summary>One segment of discard and write zeroes: le64 sector, le32 sectors, le32 flags (bit 0: unmap).</summary>
    public const uint RangeSize = 16, RangeSectorOffset = 0, RangeCountOffset = 8, RangeFlagsOffset = 12, RangeUnmap = 1;
}
