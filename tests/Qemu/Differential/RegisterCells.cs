using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>How a register is accessed: so many bytes, from its start or from within.</summary>
internal readonly record struct AccessShape(int Width, bool IsInside)
{
    public override string ToString() => $"{8 * Width}{(IsInside ? "+" : "")}";
}

/// <summary>A cell of coverage: one register, one shape, one direction, one state of the device.</summary>
internal readonly record struct RegisterCell(int Register, int Shape, bool IsWrite, DeviceState State);

/// <summary>
/// The registers that coverage tells apart: each that the standard names, one for all offsets that it does not name, each word of
/// the block device's configuration, and what lies beyond that.
/// </summary>
internal static class RegisterCells
{
    public static IReadOnlyList<AccessShape> Shapes { get; } =
        [.. ((int[])[1, 2, 4, 8]).SelectMany(width => (AccessShape[])[new(width, false), new(width, true)])];

    public static IReadOnlyList<(string Name, uint[] Offsets)> Registers { get; } = [.. NamedRegisters(), .. Configuration()];

    private static readonly Dictionary<uint, int> RegisterOf = Registers
        .SelectMany((register, i) => register.Offsets.Select(offset => (Offset: offset, Index: i))).ToDictionary(r => r.Offset, r => r.Index);

    public static IReadOnlyList<DeviceState> States { get; } = Enum.GetValues<DeviceState>();

    /// <summary>Cells that no script can reach, with the reason; none is known.</summary>
    public static IReadOnlyDictionary<RegisterCell, string> Unreachable { get; } = new Dictionary<RegisterCell, string>();

    public static IEnumerable<RegisterCell> Of(DeviceState state)
    {
        for (int register = 0; register < Registers.Count; register++)
        {
            for (int shape = 0; shape < Shapes.Count; shape++)
            {
                yield return new(register, shape, IsWrite: false, state);
                yield return new(register, shape, IsWrite: true, state);
            }
        }
    }

    /// <summary>The cell of an access; null for one that belongs to no register that is listed.</summary>
    public static RegisterCell? Of(uint offset, int width, bool isWrite, DeviceState state)
    {
        int shape = 2 * System.Numerics.BitOperations.Log2((uint)width) + ((offset & 3) == 0 ? 0 : 1);
        return RegisterOf.TryGetValue(offset & ~3u, out int register) ? new(register, shape, isWrite, state) : null;
    }

    public static string Describe(RegisterCell cell) =>
        $"{Registers[cell.Register].Name} {Shapes[cell.Shape]} {(cell.IsWrite ? "written" : "read")} in {cell.State}";

    private static IEnumerable<(string Name, uint[] Offsets)> NamedRegisters()
    {
        var named = RegisterNames.All.Where(r => r.Key < MmioRegister.Config).OrderBy(r => r.Key).ToArray();
        foreach ((uint offset, string name) in named)
        {
            yield return (name, [offset]);
        }

        yield return ("(no register)", [.. Enumerable.Range(0, 64).Select(i => 4 * (uint)i).Where(offset => !named.Any(r => r.Key == offset))]);
    }

    private static IEnumerable<(string Name, uint[] Offsets)> Configuration()
    {
        for (uint offset = 0; offset <= BlkConfig.WriteZeroesMayUnmap; offset += 4)
        {
            yield return ($"Config+0x{offset:x2}", [MmioRegister.Config + offset]);
        }

        yield return ("Config, just beyond", [MmioRegister.Config + BlkConfig.WriteZeroesMayUnmap + 4]);
        yield return ("Config, far beyond", [.. ((uint[])[0x40, 0x80, 0xF0]).Select(offset => MmioRegister.Config + offset)]);
    }
}
