using Ringcheck.Cli.Reports;
using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Scenarios;
using Ringcheck.Standard;
using Ringcheck.Tests.Concurrency.Cli;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Architecture;

/// <summary>Generated parts of the documentation are what their command writes now.</summary>
public sealed class GeneratedTests
{
    /// <summary>The root of the repository: where Spec.sln is, upward from here.</summary>
    static string Root
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Spec.sln"))) return folder.FullName;
            }
            throw new DirectoryNotFoundException("no Spec.sln above the tests");
        }
    }

    [Fact]
    public void The_table_of_rules_is_current()
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs", "monitors.md"));
        Assert.True(page == RuleTableDocument.Replace(page), "docs/monitors.md is not current: run .ci/generate");
    }

    [Fact]
    public void The_table_of_devices_is_current()
    {
        string page = File.ReadAllText(Path.Combine(Root, "README.md"));
        Assert.True(page == DeviceTableDocument.Replace(page), "README.md is not current: run .ci/generate");
    }

    /// <summary>A bit that a driver accepts has a row that says so; and what is said of why not, of a bit that is not accepted.</summary>
    [Fact]
    public void Each_feature_bit_that_a_driver_accepts_is_in_the_table()
    {
        foreach (var device in SupportedDevices.All)
        {
            var rows = device.Features.Concat(SupportedDevices.Common).ToDictionary(row => row.Bit);
            var accepted = FeatureProbe.AcceptedBy(device, isLegacy: false);
            Assert.True(accepted.Has(Feature.Version1), device.Name);
            if (device.HasLegacy) accepted |= FeatureProbe.AcceptedBy(device, isLegacy: true);
            for (int bit = 0; bit < 64; bit++)
            {
                if (accepted.Has(bit)) Assert.True(rows.ContainsKey(bit), $"{device.Name}: bit {bit} is accepted and not in the table");
            }
            Assert.All(rows.Values, row => Assert.True(accepted.Has(row.Bit) ? row.WhyNot.Length == 0 : row.WhyNot.Length > 0, $"{device.Name}: {row.Name}"));
        }
    }

    /// <summary>As .ci/generate has it: the executions and the seed are part of the table.</summary>
    [Fact]
    public void The_table_of_variants_is_current()
    {
        using var cli = new CliBench { Catalog = new ScenarioCatalog() };
        string file = cli.PathOf("page.md");
        File.Copy(Path.Combine(Root, "docs", "cpu-ordering.md"), file);
        Assert.Equal(0, cli.Run("explore", "cpu-boot", "--executions", "2000", "--write-variants", file).ExitCode);
        Assert.True(File.ReadAllText(file) == File.ReadAllText(Path.Combine(Root, "docs", "cpu-ordering.md")), "docs/cpu-ordering.md is not current: run .ci/generate");
    }

    /// <summary>Sites, purposes and instructions only: the whole of it is written anew by .ci/generate.</summary>
    [Fact]
    public void The_table_of_barriers_has_the_sites_of_the_driver()
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs", "ordering.md"));
        var purposes = Enum.GetValues<BarrierPurpose>().ToDictionary(BarrierPurposes.Name, BarrierMapping.AArch64);
        purposes.Add(BarrierPurposes.Acquire, BarrierMapping.Acquire(isAArch64: true));
        purposes.Add(BarrierPurposes.Release, BarrierMapping.Release(isAArch64: true));
        var sites = CodeSite.All.Where(site => site.Room == CodeSite.Driver).Select(site => (site.Name, site.Site.Asks)).ToList();
        var rows = BarrierTableDocument.Rows(page).ToList();
        Assert.Equal(sites, rows.Select(row => (row.Site, row.Asks)));
        // What no scenario comes to has no instruction in the table, and says so; an atomic's depends on its order, which its own words say.
        var said = rows.Where(row => row.Mapped.Length > 0 && purposes.ContainsKey(row.Asks)).ToList();
        Assert.All(said, row => Assert.Equal(Instructions.WordsFor(purposes[row.Asks]), row.Mapped));
        Assert.InRange(said.Count, sites.Count * 2 / 3, sites.Count);
    }

    [Fact]
    public void The_table_of_the_CPU_system_has_its_sites()
    {
        string page = File.ReadAllText(Path.Combine(Root, "docs", "cpu-ordering.md"));
        var sites = CodeSite.All.Where(site => site.Room == CodeSite.CpuSystem).Select(site => (site.Name, site.Site.Asks)).ToList();
        Assert.Equal(28, sites.Count); // the spin lock's are the driver's now
        Assert.Equal(sites, BarrierTableDocument.Rows(page).Select(row => (row.Site, row.Asks)));
    }

    [Fact]
    public void A_page_without_markers_is_refused()
    {
        Assert.Throws<FormatException>(() => RuleTableDocument.Replace("# nothing"));
        Assert.Throws<FormatException>(() => DeviceTableDocument.Replace("# nothing"));
    }
}
