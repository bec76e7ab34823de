using System.CommandLine;
using Ringcheck.Cli.Exploring;
using Ringcheck.Exploration;

namespace Ringcheck.Cli.Sharing;

/// <summary>How an exploration is divided and kept, as the user asked for it.</summary>
/// <param name="Out">Where the result goes; null for nowhere.</param>
/// <param name="Checkpoint">The checkpoint file; null for none.</param>
/// <param name="MustExist">True if there has to be a checkpoint to go on from.</param>
internal sealed record SharingSettings(Shard Shard, string? Out, string? Checkpoint, bool MustExist, double EverySeconds);

/// <summary>The options of <c>explore</c> for more than one machine and for more than one process.</summary>
internal sealed class SharingOptions
{
    const double DefaultSeconds = 30;

    readonly Option<string?> shard = new("--shard")
    {
        HelpName = "I/N",
        Description = "Explore only the I-th of N shares; 'ringcheck merge' joins what they write with --out",
    };

    readonly Option<string?> output = new("--out") { HelpName = "FILE", Description = "Write the results into FILE, for 'ringcheck merge'" };

    readonly Option<string?> checkpoint = new("--checkpoint")
    {
        HelpName = "FILE",
        Description = "Save the exploration into FILE from time to time, and on Ctrl-C; go on from FILE if it is there",
    };

    readonly Option<string?> resume = new("--resume") { HelpName = "FILE", Description = "The same, and an error if FILE is not there" };

    readonly Option<double?> every = new("--checkpoint-seconds")
    {
        HelpName = "N",
        Description = $"How often it is saved [default: {DefaultSeconds}]",
        CustomParser = static result => ExplorationOptions.Number(result, "--checkpoint-seconds", double.Epsilon),
    };

    public SharingOptions(Command command)
    {
        Option[] options = [shard, output, checkpoint, resume, every];
        foreach (var option in options) command.Add(option);
    }

    /// <summary>File names are relative to <paramref name="folder"/>. Throws <see cref="CommandException"/> for what makes no sense.</summary>
    public SharingSettings Read(ParseResult parsed, string folder)
    {
        var wanted = Shard.Whole;
        if (parsed.GetValue(shard) is { } text && !Shard.TryParse(text, out wanted))
            throw CommandException.BadUsage($"--shard takes I/N with 1 <= I <= N <= {Shard.Most}, for example 2/8, not '{text}'");
        string? save = parsed.GetValue(checkpoint), goOn = parsed.GetValue(resume);
        if (save is not null && goOn is not null) throw CommandException.BadUsage("--checkpoint and --resume name the same file; give one of them");
        return new(wanted, In(folder, parsed.GetValue(output)), In(folder, goOn ?? save), goOn is not null, parsed.GetValue(every) ?? DefaultSeconds);
    }

    static string? In(string folder, string? file)
        => file is null ? null : file.Length > 0 ? Path.Combine(folder, file) : throw CommandException.BadUsage("a file name is empty");
}
