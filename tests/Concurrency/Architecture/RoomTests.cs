using System.Reflection;
using System.Runtime.CompilerServices;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Architecture;

/// <summary>
/// The arrows between the rooms (docs/architecture.md) as the compiled assemblies have them, and what the compiler cannot keep: no
/// mutable statics, freestanding-safe code without the parts of the runtime that a bare machine has not got.
/// </summary>
public sealed class RoomTests
{
    const string Prefix = "Ringcheck.";

    static readonly Dictionary<string, string[]> Arrows = new(StringComparer.Ordinal)
    {
        ["Hal"] = [],
        ["Standard"] = [],
        ["Ordering"] = [],
        ["Models"] = ["Standard"],
        ["Exploration"] = ["Ordering"],
        ["Kernel"] = ["Hal", "Standard"],
        ["Devices"] = ["Hal", "Standard", "Models", "Ordering", "Exploration"],
        ["Scenarios"] = ["Hal", "Standard", "Models", "Ordering", "Exploration", "Kernel", "Devices"],
        ["Testing"] = ["Museum", "Scenarios", "Standard", "Models", "Ordering", "Exploration", "Devices"],
        ["Museum"] = ["Scenarios", "Hal", "Standard", "Models", "Ordering", "Exploration", "Kernel", "Devices"],
    };

    public static TheoryData<string> Rooms => [.. Arrows.Keys];

    static Assembly Load(string room) => Assembly.Load(Prefix + room);

    [Theory]
    [MemberData(nameof(Rooms))]
    public void Arrows_point_only_where_the_picture_has_them(string room)
    {
        var used = Load(room).GetReferencedAssemblies().Select(name => name.Name!).Where(name => name.StartsWith(Prefix, StringComparison.Ordinal)).Select(name => name[Prefix.Length..]);
        Assert.Empty(used.Except(Arrows[room], StringComparer.Ordinal));
    }

    /// <summary>State between executions would make a replay depend on what ran before it. Thread-static pools hold no state.</summary>
    [Theory]
    [InlineData("Hal")]
    [InlineData("Standard")]
    [InlineData("Ordering")]
    [InlineData("Kernel")]
    [InlineData("Devices")]
    [InlineData("Scenarios")]
    public void No_mutable_statics(string room)
    {
        var mutable = Load(room).GetTypes()
            .Where(type => type.GetCustomAttribute<CompilerGeneratedAttribute>() is null && !type.Name.StartsWith('<'))
            .SelectMany(type => type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            .Where(field => !field.IsLiteral && !field.IsInitOnly)
            .Select(field => $"{field.DeclaringType!.Name}.{field.Name}");
        Assert.Empty(mutable);
    }

    [Theory]
    [InlineData("Hal")]
    [InlineData("Standard")]
    [InlineData("Kernel")]
    public void Freestanding_safe_code_stays_with_the_core_library(string room)
    {
        // Records compare their fields by EqualityComparer, which the reference assemblies keep in System.Collections.
        string[] allowed = ["System.Runtime", "System.Collections", "System.Memory", "System.Runtime.InteropServices", "System.Runtime.Intrinsics"];
        var used = Load(room).GetReferencedAssemblies().Select(name => name.Name!).Where(name => !name.StartsWith(Prefix, StringComparison.Ordinal));
        Assert.Empty(used.Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("Hal")]
    [InlineData("Standard")]
    [InlineData("Kernel")]
    public void Freestanding_safe_code_has_no_async_no_threads_and_no_catch(string room)
    {
        foreach (var type in Load(room).GetTypes())
        {
            foreach (var method in type.GetMethods(BindingFlags.Instance | BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                Assert.False(method.GetCustomAttribute<AsyncStateMachineAttribute>() is not null, $"{type.Name}.{method.Name} is async");
                Assert.True((method.GetMethodBody()?.ExceptionHandlingClauses.Count ?? 0) == 0, $"{type.Name}.{method.Name} handles exceptions");
            }
        }
    }

    [Fact]
    public void No_core_room_carries_a_test_or_property_package()
    {
        foreach (string room in Arrows.Keys)
        {
            Assert.DoesNotContain(Load(room).GetReferencedAssemblies(), name => name.Name!.StartsWith("xunit", StringComparison.OrdinalIgnoreCase)
                || name.Name.StartsWith("FsCheck", StringComparison.Ordinal) || name.Name.StartsWith("FSharp", StringComparison.Ordinal));
        }
    }
}
