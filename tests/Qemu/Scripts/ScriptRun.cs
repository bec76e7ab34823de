using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using Ringcheck.Qemu;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>One answer of a target to one step; steps without an answer have the text "done".</summary>
/// <param name="Failure">Null, or what was expected instead.</param>
public readonly record struct ScriptAnswer(ScriptStep Step, string Text, string? Failure);

/// <summary>A script's run on one target: all answers in order, up to the target's death if it died.</summary>
public sealed class ScriptRun
{
    private readonly List<ScriptAnswer> answers = [];

    public IReadOnlyList<ScriptAnswer> Answers => answers;

    /// <summary>Set if the machine died under the script: an answer like any other.</summary>
    public QemuDeath? Death { get; private set; }

    /// <summary>Expectations that were looked at: a script without any shows nothing.</summary>
    public int Checks { get; private set; }

    public bool Failed => Death is not null || answers.Exists(a => a.Failure is not null);

    public static ScriptRun Of(RegisterScript script, IScriptTarget target)
    {
        var run = new ScriptRun();
        try
        {
            foreach (ScriptStep step in script.Steps)
            {
                run.Do(step, target);
            }
        }
        catch (QemuDiedException died)
        {
            run.Death = died.Death;
        }

        return run;
    }

    /// <summary>The transcript, for a failing test.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (ScriptAnswer answer in answers)
        {
            text.Append(answer.Failure is null ? "  " : "! ").Append(Describe(answer.Step)).Append(": ").Append(answer.Text);
            if (answer.Failure is not null)
            {
                text.Append("   expected ").Append(answer.Failure);
            }

            text.Append('\n');
        }

        return Death is null ? text.ToString() : text.Append("! ").Append(Death).Append('\n').ToString();
    }

    private void Do(ScriptStep step, IScriptTarget target)
    {
        switch (step)
        {
            case ReadStep read:
                Answer(step, target.ReadRegister(read.Slot, read.Offset, read.Width), read.Expected);
                break;
            case WriteStep write:
                target.WriteRegister(write.Slot, write.Offset, write.Width, write.Value);
                Done(step);
                break;
            case CopyStep copy:
                var copied = new byte[copy.Expected.Length];
                target.CopyRegisters(copy.Slot, copy.Offset, copied);
                Answer(step, copied, copy.Expected);
                break;
            case LoadStep load:
                Span<byte> cell = stackalloc byte[8];
                cell.Clear();
                target.LoadMemory(load.Address, cell[..load.Width]);
                Answer(step, BinaryPrimitives.ReadUInt64LittleEndian(cell), load.Expected);
                break;
            case StoreStep store:
                Span<byte> value = stackalloc byte[8];
                BinaryPrimitives.WriteUInt64LittleEndian(value, store.Value);
                target.StoreMemory(store.Address, value[..store.Width]);
                Done(step);
                break;
            case LoadBytesStep load:
                var bytes = new byte[load.Expected.Length];
                target.LoadMemory(load.Address, bytes);
                Answer(step, bytes, load.Expected);
                break;
            case StoreBytesStep store:
                target.StoreMemory(store.Address, store.Bytes);
                Done(step);
                break;
            case ClearStep clear:
                target.StoreMemory(clear.Address, new byte[clear.Bytes]);
                Done(step);
                break;
            case SettleStep:
                target.Settle();
                Done(step);
                break;
            case LineStep line:
                Answer(step, target.LineIsHigh(line.Slot) ? 1UL : 0, line.Expected is { } high ? (high ? 1UL : 0) : null);
                break;
            case ResizeStep resize:
                target.ResizeDisk(resize.Sectors);
                Done(step);
                break;
            case ResetMachineStep:
                target.ResetMachine();
                Done(step);
                break;
            default:
                throw new InvalidOperationException($"a step that no target knows: {step}");
        }
    }

    private void Done(ScriptStep step) => answers.Add(new(step, "done", null));

    private void Answer(ScriptStep step, ulong actual, ulong? expected)
    {
        Checks += expected is null ? 0 : 1;
        answers.Add(new(step, Hex(actual), expected is { } wanted && wanted != actual ? Hex(wanted) : null));
    }

    private void Answer(ScriptStep step, byte[] actual, byte[] expected)
    {
        Checks++;
        answers.Add(new(step, Start(actual), actual.AsSpan().SequenceEqual(expected) ? null : Start(expected)));

        static string Start(byte[] bytes) => Convert.ToHexStringLower(bytes.AsSpan(0, Math.Min(bytes.Length, 32)));
    }

    private static string Hex(ulong value) => "0x" + value.ToString("x", CultureInfo.InvariantCulture);

    private static string Describe(ScriptStep step) => step switch
    {
        ReadStep s => $"read{8 * s.Width} {Register(s.Slot, s.Offset)}",
        WriteStep s => $"write{8 * s.Width} {Register(s.Slot, s.Offset)} = {Hex(s.Value)}",
        CopyStep s => $"copy {s.Expected.Length} bytes from {Register(s.Slot, s.Offset)}",
        LoadStep s => $"{s.What} ({8 * s.Width} bits at {Hex(s.Address)})",
        StoreStep s => $"{s.What} ({8 * s.Width} bits at {Hex(s.Address)}) = {Hex(s.Value)}",
        LoadBytesStep s => $"{s.What} ({s.Expected.Length} bytes at {Hex(s.Address)})",
        StoreBytesStep s => $"{s.What} ({s.Bytes.Length} bytes at {Hex(s.Address)})",
        ClearStep s => $"clear {s.Bytes} bytes at {Hex(s.Address)}",
        SettleStep => "settle",
        LineStep s => $"interrupt line of slot {s.Slot}",
        ResizeStep s => $"resize the disk to {s.Sectors} sectors",
        ResetMachineStep => "reset the machine",
        _ => step.ToString(),
    };

    private static string Register(int slot, uint offset)
    {
        if (slot >= PciBlock.First)
        {
            return PciBlock.Describe(slot, offset);
        }

        string name = offset >= MmioRegister.Config ? $"Config+{Hex(offset - MmioRegister.Config)}" : RegisterNames.Of(offset);
        return slot == ScriptBuilder.BlkSlot ? name : $"slot {slot} {name}";
    }
}
