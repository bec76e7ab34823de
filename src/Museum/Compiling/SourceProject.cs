using System.Xml.Linq;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;

namespace Ringcheck.Museum;

/// <summary>
/// The embedded sources of one project, and what its project file says about compiling them. Trees are parsed once and shared by
/// all exhibits.
/// </summary>
sealed class SourceProject
{
    const string ImplicitUsings = """
        global using global::System;
        global using global::System.Collections.Generic;
        global using global::System.IO;
        global using global::System.Linq;
        global using global::System.Net.Http;
        global using global::System.Threading;
        global using global::System.Threading.Tasks;
        """;

    static readonly CSharpParseOptions ParseOptions =
        new(LanguageVersion.CSharp14, DocumentationMode.None, preprocessorSymbols: ["NET", "NET10_0", "NET10_0_OR_GREATER", "RELEASE"]);

    readonly Dictionary<string, string> texts = new(StringComparer.Ordinal);
    readonly Dictionary<string, SyntaxTree> trees = new(StringComparer.Ordinal);
    readonly bool guarded;

    /// <summary>Reads and parses the project.</summary>
    /// <param name="name">The folder under src.</param>
    /// <param name="guarded">Whether its loops and methods are to be guarded against running without end.</param>
    public SourceProject(string name, bool guarded)
    {
        Folder = $"src/{name}/";
        this.guarded = guarded;
        XDocument? project = null;
        foreach (var (path, text) in Resources.Under(Folder))
        {
            if (path.EndsWith(".csproj", StringComparison.Ordinal)) project = XDocument.Parse(text);
            else texts.Add(path, text);
        }
        if (project is null) throw new InvalidOperationException($"the sources of {Folder} are not embedded");
        AssemblyName = project.Descendants("AssemblyName").Single().Value;
        References = [.. project.Descendants("ProjectReference").Select(reference
            => "Ringcheck." + Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value.Replace('\\', '/')))];
        foreach (var (path, text) in texts) trees.Add(path, Parse(path, text));
        if (project.Descendants("ImplicitUsings").SingleOrDefault()?.Value != "disable")
            trees.Add("ImplicitUsings.cs", CSharpSyntaxTree.ParseText(ImplicitUsings, ParseOptions, "ImplicitUsings.cs"));
        string friends = string.Concat(project.Descendants("InternalsVisibleTo").Select(friend
            => $"[assembly: System.Runtime.CompilerServices.InternalsVisibleTo(\"{friend.Attribute("Include")!.Value}\")]\n"));
        if (friends.Length > 0) trees.Add("Friends.cs", CSharpSyntaxTree.ParseText(friends, ParseOptions, "Friends.cs"));
    }

    /// <summary>With a slash at its end.</summary>
    public string Folder { get; }

    public string AssemblyName { get; }

    /// <summary>Assembly names of the projects that it references; a guarded one calls into Exploration too.</summary>
    public IReadOnlyList<string> References { get => guarded ? [.. field.Append("Ringcheck.Exploration").Distinct()] : field; }

    public IEnumerable<SyntaxTree> Trees => trees.Values;

    public SyntaxTree Tree(string path) => trees[path];

    /// <summary>The text of a file, or null if there is none at this path.</summary>
    public string? Text(string path) => texts.GetValueOrDefault(path);

    public SyntaxTree Parse(string path, string text)
    {
        var tree = CSharpSyntaxTree.ParseText(SourceText.From(text), ParseOptions, path);
        return guarded ? tree.WithRootAndOptions(LoopGuardRewriter.Guard(tree.GetRoot()), ParseOptions) : tree;
    }
}
