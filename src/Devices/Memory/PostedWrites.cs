using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// Register writes on their way to one peripheral. They arrive in program order; when is a choice, and any read from the same peripheral
/// comes after all of them (ordering of Device-nR memory, and of PCIe completions behind posted writes). Nothing orders the writes to two peripherals.
/// </summary>
public sealed class PostedWrites(SimulatedMachine machine, IBusDevice device, string name) : InlineAgent(name)
{
    readonly record struct Posted(ulong Address, uint Offset, int Width, ulong Value, int Message, int Event, bool Late);

    readonly Queue<Posted> onTheirWay = [];
    int lastEvent = -1;

    /// <summary>Registers whose writes have not arrived.</summary>
    public IEnumerable<string> Registers => onTheirWay.Select(write => AddressNames.Register(write.Offset));

    public override void Reset()
    {
        base.Reset();
        onTheirWay.Clear();
        lastEvent = -1;
    }

    /// <summary>The CPU writes: it arrives now, or later.</summary>
    public void Write(WeakMemory memory, ulong address, uint offset, int width, ulong value)
    {
        machine.Recorder?.Posts(device, address, offset, width, value);
        int sent = memory.Audit.Send(WeakMemory.Cpu, memory.Audit.IsOn ? AddressNames.Register(offset) : "", lastEvent);
        lastEvent = sent;
        bool arrivesNow = onTheirWay.Count == 0 && machine.Engine.Choose(ChoiceKind.Posted, 2) == 0;
        var write = new Posted(address, offset, width, value, memory.Machine.SendAfterStores(WeakMemory.Cpu), sent, Late: !arrivesNow);
        if (arrivesNow)
        {
            machine.Recorder?.ArrivesAtOnce(device);
            Arrive(memory, write);
            return;
        }
        if (!machine.Engine.Draining) memory.PostedWrites++;
        onTheirWay.Enqueue(write);
        Engine.Unblock(this);
    }

    /// <summary>All that is on its way arrives now.</summary>
    public void Push(WeakMemory memory)
    {
        while (onTheirWay.TryDequeue(out var write)) Arrive(memory, write);
        Engine.Block(this);
    }

    /// <summary>The CPU is about to read a register: what it wrote arrives first, and what the device wrote to memory comes with the answer.</summary>
    public void BeforeRead(WeakMemory memory, uint offset)
    {
        Push(memory);
        if (device.Master is not { } master) return;
        int answer = memory.Audit.SendAfterAll(master.Thread, memory.Audit.IsOn ? AddressNames.Register(offset) : "");
        lastEvent = memory.Audit.Observe(WeakMemory.Cpu, answer, lastEvent);
        int completion = memory.Machine.SendAfterAll(master.Thread);
        memory.Machine.Observe(WeakMemory.Cpu, completion);
        memory.Machine.Drop(completion);
    }

    public override void Run()
    {
        Step++;
        var write = onTheirWay.Dequeue();
        if (onTheirWay.Count == 0) Engine.Block(this);
        Arrive(machine.Weak!, write);
    }

    void Arrive(WeakMemory memory, in Posted write)
    {
        if (write.Late) machine.Recorder?.Arrives(this, device, write.Event, write.Address, write.Offset, write.Width, write.Value);
        if (device.Master is { } master)
        {
            memory.Audit.Receive(master.Thread, write.Event);
            memory.Machine.Receive(master.Thread, write.Message);
        }
        memory.Machine.Drop(write.Message);
        if (memory.Audit.IsOn && write.Late) memory.LateWrites.Add(AddressNames.Register(write.Offset));
        machine.Monitors.Registers.Write(device, write.Address, write.Offset, write.Width, write.Value);
        device.Write(write.Offset, write.Width, write.Value);
    }

    /// <summary>After memory was folded: what is on its way, and what its arrival will order.</summary>
    public void Fold(ref StateHasher hasher)
    {
        foreach (var write in onTheirWay)
        {
            var (a, b) = machine.Weak!.Machine.FingerprintOf(write.Message);
            hasher.Add(a);
            hasher.Add(b);
            hasher.Add(write.Address << 8 | (uint)write.Width);
            hasher.Add(write.Value);
        }
    }
}
