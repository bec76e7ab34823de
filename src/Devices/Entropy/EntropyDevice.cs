using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Virtio 1.4, 5.4 "Entropy Device", on any transport. Its bytes are no chance at all but a sequence that whoever watches can compute (<see cref="At"/>), each part of
/// which goes out once: so it can be told who got which of them, and whether somebody got what another has already.
/// </summary>
public sealed class EntropyDevice : RequestDevice<EntropyRequest>
{
    /// <summary>QEMU 7.2, hw/virtio/virtio-rng.c: descriptors of its queue until the driver sets a number.</summary>
    const ushort QemuQueueSize = 8;

    readonly List<EntropyFill> fills = [];
    byte[] staging = new byte[256];
    ulong position;

    /// <inheritdoc cref="RequestDevice{TRequest}(SimulatedMachine, DeviceTransport, string, VirtioSettings, uint, FeatureSet, int, ushort)"/>
    public EntropyDevice(SimulatedMachine machine, DeviceTransport transport, string name, VirtioSettings settings)
        : base(machine, transport, name, settings, DeviceType.Entropy, Offer(settings), Entropy.QueueCount, QemuQueueSize)
    {
    }

    /// <summary>What was written to buffers since power-on, in this order, the one that is being written last.</summary>
    public IReadOnlyList<EntropyFill> Fills => fills;

    /// <summary>How many of <see cref="Fills"/>, from the first on, are not being written any more.</summary>
    public int CompletedFills { get; private set; }

    /// <summary>The byte at a place of the sequence. Never 0, which is what memory has that nobody wrote.</summary>
    public static byte At(ulong position)
    {
        ulong mixed = (position + 1) * 0x9E37_79B9_7F4A_7C15;
        return (byte)((mixed >> 32) % 255 + 1);
    }

    public override void PowerOn()
    {
        base.PowerOn();
        fills.Clear();
        CompletedFills = 0;
        position = 0;
    }

    public override void Fold(ref StateHasher hasher)
    {
        base.Fold(ref hasher);
        hasher.Add(position);
    }

    /// <summary>5.4.3: no features of its own. QEMU's are those of virtio-rng-device of 7.2.</summary>
    static FeatureSet Offer(VirtioSettings settings)
    {
        var offer = FeatureSet.Of(Feature.IndirectDescriptors).With(Feature.EventIndex);
        if (settings.Profile == DeviceProfile.Qemu)
            return settings.IsLegacy ? offer.With(Feature.NotifyOnEmpty).With(Feature.AnyLayout) : offer.With(Feature.Version1).With(Feature.RingReset);
        return settings.IsLegacy ? offer : offer.With(Feature.Version1);
    }

    /// <summary>5.4.6.1: only buffers to be written, and at least one byte of them. QEMU takes any chain.</summary>
    private protected override DeviceTask<bool> Prepare(EntropyRequest request) => Is(Rules.IsQemu || (request.Chain.ReadableCount == 0 && request.Chain.WritableLength != 0));

    static async DeviceTask<bool> Is(bool legal) => legal;

    private protected override async DeviceTask<uint> Answer(EntropyRequest request)
    {
        // A lie that no driver can notice: it must not cost it what it handed out before.
        if (Lie(2, "writes nothing, and says that it filled the buffer") != 0) return (uint)request.Chain.WritableLength;
        uint length = ChooseLength(request);
        await Write(request, length);
        uint counted = length > Entropy.LeastLength && Whim(2, "reports fewer bytes than it wrote") != 0 ? Entropy.LeastLength : length;
        fills[^1] = fills[^1] with { Counted = counted };
        return counted;
    }

    /// <summary>5.4.6.2: one byte or more, and as many as it likes; QEMU fills buffers as long as what its backend gave at once lasts.</summary>
    uint ChooseLength(EntropyRequest request)
    {
        uint room = (uint)request.Chain.WritableLength;
        if (Rules.IsQemu) return request.EndsPiece ? room / 2 : room;
        return Whim(3, "gives half of what was asked for|gives a single byte") switch
        {
            1 => Math.Max(Entropy.LeastLength, room / 2),
            2 => Entropy.LeastLength,
            _ => room,
        };
    }

    async DeviceTask<Nothing> Write(EntropyRequest request, uint length)
    {
        if (staging.Length < length) staging = new byte[length];
        for (uint i = 0; i < length; i++) staging[i] = At(position + i);
        fills.Add(new(position, length, Counted: 0));
        position += length;
        await Fill(request, 0, staging.AsMemory(0, (int)length));
        CompletedFills = fills.Count;
        return default;
    }

    /// <summary>
    /// QEMU asks its backend for as many bytes as all buffers have room for, and gets them at once or in pieces; each piece fills buffers in their order, the last of them
    /// perhaps in part, and then there is one interrupt. It never suppresses notifications.
    /// </summary>
    private protected override async DeviceTask<Nothing> ServeAsQemu()
    {
        WakeQueues();
        var queue = Queues[Entropy.RequestQueue];
        queue.IsAwake = false;
        while (RequestsInService == 0 && !IsBroken && await ring.Look(queue))
        {
            bool isOver = false;
            while (!isOver && !IsBroken && await ring.Look(queue))
            {
                if (!await TakeOne(queue)) return default;
                var request = Newest;
                if (request.Hangs) return default; // the backend gives nothing any more
                isOver = request.EndsPiece = request.Chain.WritableLength > Entropy.LeastLength && Engine.Choose(ChoiceKind.Device, 2) != 0;
                if (isOver) Machine.Recorder?.Decided(1, "has no more bytes for now than for half of this buffer");
                await Complete(request, notifies: false);
            }
            await ring.Notify(queue);
        }
        return default;
    }
}

/// <summary>A part of the sequence that went into one buffer.</summary>
/// <param name="Start">Of <see cref="EntropyDevice.At"/>.</param>
/// <param name="Length">Bytes that were to be written, from the first one of the buffer on.</param>
/// <param name="Counted">Bytes that the device told the driver of; 0 before it has.</param>
public readonly record struct EntropyFill(ulong Start, uint Length, uint Counted);

/// <summary>A buffer that is to be filled.</summary>
public sealed class EntropyRequest : DeviceRequest
{
    /// <summary>QEMU: what the backend gave at once ends in this buffer.</summary>
    public bool EndsPiece { get; set; }

    protected override void Clear() => EndsPiece = false;

    public override void Fold(ref StateHasher hasher)
    {
        hasher.Add(EndsPiece ? 1UL : 0);
        base.Fold(ref hasher);
    }
}
