using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Cpu;

/// <summary>
/// Each obligation of the model fires where its step is missing, by its own name, and not where the step is there: the protocols written out, one step left out
/// at a time. All choices are searched.
/// </summary>
public sealed class MissingStepTests
{
    const uint Page = PageTable.PageSize;

    static readonly PageTable Table = new(new PhysicalAddress(2 * Page)), Other = new(new PhysicalAddress(3 * Page));
    static readonly CpuAddress Code = new(Page), Data = new(8 * Page);
    static readonly PhysicalAddress FrameA = new(5 * Page), FrameB = new(6 * Page);

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "instruction-fetch/no-clean")]
    [InlineData(1, "instruction-fetch/no-dsb-after-clean")]
    [InlineData(2, "instruction-fetch/no-invalidate")]
    [InlineData(3, "instruction-fetch/no-dsb-after-invalidate")]
    [InlineData(4, "instruction-fetch/no-isb")]
    public void Making_code_executable(int leftOut, string failure) => Finds(failure, cpu =>
    {
        cpu.Store32(Code, 1);
        Steps(leftOut,
            () => cpu.CleanDataCache(Code, 4),
            () => cpu.DataBarrier(DataBarrierKind.Everything),
            () => cpu.InvalidateInstructionCache(Code, 4),
            () => cpu.DataBarrier(DataBarrierKind.Everything),
            () => cpu.InstructionBarrier());
        cpu.Run(Code);
    });

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "address-space/no-isb-after-ttbr")]
    public void Switching_address_space(int leftOut, string failure) => Finds(failure, cpu =>
    {
        cpu.WriteTranslationTable(Other.Root);
        Steps(leftOut, () => cpu.InstructionBarrier());
        cpu.Load64(Data);
    });

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "context-switch/no-isb-at-end")]
    public void Allowing_floating_point(int leftOut, string failure) => Finds(failure, cpu =>
    {
        cpu.AllowFloatingPoint(true);
        Steps(leftOut, () => cpu.InstructionBarrier());
        cpu.UseFloatingPoint();
    });

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "translation/no-dsb-after-entry")]
    [InlineData(1, "translation/no-isb-after-entry")]
    public void Mapping_a_page(int leftOut, string failure) => Finds(failure, cpu =>
    {
        var page = Data + Page;
        cpu.StoreEntry(Table.EntryOf(page), PageTable.EntryFor(FrameB, MemoryKind.Normal));
        Steps(leftOut, () => cpu.DataBarrier(DataBarrierKind.Stores), () => cpu.InstructionBarrier());
        cpu.Load64(page);
    });

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "tlb/no-dsb-before-tlbi")]
    [InlineData(1, "tlb/no-tlbi")]
    [InlineData(2, "tlb/no-dsb-after-tlbi")]
    [InlineData(3, "tlb/no-isb-after-tlbi")]
    public void Unmapping_a_page(int leftOut, string failure) => Finds(failure, cpu =>
    {
        cpu.StoreEntry(Table.EntryOf(Data), PageTable.InvalidEntry);
        Steps(leftOut,
            () => cpu.DataBarrier(DataBarrierKind.Stores),
            () => cpu.InvalidateTlb(Data, TlbReach.AllCpus),
            () => cpu.DataBarrier(DataBarrierKind.Everything),
            () => cpu.InstructionBarrier());
        cpu.Free(FrameA);
        cpu.TryLoad64(Data, out _);
    });

    [Fact]
    public void A_page_that_is_still_mapped() => Finds("translation/still-mapped", cpu =>
    {
        cpu.Free(FrameA);
        cpu.TryLoad64(Data, out _);
    });

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "tlb/no-break-before-make")]
    public void Changing_a_mapping(int leftOut, string failure) => Finds(failure, cpu =>
    {
        Steps(leftOut, () =>
        {
            cpu.StoreEntry(Table.EntryOf(Data), PageTable.InvalidEntry);
            cpu.DataBarrier(DataBarrierKind.Stores);
            cpu.InvalidateTlb(Data, TlbReach.AllCpus);
            cpu.DataBarrier(DataBarrierKind.Everything);
        });
        cpu.StoreEntry(Table.EntryOf(Data), PageTable.EntryFor(FrameB, MemoryKind.Normal));
        cpu.DataBarrier(DataBarrierKind.Stores);
        cpu.InstructionBarrier();
        cpu.Load64(Data);
    });

    [Theory]
    [InlineData(MemoryKind.Normal, "")]
    [InlineData(MemoryKind.Device, "memory-type/unaligned-on-device")]
    public void Unaligned_access(MemoryKind kind, string failure) => Finds(failure, cpu =>
    {
        Mappings.Map(cpu, Table, Data + Page, FrameB, kind);
        cpu.Store64(Data + Page, 0x0807_0605_0403_0201);
        Assert.Equal(0x0807_0605_0403ul, cpu.Load64(Data + Page + 2));
    });

    [Theory]
    [InlineData(MemoryKind.Normal, "")]
    [InlineData(MemoryKind.Device, "memory-type/exclusive-on-device")]
    public void Exclusive_access(MemoryKind kind, string failure) => Finds(failure, cpu =>
    {
        Mappings.Map(cpu, Table, Data + Page, FrameB, kind);
        Assert.Equal(0u, cpu.Exchange32(Data + Page, 7, AtomicOrder.AcquireRelease));
        Assert.Equal(7ul, cpu.Load64(Data + Page));
    });

    [Theory]
    [InlineData(-1, "")]
    [InlineData(0, "mmu/no-isb-after-enable")]
    public void Turning_the_mmu_on(int leftOut, string failure) => Finds(failure, cpu =>
    {
        cpu.WriteTranslationTable(Table.Root);
        cpu.InstructionBarrier();
        cpu.EnableMmu();
        Steps(leftOut, () => cpu.InstructionBarrier());
        cpu.Exchange32(new CpuAddress(0x100), 1, AtomicOrder.AcquireRelease);
    }, isBooted: false);

    /// <summary>A lint and not a failure: everything works, and more was emptied than was written.</summary>
    [Fact]
    public void Emptying_all_instruction_caches_for_one_line_is_over_broad()
    {
        var advice = Finds("", cpu =>
        {
            cpu.Store32(Code, 1);
            cpu.CleanDataCache(Code, 4);
            cpu.DataBarrier(DataBarrierKind.Everything);
            cpu.InvalidateAllInstructionCaches();
            cpu.DataBarrier(DataBarrierKind.Everything);
            cpu.InstructionBarrier();
            cpu.Run(Code);
        });
        var only = Assert.Single(advice);
        Assert.Equal("instruction-fetch/over-broad", only.Key);
        Assert.Contains("IC IVAU", only.Mend);
    }

    [Fact]
    public void Emptying_all_instruction_caches_does_not_replace_the_clean() => Finds("instruction-fetch/no-clean", cpu =>
    {
        cpu.Store32(Code, 1);
        cpu.InvalidateAllInstructionCaches();
        cpu.DataBarrier(DataBarrierKind.Everything);
        cpu.InstructionBarrier();
        cpu.Run(Code);
    });

    /// <summary>A violation says where in the sources, which instruction, and where the rule comes from.</summary>
    [Fact]
    public void A_violation_names_the_place_the_instruction_and_the_source()
    {
        var violation = Search(new SimulatedCpus(1), isBooted: true, cpu =>
        {
            cpu.WriteTranslationTable(Other.Root);
            cpu.Load64(Data);
        });
        Assert.Contains($"{nameof(MissingStepTests)}.{nameof(A_violation_names_the_place_the_instruction_and_the_source)} (line ", violation!.Message);
        Assert.Contains("ISB after the TTBR write", violation.Mend);
        Assert.Contains("DDI 0487", Assert.Single(violation.Clauses));
    }

    static void Steps(int leftOut, params ReadOnlySpan<Action> steps)
    {
        for (int i = 0; i < steps.Length; i++)
        {
            if (i != leftOut) steps[i]();
        }
    }

    static IReadOnlyList<Violation> Finds(string failure, Action<SimCpu> program, bool isBooted = true)
    {
        var machine = new SimulatedCpus(1);
        Assert.Equal(failure, Search(machine, isBooted, program)?.Key ?? "");
        return machine.Advice;
    }

    /// <summary>Every choice there is, until one fails.</summary>
    static Violation? Search(SimulatedCpus machine, bool isBooted, Action<SimCpu> program)
    {
        var strategy = new Exhaustive(Pruning.None);
        for (int i = 0; strategy.Begin(i); i++)
        {
            machine.Reset(strategy);
            machine.Preload(Table.EntryOf(Data).Value, PageTable.EntryFor(FrameA, MemoryKind.Normal));
            machine.Preload(Other.EntryOf(Data).Value, PageTable.EntryFor(FrameB, MemoryKind.Normal));
            foreach (uint page in (uint[])[0, 1]) machine.Preload(Table.EntryOf(new(page * Page)).Value, PageTable.EntryFor(new(page * Page), MemoryKind.Normal));
            if (isBooted) machine.Preset(0, Table.Root.Value);
            try
            {
                program(new(machine));
            }
            catch (ExecutionEnd)
            {
                // Its reason is in the engine.
            }
            if (machine.Engine.Violation is { } violation) return violation;
        }
        return null;
    }
}
