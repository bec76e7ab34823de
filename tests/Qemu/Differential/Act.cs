using System.Globalization;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>What one step of a differential script does.</summary>
public enum Verb : byte
{
    /// <summary>Reads <see cref="Act.Width"/> bytes at register offset <see cref="Act.Where"/> of <see cref="Act.Block"/>, a block of <see cref="IScriptTarget"/>.</summary>
    Read,

    /// <summary>Writes; what that starts is waited for.</summary>
    Write,

    /// <summary>Puts a request of kind <see cref="Act.Where"/> into slot and variation <see cref="Act.Value"/> and publishes it, unannounced.</summary>
    Place,

    /// <summary>Stores avail.flags.</summary>
    AvailFlags,

    /// <summary>Stores used_event (2.7.10.1).</summary>
    UsedEvent,

    /// <summary>Clears both places of the queue: what a driver does before it sets a queue up.</summary>
    ClearQueues,

    /// <summary>Gives the disk a size, in sectors.</summary>
    Resize,
}

/// <summary>One step of a differential script, as plain data.</summary>
public readonly record struct Act(Verb Verb, uint Where = 0, byte Width = 0, ulong Value = 0, byte Block = ScriptBuilder.BlkSlot)
{
    /// <summary><see cref="Where"/> of a <see cref="Verb.UsedEvent"/> whose value counts from used.idx, modulo 2^16.</summary>
    public const uint FromUsedIndex = 1;

    private const int SlotBits = 3;

    public static Act Read(uint offset, int width = 4, byte block = ScriptBuilder.BlkSlot) => new(Verb.Read, offset, (byte)width, Block: block);

    public static Act Write(uint offset, ulong value, int width = 4, byte block = ScriptBuilder.BlkSlot) => new(Verb.Write, offset, (byte)width, value, block);

    public static Act Place(int kind, int slot, uint variation) => new(Verb.Place, (uint)kind, 0, (uint)slot | (ulong)variation << SlotBits);

    public int Slot => (int)(Value & (1 << SlotBits) - 1);

    public uint Variation => (uint)(Value >> SlotBits);

    public override string ToString() => Verb switch
    {
        Verb.Read => $"read{8 * Width} {Register(Block, Where)}",
        Verb.Write => $"write{8 * Width} {Register(Block, Where)} = 0x{Value.ToString("x", CultureInfo.InvariantCulture)}",
        Verb.Place => $"place \"{RequestKinds.All[(int)Where].Name}\" in slot {Slot}, variation {Variation}",
        Verb.AvailFlags => $"avail.flags = {Value}",
        Verb.UsedEvent => Where == FromUsedIndex ? $"used_event = used.idx + {Value}" : $"used_event = {Value}",
        Verb.ClearQueues => "clear the queues",
        _ => $"resize the disk to {Value} sectors",
    };

    /// <summary>Simpler steps that may take the place of this one, simplest first.</summary>
    public IEnumerable<Act> Simpler()
    {
        switch (Verb)
        {
            case Verb.Place:
                yield return Place((int)Where, 0, 0);
                yield return Place((int)Where, Slot, 0);
                yield return Place((int)Where, 0, Variation);
                break;
            case Verb.Write:
                if (Width == 8)
                {
                    yield return Write(Where & ~3u, (uint)Value, 4, Block);
                    yield return Write((Where & ~3u) + 4, Value >> 32, 4, Block);
                }

                yield return this with { Value = 0 };
                yield return this with { Value = 1 };
                break;
            case Verb.Read when Width == 8:
                yield return Read(Where & ~3u, 4, Block);
                break;
        }
    }

    private static string Register(byte block, uint offset)
    {
        if (block != ScriptBuilder.BlkSlot)
        {
            return PciBlock.Describe(block, offset);
        }

        uint register = offset & ~3u;
        string name = register >= MmioRegister.Config
            ? $"Config+0x{(register - MmioRegister.Config).ToString("x", CultureInfo.InvariantCulture)}"
            : RegisterNames.Of(register);
        return offset == register ? name : $"{name}+{offset - register}";
    }
}

/// <summary>
/// A script for both devices: what brings them into the state it is about, which stays, and the steps, of which any subsequence is
/// a script too.
/// </summary>
internal sealed record DifferentialScript(Preamble Preamble, IReadOnlyList<Act> Acts)
{
    public override string ToString() => $"{Preamble}\n    {string.Join("\n    ", Acts)}";
}
