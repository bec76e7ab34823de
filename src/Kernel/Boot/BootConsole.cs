using System;
using Ringcheck.Hal;

namespace Ringcheck.Kernel;

/// <summary>
/// Where boot lines go: to the machine's own console, and from the moment it is up to the serial port too. A port that stops taking characters is given up, with a line that says so.
/// </summary>
internal sealed class BootConsole<TMachine>
    where TMachine : struct, IMachine
{
    /// <summary>Characters that may come in before somebody reads them; a power of two.</summary>
    private const uint ReceiveCapacity = 64;

    private const uint SendTimeoutMs = 100;

    private TMachine machine;
    private Pl011<TMachine> serial;
    private bool hasSerial;

    public BootConsole(TMachine machine)
    {
        this.machine = machine;
        OnInterrupt = _ => hasSerial && serial.OnInterrupt();
    }

    /// <summary>Bytes of zeroed memory that the serial port's driver keeps.</summary>
    public static uint MemoryLength => ReceiveRing.HeaderSize + ReceiveCapacity;

    public InterruptHandler OnInterrupt { get; }

    public void Forget() => hasSerial = false;

    /// <summary>As <see cref="Pl011{TMachine}.Initialise"/>.</summary>
    public DriverStatus UseSerial(in SerialDescription description, DmaRegion memory)
    {
        serial = new(machine, description.Registers, new(memory.Cpu, ReceiveCapacity));
        DriverStatus status = serial.Initialise(description.ClockHz, description.Baud, SendTimeoutMs);
        hasSerial = status == DriverStatus.Ok;
        return status;
    }

    /// <summary>The next character from the serial port. False: there is none now.</summary>
    public bool TryReceive(out byte character)
    {
        character = 0;
        return hasSerial && serial.TryReceive(out character);
    }

    public void Print(ReadOnlySpan<byte> line)
    {
        machine.Print(line);
        if (!hasSerial || serial.Send(line, SendTimeoutMs, out _) == DriverStatus.Ok)
            return;
        hasSerial = false;
        machine.Print("[boot] console: the serial port takes no more characters\n"u8);
    }
}
