using Microsoft.Playwright;
using Ringcheck.Models.Tracing;
using Ringcheck.Testing;
using Ringcheck.Testing.Pictures;
using Xunit;

namespace Ringcheck.Tests.Pages;

/// <summary>The page of a failure in a browser: that it stands alone, shows what it must, and steps by keyboard.</summary>
[Collection(PageTests.Name)]
public sealed class HtmlPageTests(Browser browser, ExhibitFindings findings)
{
    public static TheoryData<string, int> ExhibitsAndWidths
    {
        get
        {
            var data = new TheoryData<string, int>();
            foreach (string exhibit in new[] { ExhibitFindings.Ownership, ExhibitFindings.Ordering, ExhibitFindings.Interrupt })
            {
                foreach (int width in new[] { 1280, 800 }) data.Add(exhibit, width);
            }
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(ExhibitsAndWidths))]
    public async Task StandsAlone_AndShowsTheFailure(string exhibit, int width)
    {
        Browser.SkipUnlessInstalled();
        var picture = findings.PictureOf(exhibit);
        await using var open = await browser.Open(HtmlPage.Of(picture), width);
        var page = open.Page;

        // Lanes, by name: each CPU, memory, each device, the interrupt line.
        foreach (var lane in picture.Trace.Lanes.Where(lane => lane.Kind != LaneKind.Path)) Assert.Equal(1, await page.Locator($"[data-lane='{lane.Name}']").CountAsync());
        Assert.Contains(picture.Trace.Lanes, lane => lane.Kind == LaneKind.Device);

        // The pair is there and marked, and so is the step at which it shows; nothing else is marked as the pair.
        var failure = picture.Trace.Failure!;
        Assert.True(failure.Other >= 0);
        int[] marked = [.. (await page.Locator("#lanes g.row.pair[data-event]").EvaluateAllAsync<string[]>("all => all.map(each => each.dataset.event)")).Select(int.Parse).Order()];
        Assert.Equal(new[] { failure.At, failure.Other }.Order(), marked);
        Assert.Equal(1, await page.Locator("path.pair-link").CountAsync());
        Assert.Equal(failure.Reasons.Count, await page.Locator("#reasons li").CountAsync());
        Assert.Equal(2, await page.Locator("#reasons li.pair").CountAsync());
        Assert.Equal(failure.At, await open.Selected());

        Assert.Equal(picture.Replay, await page.Locator("#replay").InnerTextAsync());
        Assert.Equal(picture.Operations, await page.Locator("#operations li").AllInnerTextsAsync());
        Assert.Equal(picture.Choices.Select(choice => choice.Words), await page.Locator("#choices li").AllInnerTextsAsync());
        foreach (var clause in picture.Clauses) Assert.Contains(clause.Words, await page.Locator("#clauses").InnerTextAsync());
        Assert.Contains(picture.Mend, await page.Locator("#mend").InnerTextAsync());

        // All of it fits into the window, and nothing came from anywhere else.
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") <= width, "the page is wider than the window");
        Assert.StartsWith("file://", Assert.Single(open.Requests));
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task Keys_MoveTheSelection_AndTheRingFollows()
    {
        Browser.SkipUnlessInstalled();
        var picture = findings.PictureOf(ExhibitFindings.Ownership);
        await using var open = await browser.Open(HtmlPage.Of(picture), 1280);
        var page = open.Page;

        await page.Keyboard.PressAsync("End");
        Assert.Equal(picture.Trace.Events.Count - 1, await open.Selected());
        await page.Keyboard.PressAsync("Home");
        Assert.Equal(0, await open.Selected());
        Assert.Equal(0, await page.Locator("#rings .queue").CountAsync());
        await page.Keyboard.PressAsync("e"); // all steps
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("ArrowRight");
        Assert.Equal(3, await open.Selected());
        await page.Keyboard.PressAsync("k");
        await page.Keyboard.PressAsync("ArrowUp");
        Assert.Equal(1, await open.Selected());
        Assert.Equal("true", await page.Locator("#lanes [data-event='1']").GetAttributeAsync("aria-selected"));
        Assert.Equal(picture.Trace.Events.Count - picture.Trace.Events.Count(each => each.Kind == TraceKind.Begins), await page.Locator("#lanes g.row[data-event]").CountAsync());

        // From one clashing step to the other and back.
        await page.Keyboard.PressAsync("c");
        int first = await open.Selected();
        await page.Keyboard.PressAsync("c");
        int then = await open.Selected();
        Assert.Equal(new[] { picture.Trace.Failure!.At, picture.Trace.Failure.Other }.Order(), [first, then]);

        await page.Keyboard.PressAsync("?");
        Assert.True(await page.Locator("#help").IsVisibleAsync());
        await page.Keyboard.PressAsync("j"); // not while help is open
        await page.Keyboard.PressAsync("Escape");
        Assert.False(await page.Locator("#help").IsVisibleAsync());
        Assert.Equal(then, await open.Selected());
        Assert.Empty(open.Complaints);
    }

    [Fact]
    public async Task DescriptorColours_FollowTheOwners_AtEachHandOver()
    {
        Browser.SkipUnlessInstalled();
        var picture = findings.PictureOf(ExhibitFindings.Ownership);
        await using var open = await browser.Open(HtmlPage.Of(picture), 1280);
        var page = open.Page;
        HashSet<string> seen = [];
        foreach (var each in picture.Trace.Events.Where(each => each.Changes.Count > 0))
        {
            await page.EvaluateAsync("number => select(number)", each.Number);
            var queue = picture.Trace.Queues[each.Queues[0]];
            string[] rows = await page.Locator("#rings tr[data-descriptor]").EvaluateAllAsync<string[]>(
                "rows => rows.map(row => `${row.dataset.descriptor} ${row.dataset.owner} ${getComputedStyle(row.firstChild).borderLeftColor}`)");
            Assert.Equal(queue.Descriptors.Select((descriptor, id) => $"{id} {descriptor.Owner}"), rows.Select(row => string.Join(' ', row.Split(' ').Take(2))));
            foreach (string row in rows.Where((_, id) => queue.Descriptors[id].Head >= 0)) seen.Add(row[(row.IndexOf(' ') + 1)..]);
            foreach (var change in each.Changes) Assert.Equal(change.To == Models.Ownership.Owner.Driver ? -1 : change.Head, queue.Descriptors[change.Head].Head);
        }
        // Published, with the device, and returned, each in a colour of its own.
        Assert.Equal(3, seen.Count);
        Assert.Equal(3, seen.Select(each => each[each.IndexOf(' ')..]).Distinct().Count());
    }

    [Fact]
    public async Task StaleLoad_IsTiedToTheStoreThatItReads_AndTheCircleIsDrawn()
    {
        Browser.SkipUnlessInstalled();
        var picture = findings.PictureOf(ExhibitFindings.Ordering);
        var stale = Assert.Single(picture.Trace.Events, each => each.IsStale);
        Assert.True(stale.Choice.Length > 0);
        await using var open = await browser.Open(HtmlPage.Of(picture), 1280);
        await open.Page.EvaluateAsync("number => select(number)", stale.Number);
        Assert.Equal(1, await open.Page.Locator($"#lanes g.row.stale[data-event='{stale.Number}']").CountAsync());
        Assert.Contains(stale.Choice, await open.Page.Locator("#sentence").InnerTextAsync());
        var circle = picture.Trace.Failure!.Circle;
        Assert.Equal(circle.Count, await open.Page.Locator("path.circle-link").CountAsync());
        Assert.Equal(circle.Count(step => !step.IsKept), await open.Page.Locator("path.circle-link.loose").CountAsync());
        Assert.Contains(stale.Number, circle.Select(step => step.Event));
        Assert.All(picture.Trace.Failure.Missing, missing => Assert.Contains(picture.Trace.Events[missing.First].Kind, new[] { TraceKind.Load, TraceKind.Store }));
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task TextAndGround_DifferEnough_InBothSchemes(ColorScheme scheme)
    {
        Browser.SkipUnlessInstalled();
        await using var open = await browser.Open(HtmlPage.Of(findings.PictureOf(ExhibitFindings.Interrupt)), 1280, scheme);
        double ink = await Luminance(open.Page.Locator("#message"), "color"), ground = await Luminance(open.Page.Locator("body"), "backgroundColor");
        Assert.Equal(scheme == ColorScheme.Dark, ink > ground);
        Assert.True((Math.Max(ink, ground) + .05) / (Math.Min(ink, ground) + .05) >= 7, "less contrast than WCAG's 7 to 1");
    }

    static async Task<double> Luminance(ILocator element, string property)
    {
        string colour = await element.EvaluateAsync<string>($"element => getComputedStyle(element).{property}");
        double[] parts = [.. colour[(colour.IndexOf('(') + 1)..^1].Split(',').Take(3).Select(part => double.Parse(part) / 255).Select(part => part <= .04045 ? part / 12.92 : Math.Pow((part + .055) / 1.055, 2.4))];
        return .2126 * parts[0] + .7152 * parts[1] + .0722 * parts[2];
    }

    const string Hostile = "</script><script>window.broken = 1</script><img src=x onerror='window.broken = 2'>\u2028{{data}} /*{{script}}*/ \"'&lt;";

    /// <summary>The ownership bug, had everybody printed and said this.</summary>
    FailurePicture Told(string text)
    {
        var found = findings.Of(ExhibitFindings.Ownership);
        var trace = found.Picture.Trace with
        {
            Console = text,
            Events = [.. found.Picture.Trace.Events.Select(each => each with { Text = text, Name = text, Value = text, Place = text, Kind = each.Kind == TraceKind.Begins ? TraceKind.Prints : each.Kind })],
        };
        var violation = found.Finding.Violation with { Message = text, Mend = text, Explanation = [text] };
        return FailurePicture.Of(found.Finding with { Violation = violation, Operations = [text], Choices = [.. found.Finding.Choices.Select(_ => text)] }, trace);
    }

    /// <summary>The checks of the next test see what they look for: the same page without its escapes, and a page that asks the network for something.</summary>
    [Fact]
    public async Task MarkupAndRequests_WouldBeNoticed()
    {
        Browser.SkipUnlessInstalled();
        string page = HtmlPage.Of(Told(Hostile));
        await using var broken = await browser.Open(page.Replace("\\u003C", "<", StringComparison.OrdinalIgnoreCase).Replace("\\u003E", ">", StringComparison.OrdinalIgnoreCase), 1280);
        Assert.NotEqual(0, await broken.Page.EvaluateAsync<int>("() => window.broken ?? 0"));
        await using var asking = await browser.Open(page.Replace("<body>", "<body><img src='http://127.0.0.1:9/'>", StringComparison.Ordinal), 1280);
        Assert.NotEmpty(asking.Complaints); // its own policy forbids it
    }

    [Fact]
    public async Task HostileText_StaysText()
    {
        Browser.SkipUnlessInstalled();
        var told = Told(Hostile);
        await using var open = await browser.Open(HtmlPage.Of(told), 1280);
        Assert.Equal(0, await open.Page.EvaluateAsync<int>("() => window.broken ?? 0"));
        Assert.Equal(0, await open.Page.Locator("img").CountAsync());
        Assert.Equal(2, await open.Page.Locator("script").CountAsync());
        Assert.Contains("<img src=x", await open.Page.Locator("#mend").InnerTextAsync());
        await open.Page.Keyboard.PressAsync("e");
        await open.Page.Keyboard.PressAsync("End");
        Assert.Equal(told.Trace.Events.Count - 1, await open.Selected());
        Assert.StartsWith("file://", Assert.Single(open.Requests));
        Assert.Empty(open.Complaints);
    }
}
