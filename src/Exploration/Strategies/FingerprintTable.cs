namespace Ringcheck.Exploration;

/// <summary>Open-addressing set of 128-bit fingerprints, each with the largest budget with which it was explored.</summary>
public sealed class FingerprintTable
{
    struct Slot
    {
        public ulong A, B;
        public byte Budget;
        public bool Used;
    }

    Slot[] slots = new Slot[1 << 10];

    public long Count { get; private set; }

    /// <summary>False: seen before with at least this budget.</summary>
    public bool AddOrImprove(Fingerprint key, byte budget)
    {
        ref var slot = ref Find(slots, key);
        if (slot.Used)
        {
            if (slot.Budget >= budget) return false;
            slot.Budget = budget;
            return true;
        }
        slot = new Slot { A = key.A, B = key.B, Budget = budget, Used = true };
        if (++Count * 2 > slots.Length) Grow();
        return true;
    }

    public bool Contains(Fingerprint key) => Find(slots, key).Used;

    /// <summary>True if both hold the same fingerprints, whatever the budgets.</summary>
    public bool SetEquals(FingerprintTable other) => Count == other.Count && IsSubsetOf(other);

    /// <summary>True if the other one holds all that this one does, whatever the budgets.</summary>
    public bool IsSubsetOf(FingerprintTable other)
    {
        foreach (ref readonly var slot in slots.AsSpan())
        {
            if (slot.Used && !other.Contains(new(slot.A, slot.B))) return false;
        }
        return true;
    }

    /// <summary>All that it holds, 17 bytes each.</summary>
    public void Save(BinaryWriter to)
    {
        to.Write(Count);
        foreach (ref readonly var slot in slots.AsSpan())
        {
            if (!slot.Used) continue;
            to.Write(slot.A);
            to.Write(slot.B);
            to.Write(slot.Budget);
        }
    }

    /// <summary>Adds what another one saved.</summary>
    public void Load(BinaryReader from)
    {
        for (long left = from.ReadInt64(); left > 0; left--) AddOrImprove(new(from.ReadUInt64(), from.ReadUInt64()), from.ReadByte());
    }

    static ref Slot Find(Slot[] slots, Fingerprint key)
    {
        ulong mask = (ulong)slots.Length - 1;
        ulong at = key.A & mask;
        while (slots[at].Used && (slots[at].A != key.A || slots[at].B != key.B)) at = (at + 1) & mask;
        return ref slots[at];
    }

    void Grow()
    {
        var bigger = new Slot[slots.Length * 2];
        foreach (ref readonly var slot in slots.AsSpan())
        {
            if (slot.Used) Find(bigger, new(slot.A, slot.B)) = slot;
        }
        slots = bigger;
    }
}
