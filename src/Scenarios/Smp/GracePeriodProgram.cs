using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>rcu-teardown</c>: one CPU takes an object away and uses its memory for something else, another reads it without a lock. The wrong ones leave something out:
/// the grace period, or the reader says that it holds on to nothing while it still reads.
/// </summary>
sealed class GracePeriodProgram(string variant) : ISmpProgram
{
    public const string Name = "rcu-teardown", Summary = "an object is taken away and its memory reused while another CPU reads it without a lock";

    const string NoGracePeriod = "no-grace-period", TooEarly = "early-quiescent-state";

    public static readonly IReadOnlyList<string> Wrong = [NoGracePeriod, TooEarly];

    /// <summary>What the object holds, and what is written over it when it is free.</summary>
    const uint Alive = 0xA11E, Reused = 0xDEAD;

    const int Reads = 2;

    static readonly CpuAddress Pointer = SmpScenario.At(0), Object = SmpScenario.At(64), ObjectEnd = SmpScenario.At(128);

    SmpScenario scenario = null!;
    long found, gone;

    public int Cpus => 2;

    public int? SearchedDeviations => null;

    public string Bounds => $"{Reads} reads";

    public IReadOnlyList<Premise> Premises => [new("objects found", found, Required: true), new("objects found gone", gone, Required: true)];

    GracePeriods Grace => new(SmpScenario.At(192), (uint)Cpus);

    public void Build(SmpScenario on)
    {
        scenario = on;
        on.Machine.Cache?.MapUncached(SmpScenario.At(0).Value, 4096);
    }

    public void PowerOn()
    {
        scenario.Machine.Ram.Store(Pointer.Value, 1u);
        scenario.Machine.Ram.Store(Object.Value, Alive);
        scenario.Machine.Ram.Store(ObjectEnd.Value, Alive);
    }

    public void BringUp() => Grace.Initialise(scenario.Cpu);

    public void Run(int cpu)
    {
        if (cpu == 0) TakeAway();
        else Read();
    }

    void TakeAway()
    {
        var machine = scenario.Cpu;
        machine.StoreRelaxed32(Pointer, 0);
        if (variant != NoGracePeriod) Grace.Wait(machine);
        machine.Store32(Object, Reused);
        machine.Store32(ObjectEnd, Reused);
    }

    void Read()
    {
        var machine = scenario.Cpu;
        uint self = (uint)scenario.Self;
        Grace.ComeOnline(machine, self);
        for (int read = 0; read < Reads; read++)
        {
            bool isThere = machine.LoadAcquire32(Pointer) != 0;
            if (variant == TooEarly) Grace.Quiescent(machine, self);
            if (isThere)
            {
                Look(machine.Load32(Object));
                Look(machine.Load32(ObjectEnd));
            }
            if (!scenario.Engine.Draining) (isThere ? ref found : ref gone)++;
            if (variant != TooEarly) Grace.Quiescent(machine, self);
        }
        Grace.GoOffline(machine, self);
    }

    void Look(uint value)
    {
        if (value != Alive) scenario.Fail("rcu", "use-after-free", $"{scenario.Engine.Running.Name} reads an object that it found, and its memory holds 0x{value:x}: it is used for something else already",
            "Make it unreachable, wait for a grace period, and then free it; a reader says that it holds on to nothing when that is so.");
    }

    public void TearDown()
    {
    }

    public void Judge()
    {
    }
}
