namespace Ringcheck.Exploration;

/// <summary>Ways to break the reduction on purpose: exhibits for its tests, which must catch each. Looked at in revisits only, never for each access.</summary>
enum ReductionFlaw : byte
{
    None,

    /// <summary>A read-modify-write that finds no room after a source is not tried there: revisits that would make room are lost.</summary>
    NoVirtualWrites,

    /// <summary>A revisit takes back whatever it likes, not only first choices: it is made from several graphs.</summary>
    AnythingGoes,

    /// <summary>A first choice is judged by the whole graph, what is taken back included: revisits that nobody else makes are lost.</summary>
    TooStrict,

    /// <summary>A write that is read by what stays may be taken back: what stays is not closed under reads-from.</summary>
    ReadersForgotten,

    /// <summary>On every memory, a write takes no place before one that it follows from: so on SC and TSO, but not on AArch64.</summary>
    PrefixComesBefore,

    /// <summary>A write that took an earlier place revisits again when a later choice of its step differs.</summary>
    EarlierPlacesRevisit,
}
