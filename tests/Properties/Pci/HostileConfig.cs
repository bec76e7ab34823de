using System.Numerics;
using Ringcheck.Devices;
using Ringcheck.Standard;

namespace Ringcheck.Tests.Properties.Pci;

/// <summary>What answers in the configuration space of a <see cref="HostileHost"/>.</summary>
public enum HostileKind
{
    /// <summary>Each answer is another random word.</summary>
    Random,

    /// <summary>Each function keeps what is written to it, and begins with random bytes.</summary>
    Memory,

    /// <summary>The same, with a bridge that may have more functions at every place.</summary>
    Bridges,
}

/// <summary>A machine whose ECAM window answers anything, and which counts who asks for what.</summary>
sealed class HostileHost : IDisposable
{
    public readonly SimulatedMachine Machine = new(1 << 16);

    /// <summary>Accesses to configuration space, to the windows of BARs, and to anything else.</summary>
    public long Config, Windows, Outside;

    public HostileHost(ulong seed, HostileKind kind)
    {
        Machine.Engine.MaxPoints = uint.MaxValue;
        var settings = PciHostSettings.Virt();
        Machine.Bus.Add(settings.EcamBase!.Value, (ulong)settings.Buses << PciLimits.EcamBusShift, new ConfigSpace(this, seed, kind));
        foreach (var window in settings.Windows) Machine.Bus.Add(window.CpuBase, window.Size, new Answers(this, seed));
        Machine.Bus.Add(0, ulong.MaxValue, new Elsewhere(this));
        Machine.Reset(Exploration.PlainRun.Instance);
    }

    public void Dispose() => Machine.Dispose();

    static ulong Mix(ref ulong state) => BitOperations.RotateLeft(state = state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407, 29) * 0x9E37_79B9_7F4A_7C15;

    sealed class ConfigSpace(HostileHost host, ulong seed, HostileKind kind) : IBusDevice
    {
        readonly Dictionary<uint, byte> kept = [];
        readonly ulong start = seed;
        ulong state = seed;

        public ulong Read(uint offset, int width)
        {
            Count(offset, width);
            if (kind == HostileKind.Random) return Mix(ref state) & (ulong.MaxValue >> (64 - 8 * width));
            ulong value = 0;
            for (int i = width - 1; i >= 0; i--) value = value << 8 | Byte(offset + (uint)i);
            return value;
        }

        public void Write(uint offset, int width, ulong value)
        {
            Count(offset, width);
            for (int i = 0; i < width && kind != HostileKind.Random; i++) kept[offset + (uint)i] = (byte)(value >> 8 * i);
        }

        byte Byte(uint offset)
        {
            if (kept.TryGetValue(offset, out byte found)) return found;
            ulong place = start ^ (ulong)offset << 20;
            Mix(ref place);
            byte random = (byte)(Mix(ref place) >> 40);
            return kind == HostileKind.Bridges && offset % PciRegister.ExtendedSpaceSize == PciRegister.HeaderType ? (byte)(PciHeaderType.Bridge | PciHeaderType.MultiFunction) : random;
        }

        void Count(uint offset, int width)
        {
            host.Config++;
            if (offset % (uint)width != 0 || offset % PciRegister.ExtendedSpaceSize >= PciRegister.SpaceSize) host.Outside++;
        }
    }

    sealed class Answers(HostileHost host, ulong seed) : IBusDevice
    {
        ulong state = seed;

        public ulong Read(uint offset, int width)
        {
            host.Windows++;
            return Mix(ref state) & (ulong.MaxValue >> (64 - 8 * width));
        }

        public void Write(uint offset, int width, ulong value) => host.Windows++;
    }

    sealed class Elsewhere(HostileHost host) : IBusDevice
    {
        public ulong Read(uint offset, int width)
        {
            host.Outside++;
            return 0;
        }

        public void Write(uint offset, int width, ulong value) => host.Outside++;
    }
}
