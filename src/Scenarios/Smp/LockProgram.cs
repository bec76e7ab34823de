using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>
/// CPUs that count together under a lock: two words of memory, which are equal whenever nobody is inside, and at the end say how often somebody was. A CPU
/// that finds something else has come in while another was there, or has not seen all that the last one did.
/// </summary>
abstract class LockProgram(int cpus, int rounds, string variant) : ISmpProgram
{
    /// <summary>The code as it is meant.</summary>
    public const string Shipped = "shipped";

    protected const uint LockOffset = 0, OtherLockOffset = 64, FirstOffset = 128, SecondOffset = 192;

    long counted;

    public int Cpus => cpus;

    public virtual int? SearchedDeviations => null;

    public virtual string Bounds => $"each takes the lock {rounds} times";

    public IReadOnlyList<Premise> Premises =>
    [
        new("times counted", counted, Required: true),
        new("waits for a lock", Scenario.Machine.Monitors.Locks.Waits, Required: variant == Shipped),
    ];

    protected string Variant => variant;

    protected int Rounds => rounds;

    protected SmpScenario Scenario { get; private set; } = null!;

    protected SimMachine Cpu => Scenario.Cpu;

    /// <summary>How often somebody will have been inside.</summary>
    protected virtual uint Expected => (uint)(cpus * rounds);

    public virtual void Build(SmpScenario scenario)
    {
        Scenario = scenario;
        scenario.Machine.Cache?.MapUncached(SmpScenario.At(0).Value, 4096);
        scenario.Machine.Monitors.Locks.Call(SmpScenario.At(LockOffset), "the lock");
    }

    public virtual void PowerOn()
    {
    }

    public void BringUp()
    {
    }

    public abstract void Run(int cpu);

    public virtual void TearDown()
    {
    }

    public void Judge()
    {
        uint found = Scenario.Machine.Ram.Load<uint>(SmpScenario.At(FirstOffset).Value);
        if (found != Expected) Scenario.Fail("data-integrity", "lost-update", $"the lock was taken {Expected} times, and {found} were counted under it",
            "Take the lock before reading what it protects, with an acquire, and give it back with a release after the last store.");
    }

    /// <summary>Inside.</summary>
    protected void CountOnce()
    {
        uint first = Cpu.Load32(SmpScenario.At(FirstOffset)), second = Cpu.Load32(SmpScenario.At(SecondOffset));
        if (first != second) Scenario.Fail("data-integrity", "torn", $"{Scenario.Engine.Running.Name} is inside and finds {first} and {second}, which are equal whenever nobody is",
            "What is read under a lock comes after the acquire that took it; what is written comes before the release.");
        Cpu.Store32(SmpScenario.At(FirstOffset), first + 1);
        Cpu.Store32(SmpScenario.At(SecondOffset), second + 1);
        if (!Scenario.Engine.Draining) counted++;
    }
}
