using Ringcheck.Cli;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Terminal;
using Ringcheck.Scenarios;

using var console = new SystemConsole();
return CommandLine.Run(args, new CliContext(console, new ScenarioCatalog(), Environment.CurrentDirectory)
{
    ExhibitCatalog = ExhibitScenarios.CatalogFor,
});
