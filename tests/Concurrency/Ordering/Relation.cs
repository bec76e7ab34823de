using System.Numerics;

namespace Ringcheck.Tests.Concurrency.Ordering;

/// <summary>A relation over at most 64 events, with the algebra that cat files use, so that the oracle reads like the definition.</summary>
readonly struct Relation(ulong[] rows)
{
    readonly ulong[] rows = rows;

    public int Size => rows.Length;

    public static Relation Of(int size, Func<int, int, bool> holds)
    {
        ulong[] made = new ulong[size];
        for (int a = 0; a < size; a++)
        {
            for (int b = 0; b < size; b++)
            {
                if (holds(a, b)) made[a] |= 1UL << b;
            }
        }
        return new(made);
    }

    /// <summary>[S]: the identity on a set.</summary>
    public static Relation On(int size, Func<int, bool> member) => Of(size, (a, b) => a == b && member(a));

    public bool Has(int a, int b) => (rows[a] >> b & 1) != 0;

    public bool IsEmpty => Array.TrueForAll(rows, static row => row == 0);

    public static Relation operator |(Relation one, Relation other) => new([.. one.rows.Zip(other.rows, static (a, b) => a | b)]);

    public static Relation operator &(Relation one, Relation other) => new([.. one.rows.Zip(other.rows, static (a, b) => a & b)]);

    public static Relation operator -(Relation one, Relation other) => new([.. one.rows.Zip(other.rows, static (a, b) => a & ~b)]);

    /// <summary>Sequence: r;s.</summary>
    public static Relation operator *(Relation one, Relation other)
    {
        ulong[] made = new ulong[one.Size];
        for (int a = 0; a < made.Length; a++)
        {
            for (ulong left = one.rows[a]; left != 0; left &= left - 1) made[a] |= other.rows[BitOperations.TrailingZeroCount(left)];
        }
        return new(made);
    }

    public Relation Inverse()
    {
        var self = this;
        return Of(Size, (a, b) => self.Has(b, a));
    }

    public bool IsAcyclic()
    {
        ulong[] reached = [.. rows];
        for (int through = 0; through < reached.Length; through++)
        {
            for (int a = 0; a < reached.Length; a++)
            {
                if ((reached[a] >> through & 1) != 0) reached[a] |= reached[through];
            }
        }
        for (int a = 0; a < reached.Length; a++)
        {
            if ((reached[a] >> a & 1) != 0) return false;
        }
        return true;
    }
}
