using Ringcheck.Models.Ownership;
using Ringcheck.Models.Tracing;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Takes pictures of queues: what their memory holds and who owns what. A state that is as the last one is not taken again.</summary>
sealed class QueuePhotographer(SimulatedMachine machine)
{
    readonly List<QueuePicture> pictures = [];
    readonly Dictionary<QueueWatch, (int Picture, ulong[] State)> latest = [];
    List<int> places = [];

    public IReadOnlyList<QueuePicture> Pictures => pictures;

    /// <summary>All queues as they are now, as places in <see cref="Pictures"/>, and what changed hands since the last time.</summary>
    public IReadOnlyList<int> Take(out IReadOnlyList<OwnerChange> changes)
    {
        List<OwnerChange>? found = null;
        List<int> now = [];
        foreach (var queue in machine.Monitors.Ownership.Queues)
        {
            if (queue.Size == 0 || !machine.Ram.Contains(queue.Descriptors, SplitDescriptor.Size * queue.Size)
                || !machine.Ram.Contains(queue.Available, AvailableRing.Length(queue.Size)) || !machine.Ram.Contains(queue.Used, UsedRing.Length(queue.Size))) continue;
            var state = StateOf(queue);
            if (!latest.TryGetValue(queue, out var last) || !state.AsSpan().SequenceEqual(last.State))
            {
                Changed(queue, last.State is null ? null : pictures[last.Picture], ref found);
                pictures.Add(PictureOf(queue));
                latest[queue] = last = (pictures.Count - 1, state);
            }
            now.Add(last.Picture);
        }
        changes = found ?? (IReadOnlyList<OwnerChange>)[];
        if (!now.SequenceEqual(places)) places = now;
        return places;
    }

    static void Changed(QueueWatch queue, QueuePicture? before, ref List<OwnerChange>? found)
    {
        for (int head = 0; head < queue.Size; head++)
        {
            var was = before is null || head >= before.Descriptors.Count || before.Descriptors[head].Head != head ? Owner.Driver : before.Descriptors[head].Owner;
            var now = queue.Live ? queue.Owners[head] : Owner.Driver;
            if (was != now) (found ??= []).Add(new(queue.Device.Name, queue.Number, head, was, now));
        }
    }

    /// <summary>All that a picture shows, as words that compare quickly.</summary>
    ulong[] StateOf(QueueWatch queue)
    {
        List<ulong> words =
        [
            queue.Live ? 1UL : 0, (ulong)queue.Published.Value | (ulong)queue.Taken.Value << 16 | (ulong)queue.Returned.Value << 32 | (ulong)queue.Seen.Value << 48,
            queue.Descriptors, queue.Size, NotificationMonitor.HasEventIndex(queue) ? 1UL : 0,
        ];
        for (int head = 0; head < queue.Size; head++) words.Add((ulong)queue.Owners[head]);
        Append(words, machine.Ram.Span(queue.Descriptors, (int)SplitDescriptor.Size * queue.Size));
        Append(words, machine.Ram.Span(queue.Available, (int)AvailableRing.Length(queue.Size)));
        Append(words, machine.Ram.Span(queue.Used, (int)UsedRing.Length(queue.Size)));
        return [.. words];
    }

    static void Append(List<ulong> words, ReadOnlySpan<byte> bytes)
    {
        Span<byte> word = stackalloc byte[sizeof(ulong)];
        for (int at = 0; at < bytes.Length; at += sizeof(ulong))
        {
            word.Clear();
            bytes[at..Math.Min(bytes.Length, at + sizeof(ulong))].CopyTo(word);
            words.Add(BitConverter.ToUInt64(word));
        }
    }

    QueuePicture PictureOf(QueueWatch queue)
    {
        bool hasEvents = NotificationMonitor.HasEventIndex(queue);
        return new()
        {
            Device = queue.Device.Name,
            Number = queue.Number,
            IsLive = queue.Live,
            Descriptors = DescriptorsOf(queue),
            Available = [.. Enumerable.Range(0, queue.Size).Select(slot => (int)Word(queue.Available + AvailableRing.EntryOffset((ushort)slot)))],
            Used = [.. Enumerable.Range(0, queue.Size).Select(slot => ElementOf(queue.Used + UsedRing.EntryOffset((ushort)slot)))],
            AvailableFlags = Word(queue.Available),
            AvailableIndex = Word(queue.AvailableIndex),
            UsedFlags = Word(queue.Used),
            UsedIndex = Word(queue.UsedIndex),
            UsedEvent = hasEvents ? Word(queue.UsedEvent) : -1,
            AvailEvent = hasEvents ? Word(queue.AvailEvent) : -1,
            Published = queue.Published.Value,
            Taken = queue.Taken.Value,
            Returned = queue.Returned.Value,
            Seen = queue.Seen.Value,
        };
    }

    ushort Word(ulong address) => machine.Ram.Load<ushort>(address);

    UsedElementPicture ElementOf(ulong address)
        => new(machine.Ram.Load<uint>(address + UsedRing.ElementIdOffset), machine.Ram.Load<uint>(address + UsedRing.ElementLengthOffset));

    DescriptorPicture[] DescriptorsOf(QueueWatch queue)
    {
        var owner = new Owner[queue.Size];
        int[] headOf = new int[queue.Size];
        Array.Fill(headOf, -1);
        for (ushort head = 0; queue.Live && head < queue.Size; head++)
        {
            if (queue.Owners[head] == Owner.Driver) continue;
            ushort id = head;
            for (int links = 0; links < queue.Size; links++, id = queue.Next[id])
            {
                owner[id] = queue.Owners[head];
                headOf[id] = head;
                if ((queue.Flags[id] & SplitDescriptor.Next) == 0 || queue.Next[id] >= queue.Size) break;
            }
        }
        var table = new DescriptorPicture[queue.Size];
        for (int id = 0; id < queue.Size; id++)
        {
            ulong at = queue.Descriptors + SplitDescriptor.Size * (ulong)id;
            table[id] = new(machine.Ram.Load<ulong>(at), machine.Ram.Load<uint>(at + SplitDescriptor.LengthOffset),
                Word(at + SplitDescriptor.FlagsOffset), Word(at + SplitDescriptor.NextOffset), owner[id], headOf[id]);
        }
        return table;
    }
}
