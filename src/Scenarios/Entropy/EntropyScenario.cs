using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>
/// The real virtio-entropy driver on a simulated machine. The device writes a sequence that can be computed (<see cref="EntropyDevice.At"/>): what the driver hands out
/// must be what the device wrote for one request, as many bytes of it as it said, and nobody may get what somebody has already.
/// </summary>
sealed class EntropyScenario : DeviceScenario<EntropyDevice, VirtioEntropy<SimMachine>>
{
    /// <summary>Bytes that a request asks for, at most.</summary>
    const uint RequestSize = 64;

    /// <summary>QEMU 7.2's virtio-rng has 8 descriptors.</summary>
    const ushort QemuQueueSize = 8;

    /// <summary>A device that is none of PCI's classes, as QEMU's.</summary>
    const uint ClassCode = 0x00FF00;

    readonly bool judgesHostileBytes;
    readonly uint[] asked = new uint[MaxRequests];
    readonly int[] completedBefore = new int[MaxRequests];
    readonly HashSet<int> handedOut = [];
    readonly byte[] bytes = new byte[RequestSize];
    int length;

    public EntropyScenario(DeviceSetup setup, DeviceProfile profile, MachineMemory memory, bool freshDriver)
        : base(setup, profile, memory, freshDriver, BytesJudged, ShortAnswers)
    {
        // On weak memory, a device that says it is done with a buffer and goes on writing to it may undo the driver's wiping.
        judgesHostileBytes = !memory.IsWeak;
        Plug(DeviceType.Entropy, Entropy.QueueCount, ClassCode, way => new(Machine, way, "entropy", DeviceSettings));
        var options = new EntropyOptions(QueueSizeWith(QemuQueueSize), RequestSize, DriverOptions);
        Use(options.MemoryLength, () => new(Cpu, options));
    }

    public const string BytesJudged = "answers whose bytes were compared", ShortAnswers = "answers with fewer bytes than were asked for";

    protected override Operation? SampleRequest => Get(1);

    /// <summary>The device's one verb. A = bytes asked for.</summary>
    public static Operation Get(uint length) => new((byte)DeviceVerb.FirstOwn, length);

    protected override string DescribeOwn(Operation operation) => $"ask for {operation.A} bytes";

    protected override IEnumerable<Operation> SimplerOwn(Operation operation) => operation.A > 1 ? [Get(1)] : [];

    protected override void PowerOn() => handedOut.Clear();

    protected override DriverStatus Submit(Operation operation, out RequestId id)
    {
        uint wanted = Math.Clamp(operation.A, 1, RequestSize);
        if (NextRequest < MaxRequests)
        {
            asked[NextRequest] = wanted;
            completedBefore[NextRequest] = Device.CompletedFills;
        }
        return Driver.Submit(wanted, out id);
    }

    protected override DriverStatus Wait(RequestId id, uint timeoutMs, bool poll, out Ending end)
    {
        var status = poll ? Driver.Poll(id, timeoutMs, bytes, out var completion) : Driver.Wait(id, timeoutMs, bytes, out completion);
        end = Note(completion);
        return status;
    }

    protected override DriverStatus WaitAny(uint timeoutMs, out Ending end)
    {
        var status = Driver.WaitAny(timeoutMs, bytes, out var completion);
        end = Note(completion);
        return status;
    }

    protected override DriverStatus TryReap(out Ending end)
    {
        var status = Driver.TryReap(bytes, out var completion);
        end = Note(completion);
        return status;
    }

    protected override void JudgeAnswer(int request)
    {
        if (length < Entropy.LeastLength || length > asked[request]) Fail("completion", "length", ["entropy.driver.device-operation.2"],
            $"the driver hands out {length} bytes of a request for {asked[request]}", "The used length says how many bytes of the buffer are the device's: at least one, at most all.");
        if (length < asked[request]) Count(ShortAnswers);
        if (IsHostile) JudgeFreshness(request);
        else JudgeBytes();
    }

    Ending Note(in EntropyCompletion completion)
    {
        length = (int)completion.Length;
        return new(completion.Id, completion.Status);
    }

    /// <summary>5.4.6: exactly what the device wrote to one buffer and counted, which nobody else was given.</summary>
    void JudgeBytes()
    {
        Count(BytesJudged);
        bool isRepeated = false;
        for (int i = 0; i < Device.Fills.Count; i++)
        {
            var fill = Device.Fills[i];
            if (fill.Counted != length || !IsFrom(fill)) continue;
            if (handedOut.Add(i)) return;
            isRepeated = true;
        }
        if (isRepeated) Fail("entropy", "repeated-bytes", ["entropy.driver.device-operation.2"], $"the driver hands out {length} bytes that it has handed out before",
            "Hand out what came with the answer, once, and nothing that is left over from another.");
        Fail("entropy", "wrong-bytes", ["entropy.driver.device-operation.2"], $"the driver hands out {length} bytes that are not what the device wrote for one request and counted",
            "Read the buffer once the used ring has it, and from it as many bytes as the used length counts.");
    }

    bool IsFrom(in EntropyFill fill)
    {
        for (int i = 0; i < length; i++)
        {
            if (bytes[i] != EntropyDevice.At(fill.Start + (uint)i)) return false;
        }
        return true;
    }

    /// <summary>
    /// A device that lies about what it wrote gets nothing out of the driver but what it wrote since the request was made: not the bytes of an earlier one, which somebody
    /// has already.
    /// </summary>
    void JudgeFreshness(int request)
    {
        if (!judgesHostileBytes) return;
        for (int at = 0; at < length; at++)
        {
            bool isFresh = bytes[at] == 0;
            for (int i = completedBefore[request]; i < Device.Fills.Count && !isFresh; i++) isFresh = (uint)at < Device.Fills[i].Length && bytes[at] == EntropyDevice.At(Device.Fills[i].Start + (uint)at);
            if (!isFresh) Fail("entropy", "stale-bytes", ["entropy.driver.device-operation.2"], $"byte {at} of what the driver hands out was in the buffer before the request was made",
                "Wipe a buffer before the device gets it: what it does not write must not be what somebody was given before.");
        }
    }
}
