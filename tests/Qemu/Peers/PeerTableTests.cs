using System.Reflection;
using System.Text.RegularExpressions;
using Xunit;

namespace Ringcheck.Tests.Qemu.Peers;

/// <summary>docs/fidelity.md says which test is the counterpart of which case of QEMU's own: each test that it names exists, and each of the class is named.</summary>
public sealed partial class PeerTableTests
{
    [Fact]
    public void TheDocumentNamesTestsThatExist()
    {
        using Stream stream = typeof(PeerTableTests).Assembly.GetManifestResourceStream("fidelity.md")!;
        using var reader = new StreamReader(stream);
        string text = reader.ReadToEnd();
        const string begin = "<!-- peers -->", end = "<!-- end of peers -->";
        int from = text.IndexOf(begin, StringComparison.Ordinal), to = text.IndexOf(end, StringComparison.Ordinal);
        Assert.InRange(from, 0, to);
        string[] named = [.. TestName().Matches(text[from..to]).Select(match => match.Groups["name"].Value).Distinct(StringComparer.Ordinal)];
        string[] existing =
        [
            .. typeof(PeerTableTests).Assembly.GetTypes().SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance | BindingFlags.DeclaredOnly)
                .Where(method => method.GetCustomAttribute<FactAttribute>() is not null).Select(method => $"{type.Name}.{method.Name}")),
        ];
        Assert.NotEmpty(named);
        Assert.Empty(named.Except(existing, StringComparer.Ordinal));
        const string peers = nameof(VirtioBlkPeerTests) + ".";
        Assert.Empty(existing.Where(name => name.StartsWith(peers, StringComparison.Ordinal)).Except(named, StringComparer.Ordinal));
    }

    [GeneratedRegex(@"`(?<name>\w+\.\w+)`", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TestName();
}
