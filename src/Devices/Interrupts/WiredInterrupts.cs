using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// No controller at all: all lines wired together into the interrupt input of one CPU, which is high while any line is, or while a message is pending. For scenarios that are not about
/// interrupts: a handler costs no register access.
/// </summary>
public sealed class WiredInterrupts(SimulatedMachine machine) : InterruptController(machine)
{
    /// <summary>Different messages that can be told apart: the low bits of what is written.</summary>
    const int MessageKinds = 64;

    /// <summary>Entries in a row without a reason: more than any late level or storm gives.</summary>
    const int MostUnclaimed = 64;

    int high, unclaimed;
    ulong pending;
    CpuAgent cpu = machine.Cpu;

    /// <summary>The CPU that takes the interrupts: the first one, unless a scenario says otherwise, before its first execution.</summary>
    public override CpuAgent Target => cpu;

    internal override bool IsOneForAll => true;

    public override void RouteTo(CpuAgent target) => cpu = target;

    public override ulong TakeMessages()
    {
        ulong taken = pending;
        if (taken == 0) return 0;
        pending = 0;
        Count(-1);
        Machine.Engine.Reducer?.Touches(0, PeripheralBits.Line(cpu.Id));
        return taken;
    }

    /// <summary>What nobody claims is masked after a while, as any kernel does, instead of coming for ever.</summary>
    public override void Served(bool isClaimed)
    {
        unclaimed = isClaimed ? 0 : unclaimed + 1;
        if (unclaimed >= MostUnclaimed) cpu.SetLine(false);
    }

    /// <summary>It stays pending until it is taken; a second one of its kind until then is the same one. Any address will do.</summary>
    internal override void Message(ulong address, uint data, DmaPort sender)
    {
        Order.PushBefore(1u << cpu.Id, sender);
        bool was = pending != 0;
        pending |= 1UL << (int)(data % MessageKinds);
        if (!was) Count(1);
    }

    internal override void LineChanged(InterruptLine line) => Count(line.High ? 1 : -1);

    internal override void Fold(ref StateHasher hasher)
    {
        hasher.Add(pending);
        hasher.Add((ulong)unclaimed);
        base.Fold(ref hasher);
    }

    internal override void Reset()
    {
        base.Reset();
        high = unclaimed = 0;
        pending = 0;
    }

    private protected override uint TargetsOf(InterruptLine line) => 1u << cpu.Id;

    void Count(int change)
    {
        high += change;
        cpu.SetLine(high > 0 && unclaimed < MostUnclaimed);
    }
}
