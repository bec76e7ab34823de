using System.Text.Json;

namespace Ringcheck.Ordering.Litmus;

/// <summary>
/// Reads files in the neutral format of <c>data/litmus.json</c>: a JSON object whose member "tests" lists tests. The file itself says how
/// an instruction looks. Members that are not about the program or its states are passed over.
/// </summary>
public static class LitmusFile
{
    /// <summary>The shipped tests, <c>data/litmus.json</c>.</summary>
    public static IReadOnlyList<LitmusTest> Shipped()
    {
        using var stream = typeof(LitmusFile).Assembly.GetManifestResourceStream("litmus.json")
            ?? throw new InvalidOperationException("data/litmus.json is not embedded");
        return Read(stream, "litmus.json");
    }

    /// <summary>Reads a file; throws <see cref="LitmusException"/> if it is not one.</summary>
    /// <param name="stream">Where it comes from.</param>
    /// <param name="name">What to call it in an error.</param>
    public static IReadOnlyList<LitmusTest> Read(Stream stream, string name)
    {
        try
        {
            using var document = JsonDocument.Parse(stream);
            var root = new LitmusNode(document.RootElement, name);
            var tests = root.Items("tests").Select(static test => new LitmusParser(test).Parse()).ToList();
            return tests.Count > 0 ? tests : throw root.Wrong("it holds no test");
        }
        catch (JsonException exception)
        {
            throw new LitmusException($"{name}: this is not JSON: {exception.Message.ReplaceLineEndings(" ")}");
        }
    }
}
