using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>Virtio 1.4, 5.2.4 num_queues and 4.2.2.2: queues of one device are served, and stopped, each for itself.</summary>
public sealed class SeveralQueuesTests : IDisposable
{
    const ulong Ram = SimulatedMachine.RamBase;

    readonly SimulatedMachine machine = new(1 << 20);
    readonly BlkDevice device;
    readonly ActionAgent stopper;

    /// <summary>Until the stopper does its work: each step of it gives the device time for one of its own, more or less.</summary>
    int stepsLeft;

    public SeveralQueuesTests()
    {
        device = machine.Plug(0, line => new BlkDevice(machine, line, "blk", new BlkSettings { Profile = DeviceProfile.Odd, Image = new SyntheticImage(64), QueueCount = 3 }));
        machine.Monitors.JudgeDevices = machine.Monitors.JudgeDriver = false;
        stopper = machine.Engine.Add(new ActionAgent("stopper", () =>
        {
            if (stepsLeft-- > 0)
            {
                machine.Engine.Unblock(stopper!);
                return;
            }
            Write(MmioRegister.QueueSel, 1);
            Write(MmioRegister.QueueReady, 0);
        }));
    }

    public void Dispose() => machine.Dispose();

    void Write(uint register, ulong value) => ((MmioTransport)device.Transport).Write(register, 4, value);

    static ulong Area(uint queue) => Ram + 0x10000UL * (queue + 1);

    /// <summary>Used elements of a queue.</summary>
    ushort Returned(uint queue) => machine.Ram.Load<ushort>(Area(queue) + 0x2000 + UsedRing.IndexOffset);

    void Start(Strategy strategy)
    {
        machine.Reset(strategy);
        machine.Cpu.Finish();
        Write(MmioRegister.Status, 3);
        for (uint word = 0; word < 2; word++)
        {
            Write(MmioRegister.DriverFeaturesSel, word);
            Write(MmioRegister.DriverFeatures, FeatureSet.Of(Feature.Version1).With(BlkFeature.MultiQueue).Word(word));
        }
        Write(MmioRegister.Status, 11);
        for (uint queue = 0; queue < 2; queue++)
        {
            ulong area = Area(queue);
            Write(MmioRegister.QueueSel, queue);
            Write(MmioRegister.QueueNum, 4);
            Write(MmioRegister.QueueDescLow, area);
            Write(MmioRegister.QueueDriverLow, area + 0x1000);
            Write(MmioRegister.QueueDeviceLow, area + 0x2000);
            Write(MmioRegister.QueueReady, 1);
            Describe(area, 0, area + 0x3000, 16, SplitDescriptor.Next);
            Describe(area, 1, area + 0x4000, 512, SplitDescriptor.Next | SplitDescriptor.Write);
            Describe(area, 2, area + 0x5000, 1, SplitDescriptor.Write);
            machine.Ram.Store(area + 0x3000 + BlkRequest.SectorOffset, (ulong)queue + 3);
            machine.Ram.Store(area + 0x1000 + AvailableRing.IndexOffset, (ushort)1);
        }
        Write(MmioRegister.Status, 15);
    }

    void Describe(ulong area, uint index, ulong address, uint length, int flags)
    {
        ulong at = area + SplitDescriptor.Size * index;
        machine.Ram.Store(at, address);
        machine.Ram.Store(at + SplitDescriptor.LengthOffset, length);
        machine.Ram.Store(at + SplitDescriptor.FlagsOffset, (ushort)flags);
        machine.Ram.Store(at + SplitDescriptor.NextOffset, (ushort)(index + 1));
    }

    [Fact]
    public void The_configuration_says_how_many_there_are() => Assert.Equal(3UL, ((MmioTransport)device.Transport).Read(MmioRegister.Config + BlkConfig.QueueCount, 2));

    /// <summary>Queue 1 is stopped at any moment: it returns its request, or it does not; queue 0 always does, with its data.</summary>
    [Fact]
    public void Stopping_one_leaves_the_other_alone()
    {
        var random = new RandomWalk(7);
        int stoppedInTime = 0;
        for (int execution = 0; execution < 3_000; execution++)
        {
            random.Begin(execution);
            Start(random);
            Write(MmioRegister.QueueNotify, 0);
            Write(MmioRegister.QueueNotify, 1);
            stepsLeft = execution % 60;
            machine.Engine.Unblock(stopper);
            machine.Engine.RunToRest();
            Assert.Equal(1, Returned(0));
            Assert.Equal(SyntheticImage.Word(new Sector(3), 0), machine.Ram.Load<ulong>(Area(0) + 0x4000));
            stoppedInTime += 1 - Returned(1);
        }
        Assert.InRange(stoppedInTime, 100, 2_900);
    }
}
