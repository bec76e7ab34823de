using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// TLB invalidation on every CPU by inter-processor interrupt, for machines where a TLBI does not reach all of them. Each CPU invalidates its own
/// TLB and acknowledges. Each sender has a request of its own, so CPUs may do this at the same time without a lock.
/// </summary>
/// <param name="area"><see cref="AreaSize"/> bytes of zeroed memory, mapped in every address space.</param>
public readonly struct TlbShootdown(CpuAddress area)
{
    public const uint Interrupt = 1;

    public const uint MaxCpus = 4;

    public const uint AreaSize = MaxCpus * SenderStride;

    // A sender's request (page, sequence number), then what each CPU has acknowledged of it.
    const uint PageOffset = 0, SequenceOffset = 8, AcknowledgedOffset = 16, SenderStride = 64;

    CpuAddress Request(uint sender) => area + sender * SenderStride;

    static CpuAddress Acknowledged(CpuAddress request, uint cpu) => request + AcknowledgedOffset + 8 * cpu;

    /// <summary>Returns when no CPU has the page in its TLB. The entry is gone from the table already, for all walkers.</summary>
    public void Invalidate<TCpu>(TCpu cpu, CpuAddress page)
        where TCpu : struct, ICpuSystem
    {
        uint self = cpu.CurrentCpu;
        var request = Request(self);
        ulong sequence = cpu.Load64(request + SequenceOffset) + 1;
        cpu.Store64(request + PageOffset, page.Value);
        cpu.StoreRelease64(request + SequenceOffset, sequence);
        // Sending an interrupt is not a memory access: no DMB and no release keeps it behind the request.
        cpu.DataBarrier(DataBarrierKind.Stores);
        for (uint other = 0; other < cpu.CpuCount; other++)
        {
            if (other != self)
                cpu.SendInterrupt(other, Interrupt);
        }

        InvalidateHere(cpu, page);
        for (uint other = 0; other < cpu.CpuCount; other++)
        {
            if (other != self)
                AwaitAcknowledgement(cpu, Acknowledged(request, other), sequence);
        }
    }

    /// <summary>The handler's part: does what others have asked for, and says so. Does nothing if there is nothing new.</summary>
    public void Serve<TCpu>(TCpu cpu)
        where TCpu : struct, ICpuSystem
    {
        uint self = cpu.CurrentCpu;
        for (uint sender = 0; sender < cpu.CpuCount; sender++)
        {
            if (sender == self)
                continue;
            var request = Request(sender);
            ulong sequence = cpu.LoadAcquire64(request + SequenceOffset);
            if (cpu.Load64(Acknowledged(request, self)) == sequence)
                continue;
            InvalidateHere(cpu, new CpuAddress(cpu.Load64(request + PageOffset)));
            // A release: accesses that this CPU made through the page come before it.
            cpu.StoreRelease64(Acknowledged(request, self), sequence);
        }
    }

    static void InvalidateHere<TCpu>(TCpu cpu, CpuAddress page)
        where TCpu : struct, ICpuSystem
    {
        cpu.InvalidateTlb(page, TlbReach.ThisCpu);
        cpu.DataBarrier(DataBarrierKind.ThisCpu);
        cpu.InstructionBarrier();
    }

    static void AwaitAcknowledgement<TCpu>(TCpu cpu, CpuAddress acknowledged, ulong sequence)
        where TCpu : struct, ICpuSystem
    {
        var poll = cpu.BeginPoll(Deadline.Never);
        while (cpu.KeepPolling(ref poll, done: cpu.LoadAcquire64(acknowledged) == sequence))
        {
        }
    }
}
