using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using SpinLock = Ringcheck.Kernel.SpinLock;

namespace Ringcheck.Scenarios;

/// <content>What each CPU does: all its requests are submitted, then all are waited for; removal comes last.</content>
sealed partial class BlkSmpProgram
{
    public void Run(int cpu)
    {
        var script = setup.Scripts[cpu];
        if (setup.InterruptCpu == cpu) Cpu.UnmaskInterrupts();
        Grace.ComeOnline(Cpu, (uint)cpu);
        for (int i = 0; i < script.Count; i++)
        {
            Begin(cpu, ref requests[cpu][i], script[i], i);
            Grace.Quiescent(Cpu, (uint)cpu);
        }
        for (int i = 0; i < script.Count; i++)
        {
            if (requests[cpu][i].IsOutstanding) End(cpu, ref requests[cpu][i]);
            Grace.Quiescent(Cpu, (uint)cpu);
        }
        Grace.GoOffline(Cpu, (uint)cpu);
        if (script[^1].VerbOf() == BlkVerb.Restart) Remove();
    }

    void Begin(int cpu, ref Request request, Operation what, int number)
    {
        switch (what.VerbOf())
        {
            case BlkVerb.Recover:
                Recover(cpu);
                return;
            case BlkVerb.Restart:
                return;
        }
        request = new() { What = what, Buffer = SmpScenario.Region(Buffers + BufferStride * (uint)(MostRequests * cpu + number), Sector.Size) };
        bool isWrite = what.VerbOf() == BlkVerb.Write;
        if (isWrite)
        {
            request.Content = nextContent++;
            ReferenceDisk.Fill(scratch[cpu], request.Content, what.A);
            Cpu.CopyToMemory(request.Buffer.Cpu, scratch[cpu]);
            reference.Begin(what.A, 1);
        }
        DmaOwnership.GiveToDevice(Cpu, request.Buffer, deviceWrites: !isWrite);
        var status = Submit(isWrite ? BlkOperation.Write : BlkOperation.Read, new Sector(what.A), DmaSegment.Of(request.Buffer), out request.Id, new QueueIndex((ushort)(cpu % Queues)));
        request.IsOutstanding = status == DriverStatus.Ok;
        if (request.IsOutstanding) return;
        if (isWrite) reference.End(what.A, 1, ReferenceDisk.Unknown);
        JudgeRefusal(status);
    }

    /// <summary>The variants do by hand, and wrongly, what <see cref="LockedBlk{TMachine}.Submit"/> does.</summary>
    DriverStatus Submit(BlkOperation operation, Sector sector, DmaSegment data, out RequestId id, QueueIndex queue)
    {
        DriverStatus status;
        switch (variant)
        {
            case BlkSmpScenarios.NoLock:
                status = driver.Submit(operation, sector, [data], out id, queue);
                driver.Kick();
                return status;
            case BlkSmpScenarios.KickOutside:
                bool wasMasked = Guard.Acquire(Cpu);
                status = driver.Submit(operation, sector, [data], out id, queue);
                Guard.Release(Cpu, wasMasked);
                driver.Kick();
                return status;
            case BlkSmpScenarios.NoMask:
                var spin = new SpinLock(SmpScenario.At(SharedWords));
                spin.Acquire(Cpu);
                status = driver.Submit(operation, sector, [data], out id, queue);
                driver.Kick();
                spin.Release(Cpu);
                return status;
            default:
                return blk.Submit(operation, sector, [data], out id, queue);
        }
    }

    void JudgeRefusal(DriverStatus status)
    {
        bool isGone = status == DriverStatus.NoDevice && (wasRemoved || Removes);
        if (isGone && !scenario.Engine.Draining) gone++;
        bool maybe = isGone || (profile == DeviceProfile.Odd && !driver.IsReady);
        if (!maybe) scenario.Fail("refusal", status.ToString(), $"the driver refused a request on a device that is well: {status}", "Look at what the driver was asked.");
    }

    void End(int cpu, ref Request request)
    {
        var status = blk.Wait(request.Id, 0, out _);
        request.IsOutstanding = false;
        bool isWrite = request.What.VerbOf() == BlkVerb.Write;
        if (status == DriverStatus.Ok)
        {
            if (isWrite) reference.End(request.What.A, 1, request.Content);
            else JudgeRead(cpu, request);
            if (!scenario.Engine.Draining) ok++;
        }
        else
        {
            if (isWrite) reference.End(request.What.A, 1, ReferenceDisk.Unknown);
            JudgeEnd(status);
        }
        if (status != DriverStatus.NoDevice) Cpu.FillMemory(request.Buffer.Cpu, Other, request.Buffer.Length); // its end makes its memory the caller's
    }

    void JudgeEnd(DriverStatus status)
    {
        if (status == DriverStatus.Aborted && Resets)
        {
            if (!scenario.Engine.Draining) aborted++;
        }
        else if (status == DriverStatus.NoDevice && Removes)
        {
            if (!scenario.Engine.Draining) gone++;
        }
        else scenario.Fail("completion", "request-failed", $"a request ended with {status} on a device that is well", "Each request that was accepted ends once, as what it is.");
    }

    void JudgeRead(int cpu, in Request request)
    {
        DmaOwnership.TakeFromDevice(Cpu, request.Buffer, deviceWrote: true);
        Cpu.CopyFromMemory(request.Buffer.Cpu, scratch[cpu]);
        if (!reference.IsKnown(request.What.A)) return;
        if (!scenario.Engine.Draining) judged++;
        int wrong = reference.Compare(request.What.A, scratch[cpu]);
        if (wrong >= 0) scenario.Fail("data-integrity", "wrong-data", $"sector {request.What.A}, byte {wrong}, was read and is not what was last written there",
            "Hand data over only once the used ring has it, and to who asked for it.");
    }

    void Recover(int cpu)
    {
        if (variant == BlkSmpScenarios.ReusedEarly)
        {
            foreach (var request in requests[cpu])
            {
                if (request.IsOutstanding) Cpu.FillMemory(request.Buffer.Cpu, Other, 8);
            }
        }
        if (driver.WithDeviceCount > 0 && !scenario.Engine.Draining) resets++;
        var status = variant == BlkSmpScenarios.ResetWithoutLock ? driver.Recover() : blk.Recover();
        if (status != DriverStatus.Ok) scenario.Fail("recovery", status.ToString(), $"the device could not be reset: {status}", "Follow 2.4: write 0 to the status, and wait until it reads 0.");
    }

    void Remove()
    {
        var status = variant == BlkSmpScenarios.NoGracePeriod ? RemoveWithoutGracePeriod() : blk.Remove(Grace);
        if (status != DriverStatus.Ok) scenario.Fail("recovery", status.ToString(), $"the device could not be reset: {status}", "Follow 2.4: write 0 to the status, and wait until it reads 0.");
        Cpu.FillMemory(SmpScenario.At(SharedWords), Other, LockedBlk<SimMachine>.SharedLength);
        Cpu.FillMemory(SmpScenario.At(DriverMemory), Other, options.MemoryLength);
        wasRemoved = true;
    }

    DriverStatus RemoveWithoutGracePeriod()
    {
        Cpu.StoreRelease32(SmpScenario.At(PresentWord), 0);
        return driver.Stop();
    }
}
