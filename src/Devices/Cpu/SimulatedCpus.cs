using System.Diagnostics.CodeAnalysis;
using Ringcheck.Exploration;
using Ringcheck.Models.Tracing;
using Ringcheck.Ordering.CpuSystem;

namespace Ringcheck.Devices;

/// <summary>A barrier that is left out of the code as it runs, by where it stands: the type (its file's name) and the member.</summary>
/// <param name="IsDsb">DSB; otherwise ISB.</param>
public readonly record struct CpuBarrierSite(string Type, string Member, bool IsDsb)
{
    internal bool Is(in Site site, bool isDsb) => IsDsb == isDsb && site.Member == Member && site.Type.SequenceEqual(Type);
}

/// <summary>
/// A computer with several CPUs and nothing else, for kernel code that concerns the CPU itself: memory, translation, caches, TLBs and sleep as
/// <see cref="CpuSystemModel{THardware}"/> has them, with the engine as the one that decides. Built once, reset for each execution.
/// </summary>
public sealed class SimulatedCpus : ISystem, ITraced
{
    readonly CpuSystemModel<Hardware> model;
    readonly StoreArrival[] arrivals;
    readonly uint[] pendingInterrupts;
    readonly Dictionary<string, Violation> advice = new(StringComparer.Ordinal);
    Fingerprint memory;

    public SimulatedCpus(int cpus)
    {
        Cpus = new CpuAgent[cpus];
        for (int i = 0; i < cpus; i++) Cpus[i] = Engine.Add(new CpuAgent($"cpu{i}"));
        arrivals = new StoreArrival[cpus];
        for (int i = 0; i < cpus; i++) arrivals[i] = Engine.Add(new StoreArrival(this, i));
        pendingInterrupts = new uint[cpus];
        model = new(new Hardware(this), cpus);
        Engine.System = this;
    }

    public Engine Engine { get; } = new();

    /// <summary>What the execution does, for people, while it is recorded; null in all others.</summary>
    internal CpuRecorder? Recorder { get; private set; }

    public CpuAgent[] Cpus { get; }

    /// <summary>Barriers that do nothing: to see what becomes of the same code without them.</summary>
    public IReadOnlyList<CpuBarrierSite> LeftOut { get; init; } = [];

    /// <summary>The sites of what orders or completes, and what stands there in its place.</summary>
    public BarrierSites Barriers { get; } = new();

    /// <summary>How often a barrier was left out.</summary>
    public long BarriersLeftOut { get; private set; }

    /// <summary>Instructions that were right, and more than was needed. Not failures.</summary>
    public IReadOnlyList<Violation> Advice => [.. advice.Values];

    internal CpuSystemModel<Hardware> Model => model;

    /// <summary>The CPU that runs.</summary>
    internal int Running => Array.IndexOf(Cpus, Engine.Running);

    public void Reset(Strategy strategy)
    {
        Engine.Reset(strategy);
        Recorder?.Begin();
        memory = default;
        Array.Clear(pendingInterrupts);
        model.Reset();
    }

    /// <summary>Puts a word into memory before anything runs.</summary>
    public void Preload(ulong physical, ulong value) => model.Preload(physical, value);

    /// <summary>Instead of booting: this CPU has long been translating with a table.</summary>
    public void Preset(int cpu, ulong root) => model.Preset(cpu, root);

    /// <summary>After the end: whatever is on its way arrives.</summary>
    public void Settle() => model.Settle();

    /// <summary>The word that everyone can see now.</summary>
    public ulong Peek(ulong physical) => model.Peek(physical);

    /// <summary>What a CPU does when it takes an interrupt. Taking one and returning from it synchronise the context.</summary>
    public void OnInterrupt(int cpu, Action handler) => Cpus[cpu].Handler = () =>
    {
        model.Wake(cpu);
        model.Synchronise(cpu);
        handler();
        model.Synchronise(cpu);
    };

    /// <summary>Makes an interrupt pending on a CPU.</summary>
    public void Raise(int cpu, uint id)
    {
        pendingInterrupts[cpu] |= 1u << (int)id;
        Cpus[cpu].SetLine(true);
    }

    internal uint Acknowledge(int cpu)
    {
        uint pending = pendingInterrupts[cpu];
        if (pending == 0) return Hal.ICpuInterrupts.None;
        pendingInterrupts[cpu] = pending & pending - 1;
        Cpus[cpu].SetLine(pendingInterrupts[cpu] != 0);
        return (uint)System.Numerics.BitOperations.TrailingZeroCount(pending);
    }

    internal bool IsLeftOut(in Site site, bool isDsb)
    {
        foreach (var each in LeftOut)
        {
            if (!each.Is(site, isDsb)) continue;
            if (!Engine.Draining) BarriersLeftOut++;
            return true;
        }
        return false;
    }

    void ITraced.Record(bool on, int most) => Engine.Observer = Recorder = on ? new(this) { MostEvents = most } : null;

    ExecutionTrace ITraced.Recorded() => Recorder?.End() ?? throw new InvalidOperationException("nothing was recorded");

    void ISystem.Fold(ref StateHasher hasher)
    {
        var sink = new Sink { Hasher = hasher };
        model.Fold(ref sink);
        hasher = sink.Hasher;
        hasher.Add(memory);
        foreach (uint pending in pendingInterrupts) hasher.Add(pending);
    }

    Violation ISystem.LostWakeUp(CpuAgent waiting) => model.KeptWhileAsleep() is { } kept
        ? ViolationOf(kept)
        : new("idle", "lost-wake-up", [], $"{waiting.Name} waits for {waiting.WaitsFor}, and nothing else can run",
            "Look for work with interrupts masked, until WFI; store what is waited for, DSB, and then send the interrupt.");

    static Violation ViolationOf(in BrokenObligation broken)
        => new(broken.Obligation.Protocol, broken.Obligation.Rule, [broken.Obligation.Source], broken.What, broken.Mend + ".");

    struct Sink : IStateSink
    {
        public StateHasher Hasher;

        public void Add(ulong part) => Hasher.Add(part);
    }

    /// <summary>The one door: what the model leaves open, the engine chooses.</summary>
    internal readonly struct Hardware(SimulatedCpus machine) : IHardware
    {
        public int Choose(int count) => machine.Engine.Choose(ChoiceKind.Device, count);

        [DoesNotReturn]
        public void Broken(in BrokenObligation broken) => machine.Engine.Fail(ViolationOf(broken));

        public void OverBroad(in BrokenObligation advice)
        {
            if (!machine.Engine.Draining) machine.advice.TryAdd(advice.What, ViolationOf(advice));
        }

        public void MemoryChanged(ulong physical, ulong before, ulong after)
        {
            if (machine.Engine.Hashing)
            {
                var (old, now) = (Hashing.Word(physical, before), Hashing.Word(physical, after));
                machine.memory = new(machine.memory.A ^ old.A ^ now.A, machine.memory.B ^ old.B ^ now.B);
            }
            machine.Recorder?.Arrives(physical, before, after);
            machine.Engine.Touch(physical);
        }

        public void Stored(ulong word) => machine.Engine.Touch(word);

        public void StoresWaiting(int cpu, bool any)
        {
            if (any) machine.Engine.Unblock(machine.arrivals[cpu]);
            else machine.Engine.Block(machine.arrivals[cpu]);
        }
    }

    /// <summary>Stores of one CPU on their way: each step, one of them arrives.</summary>
    sealed class StoreArrival(SimulatedCpus machine, int cpu) : InlineAgent($"cpu{cpu}.stores")
    {
        public override void Run()
        {
            Step++;
            machine.model.Arrive(cpu);
            ForgetHistory();
        }
    }
}
