using FsCheck;
using FsCheck.Fluent;
using Ringcheck.Devices;
using Ringcheck.Qemu;
using Ringcheck.Standard;
using Ringcheck.Tests.Qemu.Scripts;

namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>
/// virtio-pci: configuration space, MSI-X, and the structures of a modern function on <c>virt</c>, or the ports of a legacy one on <c>pc</c>.
/// What interrupts by message writes a word into <see cref="Arena.Messages"/>.
/// </summary>
internal abstract class PciScripts(RegisterCells cells, bool isPc) : ScriptTransport
{
    /// <summary>Entries of the MSI-X table: one for the queue, one for the configuration.</summary>
    protected const int Vectors = 2;

    private const ushort Reach = PciCommand.Decode | PciCommand.BusMaster;
    private const uint MessageData = 0x5A01;

    public static PciScripts Modern { get; } = new ModernPciScripts();

    public static PciScripts Legacy { get; } = new LegacyPciScripts();

    public override bool InterruptsLate => true;

    public override RegisterCells Cells => cells;

    public override QemuMachineKind Machine => isPc ? QemuMachineKind.Pc : QemuMachineKind.Virt;

    /// <summary>By the pin; by messages; by messages with the function masked; with one vector masked; and each with the pin disabled.</summary>
    public override int Variations => 8;

    public override Gen<Act[]> Chunk => Gen.OneOf(MovesABar, LosesTheBus, Masks);

    public override IReadOnlyList<Act> Finally => [.. Addresses(), Write16(PciRegister.Command, Reach)];

    protected static PciHomes VirtHomes { get; } = new(IsPc: false);

    protected PciHomes Homes { get; } = new(isPc);

    /// <summary>Where the MSI-X capability is.</summary>
    protected abstract uint Msix { get; }

    protected abstract QemuPciInterface Interface { get; }

    public override (QemuProcess Process, QemuTarget Qemu, SimulatedTarget Simulated) Start(DiskImage disk, IDiskImage simulated, string serial, string simulatedSerial)
    {
        QemuProcess process = QemuProcess.Start(QemuFixture.InstallationOf(Machine), new QemuOptions
        {
            Machine = Machine,
            // So that RAM of both machines has the addresses of the arena, and ends where it does.
            RamMegabytes = isPc ? (int)(Arena.RamEnd >> 20) : (int)(SimulatedTarget.RamLength >> 20),
            Disk = disk.Path,
            DiskOnPci = new QemuPciFunction(PciHomes.Function) { Interface = Interface },
            DiskProperties = $",serial={serial}",
        });
        var kind = Interface == QemuPciInterface.Modern ? VirtioPciInterface.Modern : VirtioPciInterface.Legacy;
        return (process, new QemuPciTarget(process), new SimulatedPciTarget(isPc, kind, simulated, simulatedSerial));
    }

    public override IEnumerable<Act> Prepare(Preamble preamble)
    {
        uint way = preamble.Variation % 4;
        foreach (Act act in Addresses())
        {
            yield return act;
        }

        yield return Write16(PciRegister.Command, preamble.Variation < 4 ? Reach : (ushort)(Reach | PciCommand.InterruptDisable));
        yield return Write16(Msix + PciMsix.ControlOffset, way switch { 0 => 0, 2 => PciMsix.Enable | PciMsix.FunctionMask, _ => PciMsix.Enable });
        for (uint vector = 0; vector < Vectors; vector++)
        {
            uint entry = vector * PciMsix.EntrySize;
            yield return Act.Write(entry + PciMsix.AddressOffset, (uint)Arena.Messages + 0x10 * vector, 4, PciBlock.Msix);
            yield return Act.Write(entry + PciMsix.AddressUpperOffset, 0, 4, PciBlock.Msix);
            yield return Act.Write(entry + PciMsix.DataOffset, MessageData + vector, 4, PciBlock.Msix);
            yield return Act.Write(entry + PciMsix.VectorControlOffset, way == 3 && vector == 0 ? PciMsix.EntryMask : 0, 4, PciBlock.Msix);
        }
    }

    /// <summary>Of all that an access reaches, the registers behind the one that it begins in included.</summary>
    public override bool MayChangeState(ScriptRegister register, AccessShape shape) =>
        register.Offsets.SelectMany(offset => cells.Starts(register, shape).SelectMany(start => Pieces(offset + start, shape.Width))).Any(piece =>
            (register.Block == PciBlock.Config && piece.At == PciRegister.Command) || IsControl(register.Block, piece.At));

    public override Gen<ulong> Value(byte block, uint offset, int width)
    {
        Gen<ulong> value = Gen.Constant(0UL);
        foreach ((uint at, int length, int shift) in Pieces(offset, width))
        {
            Gen<ulong> earlier = value;
            value = from low in earlier
                    from high in Piece(block, at, length)
                    select low | (high & ulong.MaxValue >> (64 - 8 * length)) << shift;
        }

        return value;
    }

    public override bool Notifies(Act act) => Pieces(act.Where, act.Width).Any(piece => IsNotification(act.Block, piece.At, act.Value >> piece.Shift));

    public override bool MayWork(Act act) => act.Block == PciBlock.Config || act.Block == PciBlock.Msix || Notifies(act) || Pieces(act.Where, act.Width).Any(piece => IsControl(act.Block, piece.At));

    /// <summary><see cref="Tolerances.LoneCommandByte"/>: the bit stays as it is.</summary>
    public override Act WithoutHarm(Act write, SimulatedTarget simulated)
    {
        Act harmless = base.WithoutHarm(write, simulated);
        foreach ((uint at, _, int shift) in Pieces(write.Where, write.Width))
        {
            if (write.Block == PciBlock.Config && at == PciRegister.Command + 1)
            {
                ulong disable = simulated.ReadRegister(PciBlock.Config, PciRegister.Command, 2) & PciCommand.InterruptDisable;
                harmless = harmless with { Value = harmless.Value & ~((ulong)PciCommand.InterruptDisable >> 8 << shift) | disable >> 8 << shift };
            }
        }

        return harmless;
    }

    /// <summary>QEMU cuts accesses into naturally aligned pieces of at most 4 bytes.</summary>
    protected static IEnumerable<(uint At, int Length, int Shift)> Pieces(uint offset, int width)
    {
        for (int done = 0; done < width;)
        {
            uint at = offset + (uint)done;
            int length = width - done >= 4 ? 4 : width - done >= 2 ? 2 : 1;
            while (at % (uint)length != 0)
            {
                length /= 2;
            }

            yield return (at, length, 8 * done);
            done += length;
        }
    }

    protected static Act Write16(uint register, ushort value) => Act.Write(register, value, 2, PciBlock.Config);

    protected static Act Write32(uint register, uint value) => Act.Write(register, value, 4, PciBlock.Config);

    protected static uint[] Words(uint first, uint last) => [.. Enumerable.Range(0, (int)(last - first) / 4 + 1).Select(i => first + 4 * (uint)i)];

    /// <summary>The header of configuration space, and what no capability claims behind it.</summary>
    protected static IEnumerable<ScriptRegister> Header(uint[] unclaimed) =>
    [
        Config("Vendor ID", 2, 0), Config("Device ID", 2, 2), Config("Command", 2, PciRegister.Command), Config("Status", 2, PciRegister.Status),
        Config("Revision, class", 4, 8), Config("Cache line, latency, type, BIST", 4, 0xC), Config("BAR0", 4, 0x10), Config("BAR1", 4, 0x14),
        Config("BAR2, BAR3", 4, 0x18, 0x1C), Config("BAR4", 4, 0x20), Config("BAR5", 4, 0x24), Config("CIS, subsystem", 4, 0x28, 0x2C),
        Config("ROM, capabilities", 4, 0x30, 0x34, 0x38), Config("Interrupt line and pin", 4, 0x3C), Config("(no capability)", 4, unclaimed),
    ];

    protected static IEnumerable<ScriptRegister> MsixRegisters(uint capability) =>
    [
        Config("MSI-X control", 4, capability), Config("MSI-X table, PBA", 4, capability + 4, capability + 8),
        new("Message address", [0, 16], PciBlock.Msix), new("Message upper address", [4, 20], PciBlock.Msix), new("Message data", [8, 24], PciBlock.Msix),
        new("Vector control", [12, 28], PciBlock.Msix), new("Pending bits", [0x800, 0x804], PciBlock.Msix),
    ];

    protected static ScriptRegister Config(string name, uint length, params uint[] offsets) => new(name, offsets, PciBlock.Config, length);

    protected abstract bool IsControl(byte block, uint offset);

    protected abstract bool IsNotification(byte block, uint offset, ulong value);

    protected abstract Gen<ulong> OfRegister(byte block, uint offset);

    private IEnumerable<Act> Addresses()
    {
        yield return Write32(PciRegister.Bar0 + 4, Homes.Bar1);
        if (isPc)
        {
            yield return Write32(PciRegister.Bar0, PciHomes.Bar0);
            yield break;
        }

        yield return Write32(PciRegister.Bar0 + 16, PciHomes.Bar4Low);
        yield return Write32(PciRegister.Bar0 + 20, (uint)(PciHomes.Bar4 >> 32));
    }

    private Gen<ulong> Piece(byte block, uint offset, int length) => block switch
    {
        PciBlock.Config => OfConfig(offset, length),
        PciBlock.Msix => OfMsix(offset),
        _ => OfRegister(block, offset),
    };

    private Gen<ulong> OfConfig(uint offset, int length)
    {
        if (offset >= Msix && offset < Msix + PciMsix.Length)
        {
            return (offset - Msix) switch
            {
                0 => Gen.Elements<ulong>(0, 0x8000_0000, 0xC000_0000, 0x4000_0000, uint.MaxValue),
                2 => Gen.Elements<ulong>(0, 0x8000, 0xC000, 0x4000, 0xFFFF),
                3 => Gen.Elements<ulong>(0, 0x80, 0xC0, 0x40, 0xFF),
                _ => Gen.Elements<ulong>(0, uint.MaxValue),
            };
        }

        return offset switch
        {
            PciRegister.Command => Gen.Elements<ulong>(7, 7, 0x407, 3, 6, 5, 0, 0xFFFF, 0x147),
            PciRegister.Bar0 when length == 4 => Gen.Elements<ulong>(PciHomes.Bar0, PciHomes.Bar0Elsewhere, uint.MaxValue, 0),
            PciRegister.Bar0 + 4 when length == 4 => Gen.Elements<ulong>(Homes.Bar1, Homes.Bar1Elsewhere, uint.MaxValue, 0),
            PciRegister.Bar0 + 16 when length == 4 => Gen.Elements<ulong>(PciHomes.Bar4Low, PciHomes.Bar4ElsewhereLow, uint.MaxValue, 0),
            PciRegister.Bar0 + 20 when length == 4 => Gen.Elements<ulong>((uint)(PciHomes.Bar4 >> 32), uint.MaxValue, 0x81),
            // A part of an address might be one of something else: as it is, or none.
            >= PciRegister.Bar0 and < PciRegister.CardbusCis => Gen.Constant(0UL),
            _ => OfRegister(PciBlock.Config, offset),
        };
    }

    private static Gen<ulong> OfMsix(uint offset) => (offset % PciMsix.EntrySize) switch
    {
        0 => Gen.Elements<ulong>((uint)Arena.Messages, (uint)Arena.Messages + 0x10, (uint)Arena.Messages + 4),
        4 => Gen.Elements<ulong>(0, 0, Arena.Hole >> 32),
        12 => Gen.Elements<ulong>(0, 1, 0, 1, 2, uint.MaxValue),
        _ => Gen.Elements<ulong>(1, MessageData, 0x1234_5678, uint.MaxValue),
    };

    /// <summary>A BAR goes elsewhere and comes back.</summary>
    private Gen<Act[]> MovesABar =>
        from command in Gen.Elements<ushort>(Reach, 0, PciCommand.MemorySpace, PciCommand.IoSpace)
        select (Act[])
        [
            isPc ? Write32(PciRegister.Bar0, PciHomes.Bar0Elsewhere) : Write32(PciRegister.Bar0 + 16, PciHomes.Bar4ElsewhereLow),
            .. Looks, Write16(PciRegister.Command, command), .. Addresses(), .. Looks, Write16(PciRegister.Command, Reach), .. Looks,
        ];

    /// <summary>The bus master bit goes, with requests announced before, meanwhile and after.</summary>
    private Gen<Act[]> LosesTheBus =>
        from slot in Gen.Choose(0, Arena.Slots - 1)
        from variation in Gen.Choose(0, 1023)
        from reset in Gen.Elements(true, false, false, false)
        select (Act[])
        [
            Write16(PciRegister.Command, PciCommand.Decode), Act.Place(0, slot, (uint)variation), Notify(0), .. reset ? (Act[])[Status(0)] : [],
            .. Looks, Write16(PciRegister.Command, Reach), Notify(0),
        ];

    /// <summary>Messages that come while they are masked, and the mask goes.</summary>
    private Gen<Act[]> Masks =>
        from slot in Gen.Choose(0, Arena.Slots - 1)
        from variation in Gen.Choose(0, 1023)
        from masked in Gen.Elements((Mask: PciMsix.Enable, Entry: 1u), (Mask: (ushort)(PciMsix.Enable | PciMsix.FunctionMask), Entry: 0u), (Mask: (ushort)0, Entry: 1u))
        from between in Gen.Elements<Act[]>([], [Act.Read(0x800, 8, PciBlock.Msix)], [Acknowledge(0)], [Write16(Msix + PciMsix.ControlOffset, 0)])
        select (Act[])
        [
            Write16(Msix + PciMsix.ControlOffset, masked.Mask), Act.Write(12, masked.Entry, 4, PciBlock.Msix), Act.Write(28, masked.Entry, 4, PciBlock.Msix),
            Act.Place(0, slot, (uint)variation), Notify(0), .. between, Act.Read(0x800, 4, PciBlock.Msix), Act.Write(12, 0, 4, PciBlock.Msix),
            Act.Write(28, 0, 4, PciBlock.Msix), Write16(Msix + PciMsix.ControlOffset, PciMsix.Enable),
        ];
}
