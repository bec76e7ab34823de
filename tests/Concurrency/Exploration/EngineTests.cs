using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Exploration;

/// <summary>The engine's own rules: what ends an execution, interrupts, time, endless loops, exceptions.</summary>
public sealed class EngineTests
{
    /// <summary>A scenario made of one function of the CPU.</summary>
    sealed class OneFunction(Action<SimulatedMachine, SimMachine> body, Action<SimulatedMachine>? setUp = null) : IScenario
    {
        readonly SimulatedMachine machine = new(1 << 16);

        public Engine Engine => machine.Engine;

        public IReadOnlyList<Operation> Program { get; set; } = [];

        public IReadOnlyList<Premise> Premises => [];

        public string Bounds => "";

        public void Reset(Strategy strategy)
        {
            machine.Reset(strategy);
            setUp?.Invoke(machine);
        }

        public void Run()
        {
            body(machine, new SimMachine(machine));
            machine.Cpu.Finish();
            Engine.RunToRest();
        }

        public string Describe(Operation operation) => "";

        public IEnumerable<Operation> Simpler(Operation operation) => [];

        public Operation? Merge(Operation first, Operation second) => null;

        public void Dispose() => machine.Dispose();
    }

    static Violation? Run(Action<SimulatedMachine, SimMachine> body, Action<SimulatedMachine>? setUp = null)
    {
        using var scenario = new OneFunction(body, setUp);
        return Execution.Run(scenario, PlainRun.Instance);
    }

    static readonly CpuAddress Word = new(SimulatedMachine.RamBase + 0x100);

    [Fact]
    public void Waiting_for_nothing_is_a_lost_notification()
        => Assert.Equal("lost-notification/nobody-runs", Run((_, cpu) => cpu.WaitForInterrupt(Deadline.Never))?.Key);

    [Fact]
    public void Waiting_with_a_deadline_ends_in_virtual_time()
        => Assert.Null(Run((machine, cpu) =>
        {
            cpu.WaitForInterrupt(cpu.DeadlineAfter(25));
            Assert.Equal(25UL, machine.Engine.NowMs);
        }));

    [Fact]
    public void A_polling_loop_times_out_after_a_last_look()
        => Assert.Null(Run((_, cpu) =>
        {
            int looks = 0;
            var poll = cpu.BeginPoll(cpu.DeadlineAfter(10));
            while (cpu.KeepPolling(ref poll, done: Look() == 1))
            {
            }
            Assert.True(poll.TimedOut);
            Assert.Equal(2, looks);

            uint Look()
            {
                looks++;
                return cpu.Load32(Word);
            }
        }));

    [Fact]
    public void An_exception_in_driver_code_is_a_violation_with_its_name()
        => Assert.Equal("driver-exception/IndexOutOfRangeException", Run((_, _) => GC.KeepAlive(Array.Empty<int>()[Environment.ProcessId]))?.Key);

    [Fact]
    public void Endless_recursion_over_the_seam_is_a_violation()
    {
        Violation? found = null;
        var thread = new Thread(() => found = Run((_, cpu) => Recurse(cpu)), 1 << 20);
        thread.Start();
        thread.Join();
        Assert.Contains(found?.Key, new[] { "driver-exception/endless-recursion", "progress/no-end" });

        static uint Recurse(SimMachine cpu) => cpu.Load32(Word) + Recurse(cpu);
    }

    [Fact]
    public void A_loop_over_the_seam_that_does_not_end_is_a_violation()
        => Assert.Equal("progress/no-end", Run((_, cpu) =>
        {
            while (cpu.Load32(Word) == 0)
            {
            }
        })?.Key);

    [Fact]
    public void A_loop_that_only_ticks_is_a_violation()
        => Assert.Equal("progress/endless-loop", Run((_, _) =>
        {
            while (true) LoopGuard.Tick();
        })?.Key);

    [Fact]
    public void Memory_outside_ram_is_a_data_abort()
        => Assert.Equal("memory-access/outside-memory", Run((_, cpu) => cpu.Load32(new(0x10)))?.Key);

    [Fact]
    public void An_unassigned_register_is_reported()
        => Assert.Equal("register-access/unassigned-address", Run((_, cpu) => cpu.ReadRegister32(new(0x0900_0000)))?.Key);

    [Fact]
    public void A_pending_interrupt_is_taken_when_unmasked_and_ends_a_wait_while_masked()
    {
        int taken = 0;
        InterruptLine? line = null;
        Assert.Null(Run((machine, cpu) =>
        {
            line!.Set(true);
            cpu.WaitForInterrupt(Deadline.Never);
            Assert.Equal(0, taken);
            cpu.UnmaskInterrupts();
            Assert.Equal(1, taken);
        }, machine =>
        {
            line ??= machine.Interrupts.AddLine(1);
            machine.Cpu.Handler = () =>
            {
                taken++;
                line.Set(false);
            };
        }));
    }

    /// <summary>Remembers what each choice was keyed by.</summary>
    sealed class Keys : Strategy
    {
        public List<(ChoiceKind Kind, int Agent)> Seen { get; } = [];

        public override string Name => "keys";

        public override bool Begin(long execution) => true;

        public override int Choose(in ChoicePoint point, Engine engine)
        {
            Seen.Add((point.Kind, point.Agent));
            return point.Default;
        }
    }

    /// <summary>A replayed choice is found by its agent's own step: the handler's and the interrupted code's must not be mixed up.</summary>
    [Fact]
    public void A_choice_belongs_to_the_handler_inside_it_and_to_the_main_code_right_after_it()
    {
        InterruptLine? line = null;
        using var scenario = new OneFunction((machine, cpu) =>
        {
            line!.Set(true);
            cpu.UnmaskInterrupts();
            machine.Engine.Choose(ChoiceKind.Device, 2);
        }, machine =>
        {
            line ??= machine.Interrupts.AddLine(1);
            machine.Cpu.Handler = () =>
            {
                machine.Engine.Choose(ChoiceKind.Fault, 2);
                line.Set(false);
            };
        });
        var keys = new Keys();
        Assert.Null(Execution.Run(scenario, keys));
        Assert.Equal([(ChoiceKind.Fault, 1), (ChoiceKind.Device, 0)], keys.Seen);
    }

    [Fact]
    public void Sleeping_in_a_handler_is_reported()
    {
        InterruptLine? line = null;
        Assert.Equal("progress/sleep-in-handler", Run((_, cpu) =>
        {
            line!.Set(true);
            cpu.UnmaskInterrupts();
        }, machine =>
        {
            line ??= machine.Interrupts.AddLine(1);
            machine.Cpu.Handler = () => new SimMachine(machine).WaitForInterrupt(Deadline.Never);
        })?.Key);
    }

    [Fact]
    public void A_hang_without_any_access_is_given_up_by_the_clock()
    {
        using var release = new ManualResetEventSlim();
        var explorer = new Explorer(() => new OneFunction((_, cpu) =>
        {
            cpu.Load32(Word);
            release.Wait();
        }), () => PlainRun.Instance, new(1) { HangSeconds = 0.5 });
        var result = explorer.Run(TestContext.Current.CancellationToken);
        release.Set();
        Assert.Equal("progress/hang", result.Violation?.Key);
    }
}
