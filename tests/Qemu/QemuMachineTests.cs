using System.Diagnostics;
using Ringcheck.Hal;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;
using Xunit;

namespace Ringcheck.Tests.Qemu;

/// <summary>The seam on QEMU, without a driver: interrupts, polling, memory, and what depends on QEMU's own timing.</summary>
public sealed class QemuMachineTests(ModernQemu fixture) : IClassFixture<ModernQemu>
{
    private const int TimeoutMs = 60_000;
    private const uint Line = 16 + ScriptBuilder.BlkSlot;

    /// <summary>Room for 16 requests of three descriptors.</summary>
    private const ushort QueueSize = 64;

    /// <summary>QEMU joins reads of adjacent sectors into one, whose parts then complete together and in order.</summary>
    private const ulong Apart = 40;

    /// <summary>Where the parts of the queue lie.</summary>
    private static readonly ScriptBuilder Queue = new(QueueSize);

    private static readonly CpuAddress Device = new(QemuTarget.SlotBase + ScriptBuilder.BlkSlot * MmioIdentity.BlockSize);

    [Fact(Timeout = TimeoutMs)]
    public Task InterruptsAreDeliveredWhenUnmasked() => Bounded(qemu =>
    {
        var state = new QemuMachineState(qemu);
        var machine = new QemuMachine(state);
        uint causes = 0;
        state.Route(Line, () =>
        {
            causes |= machine.ReadRegister32(Device + MmioRegister.InterruptStatus);
            machine.WriteRegister32(Device + MmioRegister.InterruptAck, causes);
        });

        BringUp(qemu, requests: 1);
        machine.MaskInterrupts();
        machine.WriteRegister32(Device + MmioRegister.QueueNotify, 0);
        machine.WaitForInterrupt(machine.DeadlineAfter(5000));
        Assert.True(state.IsPending);
        Assert.Equal(0, state.HandlerRuns);

        machine.UnmaskInterrupts();
        Assert.Equal(1, state.HandlerRuns);
        Assert.Equal(InterruptCause.UsedBuffer, causes);
        Assert.False(state.IsPending);
        Assert.Equal(1, UsedIndex(machine));
    });

    [Fact(Timeout = TimeoutMs)]
    public Task WaitingEndsAtTheDeadlineAndPollingLooksOnceMore() => Bounded(qemu =>
    {
        var machine = new QemuMachine(new QemuMachineState(qemu));
        long began = Stopwatch.GetTimestamp();
        machine.WaitForInterrupt(machine.DeadlineAfter(50));
        Assert.InRange(Stopwatch.GetElapsedTime(began).TotalMilliseconds, 49, 5000);

        PollLoop poll = machine.BeginPoll(machine.DeadlineAfter(50));
        int looks = 0;
        while (machine.KeepPolling(ref poll, done: false))
        {
            looks++;
        }

        Assert.True(poll.TimedOut);
        Assert.NotEqual(0, looks);

        // The deadline has passed before the first look, which still gets a second one.
        poll = machine.BeginPoll(new Deadline(0));
        Assert.True(machine.KeepPolling(ref poll, done: false));
        Assert.False(machine.KeepPolling(ref poll, done: true));
        Assert.False(poll.TimedOut);
    });

    [Fact(Timeout = TimeoutMs)]
    public Task MemoryIsTheDevicesMemoryAndNothingElse() => Bounded(qemu =>
    {
        var machine = new QemuMachine(new QemuMachineState(qemu));
        CpuAddress cell = qemu.Ram.Free.Cpu;
        machine.Store64(cell, 0x0102_0304_0506_0708);
        Assert.Equal(0x0506_0708u, qemu.Qtest.Read(cell.Value, 4));
        qemu.Qtest.Write(cell.Value, 2, 0xBEEF);
        Assert.Equal(0xBEEF, machine.LoadAcquire16(cell));
        Assert.Equal(0x01020304u, machine.Load32(cell + 4));

        Assert.Throws<ArgumentException>(() => machine.Load32(cell + 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Load8(new CpuAddress(SharedRam.Base - 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => machine.Load8(cell + qemu.Ram.Free.Length));
    });

    /// <summary>A doorbell is neither always nor never served by the time its write has returned.</summary>
    [Fact(Timeout = TimeoutMs)]
    public Task ADoorbellMayBeServedBeforeItsWriteReturns() => Bounded(qemu =>
    {
        const int atMost = 20_000;
        var machine = new QemuMachine(new QemuMachineState(qemu));
        int kicks = 0, served = 0;
        for (; kicks < atMost && (kicks < 200 || served == 0 || served == kicks); kicks++)
        {
            if (kicks % 8 == 0)
            {
                BringUp(qemu, requests: 8, publish: 0);
            }

            ushort index = (ushort)(kicks % 8 + 1);
            machine.StoreRelease16(new CpuAddress(Queue.Available + AvailableRing.IndexOffset), index);
            machine.WriteRegister32(Device + MmioRegister.QueueNotify, 0);
            served += UsedIndex(machine) == index ? 1 : 0;
            WaitUntilUsed(machine, index);
        }

        TestContext.Current.SendDiagnosticMessage($"served when the doorbell's write returned: {served} of {kicks}");
        Assert.InRange(served, 1, kicks - 1);
    });

    /// <summary>Sixteen reads after one notification: a driver that relies on completion in order fails here.</summary>
    [Fact(Timeout = TimeoutMs)]
    public Task CompletionsArriveOutOfOrder() => Bounded(qemu =>
    {
        const int rounds = 20, requests = 16;
        var machine = new QemuMachine(new QemuMachineState(qemu));
        int outOfOrder = 0;
        for (int round = 0; round < rounds; round++)
        {
            BringUp(qemu, requests);
            machine.WriteRegister32(Device + MmioRegister.QueueNotify, 0);
            WaitUntilUsed(machine, requests);
            var heads = new uint[requests];
            for (ushort slot = 0; slot < requests; slot++)
            {
                heads[slot] = machine.Load32(new CpuAddress(Queue.Used + UsedRing.EntryOffset(slot)));
            }

            outOfOrder += heads.SequenceEqual(heads.Order()) ? 0 : 1;
            Assert.Equal(Enumerable.Range(0, requests).Select(i => 3u * (uint)i), heads.Order());
        }

        TestContext.Current.SendDiagnosticMessage($"completed out of order: {outOfOrder} of {rounds} rounds of {requests} reads");
        Assert.NotEqual(0, outOfOrder);
    });

    private Task Bounded(Action<QemuProcess> test)
    {
        QemuFixture.SkipUnlessInstalled();
        return Task.Run(() => test(fixture.Process()));
    }

    /// <summary>Queue 0 running, with reads of sectors far from each other in the ring, the first <paramref name="publish"/> published.</summary>
    private static void BringUp(QemuProcess qemu, int requests, ushort? publish = null)
    {
        var script = new ScriptBuilder(QueueSize).BringUp();
        for (int i = 0; i < requests; i++)
        {
            script.Request(i, BlkRequestType.In, Apart * (ulong)i).MakeAvailable((ushort)(3 * i));
        }

        script.PublishIndex(publish ?? (ushort)requests);
        Assert.False(ScriptRun.Of(script.Build("bring-up"), new QemuTarget(qemu)).Failed);
    }

    private static ushort UsedIndex(QemuMachine machine) =>
        machine.LoadAcquire16(new CpuAddress(Queue.Used + UsedRing.IndexOffset));

    private static void WaitUntilUsed(QemuMachine machine, ushort index)
    {
        PollLoop poll = machine.BeginPoll(machine.DeadlineAfter(5000));
        while (machine.KeepPolling(ref poll, done: UsedIndex(machine) == index))
        {
        }

        Assert.False(poll.TimedOut, $"no completion {index} in 5000 ms");
    }
}
