using System.Text;
using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Pci;

/// <summary>A machine with a PCI host and what a test plugs into it, and kernel code that runs on it.</summary>
sealed class PciBench : IScenario
{
    public readonly SimulatedMachine Machine;
    public readonly PciHost Host;
    public readonly PciHostInfo Info;
    public readonly PciDeviceTable Table = new(64);
    Action<SimMachine> body = _ => { };

    PciBench(bool isPc, MachineMemory? memory, PciHostSettings settings, PciHostInfo info)
    {
        Machine = new(1 << 16, memory) { HasPorts = isPc };
        Host = new(Machine, settings);
        Host.Plug(new PciHostBridge(Machine, "host", isPc ? PciHostBridge.I440Fx : PciHostBridge.Generic), 0);
        if (isPc) Host.Plug(new PiixBridge(Machine, "piix"), 1);
        Info = info;
    }

    public static PciBench Virt(MachineMemory? memory = null, bool highMemory = true) => new(isPc: false, memory, PciHostSettings.Virt(highMemory), PciHostInfo.Virt(highMemory));

    public static PciBench Pc(MachineMemory? memory = null) => new(isPc: true, memory, PciHostSettings.Pc, PciHostInfo.Pc);

    /// <summary>With windows of the test's own.</summary>
    public static PciBench With(PciHostSettings settings, PciHostInfo info) => new(isPc: false, memory: null, settings, info);

    public static PciFunctionSettings Ids(ushort device, byte pin = 1, bool isMultiFunction = false, DeviceProfile profile = DeviceProfile.Strict) => new()
    {
        VendorId = 0x1234,
        DeviceId = device,
        ClassCode = 0xFF_0000,
        InterruptPin = pin,
        IsMultiFunction = isMultiFunction,
        Profile = profile,
    };

    public static PciBarShape Io(ulong size) => new(PciBarKind.Io, false, size);

    public static PciBarShape Memory(ulong size, bool prefetchable = false) => new(PciBarKind.Memory32, prefetchable, size);

    public static PciBarShape Wide(ulong size, bool prefetchable = true) => new(PciBarKind.Memory64, prefetchable, size);

    public static PciBarShape None => default;

    public ScratchFunction Plug(ushort id, int device, PciBarShape[] bars, int number = 0, PciBridge? behind = null, int vectors = 0, byte pin = 1, bool isMultiFunction = false,
        DeviceProfile profile = DeviceProfile.Strict)
        => Host.Plug(new ScratchFunction(Machine, $"f{id:x}", Ids(id, pin, isMultiFunction, profile), bars, vectors), device, number, behind);

    public PciBridge Bridge(ushort id, int device, PciBridge? behind = null, bool hasIo = true, bool hasPrefetchable = true)
        => Host.Plug(new PciBridge(Machine, $"bridge{id:x}", new()
        {
            VendorId = PciVendor.RedHat,
            DeviceId = id,
            ClassCode = PciClass.Bridge << 16 | PciClass.PciBridge << 8,
            HasIoWindow = hasIo,
            HasPrefetchableWindow = hasPrefetchable,
        }), device, 0, behind);

    /// <summary>The entry of a function by its id.</summary>
    public PciFunctionInfo Entry(ushort id)
    {
        int at = Enumerable.Range(0, Table.Count).Single(index => Table[index].DeviceId == id);
        return Table[at];
    }

    public int Place(ushort id) => Enumerable.Range(0, Table.Count).Single(index => Table[index].DeviceId == id);

    public string Console => Encoding.UTF8.GetString(Machine.Console);

    /// <summary>Runs code of a kernel; what a monitor says, or nothing.</summary>
    public Violation? Try(Action<SimMachine> code, Strategy? strategy = null)
    {
        body = code;
        strategy ??= PlainRun.Instance;
        strategy.Begin(0);
        return Execution.Run(this, strategy);
    }

    public void Run(Action<SimMachine> code, Strategy? strategy = null)
    {
        var violation = Try(code, strategy);
        Assert.True(violation is null, violation?.Message);
    }

    public Engine Engine => Machine.Engine;

    public IReadOnlyList<Operation> Program { get; set; } = [];

    public IReadOnlyList<Premise> Premises => [];

    public string Bounds => "";

    public void Reset(Strategy strategy) => Machine.Reset(strategy);

    void IScenario.Run()
    {
        body(new SimMachine(Machine));
        Machine.Cpu.Finish();
        Engine.RunToRest();
    }

    public string Describe(Operation operation) => "";

    public IEnumerable<Operation> Simpler(Operation operation) => [];

    public Operation? Merge(Operation first, Operation second) => null;

    public void Dispose() => Machine.Dispose();
}
