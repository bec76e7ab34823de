using System.Globalization;
using System.Reflection;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>The standard's names of register offsets, taken from <see cref="MmioRegister"/> itself.</summary>
internal static class RegisterNames
{
    private static readonly Dictionary<uint, string> Names = typeof(MmioRegister)
        .GetFields(BindingFlags.Public | BindingFlags.Static)
        .ToDictionary(field => (uint)field.GetRawConstantValue()!, field => field.Name);

    public static IReadOnlyDictionary<uint, string> All => Names;

    public static string Of(uint offset) =>
        Names.TryGetValue(offset, out string? name) ? name : "0x" + offset.ToString("x3", CultureInfo.InvariantCulture);
}
