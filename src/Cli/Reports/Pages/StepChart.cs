using System.Globalization;
using System.Text;

namespace Ringcheck.Cli.Reports.Pages;

/// <summary>A curve that rises in steps: at each x, the number of steps up to there is added to y.</summary>
/// <param name="Name">For the key.</param>
/// <param name="At">Where it rises by one, in ascending order, each at least 1.</param>
/// <param name="Until">Where it ends.</param>
internal sealed record StepCurve(string Name, IReadOnlyList<long> At, long Until);

/// <summary>
/// Step curves as SVG, with executions from left to right on a logarithmic scale: most is found early, and what matters is whether anything still comes in the last
/// tenth. The numbers are in the key too.
/// </summary>
internal static class StepChart
{
    const int Height = 320, Left = 60, Right = 20, Top = 14, Bottom = 44, Wide = 900, Narrow = 520;

    // Told apart by people who see colours differently (Okabe and Ito 2008), on light and dark paper; after the last, dashes.
    static readonly string[] Colours = ["#0072b2", "#e69f00", "#009e73", "#d55e00", "#cc79a7", "#56b4e9", "#999999"];

    /// <summary>The drawing, and its key below it.</summary>
    /// <param name="curves">Not empty.</param>
    /// <param name="xName">Under the axis.</param>
    /// <param name="yName">Beside it.</param>
    /// <param name="whole">What a curve's height is divided by, for percentages; 0 for counts.</param>
    /// <param name="isNarrow">For half of the page's width.</param>
    public static string Of(IReadOnlyList<StepCurve> curves, string xName, string yName, int whole = 0, bool isNarrow = false)
    {
        int width = isNarrow ? Narrow : Wide;
        double right = Math.Max(10, curves.Max(static curve => curve.Until));
        double top = whole > 0 ? whole : Math.Max(1, curves.Max(static curve => curve.At.Count));
        double X(double x) => Left + Math.Log10(Math.Max(1, x)) / Math.Log10(right) * (width - Left - Right);
        double Y(double y) => Height - Bottom - y / top * (Height - Top - Bottom);
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg viewBox=\"0 0 {width} {Height}\" role=\"img\" aria-label=\"{HtmlPage.Text($"{yName} by {xName}")}\">\n");
        for (long x = 1; x <= right; x *= 10)
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{X(x):F1} {Top}V{Height - Bottom}\"/><text x=\"{X(x):F1}\" y=\"{Height - Bottom + 18}\" text-anchor=\"middle\">{x:N0}</text>\n");
        for (int i = 0; i <= 4; i++)
        {
            string mark = whole > 0 ? $"{25 * i} %" : Math.Round(top * i / 4).ToString("N0", CultureInfo.InvariantCulture);
            svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" d=\"M{Left} {Y(top * i / 4):F1}H{width - Right}\"/><text x=\"{Left - 8}\" y=\"{Y(top * i / 4) + 4:F1}\" text-anchor=\"end\">{mark}</text>\n");
        }
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + width) / 2}\" y=\"{Height - 6}\" text-anchor=\"middle\">{HtmlPage.Text(xName)} (logarithmic)</text>\n");
        for (int i = 0; i < curves.Count; i++) svg.Append(Path(curves[i], Paint(i), X, Y));
        return svg.Append("</svg>\n").ToString() + Key(curves, whole);
    }

    static (string Colour, bool Dashed) Paint(int curve) => (Colours[curve % Colours.Length], curve / Colours.Length % 2 == 1);

    static string Path(StepCurve curve, (string Colour, bool Dashed) paint, Func<double, double> x, Func<double, double> y)
    {
        var path = new StringBuilder();
        path.Append(CultureInfo.InvariantCulture, $"M{x(1):F1} {y(0):F1}");
        for (int i = 0; i < curve.At.Count; i++)
        {
            if (i + 1 < curve.At.Count && curve.At[i + 1] == curve.At[i]) continue; // several in one execution are one step
            path.Append(CultureInfo.InvariantCulture, $"H{x(curve.At[i]):F1}V{y(i + 1):F1}");
        }
        path.Append(CultureInfo.InvariantCulture, $"H{x(curve.Until):F1}");
        return $"<path class=\"curve\" stroke=\"{paint.Colour}\"{(paint.Dashed ? " stroke-dasharray=\"6 4\"" : "")} d=\"{path}\"><title>{HtmlPage.Text(curve.Name)}</title></path>\n";
    }

    static string Key(IReadOnlyList<StepCurve> curves, int whole)
    {
        string Value(StepCurve curve) => whole > 0 ? $"{100.0 * curve.At.Count / whole:F0} %" : $"{curve.At.Count:N0}";
        string Swatch(int i) => Paint(i) is var (colour, dashed) && dashed
            ? $"background:repeating-linear-gradient(90deg,{colour} 0 3px,transparent 3px 5px)" : $"background:{Paint(i).Colour}";
        return "<ul class=\"legend\">" + string.Concat(curves.Select((curve, i) => $"<li><span class=\"key\" style=\"{Swatch(i)}\"></span>{HtmlPage.Text(curve.Name)}: {Value(curve)}</li>")) + "</ul>\n";
    }
}
