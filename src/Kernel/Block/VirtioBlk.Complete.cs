using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Taking requests back: 2.7.14, 4.2.3.4 "Notifications From The Device", and the events that are no completion.</content>
public sealed partial class VirtioBlk<TMachine>
{
    /// <summary>
    /// In interrupt context. True when the interrupt was this device's. Acknowledged before anything is looked at: what happens after
    /// that raises the line again. (4.2.3.4.1 has it the other way round; then an event between looking and acknowledging is lost.)
    /// A driver that polls may call this now and then, to learn of changes of the configuration.
    /// Runs on the CPU that waits: its event flags need no barrier then, and the used ring none here, since whoever goes to sleep orders its last look
    /// at it behind asking for interrupts (shown by <c>ringcheck barriers</c>: docs/ordering.md).
    /// </summary>
    public bool OnInterrupt() => transport.Kind != TransportKind.None && Note(transport.TakeLine(machine));

    /// <summary>
    /// In interrupt context, for a message: its vector says why, and no register is looked at. The same otherwise.
    /// </summary>
    public bool OnVector(ushort vector) => transport.Kind != TransportKind.None && Note(transport.CausesOf(vector));

    private bool Note(uint causes)
    {
        if ((causes & InterruptCause.UsedBuffer) != 0)
            machine.Store32(events.Used, 1);
        if ((causes & InterruptCause.ConfigurationChange) != 0)
            machine.Store32(events.Configuration, BlkEvents.Changed);
        return causes != 0;
    }

    /// <summary>
    /// The oldest end of a request, of each queue in turn, that was not reported yet. Ok: there is one, and <paramref name="completion"/> says how it ended.
    /// Pending: there is none; then nothing was changed, so this may be the condition of a polling loop. NeedsReset: there is none and,
    /// before <see cref="Recover"/>, there will be none. NoDevice: there is none and the driver is not running, or the device is gone.
    /// </summary>
    public DriverStatus TryReap(out BlkCompletion completion)
    {
        TakeOver();
        if (TryReport(out completion))
            return DriverStatus.Ok;
        if (!options.UseInterrupts && state == BlkState.Ready)
        {
            CheckDeviceStatus();
            if (state == BlkState.Gone && TryReport(out completion))
                return DriverStatus.Ok;
        }

        return state == BlkState.Ready ? DriverStatus.Pending : CheckState();
    }

    /// <summary>Each queue in turn, so that a busy one cannot keep what has ended in others from the caller.</summary>
    private bool TryReport(out BlkCompletion completion)
    {
        for (int i = 0; i < queues.Length; i++)
        {
            int at = (firstToReap + i) % queues.Length;
            if (!queues[at].Slots.TryFirstEnded(out ushort slot))
                continue;
            completion = queues[at].Slots.Report(slot);
            firstToReap = (ushort)((at + 1) % queues.Length);
            return true;
        }

        completion = default;
        return false;
    }

    /// <summary>
    /// Takes over all that the device has to tell, events first: an event flag is cleared before what it speaks of is looked at, so
    /// that nothing that comes later is lost with it. No barrier: the handler runs on the CPU that waits (<see cref="OnInterrupt"/>).
    /// </summary>
    private int TakeOver()
    {
        if (state != BlkState.Ready)
            return 0;
        if (machine.Load32(events.Used) != 0)
            machine.Store32(events.Used, 0);

        uint configurationEvent = machine.Load32(events.Configuration);
        if (configurationEvent != 0)
        {
            machine.Store32(events.Configuration, 0);
            configurationIsStale = true;
        }

        if (configurationEvent == BlkEvents.Removed)
        {
            LoseAsTold();
            return 0;
        }

        if (configurationIsStale)
            ReadConfigurationAgain();
        return CollectUsed();
    }

    private int CollectUsed()
    {
        int count = 0;
        foreach (BlkQueue<TMachine> queue in QueuesInUse)
            count += CollectUsed(queue);
        return count;
    }

    /// <summary>Bounded by the requests in flight: the queue gives back no more than it was given.</summary>
    private int CollectUsed(BlkQueue<TMachine> queue)
    {
        int count = 0;
        while (true)
        {
            DriverStatus status = queue.TryTakeUsed(out ushort slot, out uint usedLength);
            if (status == DriverStatus.DeviceError)
                state = BlkState.Broken;
            if (status != DriverStatus.Ok)
                return count;
            Finish(queue, slot, usedLength);
            count++;
        }
    }

    private void Finish(BlkQueue<TMachine> queue, ushort slot, uint usedLength)
    {
        BlkSlots slots = queue.Slots;
        ref BlkSlot request = ref slots[slot];
        if (request.State == BlkSlotState.Abandoned)
        {
            slots.Reclaim(slot);
            return;
        }

        if (request.State != BlkSlotState.InFlight)
            machine.Panic("virtio-blk: a chain came back for a request that is not in flight"u8);
        bool isShort = IsRead(request.Operation) && usedLength < request.DataLength && !transport.IsLegacy;
        DriverStatus status = Judge(machine.Load8(queue.Memory.Status(slot).Cpu), isShort);
        slots.End(slot, status, status == DriverStatus.Ok ? request.DataLength : 0);
    }

    /// <summary>
    /// The status byte was preset to a value that no device writes, so what is there now is the device's word. Of incoming data only
    /// the bytes that the used element counts can be relied on (2.7.8), so a device that reports fewer than the request has did not
    /// do it. Legacy devices are known to report wrong lengths and are not held to them (2.7.8 "Legacy Interface").
    /// </summary>
    private static DriverStatus Judge(byte answer, bool isShort) => answer switch
    {
        BlkStatus.Ok => isShort ? DriverStatus.DeviceError : DriverStatus.Ok,
        BlkStatus.IoError => DriverStatus.IoError,
        BlkStatus.Unsupported => DriverStatus.Unsupported,
        _ => DriverStatus.DeviceError,
    };

    /// <summary>
    /// 2.1.2: a device that needs a reset says so by a change of its configuration, which therefore is looked at first. Then the
    /// capacity, which may have changed (5.2.4); limits and features do not. A configuration that does not hold still is read again at
    /// the next occasion: until then the old capacity stands.
    /// </summary>
    private void ReadConfigurationAgain()
    {
        CheckDeviceStatus();
        if (state != BlkState.Ready)
            return;
        configurationIsStale = transport.ReadConfig64(machine, BlkConfig.Capacity, out ulong capacity) != DriverStatus.Ok;
        if (!configurationIsStale)
            info = info with { CapacitySectors = capacity };
    }

    private void CheckDeviceStatus()
    {
        uint status = transport.ReadStatus(machine);
        if (!IsRunning(status))
            GiveUpOn(status);
    }

    private bool IsAlive() => IsRunning(transport.ReadStatus(machine));

    /// <summary>
    /// Whether anything can still be expected: not when the device asks for a reset, and not when it has been reset behind our back or
    /// is gone (all ones).
    /// </summary>
    private static bool IsRunning(uint status) => (status & (DeviceStatus.NeedsReset | DeviceStatus.DriverOk)) == DeviceStatus.DriverOk;

    /// <summary>Seen once is seen: a device that has asked for a reset is not asked again. One that is gone cannot be reset.</summary>
    private void GiveUpOn(uint status)
    {
        state = BlkState.Broken;
        if (transport.IsGone(machine, status))
            Lose();
    }
}
