using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>Carrying out the program.</content>
sealed partial class BootScenario<TBoard>
{
    /// <summary>Honest devices answer, and then no time passes.</summary>
    const uint TimeoutMs = 1000;

    static readonly byte[] Typed = "ok\n"u8.ToArray();

    uint content;

    /// <summary>False: a device has not answered, and nothing more is asked.</summary>
    bool Perform(Operation operation)
    {
        ulong before = Engine.NowMs;
        bool goesOn = (BootVerb)operation.Code switch
        {
            BootVerb.Write => Write((int)operation.A, operation.B),
            BootVerb.Read => Read((int)operation.A, operation.B),
            BootVerb.ReadAll => ReadAll(operation.A),
            BootVerb.Type => Type(),
            _ => Tick(operation.A),
        };
        if (!IsHostile && Engine.NowMs - before >= TimeoutMs) Fail("interrupts", "not-heard", $"to {Describe(operation)} took until the time-out: no interrupt has woken the kernel",
            "Configure an interrupt, register its handler and enable it, at the controller and at the device.");
        return goesOn;
    }

    DmaRegion BufferOf(int disk) => machine.Region(Buffers + BufferStride * (uint)disk, Sector.Size);

    bool Write(int disk, uint sector)
    {
        ReferenceDisk.Fill(scratch, ++content, sector);
        cpu.CopyToMemory(BufferOf(disk).Cpu, scratch);
        if (IsFallback) return JudgeEnd(disk, kernel.Disk(0).Write(new(sector), BufferOf(disk), TimeoutMs));
        references[disk].Begin(sector, 1);
        var status = kernel.Disk(disk).Write(new(sector), BufferOf(disk), TimeoutMs);
        if (status == DriverStatus.Ok) references[disk].End(sector, 1, content);
        return JudgeEnd(disk, status);
    }

    bool Read(int disk, uint sector)
    {
        var status = kernel.Disk(disk).Read(new(sector), BufferOf(disk), TimeoutMs);
        if (status == DriverStatus.Ok) JudgeData(disk, sector);
        return JudgeEnd(disk, status);
    }

    /// <summary>Requests of all disks in flight together, so that interrupts that are shared have several reasons.</summary>
    bool ReadAll(uint sector)
    {
        Span<RequestId> ids = stackalloc RequestId[disks.Length];
        bool goesOn = true;
        int submitted = 0;
        for (; submitted < disks.Length && goesOn; submitted++)
        {
            var buffer = BufferOf(submitted);
            var status = DmaOwnership.GiveToDevice(cpu, buffer, deviceWrites: true);
            Span<DmaSegment> piece = [DmaSegment.Of(buffer)];
            if (status == DriverStatus.Ok) status = DriverOf(submitted).Submit(BlkOperation.Read, new(sector), piece, out ids[submitted]);
            DriverOf(submitted).Kick();
            goesOn = status == DriverStatus.Ok || JudgeEnd(submitted, status);
        }
        for (int disk = 0; disk < submitted; disk++)
        {
            var status = DriverOf(disk).Wait(ids[disk], TimeoutMs, out _);
            if (status is DriverStatus.TimedOut or DriverStatus.NeedsReset) return JudgeEnd(disk, status);
            DmaOwnership.TakeFromDevice(cpu, BufferOf(disk), deviceWrote: true);
            if (status == DriverStatus.Ok) JudgeData(disk, sector);
            goesOn &= JudgeEnd(disk, status);
        }
        return goesOn;
    }

    VirtioBlk<Ringcheck.Devices.SimMachine> DriverOf(int disk) => kernel.Disk(disk).Virtio!;

    bool Tick(uint fromNowMs)
    {
        uint before = kernel.Ticks;
        cpu.MaskInterrupts();
        if (kernel.SetDeadline(fromNowMs) != DriverStatus.Ok) Fail("boot", "no-timer", "the boot was complete, and there is no timer", "The stage of the timer fails where it cannot be used.");
        while (kernel.Ticks == before) SleepOnce();
        cpu.UnmaskInterrupts();
        Count(BootPremise.Ticks);
        return true;
    }

    /// <summary>Whoever types does not ask whether anybody listens.</summary>
    bool Type()
    {
        serial!.Connect();
        cpu.MaskInterrupts();
        foreach (byte expected in Typed)
        {
            byte character;
            while (!kernel.TryReceive(out character)) SleepOnce();
            if (character != expected) Fail("boot", "wrong-character", $"the kernel has received 0x{character:x2}, and 0x{expected:x2} was typed", "Take characters in the order in which they come, each once.");
        }
        cpu.UnmaskInterrupts();
        Count(BootPremise.Typed);
        return true;
    }

    /// <summary>Until an interrupt, which is served; interrupts are masked before and after.</summary>
    void SleepOnce()
    {
        cpu.WaitForInterrupt(Deadline.Never);
        cpu.UnmaskInterrupts();
        cpu.MaskInterrupts();
    }
}
