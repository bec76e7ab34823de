namespace Ringcheck.Devices;

/// <summary>What a read-modify-write makes of the word that it finds.</summary>
public readonly struct AtomicUpdate
{
    enum Kind : byte { Exchange, CompareExchange, Add }

    readonly Kind kind;
    readonly uint operand, expected;

    AtomicUpdate(Kind kind, uint operand, uint expected)
    {
        this.kind = kind;
        this.operand = operand;
        this.expected = expected;
    }

    public static AtomicUpdate Exchange(uint value) => new(Kind.Exchange, value, 0);

    public static AtomicUpdate CompareExchange(uint expected, uint value) => new(Kind.CompareExchange, value, expected);

    public static AtomicUpdate Add(uint value) => new(Kind.Add, value, 0);

    /// <summary>For reports.</summary>
    public string Words => kind switch
    {
        Kind.Exchange => $"puts {operand} in its place",
        Kind.CompareExchange => $"puts {operand} in its place if it is {expected}",
        _ => $"adds {unchecked((int)operand)}",
    };

    /// <summary>False if it stores nothing: a comparison that failed.</summary>
    public bool Stores(uint before, out uint after)
    {
        after = kind == Kind.Add ? unchecked(before + operand) : operand;
        return kind != Kind.CompareExchange || before == expected;
    }
}
