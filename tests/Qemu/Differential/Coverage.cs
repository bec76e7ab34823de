using System.Text;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>What the scripts have reached: counted where it happened, not where it was planned.</summary>
internal sealed class Coverage
{
    private readonly Dictionary<RegisterCell, int> cells = [];
    private readonly int[] kinds = new int[RequestKinds.All.Count];
    private readonly int[] servedKinds = new int[RequestKinds.All.Count];

    public int Scripts { get; set; }

    public int Steps { get; set; }

    public int Answers { get; set; }

    public int Notifications { get; set; }

    /// <summary>With EVENT_IDX, requests returned when no interrupt was pending: the interrupts that came with them, and those that did not.</summary>
    public int EventInterrupts { get; private set; }

    public int EventInterruptsSaved { get; private set; }

    public void Returned(bool isInterrupted)
    {
        EventInterrupts += isInterrupted ? 1 : 0;
        EventInterruptsSaved += isInterrupted ? 0 : 1;
    }

    public void Access(uint offset, int width, bool isWrite, DeviceState state)
    {
        if (RegisterCells.Of(offset, width, isWrite, state) is { } cell)
        {
            cells[cell] = cells.GetValueOrDefault(cell) + 1;
        }
    }

    /// <summary>A kind counts as reached once a device that listens has been notified of it.</summary>
    public void Request(int kind, bool isServed)
    {
        kinds[kind]++;
        servedKinds[kind] += isServed ? 1 : 0;
    }

    public IEnumerable<RegisterCell> MissedCells() =>
        RegisterCells.States.SelectMany(RegisterCells.Of).Where(cell => !cells.ContainsKey(cell) && !RegisterCells.Unreachable.ContainsKey(cell));

    public IEnumerable<string> MissedKinds() => RequestKinds.All.Where((_, i) => servedKinds[i] == 0).Select(kind => kind.Name);

    /// <summary>Registers down, states across; each entry is cells hit of cells there are, and the fewest hits of one.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"{Scripts} scripts, {Steps} steps, {Answers} answers compared, {Notifications} notifications\n");
        text.Append($"with EVENT_IDX: {EventInterrupts} interrupts, {EventInterruptsSaved} times none was due\n");
        text.Append($"{"hit/cells (fewest)",-24}");
        foreach (DeviceState state in RegisterCells.States)
        {
            text.Append($"{state,-15}");
        }

        text.Append('\n');
        for (int register = 0; register < RegisterCells.Registers.Count; register++)
        {
            text.Append($"{RegisterCells.Registers[register].Name,-24}");
            foreach (DeviceState state in RegisterCells.States)
            {
                int[] hits = [.. RegisterCells.Of(state).Where(cell => cell.Register == register).Select(cell => cells.GetValueOrDefault(cell))];
                text.Append($"{$"{hits.Count(hit => hit > 0)}/{hits.Length} ({hits.Min()})",-15}");
            }

            text.Append('\n');
        }

        text.Append("request kinds, placed and served:\n");
        for (int kind = 0; kind < kinds.Length; kind++)
        {
            text.Append($"  {kinds[kind],5} {servedKinds[kind],5}  {RequestKinds.All[kind].Name}\n");
        }

        return text.ToString();
    }
}
