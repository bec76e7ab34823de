using Ringcheck.Exploration;

namespace Ringcheck.Tests.Concurrency.Cli;

/// <summary>Small scenarios whose failures are known, so that what the command line says of them can be checked.</summary>
sealed class ToyCatalog : IScenarioCatalog
{
    public const string Race = "toy-race", Safe = "toy-safe", Vacuous = "toy-vacuous", Idle = "toy-idle", Stuck = "toy-stuck";

    /// <summary>True: as if somebody had mended the race since the failure was recorded.</summary>
    public bool IsMended { get; init; }

    public IReadOnlyList<ScenarioInfo> Scenarios { get; } =
    [
        new(Race, "an increment that is not atomic", ["strict", "odd"], InTour: false),
        new(Safe, "an increment that is", ["strict"], InTour: true),
        new(Vacuous, "a premise that is never met", ["strict"], InTour: false),
        new(Idle, "nothing happens at all", ["strict"], InTour: false),
        new(Stuck, "driver code that throws", ["odd"], InTour: false),
    ];

    public IScenario Create(string name, string profile, string memory)
    {
        var info = Scenarios.FirstOrDefault(scenario => scenario.Name == name) ?? throw new ArgumentException($"there is no scenario '{name}'");
        if (!info.Profiles.Contains(profile)) throw new ArgumentException($"scenario '{name}' has no profile '{profile}'");
        return new ToyScenario(name, IsMended);
    }
}

/// <summary>cpu0 increments a counter in two accesses; the device increments it once, whenever it likes.</summary>
sealed class ToyScenario : IScenario, ISystem
{
    const byte Increment = 1, Rest = 2;

    readonly string name;
    readonly bool isAtomic;
    readonly CpuAgent cpu;
    readonly ActionAgent device;
    uint counter;
    long increments;

    public ToyScenario(string name, bool isMended)
    {
        this.name = name;
        isAtomic = isMended || name != ToyCatalog.Race;
        cpu = Engine.Add(new CpuAgent("cpu0"));
        device = Engine.Add(new ActionAgent("blk", () => counter++));
        Engine.System = this;
    }

    public Engine Engine { get; } = new();

    public IReadOnlyList<Operation> Program { get; set; } = [new(Rest), new(Increment, 1), new(Rest), new(Rest)];

    public string Bounds => "one increment each";

    public IReadOnlyList<Premise> Premises =>
        [new("the counter was incremented", name == ToyCatalog.Vacuous ? 0 : increments, Required: true), new("nobody cares", 0, Required: false)];

    public void Reset(Strategy strategy)
    {
        Engine.Reset(strategy);
        counter = 0;
        if (name != ToyCatalog.Idle) Engine.Unblock(device);
    }

    public void Run()
    {
        if (name == ToyCatalog.Idle) return;
        if (name == ToyCatalog.Stuck) throw new IndexOutOfRangeException("the device said 7");
        foreach (var operation in Program)
        {
            if (operation.Code == Increment) Add();
            else Access(0);
        }
        cpu.Finish();
        Engine.RunToRest();
    }

    /// <summary>A scheduling point, and what the CPU saw at it: its history stands for its program counter.</summary>
    void Access(ulong seen)
    {
        cpu.Point();
        cpu.Observed(1, seen);
    }

    void Add()
    {
        Access(0);
        uint before = counter;
        cpu.Observed(2, before);
        Access(1);
        if (isAtomic) before = counter;
        uint lost = counter - before;
        counter = before + 1;
        increments++;
        if (lost != 0) Engine.Fail(new("toy-monitor", "lost-update", ["split.driver.updating-idx.1"], "an increment was lost", "Make the increment atomic."));
    }

    public string Describe(Operation operation) => operation.Code switch
    {
        Increment => $"increment by {operation.A}",
        Rest => "rest",
        _ => throw new ArgumentException($"no operation {operation.Code}"),
    };

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Fold(ref StateHasher hasher) => hasher.Add(counter);

    public Violation LostWakeUp(CpuAgent waiting) => throw new InvalidOperationException("nobody waits here");

    public void Dispose()
    {
    }
}
