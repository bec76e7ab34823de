using System.Runtime.CompilerServices;
using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <content>
/// Cells: pieces of memory that are accessed as one. They are what the first access makes them, and are cut where a later access begins or ends
/// within one. A cell that is cut counts as seen by all (its older values are forgotten): mixed sizes are not modelled further.
/// </content>
public sealed unsafe partial class WeakMemory
{
    struct Cell
    {
        public ulong Address;
        public int Length;

        /// <summary>The reduction's number for it.</summary>
        public int Key;
    }

    /// <summary>For each byte of RAM, its cell + 1, or 0. Address space only, until it is used.</summary>
    readonly int* cellOf;
    Cell[] cells = new Cell[64];
    int cellLimit;

    Span<int> CellsOf(ulong address, int length) => new(cellOf + (address - ram.Base), length);

    void ForgetCells()
    {
        for (int cell = 0; cell < cellLimit; cell++)
        {
            if (cells[cell].Length == 0) continue;
            CellsOf(cells[cell].Address, cells[cell].Length).Clear();
            cells[cell].Length = 0;
        }
        cellLimit = 0;
    }

    /// <summary>The cell of exactly this range; -1 if several cover it (whole ones, by then).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    int CellAt(ulong address, int length)
    {
        int cell = cellOf[address - ram.Base] - 1;
        return cell >= 0 && cells[cell].Address == address && cells[cell].Length == length ? cell : Fit(address, length);
    }

    int CellCovering(ulong address) => cellOf[address - ram.Base] - 1;

    /// <summary>Makes cells for what has none, and cuts those that stick out at either end.</summary>
    int Fit(ulong address, int length)
    {
        if (length == 0) return -1;
        ulong end = address + (ulong)length;
        CutAt(address);
        CutAt(end);
        for (ulong at = address; at < end;)
        {
            int cell = CellCovering(at);
            if (cell < 0)
            {
                ulong next = at + 1;
                while (next < end && CellCovering(next) < 0 && engine.Reducer?.IsCut(next) != true) next++;
                cell = machine.AddLocation(NewVersion());
                Place(cell, at, (int)(next - at));
            }
            at = cells[cell].Address + (ulong)cells[cell].Length;
        }
        int first = CellCovering(address);
        return cells[first].Length == length ? first : -1;
    }

    void Place(int cell, ulong address, int length)
    {
        if (cell >= cells.Length) Array.Resize(ref cells, Math.Max(cells.Length * 2, cell + 1));
        cells[cell] = new() { Address = address, Length = length, Key = engine.Reducer?.LocationAt(address, length) ?? 0 };
        CellsOf(address, length).Fill(cell + 1);
        cellLimit = Math.Max(cellLimit, cell + 1);
    }

    /// <summary>No cell lies across this address any more.</summary>
    void CutAt(ulong address)
    {
        if (address - ram.Base >= ram.Size) return;
        int cell = CellCovering(address);
        if (cell < 0 || cells[cell].Address == address) return;
        engine.Reducer?.Cut(address);
        int before = (int)(address - cells[cell].Address), after = cells[cell].Length - before;
        int newest = machine.TagAt(cell, machine.Count(cell) - 1);
        int version = NewVersion();
        versions[version].Event = versions[newest].Event;
        int part = machine.AddLocationLike(cell, version);
        cells[cell].Length = before;
        Place(part, address, after);
    }

    /// <summary>All that decides what may be read later, but for the newest values, which RAM hashes.</summary>
    public void Fold(ref StateHasher hasher)
    {
        if (keys.Length < cellLimit) keys = new ulong[cells.Length];
        ulong older = 0;
        for (int cell = 0; cell < cellLimit; cell++)
        {
            ulong key = keys[cell] = cells[cell].Address << 16 | (uint)cells[cell].Length;
            for (int place = machine.Count(cell) - 2; place >= 0; place--)
            {
                ulong value = Hashing.Mix(key, (ulong)place);
                foreach (byte b in OlderValue(machine.TagAt(cell, place), cells[cell].Length)) value = Hashing.Mix(value, b);
                older += value;
            }
        }
        hasher.Add(older);
        var (a, b2) = machine.Fingerprint(keys);
        hasher.Add(a);
        hasher.Add(b2);
    }

    ulong[] keys = [];
}
