namespace Ringcheck.Tests.Coyote;

/// <summary>Shipped scenarios of which every schedule can be tried.</summary>
internal static class SmallScenarios
{
    public static readonly (string Name, string Profile)[] All = [("spsc-4x3", "none"), ("spsc-2x4", "none")];
}
