using Ringcheck.Kernel;
using Ringcheck.Standard;

namespace Ringcheck.Scenarios;

/// <summary>What README says of the entropy device.</summary>
static class EntropySupport
{
    public static DeviceSupport Support { get; } = new("entropy", "Entropy Device", DeviceType.Entropy, HasLegacy: true, Entropy.QueueCount,
        DeviceSupport.PlacesOf(EntropyScenarios.All.Select(entry => entry.Setup)), Enum.GetValues<MachinePlace>(), Features: [],
        cpu => ProbedDriver.Of(EntropyOptions.Default.MemoryLength, new VirtioEntropy<Devices.SimMachine>(cpu, EntropyOptions.Default)));
}
