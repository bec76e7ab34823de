using System.Text;
using Ringcheck.Scenarios;
using Ringcheck.Standard;

namespace Ringcheck.Cli.Reports;

/// <summary>The tables of devices and of feature bits in README: written by <c>ringcheck list --write-devices</c>, held current by a test.</summary>
public static class DeviceTableDocument
{
    const string Begin = "<!-- generated: devices -->", End = "<!-- end -->";

    /// <summary>Puts the tables between the markers of a file. Ends the command with one line if it cannot.</summary>
    public static void WriteInto(string file)
    {
        try
        {
            File.WriteAllText(file, Replace(File.ReadAllText(file)));
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or FormatException)
        {
            throw new CommandException(ExitCode.BadUsage, $"cannot write the devices into '{file}': {exception.Message}");
        }
    }

    /// <summary>A page with the tables as they are now. Throws <see cref="FormatException"/> if the page has no markers.</summary>
    public static string Replace(string page)
    {
        int begin = page.IndexOf(Begin, StringComparison.Ordinal), end = begin < 0 ? -1 : page.IndexOf(End, begin, StringComparison.Ordinal);
        if (end < 0) throw new FormatException($"it has no lines '{Begin}' and '{End}'");
        return string.Concat(page.AsSpan(0, begin + Begin.Length), "\n", Tables(), page.AsSpan(end));
    }

    static string Tables()
    {
        var text = new StringBuilder();
        AddDevices(text);
        text.Append("\nFeature bits of every device. What is not used is never accepted, so a device that offers it works all the same, as long as it does not insist:\n\n");
        AddFeatures(text, SupportedDevices.All, SupportedDevices.Common);
        foreach (var device in SupportedDevices.All.Where(device => device.Features.Count != 0))
        {
            text.Append($"\n<details><summary>Feature bits of the {device.Title} (<code>{device.Name}</code>)</summary>\n\n");
            AddFeatures(text, [device], device.Features);
            text.Append("\n</details>\n");
        }
        return text.ToString();
    }

    static void AddDevices(StringBuilder text)
    {
        var places = Enum.GetValues<MachinePlace>();
        text.Append($"| Device | {string.Join(" | ", places.Select(MachinePlaces.Words))} |\n|---|{string.Concat(places.Select(_ => "---|"))}\n");
        foreach (var device in SupportedDevices.All)
            text.Append($"| {device.Title} ({device.DeviceType}): `{device.Name}*` | {string.Join(" | ", places.Select(place => Cell(device, place)))} |\n");
    }

    static string Cell(DeviceSupport device, MachinePlace place) => (device.Simulated.Contains(place), device.OnQemu.Contains(place)) switch
    {
        (true, true) => "simulated, QEMU",
        (true, false) => "simulated",
        (false, true) => "QEMU",
        _ => place.IsLegacy() && !device.HasLegacy ? "–" : "no",
    };

    /// <summary>What the drivers of these devices do with bits that they have in common.</summary>
    static void AddFeatures(StringBuilder text, IReadOnlyList<DeviceSupport> devices, IReadOnlyList<FeatureSupport> features)
    {
        var accepted = devices.Select(device => (device.Name, Modern: FeatureProbe.AcceptedBy(device, isLegacy: false), Legacy: device.HasLegacy ? FeatureProbe.AcceptedBy(device, isLegacy: true) : FeatureSet.None)).ToList();
        text.Append("| Bit | Feature | Used | |\n|--:|---|---|---|\n");
        foreach (var feature in features)
        {
            var answers = accepted.GroupBy(driver => Used(driver.Modern.Has(feature.Bit), driver.Legacy.Has(feature.Bit))).ToList();
            string used = answers.Count == 1 ? answers[0].Key : string.Join("; ", answers.Select(answer => $"{string.Join(", ", answer.Select(driver => driver.Name))}: {answer.Key}"));
            text.Append($"| {feature.Bit} | {feature.Name} | {used} | {(used == No ? feature.WhyNot : feature.Note)} |\n");
        }
    }

    const string No = "no";

    static string Used(bool modern, bool legacy) => (modern, legacy) switch
    {
        (true, true) => "yes",
        (true, false) => "yes, modern interface",
        (false, true) => "yes, legacy interface",
        _ => No,
    };
}
