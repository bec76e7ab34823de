using Ringcheck.Devices;
using Ringcheck.Kernel;

namespace Ringcheck.Scenarios;

/// <summary>What a boot loader leaves in memory.</summary>
static class BootLoader
{
    public const ulong ImageSize = CpuMap.KernelPages * CpuMap.Page;

    public static readonly BootPlan Plan = new(CpuMap.KernelTable, CpuMap.Arguments, CpuMap.Online);

    /// <summary>A packed record: 4 bytes of magic, then the size of the image in 8 bytes.</summary>
    public static void Leave(SimulatedCpus machine)
    {
        const uint magic = 0x544f4f42;
        machine.Preload(CpuMap.Arguments.Value, magic | ImageSize << 32);
        machine.Preload(CpuMap.Arguments.Value + 8, ImageSize >> 32);
    }
}
