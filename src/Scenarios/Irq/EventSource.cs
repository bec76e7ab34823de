using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>
/// A device that has nothing but events: they happen at any moment, it counts them, and interrupts by a level for as long as some were not taken, or by an edge for each. A level may also
/// rise for nothing, and fall again by itself or when the device is looked at.
/// </summary>
sealed class EventSource : IPlatformDevice
{
    /// <summary>Reads: events that were not taken yet. Writes: so many are taken.</summary>
    public const uint Pending = 0;

    const string Name = "source";

    readonly Engine engine;
    readonly InterruptLine line;
    readonly bool isLevel;
    readonly ActionAgent[] events;
    readonly ActionAgent? glitch, calm;
    uint pending;
    bool isGlitch;

    /// <summary>Puts itself on the machine's bus.</summary>
    /// <param name="isLevel">False: an edge for each event.</param>
    /// <param name="slot">Where its registers are: a slot of the machine.</param>
    /// <param name="count">Events.</param>
    /// <param name="mayGlitch">A level may rise for nothing.</param>
    public EventSource(SimulatedMachine machine, InterruptLine line, bool isLevel, int slot, int count, bool mayGlitch = true)
    {
        engine = machine.Engine;
        this.line = line;
        this.isLevel = isLevel;
        events = [.. Enumerable.Range(0, count).Select(i => engine.Add(new ActionAgent($"{Name}.event{i}", () => Happens(i))))];
        if (isLevel && mayGlitch)
        {
            glitch = engine.Add(new ActionAgent(Name + ".glitch", () => Glitch(true)));
            calm = engine.Add(new ActionAgent(Name + ".calm", () => Glitch(false)));
        }
        machine.Attach(slot, this, Name);
    }

    /// <summary>
    /// A driver for it: takes what is there, and reads back, so that the line has fallen before the interrupt is ended. False: nothing was.
    /// </summary>
    /// <param name="handled">A word in which it counts.</param>
    public static bool Serve(SimMachine cpu, int slot, CpuAddress handled)
    {
        CpuAddress register = new(SimulatedMachine.SlotAddress(slot) + Pending);
        uint taken = cpu.ReadRegister32(register);
        if (taken == 0) return false;
        cpu.WriteRegister32(register, taken);
        cpu.ReadRegister32(register);
        cpu.Store32(handled, cpu.Load32(handled) + taken);
        return true;
    }

    public void PowerOn()
    {
        pending = 0;
        isGlitch = false;
        engine.Unblock(events[0]);
        if (glitch is not null) engine.Unblock(glitch);
    }

    public ulong Read(uint offset, int width)
    {
        if (isGlitch) Glitch(false);
        return pending;
    }

    public void Write(uint offset, int width, ulong value)
    {
        pending -= Math.Min(pending, (uint)value);
        SetLevel();
    }

    public void Fold(ref StateHasher hasher) => hasher.Add(pending | (isGlitch ? 1UL << 32 : 0));

    void Happens(int number)
    {
        engine.Reducer?.Touches(PeripheralBits.Everything, PeripheralBits.Everything);
        pending++;
        SetLevel();
        if (!isLevel)
        {
            line.Set(true);
            line.Set(false);
        }
        if (number + 1 < events.Length) engine.Unblock(events[number + 1]);
    }

    void Glitch(bool on)
    {
        isGlitch = on;
        if (on) engine.Unblock(calm!);
        else engine.Block(calm!);
        SetLevel();
    }

    void SetLevel()
    {
        if (isLevel) line.Set(pending > 0 || isGlitch);
    }
}
