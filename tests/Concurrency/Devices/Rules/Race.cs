using Ringcheck.Exploration;
using Ringcheck.Hal;
using static Ringcheck.Tests.Concurrency.Devices.Rules.RuleBench;

namespace Ringcheck.Tests.Concurrency.Devices.Rules;

/// <summary>
/// A program with every kind of choice that weak memory has: doorbells that arrive late, loads of older values, stores that take an earlier place. It fails where all three
/// come together.
/// </summary>
static class Race
{
    public const string Failure = "race/all-three";

    public static RuleBench On(string memory) => new(memory, Build);

    public static void Build(RuleBench bench)
    {
        uint seen = 0;
        bool arrived = false, late = false;
        var bell = bench.Plug("bell");
        var device = bench.Plug("device", async DeviceTask<Nothing> (_, dma) =>
        {
            uint y = await dma.Load<uint>(Y);
            seen = y * 10 + await dma.Load<uint>(X); // "10": the flag is new, the data is not
            await dma.Store(Z, 2u);
            return default;
        });
        bell.OnWrite = _ => arrived = true;
        bench.Do = () =>
        {
            (seen, arrived) = (0, false);
            bench.Cpu.WriteRegister32(bell.Command, 1);
            late = !arrived;
            bench.Cpu.WriteRegister32(device.Command, 1);
            bench.Cpu.Store32(X, 1);
            bench.Cpu.Store32(Y, 1);
            bench.Cpu.Store32(Z, 1);
        };
        bench.AtRest = () =>
        {
            uint last = bench.Machine.Ram.Load<uint>(((CpuAddress)Z).Value); // in coherence order, whoever stored first
            bench.See($"{seen:00} {last}{(late ? " late" : "")}");
            bool earlier = bench.Engine.Trace.Exists(choice => choice.Kind == ChoiceKind.Coherence);
            if (seen == 10 && late && earlier) bench.Engine.Fail(new("race", "all-three", [], bench.Outcome, ""));
        };
    }
}
