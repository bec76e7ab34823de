using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Exploration;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>A replay line says all, and is believed only whole.</summary>
public sealed class ReplayLaws
{
    static Gen<Deviation> Deviations { get; } = from kind in Gen.Choose(0, 2)
                                                from agent in Gen.Choose(0, 63)
                                                from step in Gen.Choose(0, int.MaxValue)
                                                from pick in Gen.Choose(0, 63)
                                                select new Deviation((ChoiceKind)kind, agent, (uint)step, pick);

    static Gen<Operation> Operations { get; } = from code in Gen.Choose(0, 255) from a in Words from b in Words from c in Words select new Operation((byte)code, a, b, c);

    static Gen<uint> Words => Gen.OneOf(Gen.Choose(0, 9), Gen.Choose(int.MinValue, int.MaxValue)).Select(value => (uint)value);

    static Gen<string> Names { get; } = Gen.Elements("blk-read", "spsc-4x3", "x", "SEED-2b");

    static Gen<ReplayString> Replays { get; } =
        from exhibit in Gen.Elements("", "OWN-05")
        from scenario in Names
        from profile in Gen.Elements("strict", "odd", "none")
        from points in Words
        from seed in Words
        from program in Gen.Frequency((1, Gen.Constant<Operation[]?>(null)), (3, Operations.NonEmptyListOf().Select(list => (Operation[]?)[.. list])))
        from choices in Deviations.ArrayOf()
        select new ReplayString(exhibit, scenario, profile, "sc", points, (ulong)seed << 32 | points, program, choices);

    [Fact]
    public void A_choice_reads_back_as_it_was_written()
        => Checked.Values("deviation", Deviations, deviation => Deviation.TryParse(deviation.ToString(), out var read) && read == deviation && read.Key == deviation.Key, 5_000);

    [Fact]
    public void A_choice_with_a_letter_changed_is_another_one_or_none() => Checked.Values("deviation", Mutated(Deviations.Select(deviation => deviation.ToString())), text =>
        !Deviation.TryParse(text.Changed, out var read) || read.ToString() == Canonical(text.Changed), 10_000);

    [Fact]
    public void A_line_reads_back_as_it_was_written() => Checked.Values("replay string", Replays, replay => IsSame(replay, replay.ToString()), 2_000);

    [Fact]
    public void A_line_with_a_letter_changed_lost_or_added_is_refused_with_a_sentence() => Checked.Values("replay string", Mutated(Replays.Select(replay => replay.ToString())), text =>
        !ReplayString.TryParse(text.Changed, out var read, out string error) && read is null && error.Length > 20 && !error.Contains('\n'), 10_000);

    [Fact]
    public void Whatever_the_text_is_the_reader_does_not_throw() => Checked.Law("any text", ArbMap.Default.ArbFor<string>().Filter(text => text is not null), text =>
        ReplayString.TryParse(text, out _, out _) || !Deviation.TryParse(text, out _) || text.Length > 5, 5_000);

    [Fact]
    public void A_writer_that_leaves_something_out_is_noticed()
        => Assert.NotNull(Checked.Refuted(Arb.From(Replays), replay => IsSame(replay, (replay with { Choices = [.. replay.Choices.Take(1)] }).ToString())));

    [Fact]
    public void A_reader_that_does_not_check_is_noticed()
        => Assert.NotNull(Checked.Refuted(Arb.From(Mutated(Replays.Select(replay => replay.ToString()))), text => text.Changed.Split(':').Length != 10));

    static bool IsSame(ReplayString replay, string text)
    {
        if (!ReplayString.TryParse(text, out var read, out _) || read is null) return false;
        bool isSameProgram = replay.Program is null ? read.Program is null : read.Program is not null && replay.Program.SequenceEqual(read.Program);
        return isSameProgram && replay.Choices.SequenceEqual(read.Choices) && read with { Program = null, Choices = replay.Choices } == replay with { Program = null };
    }

    /// <summary>One letter changed, taken out or put in.</summary>
    static Gen<(string Text, string Changed)> Mutated(Gen<string> texts) =>
        from text in texts
        from at in Gen.Choose(0, text.Length - 1)
        from letter in Gen.Elements("0123456789abcdefSDF@=:.,- xZ".ToCharArray())
        from how in Gen.Choose(0, 2)
        let changed = how switch { 0 => text[..at] + letter + text[(at + 1)..], 1 => text[..at] + text[(at + 1)..], _ => text[..at] + letter + text[at..] }
        where changed.Trim() != text
        select (text, changed);

    /// <summary>Numbers without leading zeroes, as a deviation is written.</summary>
    static string Canonical(string text) => string.Concat(text[..1], Number(text[1..text.IndexOf('@')]), "@", Number(text[(text.IndexOf('@') + 1)..text.IndexOf('=')]), "=", Number(text[(text.IndexOf('=') + 1)..]));

    static string Number(string digits) => digits.TrimStart('0') is { Length: > 0 } rest ? rest : "0";
}
