using System.Runtime.InteropServices;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 5.2.6.2: which writes are volatile, and what that means. The overlay always holds what was written last; this keeps what each sector held before
/// each write that is not stable yet. When the power goes, each such sector keeps its last content or falls back to an earlier one.
/// </summary>
sealed class VolatileCache(DiskOverlay disk)
{
    readonly List<Sector> sectors = [];
    byte[] contents = new byte[16 * Sector.Size];

    /// <summary>A sector is about to be written: back, which can be lost, or through, after which nothing that it held before comes back.</summary>
    public void Writes(Sector sector, bool isVolatile)
    {
        if (!isVolatile)
        {
            Forget(sector);
            return;
        }
        int at = sectors.Count * (int)Sector.Size;
        if (at == contents.Length) Array.Resize(ref contents, 2 * at);
        disk.Read(sector, Content(sectors.Count));
        sectors.Add(sector);
    }

    /// <summary>All that was written is stable.</summary>
    public void Flush() => sectors.Clear();

    /// <summary>What each sector comes back with is a choice: 0 is what was written last, 1 what it held before that, and so on.</summary>
    public void LosePower(SimulatedMachine machine)
    {
        while (sectors.Count > 0)
        {
            var sector = sectors[^1];
            int versions = 0;
            foreach (var each in sectors) versions += each == sector ? 1 : 0;
            int pick = machine.Engine.Choose(ChoiceKind.Device, Math.Min(versions, 62) + 1);
            if (pick != 0) machine.Recorder?.Decided(pick, $"loses the last {pick} writes to sector {sector.Value} with the power");
            for (int i = sectors.Count - 1; pick > 0; i--)
            {
                if (sectors[i] == sector && --pick == 0) disk.Write(sector, Content(i));
            }
            Forget(sector);
        }
    }

    public void Fold(ref StateHasher hasher)
    {
        for (int i = 0; i < sectors.Count; i++)
        {
            hasher.Add(sectors[i].Value);
            foreach (ulong word in MemoryMarshal.Cast<byte, ulong>(Content(i))) hasher.Add(word);
        }
    }

    void Forget(Sector sector)
    {
        int kept = 0;
        for (int i = 0; i < sectors.Count; i++)
        {
            if (sectors[i] == sector) continue;
            if (kept != i) Content(i).CopyTo(Content(kept));
            sectors[kept++] = sectors[i];
        }
        sectors.RemoveRange(kept, sectors.Count - kept);
    }

    Span<byte> Content(int index) => contents.AsSpan(index * (int)Sector.Size, (int)Sector.Size);
}
