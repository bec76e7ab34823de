using Ringcheck.Hal;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <content>The cache mode, a power cut, and a device that is taken away: what is done, and the oracles for it.</content>
sealed partial class BlkScenario
{
    void SetWriteback(bool isOn)
    {
        var status = driver.SetWriteback(isOn);
        if (status == DriverStatus.Ok)
        {
            Count(BlkPremise.CacheSwitched);
            durable.Switch(toWriteThrough: !isOn);
        }
        if (IsHostile) return;
        if (status == DriverStatus.Ok && (device.IsWriteBack != isOn || driver.WritesNeedFlush != isOn) && !device.IsRemoved)
            Fail("cache-mode", "not-switched", ["blk.driver.device-operation.12"], $"the driver says that write-back is {(isOn ? "on" : "off")}, and it is not",
                "Write writeback, read it back, and believe what was read.");
        if (status is DriverStatus.Ok || (status is DriverStatus.NoDevice && device.IsRemoved) || !driver.IsReady) return;
        Fail("cache-mode", status.ToString(), [], $"the driver could not switch the cache of a device that is well: {status}", "Negotiate CONFIG_WCE where it is offered.");
    }

    void Unplug()
    {
        if (unplug is null || device.IsRemoved) return;
        Engine.Unblock(unplug);
        Engine.Reducer?.NoteWake(unplug);
    }

    /// <summary>The agent's step.</summary>
    void TakeAway()
    {
        if (machine.Monitors.Ownership.Outstanding > 0) Count(BlkPremise.Removals);
        device.Remove();
        if (setup.Unplug == DeviceUnplug.Told) hotPlug!.Set(true);
    }

    /// <summary>False: this disk loses nothing with the power.</summary>
    bool CutPower()
    {
        if (!setup.HasVolatileCache) return false;
        device.LosePower();
        return powerIsCut = true;
    }

    /// <summary>5.2.6.2: what is stable is there, and what is not was there or is there.</summary>
    void JudgeDurability()
    {
        if (IsHostile) return;
        var found = scratch.AsSpan(0, (int)Sector.Size);
        for (uint sector = 0; sector < CapacitySectors; sector++)
        {
            if (durable.HasStable(sector)) Count(BlkPremise.StableJudged);
            device.Disk.Read(new Sector(sector), found);
            if (!durable.MayHold(sector, found)) Fail("durability", "lost-write", ["blk.device.device-operation.11"],
                $"after the power cut, sector {sector} holds what a stable write had replaced, or what was never written",
                "A write is stable once it has ended in write-through mode, or a flush that was submitted after its end has ended; a reset takes the mode back.");
        }
    }

    /// <summary>Everything that can be asked of a driver whose device is gone ends soon, and says so.</summary>
    void JudgeRemoval()
    {
        var buffer = machine.Region(Buffers + BufferStride * MaxRequests, Sector.Size);
        MustSay(driver.Recover(), "reset");
        MustSay(driver.Submit(BlkOperation.Read, default, [DmaSegment.Of(buffer)], out _), "read");
        MustSay(driver.SetWriteback(true), "switch the cache");
        MustSay(driver.Shutdown(UnansweredTimeoutMs), "shut down");
    }

    void MustSay(DriverStatus status, string what)
    {
        if (status != DriverStatus.NoDevice && !IsHostile) Fail("removal", "not-said", [], $"the device is gone, and asked to {what} the driver says {status}",
            "Say NoDevice: a caller that is told to try again will.");
    }
}
