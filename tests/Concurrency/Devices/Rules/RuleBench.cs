using System.Text;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>
/// A machine of one CPU (or several) and a few small peripherals, of which every execution is run. What can be seen is a set of outcomes, compared as a whole:
/// what a machine may do and never does is as wrong as what it does and may not.
/// </summary>
sealed class RuleBench : IScenario
{
    /// <summary>Words of memory, each in a cache line of its own, and their halves.</summary>
    public static readonly Word X = new(0), Y = new(64), Z = new(128), XHigh = new(4), XHalfLine = new(32);

    readonly StringBuilder seen = new();
    readonly List<Peripheral> peripherals = [];
    readonly Baton? baton;

    public RuleBench(string memory, Action<RuleBench> build, int cpus = 1)
    {
        Machine = new(1 << 16, MachineMemory.Of(memory), cpus);
        Machine.Monitors.JudgeDriver = Machine.Monitors.JudgeDevices = false; // these peripherals are not the standard's
        Cpu = new(Machine);
        Line = Machine.Interrupts.AddLine(0);
        build(this);
        if (cpus > 1) baton = new(Engine, [(Machine.Cpu, () => Do()), .. Machine.Cpus.Skip(1).Select((cpu, i) => (cpu, DoOnOthers[i]))]);
    }

    public SimulatedMachine Machine { get; }

    public SimMachine Cpu { get; }

    public InterruptLine Line { get; }

    /// <summary>What the CPU does, the first one if there are several.</summary>
    public Action Do { get; set; } = () => { };

    /// <summary>What each of the other CPUs does.</summary>
    public Action[] DoOnOthers { get; set; } = [];

    /// <summary>What the CPU does when interrupted.</summary>
    public Action Handle
    {
        set => Machine.Cpu.Handler = () =>
        {
            Machine.Monitors.HandlerEntered();
            value();
        };
    }

    /// <summary>What is looked at when everything has come to rest.</summary>
    public Action AtRest { get; set; } = () => { };

    /// <summary>What the last execution has shown.</summary>
    public string Outcome => Engine.Violation?.Key ?? seen.ToString();

    public Engine Engine => Machine.Engine;

    public IReadOnlyList<Operation> Program { get; set; } = [new(1)];

    public IReadOnlyList<Premise> Premises => Machine.MemoryPremises;

    public string Bounds => "";

    /// <summary>What was seen so far does not count.</summary>
    public void Forget() => seen.Clear();

    /// <summary>Devices are judged, as the cache is only then, and may use all memory.</summary>
    public void LendMemoryToDevices()
    {
        Machine.Monitors.JudgeDevices = true;
        Machine.Ram.Owners(SimulatedMachine.RamBase, 4096).Fill(MemoryOwner.DeviceWritten);
    }

    /// <summary>A peripheral that notes each write which arrives: <c>a1</c>.</summary>
    public Peripheral PlugNoting(string name)
    {
        var peripheral = Plug(name);
        peripheral.OnWrite = value => See($"{name}{value}");
        return peripheral;
    }

    /// <summary>A peripheral, with an engine that any write sets going if there is one.</summary>
    public Peripheral Plug(string name, Func<Peripheral, DmaPort, DeviceTask<Nothing>>? engine = null)
    {
        var peripheral = new Peripheral(Engine, peripherals.Count);
        if (engine is not null)
        {
            var master = new DmaPort(Machine);
            master.Agent = Engine.Add(new CoroutineAgent(name, () => engine(peripheral, master)));
            peripheral.Master = master;
            peripheral.OnWrite = _ => master.Agent.Wake();
        }
        peripherals.Add(peripheral);
        Machine.Attach(peripheral.Slot, peripheral, name);
        return peripheral;
    }

    /// <summary>Something that somebody saw, added to this execution's outcome.</summary>
    public void See(string what) => seen.Append(seen.Length == 0 ? "" : " ").Append(what);

    public void Reset(Strategy strategy)
    {
        Machine.Reset(strategy);
        foreach (var peripheral in peripherals) peripheral.Reset();
        seen.Clear();
    }

    public void Run()
    {
        if (baton is not null) baton.Run();
        else
        {
            Do();
            Machine.Cpu.Finish();
        }
        Engine.RunToRest();
        AtRest();
    }

    /// <summary>
    /// The outcomes of all executions, sorted, with " | " between them. Each execution is held against the axioms too. Nothing is pruned, because the state of these
    /// peripherals is in no fingerprint.
    /// </summary>
    /// <param name="memory">Of the machine.</param>
    /// <param name="build">Plugs in peripherals, and says what everybody does.</param>
    /// <param name="pruning">Something else only where no peripheral has a state.</param>
    /// <param name="cpus">How many there are.</param>
    public static string Outcomes(string memory, Action<RuleBench> build, Pruning pruning = Pruning.None, int cpus = 1)
    {
        const long limit = 200_000;
        using var bench = new RuleBench(memory, build, cpus);
        var outcomes = new SortedSet<string>(StringComparer.Ordinal);
        var strategy = new Exhaustive(pruning);
        for (long executions = 0; strategy.Begin(executions); executions++)
        {
            Assert.True(executions < limit, $"not finished after {limit} executions");
            Execution.Run(bench, strategy, audited: true);
            if (!bench.Engine.Draining) outcomes.Add(bench.Outcome);
        }
        Assert.True(strategy.IsExhaustive);
        return string.Join(" | ", outcomes);
    }

    public string Describe(Operation operation) => "";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose()
    {
        baton?.Dispose();
        Machine.Dispose();
    }
}

/// <summary>A word of memory, for either side.</summary>
readonly record struct Word(uint Offset)
{
    public static implicit operator CpuAddress(Word word) => new(SimulatedMachine.RamBase + word.Offset);

    public static implicit operator BusAddress(Word word) => new(SimulatedMachine.RamBase + word.Offset);
}

/// <summary>Registers that hold what was written to them last.</summary>
sealed class Peripheral(Engine engine, int slot) : IBusDevice
{
    readonly uint[] registers = new uint[4];

    public int Slot => slot;

    public DmaPort? Master { get; set; }

    public Action<uint>? OnWrite { get; set; }

    /// <summary>The register that the CPU writes to, and the one in which the device says something.</summary>
    public CpuAddress Command => new(SimulatedMachine.SlotAddress(slot));

    public CpuAddress Status => Command + sizeof(uint);

    public uint StatusValue
    {
        set
        {
            registers[1] = value;
            engine.Touch(SimMachine.RegisterWatchKey(Status.Value));
        }
    }

    public void Reset() => Array.Clear(registers);

    public ulong Read(uint offset, int width) => registers[offset / sizeof(uint)];

    public void Write(uint offset, int width, ulong value)
    {
        registers[offset / sizeof(uint)] = (uint)value;
        OnWrite?.Invoke((uint)value);
    }
}
