namespace Ringcheck.Scenarios;

/// <summary>
/// Virtio 1.4, 5.2.6.2: what may be on the disk after a power cut, by what the program was told. A write is volatile when it is submitted, and stable once it has
/// ended well and either write-through was in force all that time, or a flush that was submitted after that has ended well. A sector may hold any write to it that did
/// not end before a stable one began, and what it held at first as long as none is stable. Stricter than the standard in one point: a volatile write leaves the
/// sector as it was or as it should be, and not something undefined.
/// </summary>
sealed class DurableDisk
{
    /// <summary>Not yet: nothing begins after this.</summary>
    const uint Never = uint.MaxValue;

    struct Write
    {
        public uint Sector, Content, BegunAt, EndedAt;
        public bool IsOk, IsThrough, IsStable;
    }

    readonly Write[] writes = new Write[512];
    int count;
    bool isThrough;

    /// <summary>Counts beginnings and ends.</summary>
    public uint Now { get; private set; }

    public void Reset()
    {
        count = 0;
        isThrough = false;
        Now = 0;
    }

    /// <summary>The mode is another from now on. Of writes in flight nobody knows in which of the two they are done.</summary>
    public void Switch(bool toWriteThrough)
    {
        isThrough = toWriteThrough;
        foreach (ref var write in writes.AsSpan(0, count))
        {
            if (write.EndedAt == Never) write.IsThrough = false;
        }
    }

    public void Begin(uint sector, uint sectors, uint content)
    {
        Now++;
        for (uint i = 0; i < sectors && count < writes.Length; i++)
            writes[count++] = new() { Sector = sector + i, Content = content, BegunAt = Now, EndedAt = Never, IsThrough = isThrough };
    }

    /// <summary>The write that left <paramref name="content"/>, which no other does in these sectors at the same time.</summary>
    public void End(uint sector, uint sectors, uint content, bool isOk)
    {
        Now++;
        foreach (ref var write in writes.AsSpan(0, count))
        {
            if (write.Sector - sector >= sectors || write.Content != content || write.EndedAt != Never) continue;
            write.EndedAt = Now;
            write.IsOk = isOk;
            write.IsStable = isOk && write.IsThrough;
        }
    }

    /// <summary>A flush has ended well that was submitted at <paramref name="submittedAt"/>.</summary>
    public void Flushed(uint submittedAt)
    {
        foreach (ref var write in writes.AsSpan(0, count))
            write.IsStable |= write.IsOk && write.EndedAt <= submittedAt;
    }

    /// <summary>Whether some write to the sector must have survived.</summary>
    public bool HasStable(uint sector)
    {
        foreach (ref readonly var write in writes.AsSpan(0, count))
        {
            if (write.Sector == sector && write.IsStable) return true;
        }
        return false;
    }

    /// <summary>Whether a sector may hold this after a power cut.</summary>
    public bool MayHold(uint sector, ReadOnlySpan<byte> found)
    {
        if (!HasStable(sector) && ReferenceDisk.Compare(ReferenceDisk.Image, sector, found) < 0) return true;
        foreach (ref readonly var write in writes.AsSpan(0, count))
        {
            if (write.Sector != sector || IsReplaced(write)) continue;
            if (write.Content == ReferenceDisk.Unknown || ReferenceDisk.Compare(write.Content, sector, found) < 0) return true;
        }
        return false;
    }

    bool IsReplaced(in Write write)
    {
        foreach (ref readonly var other in writes.AsSpan(0, count))
        {
            if (other.Sector == write.Sector && other.IsStable && write.EndedAt < other.BegunAt) return true;
        }
        return false;
    }
}
