using FsCheck.Fluent;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Arm GIC architecture 2.0 (IHI 0048B), chapters 2 and 3: the simulated GIC, used through the kernel's driver, under random sequences of lines, acknowledgements, ends, priorities and masks,
/// against the reference. Does not check software-generated interrupts, several CPUs, or what is UNPREDICTABLE.
/// </summary>
public sealed class GicSequenceTests(ITestOutputHelper output)
{
    const byte Raise = 1, Lower = 2, Acknowledge = 3, End = 4, Configure = 5, Enable = 6, Disable = 7, Mask = 8;
    const uint Lines = 4;

    /// <summary>Most interrupts are in use from the beginning, or nothing would ever come.</summary>
    static readonly FsCheck.Gen<Operation[]> Sequences = Gen.Choose(0, 15).ArrayOf((int)Lines).SelectMany(levels => Gen.ArrayOf(AnyOperation())
        .Select(rest => (Operation[])[.. levels.SelectMany((level, line) => (Operation[])[new(Configure, (uint)line, (uint)level), new(Enable, (uint)line)]), .. rest]));

    static FsCheck.Gen<Operation> AnyOperation() => Gen.Choose(0, 19).SelectMany(kind => Gen.Choose(0, (int)Lines - 1).SelectMany(line => Gen.Choose(0, 15).Select(
        more => new Operation(CodeOf(kind), (uint)line, (uint)more))));

    static byte CodeOf(int kind) => kind switch
    {
        < 4 => Raise,
        < 7 => Lower,
        < 11 => Acknowledge,
        < 14 => End,
        < 16 => Configure,
        < 18 => Enable,
        18 => Disable,
        _ => Mask,
    };

    [Fact]
    public void The_simulated_GIC_is_the_reference()
    {
        using var trial = new Trial(GicMistake.None);
        Checked.Sequences(trial.Property, 4_000);
        output.WriteLine($"{trial.Taken} interrupts taken, {trial.Preempted} while another was active, {trial.Spurious} times none");
        Assert.True(trial is { Taken: > 2_000, Preempted: > 100, Spurious: > 2_000 }, "the sequences do not reach what they are for");
    }

    public static TheoryData<GicMistake> Mistakes => [.. Enum.GetValues<GicMistake>().Where(mistake => mistake != GicMistake.None)];

    /// <summary>That each part of the comparison can fail.</summary>
    [Theory]
    [MemberData(nameof(Mistakes))]
    public void A_reference_that_is_wrong_is_found(GicMistake mistake)
    {
        using var trial = new Trial(mistake);
        var found = Checked.Find(trial.Property, 4_000);
        Assert.True(found is not null, "not found");
        output.WriteLine(Checked.Report(trial.Property, found));
    }

    /// <summary>One machine for all sequences, reset for each.</summary>
    sealed class Trial : IDisposable
    {
        readonly SimulatedMachine machine = new(1 << 16, interrupts: static machine => new GicV2(machine, shared: 32));
        readonly InterruptLine[] lines;
        readonly SimMachine cpu;
        readonly GicV2<SimMachine> gic;
        readonly GicMistake mistake;

        public Trial(GicMistake mistake)
        {
            this.mistake = mistake;
            machine.Monitors.JudgeDriver = false; // nested acknowledgements are what priorities are for, and no handler of this machine nests
            lines = [.. Enumerable.Range(0, (int)Lines).Select(machine.Interrupts.AddLine)];
            cpu = new(machine);
            gic = new(cpu, new(GicV2.DistributorBase), new(GicV2.CpuBase));
            Property = new("GICv2", Sequences, Run, static _ => [], static (_, _) => null, Describe);
        }

        public SequenceProperty Property { get; }

        public int Taken { get; private set; }

        public int Preempted { get; private set; }

        public int Spurious { get; private set; }

        Broken? Run(IReadOnlyList<Operation> operations)
        {
            machine.Reset(PlainRun.Instance);
            var reference = new GicReference(mistake);
            gic.Initialise();
            gic.InitialiseCpu();
            var taken = new Stack<TakenInterrupt>();
            foreach (var operation in operations)
            {
                if (Step(operation, reference, taken) is { } broken) return broken;
                uint running = cpu.ReadRegister32(new(GicV2.CpuBase + GicCpu.RunningPriority));
                if (running != reference.Running) return new("running priority", $"it is 0x{running:x}, and should be 0x{reference.Running:x}");
            }
            return null;
        }

        Broken? Step(Operation operation, GicReference reference, Stack<TakenInterrupt> taken)
        {
            uint id = GicInterrupt.FirstShared + operation.A;
            switch (operation.Code)
            {
                case Raise or Lower:
                    lines[operation.A].Set(operation.Code == Raise);
                    reference.Set(id, operation.Code == Raise);
                    break;
                case Acknowledge:
                    var interrupt = gic.Acknowledge();
                    uint said = interrupt.IsNone ? GicReference.None : interrupt.Number, expected = reference.Acknowledge();
                    if (said != expected) return new("acknowledge", $"{said} was acknowledged, and should be {expected}");
                    Count(interrupt, taken);
                    break;
                case End when taken.Count > 0:
                    gic.End(taken.Pop());
                    reference.End();
                    break;
                case Configure when !reference.IsEnabled(id) && !taken.Any(each => each.Number == id):
                    var trigger = operation.B % 2 == 0 ? InterruptTrigger.Level : InterruptTrigger.Edge;
                    gic.Configure(id, trigger, (byte)(operation.B << 4), cpu: 0);
                    reference.Configure(id, trigger, (byte)(operation.B << 4));
                    break;
                case Enable or Disable:
                    if (operation.Code == Enable) gic.Enable(id);
                    else gic.Disable(id);
                    if (operation.Code == Enable) reference.Enable(id);
                    else reference.Disable(id);
                    break;
                case Mask:
                    cpu.WriteRegister32(new(GicV2.CpuBase + GicCpu.PriorityMask), operation.B << 4);
                    reference.Mask = (int)operation.B << 4;
                    break;
            }
            return null;
        }

        void Count(TakenInterrupt interrupt, Stack<TakenInterrupt> taken)
        {
            if (interrupt.IsNone)
            {
                Spurious++;
                return;
            }
            if (taken.Count > 0) Preempted++;
            Taken++;
            taken.Push(interrupt);
        }

        public void Dispose() => machine.Dispose();

        static string Describe(Operation operation) => operation.Code switch
        {
            Raise => $"line {operation.A} rises",
            Lower => $"line {operation.A} falls",
            Acknowledge => "the CPU acknowledges",
            End => "it ends what it acknowledged last",
            Configure => $"interrupt {operation.A} is {(operation.B % 2 == 0 ? "a level" : "an edge")} of priority 0x{operation.B << 4:x}",
            Enable => $"interrupt {operation.A} is enabled",
            Disable => $"interrupt {operation.A} is disabled",
            _ => $"the priority mask is 0x{operation.B << 4:x}",
        };
    }
}
