using System.Globalization;

namespace Ringcheck.Bench.Growth;

/// <summary>
/// <c>bench growth [--svg FILE] [--seconds N]</c>: prints how exhaustive exploration grows with requests, ring size and CPUs, as a table in Markdown, and draws it. Executions are exact
/// and the same everywhere; seconds are of this machine.
/// </summary>
static class GrowthCommand
{
    static readonly string[] Memories = ["sc", "tso", "arm"];

    public static int Run(string[] arguments)
    {
        string? svg = null;
        double seconds = 60;
        for (int i = 0; i < arguments.Length; i += 2)
        {
            if (i + 1 == arguments.Length) return Refuse($"{arguments[i]} needs a value");
            if (arguments[i] == "--svg") svg = arguments[i + 1];
            else if (arguments[i] != "--seconds") return Refuse($"unknown option {arguments[i]}");
            else if (!double.TryParse(arguments[i + 1], CultureInfo.InvariantCulture, out seconds) || seconds is not (> 0 and < 1e6)) return Refuse($"'{arguments[i + 1]}' is no number of seconds");
        }
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        _ = GrowthCurve.All[0].On("sc", seconds, stop.Token).Take(4).Count(); // so that the first points are not those of a cold process
        var curves = new List<(GrowthCurve, IReadOnlyDictionary<string, List<GrowthPoint>>)>();
        foreach (var curve in GrowthCurve.All)
        {
            var points = Memories.ToDictionary(static memory => memory, memory => curve.On(memory, seconds, stop.Token).ToList());
            if (stop.IsCancellationRequested) return 130;
            Print(curve, points);
            curves.Add((curve, points));
        }
        if (svg is not null) File.WriteAllText(svg, GrowthChart.Draw(curves, Memories));
        return 0;
    }

    static void Print(GrowthCurve curve, Dictionary<string, List<GrowthPoint>> points)
    {
        Console.WriteLine($"| {curve.Title}: {curve.Axis} | {string.Join(" | ", Memories)} |");
        Console.WriteLine($"|--:|{string.Concat(Memories.Select(static _ => "--:|"))}");
        foreach (int size in curve.Sizes.Where(size => points.Values.Any(each => each.Exists(point => point.Size == size))))
            Console.WriteLine($"| {size} | {string.Join(" | ", Memories.Select(memory => Words(points[memory].Find(point => point.Size == size))))} |");
        Console.WriteLine();
    }

    static string Words(GrowthPoint? point) => point is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{(point.Exhausted ? "" : "more than ")}{point.Executions:N0} in {point.Seconds:F2} s");

    static int Refuse(string why)
    {
        Console.Error.WriteLine($"growth: {why}; growth [--svg FILE] [--seconds N]");
        return 2;
    }
}
