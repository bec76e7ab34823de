using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Tests.Qemu.Driver;
using Xunit;

namespace Ringcheck.Tests.Qemu.Pci;

/// <summary>What the kernel prints about PCI at boot, line by line, against what QEMU's monitor says (<c>query-pci</c>) once the kernel has assigned everything.</summary>
public sealed partial class PciReportTests
{
    private const int TimeoutMs = 60_000;

    [Theory(Timeout = TimeoutMs)]
    [InlineData(DriverWay.VirtVectors)]
    [InlineData(DriverWay.VirtLowVectors)]
    [InlineData(DriverWay.PcVectors)]
    public Task TheBootLinesAreWhatQemuSays(DriverWay way)
    {
        QemuFixture.SkipUnlessInstalled(way.Machine());
        return Task.Run(() =>
        {
            using DiskImage disk = DiskImage.Empty(16), second = DiskImage.Empty(16), third = DiskImage.Empty(16);
            QemuOptions options = way.Options(disk) with
            {
                Bridges = [new("behind", Device: 5)],
                FurtherDisks =
                [
                    new("disk1", second.Path, new(Device: 3, Bus: "behind") { Interface = QemuPciInterface.Transitional }),
                    new("disk2", third.Path, new(Device: 7) { Interface = QemuPciInterface.Legacy }),
                ],
            };
            using var bench = new DriverBench(disk, way, change: _ => options);
            Assert.Equal(DriverStatus.Ok, way.Host().Initialise(bench.Machine, bench.Functions));

            var said = new SortedSet<string>(StringComparer.Ordinal);
            Collect(bench.Process.Qmp.Execute("query-pci")!.AsArray().SelectMany(bus => bus!["devices"]!.AsArray()), said);
            var printed = new SortedSet<string>(StringComparer.Ordinal);
            string function = "";
            foreach (string line in bench.Console.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            {
                if (FunctionLine().Match(line) is { Success: true } found)
                {
                    function = found.Groups["address"].Value;
                    printed.Add($"{function} {found.Groups["ids"].Value} {found.Groups["class"].Value}{found.Groups["pin"].Value}{found.Groups["bridge"].Value}");
                }
                else
                {
                    Match bar = BarLine().Match(line);
                    Assert.True(bar.Success, line);
                    printed.Add($"{function} {bar.Groups["bar"].Value}");
                }
            }

            Assert.Equal(said, printed);
            Assert.Equal(3, bench.Console.Split("[virtio]").Length - 1);
        });
    }

    [GeneratedRegex(@"^\[pci\] (?<address>\S+) (?<ids>\S+) class (?<class>..\...)\.\S+ rev \d+(?<pin> irq . -> \d+)?( \[virtio\])?(?<bridge> \[bridge to \S+\])?$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex FunctionLine();

    [GeneratedRegex(@"^\[pci\]   (?<bar>BAR\d .*)$", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex BarLine();

    private static void Collect(IEnumerable<JsonNode?> devices, SortedSet<string> lines)
    {
        foreach (JsonNode device in devices.OfType<JsonNode>())
        {
            string at = string.Create(CultureInfo.InvariantCulture, $"{Number(device["bus"]):x2}:{Number(device["slot"]):x2}.{Number(device["function"])}");
            long of = Number(device["class_info"]!["class"]), pin = Number(device["irq_pin"]);
            JsonNode? bus = device["pci_bridge"]?["bus"];
            lines.Add(string.Create(CultureInfo.InvariantCulture, $"{at} {Number(device["id"]!["vendor"]):x4}:{Number(device["id"]!["device"]):x4} {of >> 8:x2}.{of & 0xFF:x2}")
                + (pin == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $" irq {"-ABCD"[(int)pin]} -> {Number(device["irq"])}"))
                + (bus is null ? "" : string.Create(CultureInfo.InvariantCulture, $" [bridge to {Number(bus["secondary"]):x2}-{Number(bus["subordinate"]):x2}]")));
            foreach (JsonNode? region in device["regions"]!.AsArray())
            {
                string kind = region!["type"]!.GetValue<string>() == "io" ? "io" : region["mem_type_64"]!.GetValue<bool>() ? "mem64" : "mem32";
                bool isPrefetchable = region["prefetch"]?.GetValue<bool>() ?? false;
                lines.Add(string.Create(CultureInfo.InvariantCulture, $"{at} BAR{Number(region["bar"])} {kind} 0x{Number(region["address"]):x} size 0x{Number(region["size"]):x}{(isPrefetchable ? " prefetchable" : "")}"));
            }

            Collect(device["pci_bridge"]?["devices"]?.AsArray() ?? [], lines);
        }
    }

    private static long Number(JsonNode? node) => node!.GetValue<long>();
}
