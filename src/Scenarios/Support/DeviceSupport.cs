using Ringcheck.Devices;
using Ringcheck.Hal;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>A kind of device as README has it: where its driver runs, and which features it uses. Whether it uses one is measured (<see cref="FeatureProbe"/>), never said here.</summary>
/// <param name="Name">As scenario names begin.</param>
/// <param name="Title">As the standard calls it.</param>
/// <param name="DeviceType">Of <see cref="Standard.DeviceType"/>.</param>
/// <param name="HasLegacy">Whether the standard has a legacy interface of it.</param>
/// <param name="Queues">Queues that a device has for whom everything is switched on.</param>
/// <param name="Simulated">Where its scenarios have it.</param>
/// <param name="OnQemu">Where <c>tests/Qemu</c> run the driver on QEMU's device, which a test there holds against its tests.</param>
/// <param name="Features">Feature bits of the device's own, all that the standard and QEMU have.</param>
/// <param name="Make">A driver for which everything is switched on.</param>
public sealed record DeviceSupport(string Name, string Title, uint DeviceType, bool HasLegacy, int Queues, IReadOnlyCollection<MachinePlace> Simulated, IReadOnlyCollection<MachinePlace> OnQemu,
    IReadOnlyList<FeatureSupport> Features, Func<SimMachine, ProbedDriver> Make)
{
    internal static IReadOnlyCollection<MachinePlace> PlacesOf(IEnumerable<DeviceSetup> setups) => [.. setups.Select(setup => MachinePlaces.Of(setup.IsLegacy, setup.Pci)).Distinct().Order()];
}

/// <summary>A feature bit, and what to say of it.</summary>
/// <param name="Bit">Its number.</param>
/// <param name="Name">The standard's.</param>
/// <param name="WhyNot">If the driver does not use it: why.</param>
/// <param name="Note">If it does: on which condition.</param>
public sealed record FeatureSupport(int Bit, string Name, string WhyNot = "", string Note = "");

/// <summary>A driver that is to be asked which features it accepts.</summary>
/// <param name="MemoryLength">What it needs, in bytes.</param>
/// <param name="Initialise">Has it bring a device up.</param>
public sealed record ProbedDriver(uint MemoryLength, ProbedInitialisation Initialise)
{
    public static ProbedDriver Of(uint memoryLength, IVirtioDriver driver) => new(memoryLength, driver.Initialise);
}

/// <summary>As <see cref="IVirtioDriver.Initialise"/>.</summary>
public delegate DriverStatus ProbedInitialisation(in Transport transport, DmaRegion region);
