using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// Where a run of device registers is: in memory, or in x86's I/O ports. Whoever uses it need not know which. Each access has exactly the width asked; offset and
/// width stay within <paramref name="Length"/>, for which the caller answers.
/// </summary>
/// <param name="Address">A <see cref="CpuAddress"/>, or the number of an <see cref="IoPort"/>.</param>
/// <param name="IsPorts">Which of them.</param>
/// <param name="Length">In bytes; 0: there is no such block.</param>
public readonly record struct RegisterBlock(ulong Address, bool IsPorts, uint Length)
{
    public static RegisterBlock At(CpuAddress address, uint length) => new(address.Value, IsPorts: false, length);

    public static RegisterBlock At(IoPort port, uint length) => new(port.Value, IsPorts: true, length);

    public bool Exists => Length != 0;

    /// <summary>Whether <paramref name="length"/> bytes from <paramref name="offset"/> on lie within it.</summary>
    public bool Holds(uint offset, uint length) => offset <= Length && length <= Length - offset;

    /// <summary>A part of it. The caller has asked <see cref="Holds"/>.</summary>
    public RegisterBlock Slice(uint offset, uint length) => new(Address + offset, IsPorts, length);

    public byte Read8<TMachine>(TMachine machine, uint offset)
        where TMachine : struct, IMachine
        => IsPorts ? machine.ReadPort8(Port(offset)) : machine.ReadRegister8(Cpu(offset));

    public ushort Read16<TMachine>(TMachine machine, uint offset)
        where TMachine : struct, IMachine
        => IsPorts ? machine.ReadPort16(Port(offset)) : machine.ReadRegister16(Cpu(offset));

    public uint Read32<TMachine>(TMachine machine, uint offset)
        where TMachine : struct, IMachine
        => IsPorts ? machine.ReadPort32(Port(offset)) : machine.ReadRegister32(Cpu(offset));

    public void Write8<TMachine>(TMachine machine, uint offset, byte value)
        where TMachine : struct, IMachine
    {
        if (IsPorts)
            machine.WritePort8(Port(offset), value);
        else
            machine.WriteRegister8(Cpu(offset), value);
    }

    public void Write16<TMachine>(TMachine machine, uint offset, ushort value)
        where TMachine : struct, IMachine
    {
        if (IsPorts)
            machine.WritePort16(Port(offset), value);
        else
            machine.WriteRegister16(Cpu(offset), value);
    }

    public void Write32<TMachine>(TMachine machine, uint offset, uint value)
        where TMachine : struct, IMachine
    {
        if (IsPorts)
            machine.WritePort32(Port(offset), value);
        else
            machine.WriteRegister32(Cpu(offset), value);
    }

    private CpuAddress Cpu(uint offset) => new(Address + offset);

    private IoPort Port(uint offset) => new((ushort)(Address + offset));
}
