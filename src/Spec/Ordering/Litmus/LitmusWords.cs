namespace Ringcheck.Ordering.Litmus;

/// <summary>The words of the format. Shareability domains are not told apart.</summary>
internal static class LitmusWords
{
    static readonly string[] Domains = ["", "sy", "ish", "osh", "nsh"];

    public static LitmusKind? Access(string op) => op switch
    {
        "R" => LitmusKind.Read,
        "W" => LitmusKind.Write,
        "SWP" => LitmusKind.Exchange,
        "LDADD" => LitmusKind.Add,
        _ => null,
    };

    /// <summary>A load acquires or not, a store releases or not, a read-modify-write may do both.</summary>
    public static AccessOrder? Order(string word, LitmusKind access) => (word, access) switch
    {
        ("plain", _) => AccessOrder.Plain,
        ("acq", not LitmusKind.Write) => AccessOrder.Acquire,
        ("acqpc", LitmusKind.Read) => AccessOrder.AcquirePc,
        ("rel", not LitmusKind.Read) => AccessOrder.Release,
        ("al", LitmusKind.Exchange or LitmusKind.Add) => AccessOrder.AcquireRelease,
        _ => null,
    };

    /// <summary>"dmb.ishst" and the like.</summary>
    public static Fence? Fence(string word)
    {
        if (word == "isb") return Ordering.Fence.Isb;
        string[] parts = word.Split('.');
        if (parts.Length != 2 || parts[0] is not ("dmb" or "dsb")) return null;
        bool waits = parts[0] == "dsb";
        string type = parts[1];
        if (type.Length > 0 && Domains.Contains(type)) return waits ? Ordering.Fence.DsbFull : Ordering.Fence.DmbFull;
        if (type.Length < 2 || type == "syst" || type == "syld" || !Domains.Contains(type[..^2])) return null;
        return type[^2..] switch
        {
            "st" => waits ? Ordering.Fence.DsbStore : Ordering.Fence.DmbStore,
            "ld" => waits ? Ordering.Fence.DsbLoad : Ordering.Fence.DmbLoad,
            _ => null,
        };
    }
}
