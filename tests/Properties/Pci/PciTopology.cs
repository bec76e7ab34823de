using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Devices;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Properties.Pci;

/// <summary>A function or a bridge of a random machine.</summary>
/// <param name="Slot">Device and function number: five bits and three. What is taken already is left out.</param>
/// <param name="Behind">A number of a bridge, modulo those made so far; 0 is the root bus.</param>
/// <param name="IsBridge">Otherwise it has <paramref name="Bars"/>.</param>
/// <param name="Bars">Six kinds and sizes, three bits and four each.</param>
/// <param name="Pin">0 to 4.</param>
public sealed record PciNode(int Slot, int Behind, bool IsBridge, ulong Bars, byte Pin);

/// <summary>A machine made of <see cref="PciNode"/>s, and what a kernel has to find in it.</summary>
sealed class PciTopology : IDisposable
{
    public readonly SimulatedMachine Machine;
    public readonly PciHost Host;

    /// <summary>What can be found: what is behind an unreachable function number cannot.</summary>
    public readonly List<PciFunction> Reachable = [];

    readonly List<PciBridge?> bridges = [null];

    public PciTopology(IEnumerable<PciNode> nodes, bool isPc)
    {
        Machine = new(1 << 16) { HasPorts = isPc };
        Host = new(Machine, isPc ? PciHostSettings.Pc : PciHostSettings.Virt());
        Machine.Monitors.JudgeDriver = false;
        Machine.Engine.MaxPoints = uint.MaxValue;
        var taken = new HashSet<(PciBridge?, int)>();
        foreach (var node in nodes)
        {
            var behind = bridges[node.Behind % bridges.Count];
            int device = node.Slot / 8 % 32, number = node.Slot % 8;
            // Function 0 comes first, so that all others of its device can be found.
            if (!taken.Contains((behind, device * 8))) number = 0;
            if (!taken.Add((behind, device * 8 + number))) continue;
            Reachable.Add(Plug(node, device, number, behind, Reachable.Count));
        }
        // A host that has nothing is no test, but a legal machine.
        Machine.Reset(Exploration.PlainRun.Instance);
    }

    PciFunction Plug(PciNode node, int device, int number, PciBridge? behind, int id)
    {
        if (node.IsBridge)
        {
            var bridge = Host.Plug(new PciBridge(Machine, $"b{id}", new()
            {
                VendorId = PciVendor.RedHat,
                DeviceId = (ushort)id,
                ClassCode = PciClass.Bridge << 16 | PciClass.PciBridge << 8,
                IsMultiFunction = true,
                InterruptPin = node.Pin,
                HasIoWindow = (node.Bars & 1) == 0,
                HasPrefetchableWindow = (node.Bars & 2) == 0,
            }), device, number, behind);
            bridges.Add(bridge);
            return bridge;
        }
        return Host.Plug(new ScratchFunction(Machine, $"f{id}", new() { VendorId = 0x1234, DeviceId = (ushort)id, ClassCode = 0xFF_0000, IsMultiFunction = true, InterruptPin = node.Pin },
            Shapes(node.Bars)), device, number, behind);
    }

    static PciBarShape[] Shapes(ulong bits)
    {
        var shapes = new PciBarShape[PciBarBits.DeviceCount];
        for (int i = 0; i < shapes.Length; i++, bits >>= 7)
        {
            int size = (int)(bits >> 3 & 15);
            shapes[i] = (bits & 7) switch
            {
                1 => new(PciBarKind.Io, false, 4UL << size % 7),
                2 => new(PciBarKind.Memory32, false, 16UL << size),
                3 => new(PciBarKind.Memory32, true, 0x1000UL << size),
                4 when i < 5 => new(PciBarKind.Memory64, true, 0x4000UL << size),
                5 when i < 5 => new(PciBarKind.Memory64, false, 0x1000UL << size),
                _ => default,
            };
            if (shapes[i].Kind == PciBarKind.Memory64)
            {
                i++;
                bits >>= 7;
            }
        }
        return shapes;
    }

    public void Dispose() => Machine.Dispose();

    public static Gen<PciNode[]> Nodes { get; } = Gen.ArrayOf(
        from slot in Gen.Choose(0, 255)
        from behind in Gen.Choose(0, 63)
        from bridge in Gen.Choose(0, 3)
        from low in Gen.Choose(0, int.MaxValue)
        from high in Gen.Choose(0, int.MaxValue)
        from pin in Gen.Choose(0, 4)
        select new PciNode(slot, behind, bridge == 0, (ulong)(uint)high << 31 | (uint)low, (byte)pin)).Select(nodes => nodes[..Math.Min(nodes.Length, 40)]);
}
