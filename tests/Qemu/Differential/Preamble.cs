using Ringcheck.Devices;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>Virtio 1.4, 2.1: the states of a device that coverage tells apart.</summary>
internal enum DeviceState
{
    Reset,
    Acknowledged,
    Driver,
    FeaturesOk,
    Running,

    /// <summary>The device has met a mistake: NEEDS_RESET, where the driver knows that bit.</summary>
    Broken,
    Failed,

    /// <summary>A Status that no driver has any business to write, such as DRIVER_OK alone.</summary>
    Irregular,
}

/// <summary>The way into a state, for a queue of some size with some features.</summary>
/// <param name="Transport">By which the device is reached.</param>
/// <param name="State">Where to.</param>
/// <param name="QueueSize">Where the driver chooses it.</param>
/// <param name="Features">What the driver writes.</param>
/// <param name="Variation">How interrupts come, where there are several ways.</param>
internal sealed record Preamble(ScriptTransport Transport, DeviceState State, ushort QueueSize, ulong Features, uint Variation = 0)
{
    private const uint Known = DeviceStatus.Acknowledge | DeviceStatus.Driver;
    private const uint IrregularStatus = DeviceStatus.DriverOk | 0x20;

    public static DeviceState StateOf(VirtioDevice device)
    {
        if (device.IsBroken)
        {
            return DeviceState.Broken;
        }

        uint running = Known | DeviceStatus.DriverOk | (device.IsLegacy ? 0 : DeviceStatus.FeaturesOk);
        return device.Status switch
        {
            0 => DeviceState.Reset,
            DeviceStatus.Acknowledge => DeviceState.Acknowledged,
            Known => DeviceState.Driver,
            Known | DeviceStatus.FeaturesOk => DeviceState.FeaturesOk,
            var status when status == running => DeviceState.Running,
            var status when (status & DeviceStatus.Failed) != 0 && (status & ~(running | DeviceStatus.Failed)) == 0 => DeviceState.Failed,
            _ => DeviceState.Irregular,
        };
    }

    /// <summary>
    /// The addresses of a queue are programmed whatever the state: QEMU takes them, and 0 in one of them would name flash memory,
    /// which the simulated machine has not.
    /// </summary>
    public IEnumerable<Act> Acts()
    {
        yield return new Act(Verb.ClearQueues);
        foreach (Act act in Transport.Prepare(this))
        {
            yield return act;
        }

        foreach (uint status in Path())
        {
            if (status == (Known | DeviceStatus.FeaturesOk) || (IsLegacy && status == (Known | DeviceStatus.DriverOk)))
            {
                foreach (Act act in Transport.Negotiate(Features))
                {
                    yield return act;
                }
            }

            if ((status & DeviceStatus.DriverOk) != 0)
            {
                yield return Transport.EnableQueue();
            }

            yield return Transport.Status(status);
        }

        if (State == DeviceState.Broken)
        {
            yield return Act.Place(RequestKinds.Breaking, slot: 0, variation: 0);
            yield return Transport.Notify(0);
        }
    }

    public override string ToString() => $"{Transport.Name}, {State}, queue of {QueueSize}, features 0x{Features:x}, variation {Variation}";

    private bool IsLegacy => Transport.IsLegacy;

    private uint[] Path()
    {
        uint ready = IsLegacy ? Known : Known | DeviceStatus.FeaturesOk;
        uint[] path = [DeviceStatus.Acknowledge, Known, Known | DeviceStatus.FeaturesOk, ready | DeviceStatus.DriverOk];
        return State switch
        {
            DeviceState.Reset => [],
            DeviceState.Acknowledged => path[..1],
            DeviceState.Driver => path[..2],
            DeviceState.FeaturesOk => path[..3],
            DeviceState.Failed => [path[0], path[1], DeviceStatus.Failed | Known],
            DeviceState.Irregular => [path[0], path[1], IrregularStatus],
            _ => IsLegacy ? [path[0], path[1], path[3]] : path,
        };
    }
}
