using System.CommandLine;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Reports;
using Ringcheck.Cli.Terminal;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using static Ringcheck.Cli.Terminal.Screen;

namespace Ringcheck.Cli.Commands;

/// <summary><c>ringcheck list</c>.</summary>
internal sealed class ListCommand : ToolCommand
{
    readonly CliContext context;
    readonly Option<string?> writeRules = new("--write-rules") { Description = "Write the table of the models' rules into FILE, between its markers", HelpName = "FILE" };

    readonly Option<string?> writeDevices = new("--write-devices") { Description = "Write the tables of devices and feature bits into FILE, between their markers", HelpName = "FILE" };

    public ListCommand(CliContext context) : base("list", "List scenarios with their profiles, models with their sizes, and strategies", "ringcheck list --json")
    {
        this.context = context;
        Options.Add(writeRules);
        Options.Add(writeDevices);
        SetAction(Run);
    }

    int Run(ParseResult parsed)
    {
        if (parsed.GetValue(writeRules) is { } file)
        {
            RuleTableDocument.WriteInto(file);
            context.Console.Out.WriteLine($"wrote the rules into {file}");
            return ExitCode.NothingFound;
        }
        if (parsed.GetValue(writeDevices) is { } page)
        {
            DeviceTableDocument.WriteInto(page);
            context.Console.Out.WriteLine($"wrote the devices into {page}");
            return ExitCode.NothingFound;
        }
        if (IsJson(parsed)) JsonReports.Write(context.Console, Report(), JsonReports.Compact.ListReport);
        else Show(new Screen(context.Console), Report());
        return ExitCode.NothingFound;
    }

    ListReport Report() => new(
        [.. context.Catalog.Scenarios.Select(scenario => new ScenarioReport(scenario.Name, scenario.Summary, scenario.Profiles, scenario.InTour, scenario.Variants, scenario.Wrong))],
        [.. context.Models.Select(model => new ModelReport(model.Name, model.Description, model.Sizes, model.DefaultSize))], StrategyCatalog.Names, ExplorationOptions.Memories);

    static void Show(Screen screen, ListReport report)
    {
        screen.Line("[bold]Scenarios[/] (* in the default tour)");
        int width = report.Scenarios.Max(scenario => scenario.Name.Length);
        foreach (var scenario in report.Scenarios)
        {
            screen.Line($"{(scenario.Tour ? "[green]*[/]" : " ")} [bold]{Text(scenario.Name.PadRight(width))}[/]  {Text(scenario.Summary)}");
            screen.Line($"  {new string(' ', width)}  [grey]profiles: {Text(string.Join(", ", scenario.Profiles))}[/]");
            if (scenario.Variants.Count > 0) screen.Line($"  {new string(' ', width)}  [grey]variants, for comparison: {Text(string.Join(", ", scenario.Variants))}[/]");
            if (scenario.Wrong.Count > 0) screen.Line($"  {new string(' ', width)}  [grey]wrong on purpose: {Text(string.Join(", ", scenario.Wrong))}[/]");
        }
        screen.Line();
        screen.Line("[bold]Models[/] (for 'ringcheck check')");
        int modelWidth = report.Models.Max(model => model.Name.Length);
        foreach (var model in report.Models)
        {
            screen.Line($"  [bold]{Text(model.Name.PadRight(modelWidth))}[/]  {Text(model.Description)}");
            screen.Line($"  {new string(' ', modelWidth)}  [grey]sizes: {string.Join(", ", model.Sizes)} (default {model.DefaultSize})[/]");
        }
        screen.Line();
        screen.Line("[bold]Strategies[/]  " + string.Join(", ", report.Strategies));
        screen.Line();
        screen.Line("[bold]Memories[/] (for --memory)");
        int widest = MachineMemory.All.Max(memory => memory.Name.Length);
        foreach (var memory in MachineMemory.All) screen.Line($"  {memory.Name.PadRight(widest)}  {Text(memory.Summary)}");
    }
}
