namespace Ringcheck.Devices;

/// <summary>
/// Arm PrimeCell UART Technical Reference Manual (DDI 0183), chapter 3: what it leaves undefined, or what loses characters. Checks each access and the order of configuration. Does not check
/// the baud rate that comes of it.
/// </summary>
sealed class Pl011Monitor(SimulatedMachine machine)
{
    void Driver(string rule, string message, string mend) => machine.Monitors.Driver("uart", rule, [], message, mend);

    /// <summary>3.2: registers at multiples of four, the others are reserved.</summary>
    public void Access(uint offset, int width, bool isRegister, bool writes)
    {
        string what = writes ? "writes" : "reads";
        if (width > 4 || offset % 4 != 0) Driver("width", $"the driver {what} {width} bytes at offset 0x{offset:x} of the UART", "Access its registers at multiples of four, in at most 32 bits.");
        if (!isRegister) Driver("reserved-register", $"the driver {what} offset 0x{offset:x} of the UART, which is reserved, or has no such direction", "Use the registers that the manual names, in the direction that it gives.");
    }

    /// <summary>3.3.7, 3.3.8: "must not be changed" while the UART is enabled, nor while a character is under way, which comes out garbled; what is in the FIFO is lost with it.</summary>
    public void Configures(string what, bool isOn, bool isBusy)
    {
        if (isOn) Driver("configured-while-enabled", $"the driver writes {what} while the UART is enabled", "Clear UARTEN, wait until the UART is not busy, write, and set UARTEN again.");
        else if (isBusy) Driver("configured-while-busy", $"the driver writes {what} while the UART is sending", "After UARTEN was cleared, wait until BUSY of UARTFR is 0.");
    }

    /// <summary>3.3.5, 3.3.6: a divisor of 0 is invalid; of 65535 the fraction is 0; both hold only once UARTLCR_H is written.</summary>
    public void Enables(uint integer, uint fraction, bool isLatched)
    {
        if (integer == 0 || (integer == 0xFFFF && fraction != 0)) Driver("divisor", $"the driver enables the UART with divisor {integer} and {fraction}/64", "The integer divisor is 1 to 65535, and with 65535 the fraction is 0.");
        if (!isLatched) Driver("divisor-not-latched", "the driver enables the UART, and has not written UARTLCR_H after the divisors", "Write UARTIBRD and UARTFBRD, and UARTLCR_H after them.");
    }

    /// <summary>3.3.1: what is written to a full FIFO, or while it does not transmit, is lost.</summary>
    public void Sends(bool isSending, bool isFull)
    {
        if (!isSending) Driver("sent-while-disabled", "the driver sends a character, and the UART does not transmit", "Set UARTEN and TXE first.");
        else if (isFull) Driver("transmit-overflow", "the driver sends a character, and the transmit FIFO is full", "Wait until TXFF of UARTFR is 0.");
    }

    /// <summary>3.3.1: an empty FIFO gives something undefined.</summary>
    public void TakesReceived(int count)
    {
        if (count == 0) Driver("read-empty", "the driver reads UARTDR, and nothing was received", "Read UARTDR only while RXFE of UARTFR is 0.");
    }
}
