using System.Reflection;
using System.Runtime.Loader;
using System.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Ringcheck.Tests.Properties.Kernel;

namespace Ringcheck.Tests.Properties;

/// <summary>A bug put into the kernel's queue: one edit of its sources.</summary>
/// <param name="Name">In words: what goes wrong.</param>
/// <param name="File">The source file, of those in Kernel/Queues.</param>
/// <param name="Was">The text that is replaced; it is there once.</param>
/// <param name="Becomes">What takes its place.</param>
public sealed record RingMutant(string Name, string File, string Was, string Becomes)
{
    static readonly CSharpParseOptions Options = new(LanguageVersion.Preview);
    static readonly Lazy<Dictionary<string, string>> Sources = new(ReadSources);
    static readonly Lazy<CSharpCompilation> Shipped = new(() => CSharpCompilation.Create("RingMutant", Sources.Value.Select(file => Parse(file.Key, file.Value)),
        ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator)
            .Where(path => !path.EndsWith("Ringcheck.Kernel.dll", StringComparison.Ordinal)).Select(path => MetadataReference.CreateFromFile(path)),
        new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release, allowUnsafe: true, nullableContextOptions: NullableContextOptions.Enable)));

    /// <summary>
    /// Compiles the edited kernel, with <see cref="RingAdapter"/>, into an assembly of its own. Throws if the edit does not fit or does
    /// not compile: a mutant that is not one would make a check that cannot fail.
    /// </summary>
    public Func<ArrayMachine, IRing> Compile()
    {
        string source = Sources.Value[File];
        int at = source.IndexOf(Was, StringComparison.Ordinal);
        if (at < 0 || source.IndexOf(Was, at + 1, StringComparison.Ordinal) >= 0) throw new InvalidOperationException($"{Name}: the text to edit is not in {File} exactly once");
        var edited = Parse(File, source.Replace(Was, Becomes, StringComparison.Ordinal));
        var compilation = Shipped.Value.ReplaceSyntaxTree(Shipped.Value.SyntaxTrees.Single(tree => tree.FilePath == File), edited);
        using var image = new MemoryStream();
        var result = compilation.Emit(image);
        if (!result.Success) throw new InvalidOperationException($"{Name}: {result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error)}");
        image.Position = 0;
        var adapter = new AssemblyLoadContext(Name).LoadFromStream(image).GetType(typeof(RingAdapter).FullName!, throwOnError: true)!;
        return adapter.GetMethod(nameof(RingAdapter.Make))!.CreateDelegate<Func<ArrayMachine, IRing>>();
    }

    static SyntaxTree Parse(string name, string text) => CSharpSyntaxTree.ParseText(SourceText.From(text, Encoding.UTF8), Options, name);

    /// <summary>Kernel sources and the adapter, by file name, as they were when this project was built.</summary>
    static Dictionary<string, string> ReadSources()
    {
        const string prefix = "ring-sources/";
        var assembly = Assembly.GetExecutingAssembly();
        var sources = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (string name in assembly.GetManifestResourceNames().Where(name => name.StartsWith(prefix, StringComparison.Ordinal)))
        {
            using var reader = new StreamReader(assembly.GetManifestResourceStream(name)!, Encoding.UTF8);
            sources.Add(name[prefix.Length..], reader.ReadToEnd());
        }
        return sources;
    }
}
