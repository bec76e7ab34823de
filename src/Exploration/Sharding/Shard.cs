using System.Globalization;

namespace Ringcheck.Exploration;

/// <summary>One of several machines (or processes) that share an exploration: number <see cref="Index"/> of <see cref="Of"/>, from 1.</summary>
public readonly record struct Shard(int Index, int Of)
{
    /// <summary>More shards than this are a mistyped number.</summary>
    public const int Most = 1_000_000;

    /// <summary>Everything: an exploration that is not shared.</summary>
    public static Shard Whole { get; } = new(1, 1);

    public bool IsWhole => Of == 1;

    /// <summary>Parts are dealt out like cards, so that each shard gets some of the early ones and some of the late ones.</summary>
    public bool Has(long part) => part % Of == Index - 1;

    /// <summary>The share of a budget that is counted and cannot be cut by number: all shards together have exactly <paramref name="total"/>.</summary>
    public long ShareOf(long total) => total == long.MaxValue ? total : (total / Of) + (Index <= total % Of ? 1 : 0);

    /// <summary>For example <c>2/8</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Index}/{Of}");

    /// <summary>Reads <c>I/N</c> with 1 &lt;= I &lt;= N &lt;= <see cref="Most"/>.</summary>
    public static bool TryParse(string text, out Shard shard)
    {
        shard = Whole;
        var numbers = text.Split('/');
        if (numbers.Length != 2 || !Number(numbers[0], out int index) || !Number(numbers[1], out int of)
            || index < 1 || index > of || of > Most) return false;
        shard = new(index, of);
        return true;
    }

    static bool Number(string text, out int value) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value);
}
