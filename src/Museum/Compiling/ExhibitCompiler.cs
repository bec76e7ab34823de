using System.Collections.Immutable;
using System.Globalization;
using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace Ringcheck.Museum;

/// <summary>
/// Compiles the product's own sources with an exhibit's edits, in memory, as the build compiles them: optimised, nullable, unsafe. The
/// driver is always compiled anew, guarded against loops without end; a device only when it is edited; scenarios, which reference both, once
/// for all edits that leave signatures as they are. May be used from several threads.
/// </summary>
public sealed class ExhibitCompiler
{
    // What was parsed and compiled once serves all: sources are embedded, so they are the same for the life of the process.
    static readonly Part kernel = new("Kernel", guarded: true), devices = new("Devices", guarded: true), scenarios = new("Scenarios", guarded: false);

    /// <summary>Scenarios for whatever has the surface of the shipped driver and devices: they are the largest part, and few edits change more than bodies.</summary>
    static readonly Lazy<byte[]> shippedScenarios = new(static () => scenarios.Against(new() { [kernel.Name] = kernel.Original }));

    /// <summary>Whether each edit has its place, without compiling anything.</summary>
    /// <exception cref="ExhibitException">One has none, or more than one.</exception>
    public void Check(Exhibit exhibit)
    {
        foreach (var edit in exhibit.Edits)
        {
            if (!kernel.Owns(edit) && !devices.Owns(edit))
                throw new ExhibitException($"exhibit {exhibit.Id}: there is no file '{edit.File}' under src/Kernel or src/Devices");
        }
        kernel.Check(exhibit);
        devices.Check(exhibit);
    }

    /// <summary>Compiles one exhibit and loads it beside the host.</summary>
    /// <exception cref="ExhibitException">An edit does not fit the sources, changes nothing, or does not compile.</exception>
    public CompiledExhibit Compile(Exhibit exhibit)
    {
        Check(exhibit);
        var images = new Dictionary<string, byte[]>(StringComparer.Ordinal);
        bool keepsSurface = true;
        images.Add(kernel.Name, exhibit.Edits.Any(kernel.Owns) ? kernel.Edited(exhibit, ref keepsSurface) : kernel.Original);
        if (exhibit.Edits.Any(devices.Owns)) images.Add(devices.Name, devices.Edited(exhibit, ref keepsSurface));
        images.Add(scenarios.Name, keepsSurface ? shippedScenarios.Value : scenarios.Against(images));
        return new(exhibit, new(exhibit.Id, images));
    }

    /// <summary>One project: as it is, and with edits.</summary>
    sealed class Part
    {
        static readonly CSharpCompilationOptions Options = new(OutputKind.DynamicallyLinkedLibrary, optimizationLevel: OptimizationLevel.Release,
            allowUnsafe: true, deterministic: true, nullableContextOptions: NullableContextOptions.Enable, generalDiagnosticOption: ReportDiagnostic.Suppress);

        static readonly Lazy<ImmutableArray<MetadataReference>> Platform = new(FindPlatform);

        readonly SourceProject project;
        readonly Lazy<CSharpCompilation> compilation;
        readonly Lazy<byte[]> original, surface;

        public Part(string name, bool guarded)
        {
            project = new(name, guarded);
            compilation = new(() => CSharpCompilation.Create(project.AssemblyName, project.Trees,
                [.. Platform.Value, .. project.References.Select(OfHost)], Options));
            original = new(() => Emit(compilation.Value, error => new InvalidOperationException($"the sources as shipped do not compile: {error}")));
            surface = new(() => Surface(compilation.Value));
        }

        public string Name => project.AssemblyName;

        /// <summary>Compiled without edits, by the same compiler in the same way.</summary>
        public byte[] Original => original.Value;

        public bool Owns(SourceEdit edit) => edit.File.StartsWith(project.Folder, StringComparison.Ordinal) && project.Text(edit.File) is not null;

        public void Check(Exhibit exhibit)
        {
            foreach (var _ in EditedFiles(exhibit))
            {
            }
        }

        IEnumerable<(string File, string Text)> EditedFiles(Exhibit exhibit)
            => from edit in exhibit.Edits
               where Owns(edit)
               group edit by edit.File into file
               select (file.Key, file.Aggregate(project.Text(file.Key)!, (text, edit) => Apply(exhibit, edit, text)));

        /// <summary>Compiled with edits.</summary>
        /// <param name="exhibit">Whose.</param>
        /// <param name="keepsSurface">Becomes false if what others compile against is not as before.</param>
        public byte[] Edited(Exhibit exhibit, ref bool keepsSurface)
        {
            var edited = compilation.Value;
            bool changes = false;
            foreach (var (file, text) in EditedFiles(exhibit))
            {
                var tree = project.Parse(file, text);
                changes |= !SyntaxFactory.AreEquivalent(project.Tree(file), tree, topLevel: false);
                edited = edited.ReplaceSyntaxTree(project.Tree(file), tree);
            }
            var image = Emit(edited, error => new ExhibitException($"exhibit {exhibit.Id} does not compile: {error}"));
            if (!changes || image.AsSpan().SequenceEqual(Original))
                throw new ExhibitException($"exhibit {exhibit.Id}: its edits to {project.Folder} compile to what was there before");
            keepsSurface &= Surface(edited).AsSpan().SequenceEqual(surface.Value);
            return image;
        }

        /// <summary>Compiled against other images of some of the assemblies that it references.</summary>
        public byte[] Against(Dictionary<string, byte[]> images)
        {
            var references = project.References.Select(name
                => images.TryGetValue(name, out var image) ? MetadataReference.CreateFromImage(image) : OfHost(name));
            return Emit(compilation.Value.WithReferences([.. Platform.Value, .. references]),
                error => new ExhibitException($"with this edit, {project.Folder} does not compile: {error}"));
        }

        static string Apply(Exhibit exhibit, SourceEdit edit, string text)
        {
            // Whole lines: both ends of the anchor are ends of lines.
            string lines = "\n" + text, anchor = "\n" + edit.Before + "\n";
            int at = lines.IndexOf(anchor, StringComparison.Ordinal);
            string quoted = $"'{edit.Before.Split('\n').First(line => line.Trim().Length > 0).Trim()}'";
            if (at < 0) throw new ExhibitException($"exhibit {exhibit.Id}: {edit.File} has no place like the one that begins {quoted}");
            if (lines.IndexOf(anchor, at + 1, StringComparison.Ordinal) >= 0)
                throw new ExhibitException($"exhibit {exhibit.Id}: {edit.File} has more than one place like the one that begins {quoted}");
            return string.Concat(text.AsSpan(0, at), edit.After, SameLinesAfter(edit, text[..at]), text.AsSpan(at + edit.Before.Length));
        }

        /// <summary>
        /// What follows an edit keeps its line numbers: barrier sites are known by theirs, and would differ from the original's for no reason.
        /// </summary>
        static string SameLinesAfter(SourceEdit edit, string before)
        {
            int Lines(string text) => text.AsSpan().Count('\n');
            return Lines(edit.Before) == Lines(edit.After) ? "" : $"\n#line {Lines(before) + Lines(edit.Before) + 2}";
        }

        /// <summary>Signatures, constants and layouts without bodies, the same bytes for the same ones: a reference assembly.</summary>
        static byte[] Surface(CSharpCompilation compilation)
        {
            using var stream = new MemoryStream();
            compilation.Emit(stream, options: new(metadataOnly: true, includePrivateMembers: false));
            return stream.ToArray();
        }

        static byte[] Emit(CSharpCompilation compilation, Func<string, Exception> failure)
        {
            using var stream = new MemoryStream();
            var result = compilation.Emit(stream);
            if (result.Success) return stream.ToArray();
            var error = result.Diagnostics.First(diagnostic => diagnostic.Severity == DiagnosticSeverity.Error);
            var place = error.Location.GetLineSpan();
            throw failure($"{place.Path}({place.StartLinePosition.Line + 1}): {error.Id}: {error.GetMessage(CultureInfo.InvariantCulture)}");
        }

        static PortableExecutableReference OfHost(string assemblyName)
            => MetadataReference.CreateFromFile(Assembly.Load(new AssemblyName(assemblyName)).Location);

        static ImmutableArray<MetadataReference> FindPlatform()
        {
            string trusted = (string?)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES") ?? "";
            return [.. trusted.Split(Path.PathSeparator)
                .Where(path => Path.GetFileName(path).StartsWith("System.", StringComparison.Ordinal))
                .Select(path => MetadataReference.CreateFromFile(path))];
        }
    }
}
