using System.Diagnostics.CodeAnalysis;
using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <content>What goes wrong with locks, in words: who holds what, and where.</content>
public sealed partial class LockMonitor
{
    void HoldsItAlready(CpuAgent cpu, int at, Place where)
    {
        if (cpu.IsInHandler && !locks[at].ByHandler)
        {
            Fail("self-deadlock", $"the interrupt handler of {cpu.Name} waits for {Words(at)} in {where}, and has interrupted its holder: {Has(at)}",
                "Mask interrupts before taking a lock that a handler of the same CPU takes, until it is given back: IrqLock.");
        }
        Fail("recursive", $"{NameOf(cpu.Id)} waits for {Words(at)} in {where}, and has it already, taken in {locks[at].Where}",
            "Take a lock once, and call what expects it to be held.");
    }

    void NotHeld(CpuAgent cpu, int at, Place where)
        => Fail("not-holder", $"{NameOf(cpu.Id)} gives {Words(at)} back in {where}, and {(locks[at].Holder == Nobody ? "nobody has it" : Has(at))}",
            "A lock is given back once, by the CPU that took it.");

    /// <summary>Follows who waits for whom from a CPU that has just begun to wait.</summary>
    void FindCycle(CpuAgent from)
    {
        int cpu = from.Id;
        for (int steps = 0; steps < machine.Cpus.Count; steps++)
        {
            int waited = WaitOf(machine.Cpus[cpu]).Lock;
            if (waited == Nobody || locks[waited].Holder == Nobody) return;
            cpu = locks[waited].Holder;
            if (cpu == from.Id) FailWithCycle(from.Id);
        }
    }

    [DoesNotReturn]
    void FailWithCycle(int from)
    {
        var words = new List<string>();
        int cpu = from;
        do
        {
            var wait = WaitOf(machine.Cpus[cpu]);
            words.Add($"{NameOf(cpu)} waits in {wait.Where} for {Words(wait.Lock)}, and {Has(wait.Lock)}");
            cpu = locks[wait.Lock].Holder;
        }
        while (cpu != from);
        Fail("deadlock", string.Join("; ", words), "Take locks in one order everywhere.");
    }

    /// <summary>Nobody can run any more: what somebody waits for a lock for, or null if nobody does.</summary>
    internal Violation? WhyNobodyRuns()
    {
        for (int i = 0; i < waits.Length; i++)
        {
            ref var wait = ref waits[i];
            if (wait.Lock == Nobody) continue;
            string who = $"{NameOf(i / 2)} waits for {Words(wait.Lock)} in {wait.Where}";
            int holder = locks[wait.Lock].Holder;
            if (holder == Nobody) return Of("lost-wake-up", $"{who}, nobody has it, and nothing else can run",
                "Whoever gives a lock back writes what waiters look at, after which there is nothing that they miss.");
            if (machine.Cpus[holder].Finished) return Of("never-released", $"{who}, and {Has(wait.Lock)} and is done",
                "Give a lock back on every way out.");
            if (WaitOf(machine.Cpus[holder]).Lock == Nobody) return Of("holder-waits",
                $"{who}, and {Has(wait.Lock)} and waits for {machine.Cpus[holder].WaitsFor}", "Do not wait for anything else while holding a spin lock.");
        }
        return null;
    }

    string Words(int at) => locks[at].Name ?? $"the lock at 0x{locks[at].Address:x}";

    string Has(int at) => $"{NameOf(locks[at].Holder)}{(locks[at].ByHandler ? "'s handler" : "")} has it since {locks[at].Where}";

    string NameOf(int cpu) => machine.Cpus[cpu].Name;

    [DoesNotReturn]
    void Fail(string rule, string message, string mend) => machine.Engine.Fail(Of(rule, message, mend));

    static Violation Of(string rule, string message, string mend) => new(Name, rule, [], message, mend);
}
