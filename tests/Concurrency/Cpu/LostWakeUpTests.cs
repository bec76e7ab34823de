using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cpu;

/// <summary>Sleeping and waking with one step left out at a time: each loses a wake-up in some execution, and with all of them none does.</summary>
public sealed class LostWakeUpTests
{
    const uint WakeInterrupt = Idle.WakeInterrupt;

    static readonly CpuAddress Request = new(0x100), Answer = new(0x108);

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "idle/lost-wake-up")] // the interrupt is taken between the last look and WFI
    [InlineData(1, "idle/no-dsb-before-wfi")]
    [InlineData(2, "idle/lost-wake-up")] // the interrupt is there before the word
    public void Each_step_is_needed(int leftOut, string failure)
    {
        var machine = new SimulatedCpus(2);
        var cpu = new SimCpu(machine);
        for (int i = 0; i < 2; i++) machine.OnInterrupt(i, () => CpuInterrupts.Handle(cpu, new TlbShootdown(new CpuAddress(0x400))));
        using var baton = new Baton(machine.Engine, (machine.Cpus[0], () => AskAndSleep(cpu, leftOut)), (machine.Cpus[1], () => AnswerAndWake(cpu, leftOut)));
        var strategy = new Exhaustive(Pruning.SeenStates);
        string found = "";
        for (int i = 0; found.Length == 0 && strategy.Begin(i); i++)
        {
            machine.Reset(strategy);
            try
            {
                baton.Run();
            }
            catch (ExecutionEnd)
            {
                found = machine.Engine.Violation?.Key ?? "";
            }
        }
        Assert.Equal(failure, found);
        Assert.Equal(failure.Length == 0, strategy.IsExhaustive);
    }

    static void AskAndSleep(SimCpu cpu, int leftOut)
    {
        cpu.UnmaskInterrupts();
        cpu.StoreRelease64(Request, 1);
        while (true)
        {
            if (leftOut != 0) cpu.MaskInterrupts();
            bool isAnswered = cpu.LoadAcquire64(Answer) == 1;
            if (!isAnswered)
            {
                if (leftOut != 1) cpu.DataBarrier(DataBarrierKind.Everything);
                cpu.WaitForInterrupt(Deadline.Never);
            }
            if (leftOut != 0) cpu.UnmaskInterrupts();
            if (isAnswered) return;
        }
    }

    static void AnswerAndWake(SimCpu cpu, int leftOut)
    {
        var poll = cpu.BeginPoll(Deadline.Never);
        while (cpu.KeepPolling(ref poll, done: cpu.LoadAcquire64(Request) == 1))
        {
        }
        cpu.StoreRelease64(Answer, 1);
        if (leftOut != 2) cpu.DataBarrier(DataBarrierKind.Stores);
        cpu.SendInterrupt(0, WakeInterrupt);
    }
}
