using System.Text;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>What the scripts have reached: counted where it happened, not where it was planned.</summary>
internal sealed class Coverage(RegisterCells register)
{
    private readonly Dictionary<RegisterCell, int> cells = [];
    private readonly int[] kinds = new int[RequestKinds.All.Count];
    private readonly int[] servedKinds = new int[RequestKinds.All.Count];

    public int Scripts { get; set; }

    public int Steps { get; set; }

    public int Answers { get; set; }

    public int Notifications { get; set; }

    /// <summary>Messages that were written to memory.</summary>
    public int Messages { get; set; }

    /// <summary>With EVENT_IDX, requests returned when no interrupt was pending: the interrupts that came with them, and those that did not.</summary>
    public int EventInterrupts { get; private set; }

    public int EventInterruptsSaved { get; private set; }

    public void Returned(bool isInterrupted)
    {
        EventInterrupts += isInterrupted ? 1 : 0;
        EventInterruptsSaved += isInterrupted ? 0 : 1;
    }

    public void Access(Act act, DeviceState state)
    {
        if (register.Of(act, state) is { } cell)
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
        RegisterCells.States.SelectMany(register.Of).Where(cell => !cells.ContainsKey(cell));

    public IEnumerable<string> MissedKinds() => RequestKinds.All.Where((_, i) => servedKinds[i] == 0).Select(kind => kind.Name);

    /// <summary>Registers down, states across; each entry is cells hit of cells there are, and the fewest hits of one.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        text.Append($"{Scripts} scripts, {Steps} steps, {Answers} answers compared, {Notifications} notifications, {Messages} messages\n");
        text.Append($"with EVENT_IDX: {EventInterrupts} interrupts, {EventInterruptsSaved} times none was due\n");
        text.Append($"{"hit/cells (fewest)",-24}");
        foreach (DeviceState state in RegisterCells.States)
        {
            text.Append($"{state,-15}");
        }

        text.Append('\n');
        for (int i = 0; i < register.Registers.Count; i++)
        {
            text.Append($"{register.Registers[i].Name,-24}");
            foreach (DeviceState state in RegisterCells.States)
            {
                int[] hits = [.. register.Of(state).Where(cell => cell.Register == i).Select(cell => cells.GetValueOrDefault(cell))];
                text.Append($"{$"{hits.Count(hit => hit > 0)}/{hits.Length} ({hits.DefaultIfEmpty().Min()})",-15}");
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
