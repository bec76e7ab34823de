using System.Buffers.Binary;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Virtio 1.4, 5.2.4 "Device configuration layout": the bytes of the block device's configuration space.</summary>
sealed class BlkConfiguration(BlkSettings settings, bool isQemu)
{
    /// <summary>QEMU's ends with write_zeroes_may_unmap, without the unused bytes after it.</summary>
    const uint QemuLength = BlkConfig.WriteZeroesMayUnmap + 1, PlainLength = BlkConfig.MaxSecureEraseSectors;

    const byte GeometryHeads = 16, GeometrySectors = 63;
    const ulong GeometryCylindersMin = 2, GeometryCylindersMax = 16383;

    readonly byte[] bytes = new byte[isQemu ? QemuLength : PlainLength];

    public uint Length => (uint)bytes.Length;

    /// <summary>All zero, as QEMU's buffer is until its first read.</summary>
    public void Clear() => Array.Clear(bytes);

    /// <summary>Writes all fields anew. <paramref name="capacity"/> in sectors.</summary>
    public void Refresh(ulong capacity, bool isWriteBack, FeatureSet offered)
    {
        Array.Clear(bytes);
        Put64(BlkConfig.Capacity, capacity);
        Put32(BlkConfig.SizeMax, settings.SegmentSizeMax);
        Put32(BlkConfig.SegMax, settings.SegmentsMax);
        ulong cylinders = Math.Clamp(capacity / (GeometryHeads * GeometrySectors), GeometryCylindersMin, GeometryCylindersMax);
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan((int)BlkConfig.GeometryCylinders), (ushort)cylinders);
        bytes[BlkConfig.GeometryHeads] = GeometryHeads;
        bytes[BlkConfig.GeometrySectors] = GeometrySectors;
        Put32(BlkConfig.BlockSize, settings.BlockSize);
        bytes[BlkConfig.Writeback] = isWriteBack ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan((int)BlkConfig.QueueCount), (ushort)settings.QueueCount);
        if (offered.Has(BlkFeature.Discard))
        {
            Put32(BlkConfig.MaxDiscardSectors, settings.DiscardSectorsMax);
            Put32(BlkConfig.MaxDiscardSegments, settings.DiscardRangesMax);
            Put32(BlkConfig.DiscardSectorAlignment, settings.DiscardAlignment);
        }
        if (!offered.Has(BlkFeature.WriteZeroes)) return;
        Put32(BlkConfig.MaxWriteZeroesSectors, settings.WriteZeroesSectorsMax);
        Put32(BlkConfig.MaxWriteZeroesSegments, settings.WriteZeroesRangesMax);
        bytes[BlkConfig.WriteZeroesMayUnmap] = 1;
    }

    public uint Read(uint offset, int width)
    {
        uint value = 0;
        for (int i = 0; i < width; i++) value |= (uint)bytes[offset + i] << (8 * i);
        return value;
    }

    public void Write(uint offset, int width, uint value)
    {
        for (int i = 0; i < width; i++) bytes[offset + i] = (byte)(value >> (8 * i));
    }

    public bool Writeback => bytes[BlkConfig.Writeback] != 0;

    /// <summary>4.2.2.2: the width that each field asks for; 64-bit fields are two words. 0 where no field starts.</summary>
    public static int FieldWidth(uint offset) => offset switch
    {
        BlkConfig.GeometryHeads or BlkConfig.GeometrySectors or BlkConfig.PhysicalBlockExponent or BlkConfig.AlignmentOffset => 1,
        BlkConfig.Writeback or BlkConfig.Writeback + 1 or (>= BlkConfig.WriteZeroesMayUnmap and < BlkConfig.MaxSecureEraseSectors) => 1,
        BlkConfig.GeometryCylinders or BlkConfig.MinimumIoSize or BlkConfig.QueueCount => 2,
        _ => offset % 4 == 0 ? 4 : 0,
    };

    public void Fold(ref Exploration.StateHasher hasher)
    {
        foreach (byte part in bytes) hasher.Add(part);
    }

    void Put32(uint offset, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan((int)offset), value);

    void Put64(uint offset, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(bytes.AsSpan((int)offset), value);
}
