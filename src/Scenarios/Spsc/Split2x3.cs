using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;

namespace Ringcheck.Scenarios;

/// <summary>
/// <c>split-2x3</c>: a split ring in small, without virtio around it. The driver publishes two requests one by one (descriptor, slot, barrier, index) and
/// then looks three times, at most, for what came back; the device looks three times, at most, for what there is. Named and sized for comparisons.
/// </summary>
sealed class Split2x3(MachineMemory memory) : SpscRing(produced: Requests, memory)
{
    const uint Available = 0x100, Used = 0x140, Descriptors = 0x180, Slots = 0x1C0, Elements = 0x200;
    const int Requests = 2, Polls = 3;
    const uint FirstResult = 200;

    public override string Bounds => "2 requests, 3 looks each";

    protected override void Produce(uint attempt)
    {
        Producer.Store32(Cpu(Descriptors + 4 * attempt), FirstValue + attempt);
        Producer.Store32(Cpu(Slots + 4 * attempt), attempt + 1);
        Producer.Barrier(BarrierPurpose.PublishToDevice);
        Producer.Store16(Cpu(Available), (ushort)(attempt + 1));
        if (attempt == Requests - 1) TakeBack();
    }

    void TakeBack()
    {
        uint completed = 0;
        for (int look = 0; look < Polls && completed < Requests; look++)
        {
            ushort used = Producer.LoadAcquire16(Cpu(Used));
            for (; completed < used; completed++) Consumed(Producer.Load32(Cpu(Elements + 4 * completed)), FirstResult + completed);
        }
    }

    protected override async DeviceTask<Nothing> Consume()
    {
        uint seen = 0;
        for (int look = 0; look < Polls && seen < Requests; look++)
        {
            ushort available = await Dma.LoadAcquire<ushort>(Bus(Available));
            for (; seen < available; seen++)
            {
                Consumed(await Dma.Load<uint>(Bus(Slots + 4 * seen)), seen + 1);
                Consumed(await Dma.Load<uint>(Bus(Descriptors + 4 * seen)), FirstValue + seen);
                await Dma.Store(Bus(Elements + 4 * seen), FirstResult + seen);
                await Dma.StoreRelease(Bus(Used), (ushort)(seen + 1));
            }
        }
        return default;
    }
}
