using System.Text;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Concurrency.Devices;

/// <summary>
/// A block device without a driver: registers are read and written directly, memory is filled by hand, and the device runs when
/// the test lets it. No monitor judges, because nobody tells them what was published.
/// </summary>
sealed class DeviceBench : IDisposable
{
    public const ulong Ram = SimulatedMachine.RamBase, Header = Ram + 0x10000, Data = Ram + 0x11000, StatusAt = Ram + 0x12000;
    public const ulong Descriptors = Ram + 0x1000, Available = Ram + 0x2000, Used = Ram + 0x3000;

    public readonly SimulatedMachine Machine = new(1 << 20);
    public readonly BlkDevice Device;
    public ushort AvailableIndex, LastUsed;
    public uint QueueSize = 8;
    ushort nextDescriptor;

    public DeviceBench(DeviceProfile profile, bool legacy = false, Func<BlkSettings, BlkSettings>? change = null)
    {
        var settings = new BlkSettings { Profile = profile, IsLegacy = legacy, Image = new SyntheticImage(64) };
        if (change is not null) settings = change(settings);
        Device = Machine.Plug(31, transport => new BlkDevice(Machine, transport, "blk", settings));
        Machine.Monitors.JudgeDevices = Machine.Monitors.JudgeDriver = false;
        Restart(PlainRun.Instance);
    }

    public void Dispose() => Machine.Dispose();

    public void Restart(Strategy strategy)
    {
        Machine.Reset(strategy);
        Machine.Cpu.Finish();
        AvailableIndex = LastUsed = nextDescriptor = 0;
    }

    public MmioTransport Registers => (MmioTransport)Device.Transport;

    public uint Read(uint register, int width = 4) => (uint)Registers.Read(register, width);

    public void Write(uint register, ulong value, int width = 4) => Registers.Write(register, width, value);

    public uint Status
    {
        get => Read(MmioRegister.Status);
        set => Write(MmioRegister.Status, value);
    }

    /// <summary>Lets the device do all that it can do.</summary>
    public void Run() => Machine.Engine.RunToRest();

    public bool Line => Registers.Line.High;

    /// <summary>Through 3.1.1 up to FEATURES_OK.</summary>
    public void Negotiate(FeatureSet features)
    {
        Status = 0;
        Run();
        Status = 1;
        Status = 3;
        for (uint word = 0; word < 4; word++)
        {
            Write(MmioRegister.DriverFeaturesSel, word);
            if (word < 2 || Device.Settings.Profile != DeviceProfile.Qemu) Write(MmioRegister.DriverFeatures, features.Word(word));
        }
        if (!Device.IsLegacy) Status = 11;
    }

    public void ProgramQueue()
    {
        Write(MmioRegister.QueueSel, 0);
        Write(MmioRegister.QueueNum, QueueSize);
        if (Device.IsLegacy)
        {
            Write(MmioRegister.GuestPageSize, 4096);
            Write(MmioRegister.QueueAlign, 4096);
            Write(MmioRegister.QueuePfn, Descriptors / 4096);
            return;
        }
        WriteAddress(MmioRegister.QueueDescLow, Descriptors);
        WriteAddress(MmioRegister.QueueDriverLow, Available);
        WriteAddress(MmioRegister.QueueDeviceLow, Used);
        Write(MmioRegister.QueueReady, 1);
    }

    void WriteAddress(uint register, ulong address)
    {
        Write(register, (uint)address);
        Write(register + 4, address >> 32);
    }

    /// <summary>Ready to serve requests; the ring is empty memory.</summary>
    public void Start(FeatureSet? features = null)
    {
        Negotiate(features ?? FeatureSet.Of(Feature.Version1).With(BlkFeature.Flush));
        ClearRing();
        ProgramQueue();
        Status = Device.IsLegacy ? 7u : 15u;
    }

    public void ClearRing()
    {
        for (ulong at = Descriptors; at < Used + 0x1000; at += 8) Machine.Ram.Store(at, 0UL);
        AvailableIndex = LastUsed = nextDescriptor = 0;
    }

    ulong AvailableRingAt => Device.IsLegacy ? Descriptors + 16 * QueueSize : Available;

    public ulong UsedRingAt => Device.IsLegacy ? Descriptors + 4096 : Used;

    public void SetDescriptor(ushort index, ulong address, uint length, ushort flags, ushort next)
    {
        ulong at = Descriptors + 16UL * index;
        Machine.Ram.Store(at, address);
        Machine.Ram.Store(at + 8, length);
        Machine.Ram.Store(at + 12, flags);
        Machine.Ram.Store(at + 14, next);
    }

    public void Publish(ushort head)
    {
        Machine.Ram.Store(AvailableRingAt + 4 + 2UL * (AvailableIndex % QueueSize), head);
        AvailableIndex++;
        Machine.Ram.Store(AvailableRingAt + 2, AvailableIndex);
    }

    /// <summary>Writes a chain into the next free descriptors and publishes it; its head.</summary>
    public ushort Add(params (ulong Address, uint Length, bool Writable)[] buffers)
    {
        ushort head = nextDescriptor;
        for (int i = 0; i < buffers.Length; i++)
        {
            bool last = i == buffers.Length - 1;
            ushort index = (ushort)(nextDescriptor++ % QueueSize);
            SetDescriptor(index, buffers[i].Address, buffers[i].Length,
                (ushort)((buffers[i].Writable ? SplitDescriptor.Write : 0) | (last ? 0 : SplitDescriptor.Next)), (ushort)((index + 1) % QueueSize));
        }
        Publish(head);
        return head;
    }

    public void SetHeader(uint type, ulong sector, ulong at = Header)
    {
        Machine.Ram.Store(at, type);
        Machine.Ram.Store(at + 4, 0U);
        Machine.Ram.Store(at + 8, sector);
        Machine.Ram.Store(StatusAt, (byte)0xFF);
    }

    public void Kick()
    {
        Write(MmioRegister.QueueNotify, 0);
        Run();
    }

    public ushort UsedIndex => Machine.Ram.Load<ushort>(UsedRingAt + 2);

    public (uint Id, uint Length)? Pop()
    {
        if (UsedIndex == LastUsed) return null;
        ulong at = UsedRingAt + 4 + 8UL * (LastUsed++ % QueueSize);
        return (Machine.Ram.Load<uint>(at), Machine.Ram.Load<uint>(at + 4));
    }

    public byte RequestStatus => Machine.Ram.Load<byte>(StatusAt);

    public ulong DataWord(int offset = 0) => Machine.Ram.Load<ulong>(Data + (ulong)offset);

    /// <summary>
    /// One request, from a fresh start if the last one broke the device: "used length, status byte, Status". A request that is not
    /// returned shows as "-".
    /// </summary>
    public string Request(uint type, ulong sector, params (ulong Address, uint Length, bool Writable)[] rest)
    {
        nextDescriptor = 0;
        SetHeader(type, sector);
        Add([(Header, 16, false), .. rest]);
        return Outcome();
    }

    public string Outcome()
    {
        Kick();
        var text = new StringBuilder();
        if (Pop() is { } used) text.Append(used.Length).Append(' ').Append(RequestStatus);
        else text.Append('-');
        return text.Append($" {Status:x2}").ToString();
    }
}
