using System;

namespace Ringcheck.Kernel;

/// <summary>The stages of a boot, in their order: each relies on those before it.</summary>
public enum BootStage : byte
{
    /// <summary>The allocator has the frames, and what drivers keep for good is set aside.</summary>
    Memory,

    /// <summary>The controller and this CPU's side of it: nothing enabled, nothing pending.</summary>
    Interrupts,

    /// <summary>The serial port, where there is one.</summary>
    Console,

    /// <summary>The CPU's timer, where there is one: stopped, with its handler registered.</summary>
    Timer,

    /// <summary>All functions found, with addresses and lines, none of them a bus master.</summary>
    Pci,

    /// <summary>Virtio devices of every bus in one table, none of them touched beyond its identity.</summary>
    Virtio,

    /// <summary>The disks opened, with their interrupts.</summary>
    Block,

    /// <summary>All of it.</summary>
    Done,
}

/// <summary>How a boot ended: <see cref="BootStage.Done"/> with Ok, or the stage that failed and why. No later stage has run then.</summary>
public readonly record struct BootResult(BootStage Stage, DriverStatus Status);

/// <summary>The stages as boot lines name them.</summary>
internal static class BootStageNames
{
    public static ReadOnlySpan<byte> Of(BootStage stage) => stage switch
    {
        BootStage.Memory => "memory"u8,
        BootStage.Interrupts => "interrupts"u8,
        BootStage.Console => "console"u8,
        BootStage.Timer => "timer"u8,
        BootStage.Pci => "pci"u8,
        BootStage.Virtio => "virtio"u8,
        BootStage.Block => "block"u8,
        _ => "done"u8,
    };
}
