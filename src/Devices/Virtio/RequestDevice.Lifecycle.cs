using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>What the transport tells, and what that means for requests in service.</summary>
public abstract partial class RequestDevice<TRequest>
{
    private protected readonly DmaPort dma;
    private protected readonly SplitRing ring;
    readonly CoroutineAgent engine;
    readonly List<TRequest> inService = [], free = [];
    int hangsLeft;

    /// <summary>Makes the device and adds its agents to the machine's engine. Plug it in with <see cref="SimulatedMachine.Plug"/>.</summary>
    protected RequestDevice(SimulatedMachine machine, DeviceTransport transport, string name, VirtioSettings settings, uint deviceId, FeatureSet offered, int queues, ushort qemuQueueSize = QemuPlainQueueSize)
        : base(machine, transport, name, settings, deviceId, offered, queues, qemuQueueSize)
    {
        dma = Dma;
        ring = new(this, dma);
        engine = machine.Engine.Add(new CoroutineAgent(name, Rules.IsQemu ? ServeAsQemu : Serve));
        dma.Agent = engine;
        engine.Parts = (Parts(PeripheralBits.Control), Parts(PeripheralBits.Bell), Parts(PeripheralBits.Life));
        engine.Beginning = () => machine.Messages.TakeIn(dma, Parts(PeripheralBits.Control | PeripheralBits.Bell));
        machine.MayStop(Parts(PeripheralBits.Life), dma);
    }

    /// <summary>Requests returned since power-on, whatever their outcome. A counter for reports, not part of the state.</summary>
    public uint RequestsServed { get; private set; }

    private protected TRequest Newest => inService[^1];

    /// <summary>Requests taken and not returned.</summary>
    public int RequestsInService => inService.Count;

    /// <summary>Looks at a chain that was taken, and notes what it asks for. False: this is no request at all, and the device is broken.</summary>
    private protected abstract DeviceTask<bool> Prepare(TRequest request);

    /// <summary>Carries a request out, and says how many bytes were written from the first writable byte on (2.7.8).</summary>
    private protected abstract DeviceTask<uint> Answer(TRequest request);

    public override void PowerOn()
    {
        base.PowerOn();
        hangsLeft = Settings.MaximumHangs;
        RequestsServed = 0;
        ForgetRequests();
    }

    public override void Fold(ref StateHasher hasher)
    {
        base.Fold(ref hasher);
        hasher.Add((ulong)(uint)hangsLeft);
        foreach (var request in inService) request.Fold(ref hasher);
    }

    protected override void Notified(DeviceQueue queue)
    {
        queue.IsNotified = true;
        engine.Wake();
    }

    /// <summary>What the device does for other queues goes on: it is cut off only in the midst of an access for this one.</summary>
    protected override void Stop(DeviceQueue queue)
    {
        bool isAtWork = engine.Running && serving != queue;
        if (!isAtWork) engine.Cancel();
        for (int i = inService.Count - 1; i >= 0; i--)
        {
            if (inService[i].Queue == queue) Forget(inService[i]);
        }
        queue.IsNotified = queue.IsAwake = false;
        if (!isAtWork && HasWork()) engine.Wake();
    }

    protected override void Reset() => ForgetRequests();

    protected override void DriverOkWritten()
    {
        if (Rules.IsQemu) return;
        foreach (var queue in Queues)
        {
            if (IsServed(queue) && Whim(2, "looks at its queue without a notification") != 0) Notified(queue); // an odd device looks anyway
        }
    }

    void ForgetRequests()
    {
        engine.Cancel();
        free.AddRange(inService);
        inService.Clear();
        serving = null;
        foreach (var queue in Queues) queue.IsNotified = queue.IsAwake = false;
        ring.Reset();
    }
}
