using System.Numerics;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>How a register is accessed: so many bytes, from its start or from within.</summary>
internal readonly record struct AccessShape(int Width, bool IsInside)
{
    public override string ToString() => $"{8 * Width}{(IsInside ? "+" : "")}";
}

/// <summary>A cell of coverage: one register, one shape, one direction, one state of the device.</summary>
internal readonly record struct RegisterCell(int Register, int Shape, bool IsWrite, DeviceState State);

/// <summary>One register, or a group of registers that coverage does not tell apart.</summary>
/// <param name="Name">The standard's.</param>
/// <param name="Offsets">Where in its block.</param>
/// <param name="Block">Of <see cref="Scripts.IScriptTarget"/>.</param>
/// <param name="Length">In bytes, each.</param>
internal sealed record ScriptRegister(string Name, uint[] Offsets, byte Block = Scripts.ScriptBuilder.BlkSlot, uint Length = 4);

/// <summary>The cells of a transport: its registers, in each shape that an access to them can have.</summary>
internal sealed class RegisterCells
{
    private readonly Dictionary<(byte Block, uint Offset), int> registerOf = [];

    public RegisterCells(IEnumerable<ScriptRegister> registers, IEnumerable<int> widths)
    {
        Registers = [.. registers];
        Shapes = [.. widths.SelectMany(width => (AccessShape[])[new(width, false), new(width, true)])];
        for (int i = 0; i < Registers.Count; i++)
        {
            foreach (uint at in Registers[i].Offsets.SelectMany(offset => Enumerable.Range(0, (int)Registers[i].Length).Select(b => offset + (uint)b)))
            {
                registerOf.Add((Registers[i].Block, at), i);
            }
        }
    }

    public static IReadOnlyList<DeviceState> States { get; } = Enum.GetValues<DeviceState>();

    /// <summary>The registers that coverage tells apart.</summary>
    public IReadOnlyList<ScriptRegister> Registers { get; }

    public IReadOnlyList<AccessShape> Shapes { get; }

    /// <summary>Where accesses of a shape to a register can begin, in bytes from its start; empty if there is no such access.</summary>
    public required Func<ScriptRegister, AccessShape, uint[]> Starts { get; init; }

    public IEnumerable<RegisterCell> Of(DeviceState state)
    {
        for (int register = 0; register < Registers.Count; register++)
        {
            for (int shape = 0; shape < Shapes.Count; shape++)
            {
                if (Starts(Registers[register], Shapes[shape]).Length != 0)
                {
                    yield return new(register, shape, IsWrite: false, state);
                    yield return new(register, shape, IsWrite: true, state);
                }
            }
        }
    }

    /// <summary>The cell of an access; null for one that belongs to no register that is listed.</summary>
    public RegisterCell? Of(Act act, DeviceState state)
    {
        if (!registerOf.TryGetValue((act.Block, act.Where), out int register))
        {
            return null;
        }

        bool isInside = Array.IndexOf(Registers[register].Offsets, act.Where) < 0;
        return new(register, 2 * BitOperations.Log2(act.Width) + (isInside ? 1 : 0), act.Verb == Verb.Write, state);
    }

    public string Describe(RegisterCell cell) =>
        $"{Registers[cell.Register].Name} {Shapes[cell.Shape]} {(cell.IsWrite ? "written" : "read")} in {cell.State}";
}
