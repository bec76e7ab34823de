using System;
using Ringcheck.Hal;
using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <summary>Characters that were received and have not been read: words of zeroed memory that the interrupt handler and one reader share.</summary>
/// <param name="Memory">Aligned to four bytes; <see cref="HeaderSize"/> and as many as it holds.</param>
/// <param name="Capacity">Characters, a power of two.</param>
public readonly record struct ReceiveRing(CpuAddress Memory, uint Capacity)
{
    /// <summary>The handler's index, the reader's, and how many characters were lost.</summary>
    public const uint HeaderSize = 12;

    internal CpuAddress Written => Memory;

    internal CpuAddress Read => Memory + 4;

    internal CpuAddress Lost => Memory + 8;

    internal CpuAddress SlotOf(uint index) => Memory + HeaderSize + (index & (Capacity - 1));
}

/// <summary>
/// Arm PrimeCell UART (PL011; DDI 0183): sends by polling, receives by interrupt. <see cref="OnInterrupt"/> is for the handler, and shares nothing with the rest but the ring and the
/// registers of reception.
/// </summary>
public readonly struct Pl011<TMachine>(TMachine machine, CpuAddress registers, ReceiveRing ring)
    where TMachine : struct, IMachine
{
    /// <summary>Causes that this driver asks for.</summary>
    private const uint Causes = Pl011Interrupt.Receive | Pl011Interrupt.ReceiveTimeout | Pl011Interrupt.Overrun;

    /// <summary>Characters that one interrupt takes at most: twice what the FIFO holds.</summary>
    private const int MostAtOnce = 32;

    /// <summary>
    /// 3.3.8: disables, waits until what is being sent is out, sets the line to 8N1 with FIFOs, and enables. InvalidArgument: the clock cannot be divided to that rate. TimedOut: it
    /// stays busy, and is as it was but for being disabled. NoDevice: it does not let itself be enabled.
    /// </summary>
    /// <param name="clockHz">UARTCLK.</param>
    public DriverStatus Initialise(uint clockHz, uint baud, uint timeoutMs)
    {
        if (baud == 0 || clockHz / 16 < baud)
            return DriverStatus.InvalidArgument;
        ulong divisor = (((ulong)clockHz * 8 / baud) + 1) / 2; // in 64ths of 16 clocks, rounded
        if (divisor > 0xFFFFUL << 6)
            return DriverStatus.InvalidArgument;
        Write(Pl011Register.InterruptMask, 0);
        Write(Pl011Register.Control, 0);
        if (!WaitWhile(Pl011Flag.Busy, timeoutMs))
            return DriverStatus.TimedOut;
        Write(Pl011Register.LineControl, 0);
        Write(Pl011Register.IntegerBaud, (uint)(divisor >> 6));
        Write(Pl011Register.FractionalBaud, (uint)divisor & 0x3F);
        Write(Pl011Register.LineControl, Pl011Line.EightBits | Pl011Line.Fifos);
        Write(Pl011Register.InterruptClear, Pl011Interrupt.All);
        Write(Pl011Register.InterruptMask, Causes);
        const uint on = Pl011Control.Enable | Pl011Control.Transmit | Pl011Control.Receive;
        Write(Pl011Register.Control, on);
        // Read back, so that the write has arrived: what comes in after this returns is received.
        return (Read(Pl011Register.Control) & on) == on ? DriverStatus.Ok : DriverStatus.NoDevice;
    }

    /// <summary>Sends characters, waiting for room. TimedOut: for one of them there was none in time; <paramref name="sent"/> are sent.</summary>
    public DriverStatus Send(ReadOnlySpan<byte> text, uint timeoutMs, out int sent)
    {
        for (sent = 0; sent < text.Length; sent++)
        {
            if (!WaitWhile(Pl011Flag.TransmitFull, timeoutMs))
                return DriverStatus.TimedOut;
            Write(Pl011Register.Data, text[sent]);
        }

        return DriverStatus.Ok;
    }

    /// <summary>For the handler: takes what was received. False: this UART has no reason to interrupt.</summary>
    public bool OnInterrupt()
    {
        uint causes = Read(Pl011Register.MaskedInterrupts) & Causes;
        if (causes == 0)
            return false;
        // Cleared before the FIFO is emptied: what comes after that is a cause of its own. Reading alone ends the other causes.
        if ((causes & Pl011Interrupt.Overrun) != 0)
            Write(Pl011Register.InterruptClear, Pl011Interrupt.Overrun);
        for (int i = 0; i < MostAtOnce && (Read(Pl011Register.Flags) & Pl011Flag.ReceiveEmpty) == 0; i++)
            Take(Read(Pl011Register.Data));
        return true;
    }

    /// <summary>The next character, for one reader. False: there is none now.</summary>
    public bool TryReceive(out byte character)
    {
        uint index = machine.LoadRelaxed32(ring.Read);
        character = 0;
        if (machine.LoadAcquire32(ring.Written) == index)
            return false;
        character = machine.Load8(ring.SlotOf(index));
        machine.StoreRelease32(ring.Read, index + 1);
        return true;
    }

    /// <summary>Characters that were lost, by the UART or because the ring was full. An overrun counts as one, and may have been more.</summary>
    public uint LostCount => machine.LoadRelaxed32(ring.Lost);

    private void Take(uint data)
    {
        if ((data & Pl011Data.Overrun) != 0)
            CountLost();
        if ((data & (Pl011Data.Framing | Pl011Data.Parity | Pl011Data.Break)) != 0)
        {
            CountLost();
            return;
        }

        uint index = machine.LoadRelaxed32(ring.Written);
        if (index - machine.LoadAcquire32(ring.Read) >= ring.Capacity)
        {
            CountLost();
            return;
        }

        machine.Store8(ring.SlotOf(index), (byte)data);
        machine.StoreRelease32(ring.Written, index + 1);
    }

    private void CountLost() => machine.StoreRelaxed32(ring.Lost, machine.LoadRelaxed32(ring.Lost) + 1);

    private bool WaitWhile(uint flag, uint timeoutMs)
    {
        PollLoop poll = machine.BeginPoll(machine.DeadlineAfter(timeoutMs));
        while (machine.KeepPolling(ref poll, done: (Read(Pl011Register.Flags) & flag) == 0))
        {
        }

        return !poll.TimedOut;
    }

    private uint Read(uint register) => machine.ReadRegister32(registers + register);

    private void Write(uint register, uint value) => machine.WriteRegister32(registers + register, value);
}
