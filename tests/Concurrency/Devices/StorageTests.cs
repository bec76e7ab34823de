using Ringcheck.Devices;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>Images and the overlay: what is read, what is written where, and the hash of the difference.</summary>
public sealed class StorageTests
{
    static byte[] Bytes(byte value) => [.. Enumerable.Repeat(value, (int)Sector.Size)];

    static byte[] Read(DiskOverlay disk, ulong sector)
    {
        var bytes = new byte[Sector.Size];
        disk.Read(new(sector), bytes);
        return bytes;
    }

    [Fact]
    public void The_overlay_hides_the_image_until_it_is_discarded()
    {
        var disk = new DiskOverlay(new SyntheticImage(1UL << 40)) { Hashing = true };
        var image = Read(disk, 1UL << 39);
        disk.Write(new(1UL << 39), Bytes(7));
        Assert.Equal(Bytes(7), Read(disk, 1UL << 39));
        Assert.NotEqual(default, disk.Hash);
        disk.WriteZeroes(new(1UL << 39));
        Assert.Equal(Bytes(0), Read(disk, 1UL << 39));
        Assert.Equal(1, disk.Written);
        disk.Discard();
        Assert.Equal(image, Read(disk, 1UL << 39));
        Assert.Equal(default, disk.Hash);
    }

    [Fact]
    public void The_hash_tells_contents_and_not_the_way_there()
    {
        var first = new DiskOverlay(new SyntheticImage(64)) { Hashing = true };
        var second = new DiskOverlay(new SyntheticImage(64)) { Hashing = true };
        first.Write(new(3), Bytes(1));
        first.Write(new(5), Bytes(2));
        for (byte i = 9; i > 1; i--) second.Write(new(5), Bytes(i));
        Assert.NotEqual(first.Hash, second.Hash);
        second.WriteZeroes(new(3));
        Assert.NotEqual(first.Hash, second.Hash);
        second.Write(new(3), Bytes(1));
        Assert.Equal(first.Hash, second.Hash);
    }

    [Fact]
    public void A_file_changes_only_when_told()
    {
        string path = Path.Combine(Path.GetTempPath(), $"ringcheck-{Environment.ProcessId}-{nameof(A_file_changes_only_when_told)}.img");
        try
        {
            var contents = new byte[10 * Sector.Size + 100];
            for (int i = 0; i < contents.Length; i++) contents[i] = (byte)(i / (int)Sector.Size + 1);
            File.WriteAllBytes(path, contents);
            using (var image = new RawFileImage(path))
            {
                Assert.Equal(11UL, image.Sectors);
                var disk = new DiskOverlay(image);
                Assert.Equal(Bytes(4), Read(disk, 3));
                Assert.Equal([.. Enumerable.Repeat((byte)11, 100), .. new byte[Sector.Size - 100]], Read(disk, 10));
                disk.Write(new(3), Bytes(0xEE));
                Assert.Equal(contents, File.ReadAllBytes(path));
                Assert.Equal(1, disk.CommitTo(path));
            }
            Bytes(0xEE).CopyTo(contents, 3 * (int)Sector.Size);
            Assert.Equal(contents, File.ReadAllBytes(path));
        }
        finally
        {
            File.Delete(path);
        }
    }
}
