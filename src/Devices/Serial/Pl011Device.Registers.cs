using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <content>What an access to a register does (DDI 0183, 3.3 "Register descriptions").</content>
public sealed partial class Pl011Device
{
    /// <summary>PeriphID 0x00341011 (revision r1p5), PCellID 0xB105F00D: a byte in each word.</summary>
    const ulong Identity = 0xB105_F00D_0034_1011;

    bool IsBusy => transmit.Count > 0;

    uint Flags => (IsBusy ? Pl011Flag.Busy : Pl011Flag.TransmitEmpty) | (transmit.Count >= Depth ? Pl011Flag.TransmitFull : 0)
        | (receive.Count == 0 ? Pl011Flag.ReceiveEmpty : 0) | (receive.Count >= Depth ? Pl011Flag.ReceiveFull : 0);

    public ulong Read(uint offset, int width)
    {
        monitor.Access(offset, width, IsReadable(offset), writes: false);
        return offset switch
        {
            Pl011Register.Data => TakeReceived(),
            Pl011Register.ReceiveStatus => isOverrun ? 8u : 0,
            Pl011Register.Flags => Flags,
            Pl011Register.IntegerBaud => integer,
            Pl011Register.FractionalBaud => fraction,
            Pl011Register.LineControl => lineControl,
            Pl011Register.Control => control,
            Pl011Register.FifoLevels => levels,
            Pl011Register.InterruptMask => mask,
            Pl011Register.RawInterrupts => raw,
            Pl011Register.MaskedInterrupts => raw & mask,
            >= Pl011Register.Identification => Identity >> (int)((offset - Pl011Register.Identification) / 4 * 8) & 0xFF,
            _ => 0u,
        };
    }

    public void Write(uint offset, int width, ulong value)
    {
        monitor.Access(offset, width, IsWritable(offset), writes: true);
        bool isOn = (control & Pl011Control.Enable) != 0;
        uint word = (uint)value;
        switch (offset)
        {
            case Pl011Register.Data: Transmit((byte)word); break;
            case Pl011Register.ReceiveStatus: isOverrun = false; break;
            case Pl011Register.IntegerBaud:
                monitor.Configures("the baud rate", isOn, IsBusy);
                integer = word & 0xFFFF;
                isLatched = false;
                break;
            case Pl011Register.FractionalBaud:
                monitor.Configures("the baud rate", isOn, IsBusy);
                fraction = word & 0x3F;
                isLatched = false;
                break;
            case Pl011Register.LineControl: SetLineControl(word & 0xFF, isOn); break;
            case Pl011Register.Control:
                if ((word & Pl011Control.Enable) != 0 && !isOn) monitor.Enables(integer, fraction, isLatched);
                control = word & 0xFF87;
                if (IsSending && transmit.Count > 0) machine.Engine.Unblock(sends);
                break;
            case Pl011Register.FifoLevels: levels = word & 0x3F; break;
            case Pl011Register.InterruptMask: mask = word & Pl011Interrupt.All; break;
            case Pl011Register.InterruptClear: raw &= ~word; break;
        }
        SetLine();
    }

    /// <summary>3.3.7: with FEN 0 there are no FIFOs, and what was in them is gone; the divisors that were written hold from here on.</summary>
    void SetLineControl(uint value, bool isOn)
    {
        monitor.Configures("the line control", isOn, IsBusy);
        if ((value & Pl011Line.Fifos) == 0)
        {
            transmit.Clear();
            receive.Clear();
            machine.Engine.Block(sends);
        }
        lineControl = value;
        isLatched = true;
    }

    void Transmit(byte data)
    {
        monitor.Sends(IsSending, transmit.Count >= Depth);
        if (!IsSending || transmit.Count >= Depth) return;
        transmit.Enqueue(data);
        if (transmit.Count > LevelOf(levels & 7)) raw &= ~Pl011Interrupt.Transmit;
        machine.Engine.Unblock(sends);
    }

    /// <summary>Reading takes the causes away that it ends: of the level when the FIFO is below it, of the time-out when it is empty.</summary>
    uint TakeReceived()
    {
        monitor.TakesReceived(receive.Count);
        if (receive.Count == 0) return 0;
        uint data = receive.Dequeue();
        if (isOverrun) data |= Pl011Data.Overrun;
        isOverrun = false;
        if (receive.Count < LevelOf(levels >> 3 & 7)) raw &= ~Pl011Interrupt.Receive;
        if (receive.Count == 0)
        {
            raw &= ~Pl011Interrupt.ReceiveTimeout;
            machine.Engine.Block(times);
        }
        SetLine();
        return data;
    }

    static bool IsReadable(uint offset) => offset is Pl011Register.Data or Pl011Register.ReceiveStatus or Pl011Register.Flags
        or (>= Pl011Register.IntegerBaud and <= Pl011Register.MaskedInterrupts) or (>= Pl011Register.Identification and < Pl011Register.End);

    static bool IsWritable(uint offset) => offset is Pl011Register.Data or Pl011Register.ReceiveStatus
        or (>= Pl011Register.IntegerBaud and <= Pl011Register.InterruptMask) or Pl011Register.InterruptClear;
}
