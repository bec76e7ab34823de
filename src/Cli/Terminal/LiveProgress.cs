using Spectre.Console;
using Spectre.Console.Rendering;

namespace Ringcheck.Cli.Terminal;

/// <summary>How far a piece of work is: a share of 1 (or null if nobody can know) and a few words.</summary>
internal readonly record struct Progress(double? Share, string Words);

/// <summary>A progress line on standard error while work runs, cleared when it ends. Nothing at all where there is no terminal.</summary>
internal static class LiveProgress
{
    const int RefreshMs = 100;

    /// <summary>Narrow enough that title, bar and words fit on one line of 80 characters.</summary>
    const int BarWidth = 16;

    /// <summary>Runs <paramref name="work"/>; <paramref name="look"/> is called on the caller's thread from time to time.</summary>
    public static T During<T>(IConsoleHost host, string title, Func<Progress> look, Func<T> work)
    {
        if (!host.HasLiveDisplay) return work();
        var console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(host.Error),
            Ansi = AnsiSupport.Yes,
            Interactive = InteractionSupport.Yes,
        });
        var words = new WordsColumn();
        return console.Progress().AutoClear(true).AutoRefresh(true).HideCompleted(false)
            .Columns(new SpinnerColumn(), new TaskDescriptionColumn(), new ProgressBarColumn { Width = BarWidth }, words)
            .Start(display =>
            {
                var bar = display.AddTask(Screen.Text(title), maxValue: 1);
                var running = Task.Factory.StartNew(work, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
                while (!((IAsyncResult)running).AsyncWaitHandle.WaitOne(RefreshMs))
                {
                    var now = look();
                    bar.IsIndeterminate = now.Share is null;
                    bar.Value = Math.Min(now.Share ?? 0, 0.999);
                    words.Words = now.Words;
                }
                return running.GetAwaiter().GetResult();
            });
    }

    sealed class WordsColumn : ProgressColumn
    {
        public volatile string Words = "";

        protected override bool NoWrap => true;

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime) => new Text(Words);
    }
}
