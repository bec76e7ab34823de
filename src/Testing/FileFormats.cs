using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Ringcheck.Testing;

/// <summary>The files that we write for people to open and for ourselves to read again.</summary>
[JsonSerializable(typeof(TraceFile))]
[JsonSerializable(typeof(CorpusEntry))]
internal sealed partial class FileFormats : JsonSerializerContext
{
    public static FileFormats Pretty { get; } = new(new JsonSerializerOptions
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, // texts are for people; nothing here is put into a web page
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
    });
}
