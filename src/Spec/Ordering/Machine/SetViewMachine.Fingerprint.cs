namespace Ringcheck.Ordering;

/// <content>One number for all that decides the machine's later answers.</content>
public sealed partial class SetViewMachine
{
    const ulong MultiplierA = 0x9E3779B97F4A7C15UL, MultiplierB = 0xD6E8FEB86659FD93UL;

    ulong[] namesA = [], namesB = [];

    /// <summary>
    /// 128 bits that stand for the machine's state; messages are left out. Writes go by location and place, and sets are summed, so
    /// that two ways to the same state give the same number: retire first, or what is merely not retired yet makes a difference.
    /// </summary>
    /// <param name="keys">A name for each location that does not depend on the order in which they were added.</param>
    public (ulong A, ulong B) Fingerprint(ReadOnlySpan<ulong> keys)
    {
        if (namesA.Length < writes.Length) (namesA, namesB) = (new ulong[writes.Length], new ulong[writes.Length]);
        for (int l = 0; l < locationCount; l++)
        {
            ref var location = ref locations[l];
            for (int place = 0; place < location.Count; place++)
            {
                int write = location.Order[place];
                if (write != Settled) (namesA[write], namesB[write]) = (MixA(keys[l], (ulong)place), MixB(keys[l], (ulong)place));
            }
        }

        (ulong A, ulong B) sum = default;
        for (int l = 0; l < locationCount; l++)
        {
            ref var location = ref locations[l];
            ulong key = MixA(keys[l], (ulong)location.Count);
            Add(ref sum, key, 1, location.View);
            Add(ref sum, key, 2, location.Readers);
            for (int place = 0; place < location.Count; place++)
            {
                int write = location.Order[place];
                if (write == Settled) continue;
                Add(ref sum, namesA[write], writes[write].Exclusive ? 4u : 3u, writes[write].Before);
                Add(ref sum, namesA[write], 5, writes[write].Readers);
            }
            for (int t = 0; t < threadCount; t++)
            {
                ref var mine = ref PlaceOf(t, l);
                ulong name = MixA(key, (ulong)t);
                if (mine.Seen != Never) Add(ref sum, name, 16 + (ulong)SeenPlace(t, l));
                if (mine.Forward != Never) Add(ref sum, MixA(name, namesA[mine.Forward]), mine.ForwardExclusive ? 7u : 6u, mine.ForwardView);
                Add(ref sum, name, 8, mine.LocalReads);
            }
        }
        for (int t = 0; t < threadCount; t++)
        {
            ref var thread = ref threads[t];
            ulong name = (ulong)t << 8;
            Add(ref sum, name, 9, thread.ReadOld);
            Add(ref sum, name, 10, thread.WriteOld);
            Add(ref sum, name, 11, thread.ReadNew);
            Add(ref sum, name, 12, thread.WriteNew);
            Add(ref sum, name, 13, thread.Control);
            Add(ref sum, name, 14, thread.Release);
            for (int slot = 0; slot < slots[t].Length; slot++)
            {
                if (!views.IsEmpty(slots[t][slot])) Add(ref sum, name, 32 + (ulong)slot, slots[t][slot]);
            }
        }
        return sum;
    }

    /// <summary>The same for one message, by the names of the last <see cref="Fingerprint"/>, since when nothing was written.</summary>
    public (ulong A, ulong B) FingerprintOf(int message)
    {
        (ulong A, ulong B) sum = default;
        Add(ref sum, 15, 15, message);
        return sum;
    }

    void Add(ref (ulong A, ulong B) sum, ulong name, ulong role, int row)
    {
        (ulong A, ulong B) members = default;
        foreach (int write in views.MembersOf(row))
        {
            members.A += namesA[write];
            members.B += namesB[write];
        }
        sum.A += MixA(MixA(name, role), members.A);
        sum.B += MixB(MixB(name, role), members.B);
    }

    static void Add(ref (ulong A, ulong B) sum, ulong name, ulong role)
    {
        sum.A += MixA(name, role);
        sum.B += MixB(name, role);
    }

    static ulong MixA(ulong hash, ulong value) => Fold(hash ^ MultiplierA, value ^ 0xE7037ED1A0B428DBUL);

    static ulong MixB(ulong hash, ulong value) => Fold(hash ^ MultiplierB, value ^ 0x8EBC6AF09C88C6E3UL);

    static ulong Fold(ulong a, ulong b)
    {
        ulong high = Math.BigMul(a, b, out ulong low);
        return high ^ low ^ (a << 29 | a >> 35);
    }
}
