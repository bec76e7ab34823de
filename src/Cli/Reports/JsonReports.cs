using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Ringcheck.Cli.Exploring;
using Ringcheck.Cli.Failures;
using Ringcheck.Cli.Sharing;
using Ringcheck.Cli.Terminal;

namespace Ringcheck.Cli.Reports;

[JsonSerializable(typeof(ExploreReport))]
[JsonSerializable(typeof(CheckReport))]
[JsonSerializable(typeof(ListReport))]
[JsonSerializable(typeof(ReplayReport))]
[JsonSerializable(typeof(ShrinkReport))]
[JsonSerializable(typeof(MuseumReport))]
[JsonSerializable(typeof(LitmusReport))]
[JsonSerializable(typeof(BarriersReport))]
[JsonSerializable(typeof(CompareReport))]
[JsonSerializable(typeof(KeptComparison))]
[JsonSerializable(typeof(ErrorReport))]
[JsonSerializable(typeof(TraceFile))]
[JsonSerializable(typeof(ResultFile))]
internal sealed partial class JsonReports : JsonSerializerContext
{
    /// <summary>One line: what programs read.</summary>
    public static JsonReports Compact { get; } = new(Settings(indented: false));

    /// <summary>For files that people open.</summary>
    public static JsonReports Pretty { get; } = new(Settings(indented: true));

    // Texts are for people; nothing here is put into a web page.
    static JsonSerializerOptions Settings(bool indented) => new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = indented,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    };

    public static void Write<T>(IConsoleHost console, T report, JsonTypeInfo<T> type) => console.Out.WriteLine(JsonSerializer.Serialize(report, type));
}
