using System.Globalization;
using System.Text;

namespace Ringcheck.Bench.Growth;

/// <summary>The curves as one SVG file: a panel for each, executions upwards on a logarithmic scale, a line for each memory.</summary>
static class GrowthChart
{
    const int Wide = 320, High = 220, Left = 58, Right = 14, Top = 30, Bottom = 40, Columns = 3;

    static readonly string[] Colours = ["#0072b2", "#e69f00", "#009e73"]; // Okabe and Ito (2008)

    public static string Draw(IReadOnlyList<(GrowthCurve Curve, IReadOnlyDictionary<string, List<GrowthPoint>> Points)> curves, IReadOnlyList<string> memories)
    {
        int rows = (curves.Count + Columns - 1) / Columns;
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {Columns * Wide} {rows * High + 24}\" font-family=\"sans-serif\" font-size=\"11\" fill=\"#777\">\n");
        svg.Append("<title>Executions of the exhaustive search, by size</title>\n");
        for (int i = 0; i < memories.Count; i++)
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left + 80 * i} 12h18\" stroke=\"{Colours[i]}\" stroke-width=\"2\"{Dashes(i)}/><text x=\"{Left + 80 * i + 24}\" y=\"16\">{memories[i]}</text>\n");
        for (int i = 0; i < curves.Count; i++)
        {
            svg.Append(CultureInfo.InvariantCulture, $"<g transform=\"translate({i % Columns * Wide} {i / Columns * High + 20})\">\n");
            Panel(svg, curves[i].Curve, curves[i].Points, memories);
            svg.Append("</g>\n");
        }
        return svg.Append("</svg>\n").ToString();
    }

    static void Panel(StringBuilder svg, GrowthCurve curve, IReadOnlyDictionary<string, List<GrowthPoint>> points, IReadOnlyList<string> memories)
    {
        var all = points.Values.SelectMany(static each => each).ToList();
        int first = all.Min(static point => point.Size), last = all.Max(static point => point.Size);
        double decades = Math.Max(1, Math.Ceiling(Math.Log10(all.Max(static point => point.Executions))));
        bool doubles = curve.Sizes.Length > 2 && curve.Sizes[2] == 2 * curve.Sizes[1] && curve.Sizes[1] == 2 * curve.Sizes[0];
        double Along(double size) => doubles ? Math.Log2(size) : size;
        double X(double size) => Left + (Along(size) - Along(first)) / Math.Max(1, Along(last) - Along(first)) * (Wide - Left - Right);
        double Y(double executions) => High - Bottom - Math.Log10(Math.Max(1, executions)) / decades * (High - Top - Bottom);
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{Left}\" y=\"20\" font-weight=\"bold\">{curve.Title}</text>\n");
        for (int decade = 0; decade <= decades; decade++)
        {
            double y = Y(Math.Pow(10, decade));
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{Left} {y:F1}H{Wide - Right}\" stroke=\"#999\" stroke-opacity=\".35\"/><text x=\"{Left - 6}\" y=\"{y + 4:F1}\" text-anchor=\"end\">{Math.Pow(10, decade):N0}</text>\n");
        }
        foreach (int size in all.Select(static point => point.Size).Distinct())
            svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{X(size):F1}\" y=\"{High - Bottom + 16}\" text-anchor=\"middle\">{size}</text>\n");
        svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{(Left + Wide - Right) / 2}\" y=\"{High - 8}\" text-anchor=\"middle\">{curve.Axis}</text>\n");
        for (int i = 0; i < memories.Count; i++)
        {
            // Those that were stopped are no points of the curve: nobody knows where they lie.
            var line = points[memories[i]].Where(static point => point.Exhausted).ToList();
            string path = string.Join('L', line.Select(point => string.Create(CultureInfo.InvariantCulture, $"{X(point.Size):F1} {Y(point.Executions):F1}")));
            svg.Append(CultureInfo.InvariantCulture, $"<path d=\"M{path}\" fill=\"none\" stroke=\"{Colours[i]}\" stroke-width=\"2\"{Dashes(i)}/>\n");
            foreach (var point in line) svg.Append(CultureInfo.InvariantCulture, $"<circle cx=\"{X(point.Size):F1}\" cy=\"{Y(point.Executions):F1}\" r=\"2.5\" fill=\"{Colours[i]}\"/>\n");
        }
    }

    /// <summary>Lines on top of each other stay apart.</summary>
    static string Dashes(int line) => line switch { 0 => "", 1 => " stroke-dasharray=\"7 5\"", _ => " stroke-dasharray=\"2 4\"" };
}
