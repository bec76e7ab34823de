using Microsoft.Playwright;
using Xunit;

namespace Ringcheck.Tests.Pages;

/// <summary>
/// The system's Chromium, headless, one for all tests. It is closed with the fixture; if the test host dies, Playwright's driver sees its input end, and ends the
/// browser with itself.
/// </summary>
public sealed class Browser : IAsyncLifetime
{
    static readonly string[] Programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    IPlaywright? playwright;
    IBrowser? browser;

    /// <summary>Where it is, or null.</summary>
    public static string? Path { get; } = Find();

    static string? Find()
    {
        string[] folders = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries);
        return Programs.SelectMany(program => folders.Select(folder => System.IO.Path.Combine(folder, program))).FirstOrDefault(File.Exists);
    }

    /// <summary>Skips the calling test, visibly, where there is none.</summary>
    public static void SkipUnlessInstalled() => Assert.SkipWhen(Path is null, "no Chromium is installed (Debian: apt-get install chromium)");

    public async ValueTask InitializeAsync()
    {
        if (Path is null) return;
        playwright = await Playwright.CreateAsync();
        browser = await playwright.Chromium.LaunchAsync(new()
        {
            ExecutablePath = Path,
            Headless = true,
            ChromiumSandbox = false, // containers have no user namespaces to build it from
            Args = ["--disable-gpu", "--disable-dev-shm-usage"],
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (browser is not null) await browser.DisposeAsync();
        playwright?.Dispose();
    }

    /// <summary>Opens a page from a file, as a user does.</summary>
    public async Task<OpenPage> Open(string html, int width, ColorScheme scheme = ColorScheme.Light)
    {
        SkipUnlessInstalled();
        string file = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"ringcheck-page-{Environment.ProcessId}-{Guid.NewGuid():n}.html");
        await File.WriteAllTextAsync(file, html);
        var context = await browser!.NewContextAsync(new() { ViewportSize = new() { Width = width, Height = 900 }, ColorScheme = scheme });
        context.SetDefaultTimeout(15_000);
        var opened = new OpenPage(context, await context.NewPageAsync(), file);
        await opened.Page.GotoAsync(new Uri(file).AbsoluteUri);
        return opened;
    }
}

/// <summary>A page that is open, and what it did that it should not.</summary>
public sealed class OpenPage : IAsyncDisposable
{
    readonly IBrowserContext context;
    readonly string file;

    internal OpenPage(IBrowserContext context, IPage page, string file)
    {
        this.context = context;
        this.file = file;
        Page = page;
        page.Request += (_, request) => Requests.Add(request.Url);
        page.Console += (_, message) =>
        {
            if (message.Type is "error" or "warning") Complaints.Add(message.Text);
        };
        page.PageError += (_, error) => Complaints.Add(error);
        page.Dialog += (_, dialog) =>
        {
            Complaints.Add("dialog: " + dialog.Message);
            _ = dialog.DismissAsync();
        };
    }

    public IPage Page { get; }

    /// <summary>What was asked for, the page itself included.</summary>
    public List<string> Requests { get; } = [];

    /// <summary>Errors and warnings on the console, uncaught exceptions, dialogs.</summary>
    public List<string> Complaints { get; } = [];

    /// <summary>The number of the selected step.</summary>
    public async Task<int> Selected() => int.Parse(await Page.Locator("body").GetAttributeAsync("data-selected") ?? "-1");

    public async ValueTask DisposeAsync()
    {
        await context.CloseAsync();
        File.Delete(file);
    }
}

/// <summary>All tests of pages share a browser and what was found.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class PageTests : ICollectionFixture<Browser>, ICollectionFixture<ExhibitFindings>
{
    public const string Name = "pages";
}
