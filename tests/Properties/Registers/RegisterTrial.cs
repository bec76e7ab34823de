using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Hal;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Carries out a register script on the simulated machine, through the bus, as a driver would. Either the first verdict of the monitors is
/// compared with that of <see cref="OrderRules"/>, or nobody judges the driver, and the device has to keep to what holds of
/// it whatever the driver does.
/// </summary>
public sealed class RegisterTrial : IDisposable
{
    readonly SimulatedMachine machine = new();
    readonly SimMachine cpu;
    readonly BlkDevice device;
    readonly bool isLegacy;
    readonly RandomWalk walk = new(20_24);
    uint written;
    bool isResetLast;

    public RegisterTrial(DeviceProfile profile, bool isLegacy)
    {
        this.isLegacy = isLegacy;
        device = machine.Plug(0, transport => new BlkDevice(machine, transport, "blk", new BlkSettings
        {
            Profile = profile,
            IsLegacy = isLegacy,
            Image = new SyntheticImage(64),
            Refusable = FeatureSet.Of(Feature.Version1),
        }));
        cpu = new(machine);
    }

    /// <summary>Premises: which verdicts have been given, and how often; and how often a script reached DRIVER_OK.</summary>
    public SortedDictionary<string, int> Verdicts { get; } = new(StringComparer.Ordinal);

    public int Runs { get; private set; }

    /// <summary>For showing that the comparison can fail: a rule that the monitors are taken not to have.</summary>
    public RuleViolation Ignored { get; init; }

    /// <summary>For showing that the device's checks can fail: done to the device after each access.</summary>
    public Action<BlkDevice>? Sabotage { get; init; }

    public void Dispose() => machine.Dispose();

    void Begin(IReadOnlyList<Operation> script, bool judgesDriver)
    {
        machine.Monitors.JudgeDriver = judgesDriver;
        machine.Monitors.JudgeDevices = judgesDriver;
        walk.Begin(script.FirstOrDefault(operation => operation.Code == (byte)RegisterVerb.Schedule).C);
        machine.Reset(walk);
        (written, isResetLast) = (0, false);
    }

    uint Perform(Operation operation)
    {
        var address = new CpuAddress(SimulatedMachine.SlotAddress(0) + operation.B);
        if (operation.Code == (byte)RegisterVerb.Read) return cpu.ReadRegister32(address);
        cpu.WriteRegister32(address, operation.C);
        return operation.C;
    }

    /// <summary>The monitors' verdict is one of those that the rules, said in another way, allow; at the same access, or none.</summary>
    public Broken? Compare(IReadOnlyList<Operation> script)
    {
        Begin(script, judgesDriver: true);
        var rules = new OrderRules(isLegacy);
        foreach (var operation in script.Where(operation => operation.Code != (byte)RegisterVerb.Schedule))
        {
            uint value;
            try
            {
                value = Perform(operation);
            }
            catch (ExecutionEnd)
            {
                // What was read is what can be read again: reading changes nothing.
                value = operation.Code == (byte)RegisterVerb.Read ? (uint)((MmioTransport)device.Transport).Read(operation.B, 4) : operation.C;
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                return new("the device threw", $"{RegisterVerbs.Describe(operation)}: {exception.Message}");
            }
            var expected = rules.Next(operation, value);
            var verdict = machine.Engine.Violation;
            Count(verdict is null ? "none" : verdict.Key);
            if ((value & DeviceStatus.DriverOk) != 0 && operation.B == MmioRegister.Status && verdict is null) Runs++;
            if (verdict is { Monitor: "lifecycle" } && IsNamed(verdict, Ignored)) verdict = null;
            if (verdict is null && expected.Count == 0) continue;
            if (verdict is { Monitor: "ownership" } && verdict.Rule.StartsWith("device", StringComparison.Ordinal)) return new("the device", verdict.Message);
            if (verdict is { Monitor: not "lifecycle" }) return null; // width, direction, memory: rules of their own
            if (verdict is null) return new("missed", $"{RegisterVerbs.Describe(operation)} breaks {string.Join(", ", expected)}, and the monitors say nothing");
            return expected.Any(rule => IsNamed(verdict, rule)) ? null
                : new("verdict", $"{RegisterVerbs.Describe(operation)} breaks {(expected.Count == 0 ? "nothing" : string.Join(", ", expected))}, and the monitors say {verdict.Rule}");
        }
        return null;
    }

    void Count(string verdict) => Verdicts[verdict] = Verdicts.GetValueOrDefault(verdict) + 1;

    /// <summary>Monitors write rules in kebab case.</summary>
    static bool IsNamed(Violation verdict, RuleViolation rule) => verdict.Rule.Replace("-", "", StringComparison.Ordinal).Equals(rule.ToString(), StringComparison.OrdinalIgnoreCase);

    /// <summary>The device keeps to what holds of it after each access, right or wrong, and does not throw.</summary>
    public Broken? Survive(IReadOnlyList<Operation> script)
    {
        Begin(script, judgesDriver: false);
        foreach (var operation in script.Where(operation => operation.Code != (byte)RegisterVerb.Schedule))
        {
            try
            {
                uint before = device.Status;
                uint value = Perform(operation);
                Sabotage?.Invoke(device);
                if (operation.Code == (byte)RegisterVerb.Write)
                {
                    isResetLast = operation is { B: MmioRegister.Status, C: 0 };
                    if (operation.B == MmioRegister.Status) written = value == 0 ? 0 : written | (value & 0xFF);
                }
                if (Wrong(operation, value, before) is { } wrong) return new(wrong, $"after {RegisterVerbs.Describe(operation)}: Status 0x{device.Status:x}, InterruptStatus 0x{device.InterruptStatus:x}");
            }
            catch (Exception exception) when (exception is not OutOfMemoryException)
            {
                return new("the device threw", $"{RegisterVerbs.Describe(operation)}: {exception.Message} {machine.Engine.Violation?.Message}");
            }
        }
        return null;
    }

    /// <summary>What does not hold, in words, or null. 2.1, 2.2, 2.4.1, 4.2.2, 4.2.3.2.</summary>
    string? Wrong(Operation operation, uint value, uint before)
    {
        bool isRead = operation.Code == (byte)RegisterVerb.Read;
        uint status = device.Status;
        var queue = device.AllQueues[0];
        bool isInUse = isLegacy ? queue.Descriptors != 0 : queue.Ready;
        if (isRead && operation.B == MmioRegister.MagicValue && value != MmioIdentity.Magic) return "the magic value changes";
        if (isRead && operation.B == MmioRegister.DeviceId && value != DeviceType.Block) return "the device changes its type";
        if ((status & ~(before | written | DeviceStatus.NeedsReset)) != 0 && !device.IsResetPending) return "a status bit sets itself";
        if (isLegacy && (status & DeviceStatus.FeaturesOk) != 0) return "a legacy device shows FEATURES_OK";
        if (!isLegacy && (status & DeviceStatus.FeaturesOk) != 0 && !(device.Negotiated.IsSubsetOf(device.Offered) && device.Negotiated.Has(Feature.Version1))) return "features are accepted that were not offered, or without VERSION_1";
        if (!isLegacy && (status & DeviceStatus.DriverOk) != 0 && (status & 0xB) != 0xB) return "DRIVER_OK stands without the steps before it";
        if (isInUse && !(SplitLayout.IsLegalQueueSize(queue.RingSize) && queue.RingSize <= queue.MaximumSize && queue.Used % 4 == 0)) return "a queue that is not legal is in use";
        if (operation is { Code: (byte)RegisterVerb.Write, B: MmioRegister.Status, C: 0 } && status != 0 && !device.IsResetPending) return "a reset is not heard";
        if (isRead && isResetLast && operation.B == MmioRegister.Status && value == 0 && (device.InterruptStatus != 0 || isInUse || device.Negotiated != FeatureSet.None)) return "something is left over from before the reset";
        if (isRead && operation.B == MmioRegister.QueueReady && isLegacy && value != 0) return "a legacy device has QueueReady";
        return null;
    }
}
