namespace Ringcheck.Tests.Qemu.Scripts;

/// <summary>What a script is to do, and what the answer has to be, if it says so.</summary>
public abstract record ScriptStep;

/// <summary>A register read. Expected null: any answer will do, but it is part of the transcript.</summary>
public sealed record ReadStep(int Slot, uint Offset, int Width, ulong? Expected) : ScriptStep;

public sealed record WriteStep(int Slot, uint Offset, int Width, ulong Value) : ScriptStep;

public sealed record CopyStep(int Slot, uint Offset, byte[] Expected) : ScriptStep;

/// <summary>A little-endian load of 1, 2, 4 or 8 bytes from memory.</summary>
public sealed record LoadStep(ulong Address, int Width, ulong? Expected, string What) : ScriptStep;

/// <summary>A little-endian store of 1, 2, 4 or 8 bytes to memory.</summary>
public sealed record StoreStep(ulong Address, int Width, ulong Value, string What) : ScriptStep;

/// <summary>A comparison of many bytes, such as a sector that was read.</summary>
public sealed record LoadBytesStep(ulong Address, byte[] Expected, string What) : ScriptStep;

public sealed record StoreBytesStep(ulong Address, byte[] Bytes, string What) : ScriptStep;

/// <summary>Sets memory to zero.</summary>
public sealed record ClearStep(ulong Address, int Bytes) : ScriptStep;

public sealed record SettleStep : ScriptStep;

public sealed record LineStep(int Slot, bool? Expected) : ScriptStep;

public sealed record ResizeStep(long Sectors) : ScriptStep;

public sealed record ResetMachineStep : ScriptStep;

/// <summary>
/// A named list of register accesses, ring requests and expectations: data, so that the same script runs on QEMU and on the
/// simulated machine.
/// </summary>
/// <param name="Name">Says what is shown, in the standard's words.</param>
/// <param name="NeedsFreshMachine">True where state that outlives even a machine reset matters (QEMU's ConfigGeneration).</param>
public sealed record RegisterScript(string Name, IReadOnlyList<ScriptStep> Steps, bool NeedsFreshMachine)
{
    public override string ToString() => Name;
}
