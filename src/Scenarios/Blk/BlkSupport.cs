using Ringcheck.Devices;
using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>What README says of the block device.</summary>
static class BlkSupport
{
    const ushort Queues = 2;

    const string NotYet = "not there yet";

    static readonly FeatureSupport[] Features =
    [
        new(BlkFeature.Barrier, "BARRIER (legacy)", "superseded by FLUSH"),
        new(BlkFeature.SizeMax, "SIZE_MAX"),
        new(BlkFeature.SegMax, "SEG_MAX"),
        new(BlkFeature.Geometry, "GEOMETRY"),
        new(BlkFeature.ReadOnly, "RO"),
        new(BlkFeature.BlockSize, "BLK_SIZE"),
        new(BlkFeature.Scsi, "SCSI (legacy)", "no SCSI commands"),
        new(BlkFeature.Flush, "FLUSH"),
        new(BlkFeature.Topology, "TOPOLOGY", "hints that nothing here would use"),
        new(BlkFeature.ConfigWce, "CONFIG_WCE"),
        new(BlkFeature.MultiQueue, "MQ", Note: "if asked for more than one queue"),
        new(BlkFeature.Discard, "DISCARD"),
        new(BlkFeature.WriteZeroes, "WRITE_ZEROES"),
        new(BlkFeature.Lifetime, "LIFETIME", NotYet),
        new(BlkFeature.SecureErase, "SECURE_ERASE", NotYet),
        new(BlkFeature.Zoned, "ZONED", NotYet),
    ];

    public static DeviceSupport Support { get; } = new("blk", "Block Device", DeviceType.Block, HasLegacy: true, Queues,
        [.. BlkScenarios.All.Select(entry => MachinePlaces.Of(entry.Setup.IsLegacy, entry.Setup.Pci)).Distinct().Order()], Enum.GetValues<MachinePlace>(), Features, Make);

    static ProbedDriver Make(SimMachine cpu)
    {
        var options = BlkOptions.Default with { QueueCount = Queues };
        var driver = new VirtioBlk<SimMachine>(cpu, options);
        return new(options.MemoryLength, driver.Initialise);
    }
}
