using System.Text.Json;
using System.Text.Json.Serialization;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Tracing;

namespace Ringcheck.Cli.Pictures;

/// <summary>Pictures as JSON: in the page, where no character may end the script around it, and in files of their own.</summary>
[JsonSerializable(typeof(FailurePicture))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    Converters = [typeof(JsonStringEnumConverter<TraceKind>), typeof(JsonStringEnumConverter<LaneKind>), typeof(JsonStringEnumConverter<Owner>)])]
internal sealed partial class PictureJson : JsonSerializerContext
{
    /// <summary>The default encoder leaves no <c>&lt;</c>, <c>&gt;</c>, <c>&amp;</c> or quote as it is, so that no text becomes markup.</summary>
    public static string Of(FailurePicture picture) => JsonSerializer.Serialize(picture, Default.FailurePicture);
}
