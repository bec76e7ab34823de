using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Arm GIC architecture 2.0 (IHI 0048B): what software must not do, because it is UNPREDICTABLE there, or because an interrupt is lost or comes for ever. Checks what is written to
/// registers, acknowledged and ended. Does not check which priorities make sense, nor who handles what. Its rules have no clauses of the virtio standard.
/// </summary>
sealed class GicMonitor(SimulatedMachine machine)
{
    const string Name = "gic";

    /// <summary>Times that a level may be given in a row without having fallen, and without anything new behind it. A bound, not a proof.</summary>
    internal const int MostRepeats = 16;

    void Driver(string rule, string message, string mend) => machine.Monitors.Driver(Name, rule, [], message, mend);

    /// <summary>4.1.4 "GIC register access".</summary>
    public void Access(string block, uint offset, int width, bool isByWidth, bool isRegister, bool writes)
    {
        string what = writes ? "writes" : "reads";
        if (!isByWidth) Driver("width", $"the driver {what} {width} bytes at offset 0x{offset:x} of {block}",
            "Registers of a GIC take aligned accesses of 32 bits; priorities and targets take bytes too.");
        if (!isRegister) Driver("reserved-register", $"the driver {what} offset 0x{offset:x} of {block}, which is reserved, or has no such direction",
            "Ask GICD_TYPER how many interrupts there are, and use the registers that the architecture names.");
    }

    /// <summary>3.1 and 4.3.12: an interrupt without a target is given to nobody.</summary>
    public void Enables(int id, byte targets)
    {
        if (targets == 0) Driver("enabled-without-target", $"the driver enables interrupt {id}, which no CPU is a target of", "Write priority, trigger and target first, and enable after that.");
    }

    /// <summary>4.3.13: whether the interrupt stays pending is UNPREDICTABLE.</summary>
    public void ReconfiguresEnabled(int id)
        => Driver("reconfigured-while-enabled", $"the driver changes the trigger of interrupt {id} while it is enabled", "Disable an interrupt before its trigger is changed.");

    /// <summary>4.4.4 "GICC_IAR": handlers do not nest here, so a second read takes an interrupt, or 1023, that nobody is waiting for.</summary>
    public void Acknowledges(int cpu, int? unfinished)
    {
        if (unfinished is { } id) Driver("acknowledged-twice", $"cpu{cpu} reads GICC_IAR again, and has not ended interrupt {id}", "Read GICC_IAR once, keep what it said, and write that to GICC_EOIR.");
    }

    /// <summary>1.4.3 "level-sensitive": it is pending for as long as the line is high.</summary>
    public void IsGivenAgain(int id, int times)
    {
        if (!machine.Monitors.JudgeDevices || times <= MostRepeats) return; // a hostile device may hold its line
        Driver("storm", $"interrupt {id} is given for the {times}th time in a row, its line has been high all the while, and nothing new has happened (a bound of {MostRepeats})",
            "Make the device lower its line before the interrupt is ended, read back that it has, and mask an interrupt that nobody handles.");
    }

    /// <summary>4.4.5 "GICC_EOIR". False: it changes nothing.</summary>
    public bool Ends(int cpu, int id, int place, int count)
    {
        if (place < 0 && id >= GicInterrupt.FirstSpecial) Driver("end-not-active", $"cpu{cpu} ends {id}, which names no interrupt", "GICC_IAR has said that nothing is pending: then nothing is written to GICC_EOIR.");
        else if (place < 0) Driver("end-not-active", $"cpu{cpu} ends interrupt {id}, which it has not acknowledged", "Write to GICC_EOIR what GICC_IAR said, once, on the CPU that read it; nothing for 1023.");
        else if (place != count - 1) Driver("end-out-of-order", $"cpu{cpu} ends interrupt {id} before one that it has acknowledged later", "End interrupts in the reverse of the order in which they were acknowledged.");
        return place >= 0;
    }

    /// <summary>
    /// 1.4.3 and 3.2.4: a level that is high when its interrupt is ended is pending at once, and is given again to this CPU as soon as it takes interrupts, and to any other target even
    /// before. Only the CPU's own mask hides that, which is why it is judged by the order and not by what comes of it. An edge may be ended first: one that comes later stays
    /// pending, and one that has come is served either way. Nor is it wrong to end a level that nobody claims, or that was raised anew meanwhile: its line has not fallen by what the handler did.
    /// </summary>
    public void IsServedAfterItsEnd(int cpu, int id)
        => Driver("ended-before-served", $"cpu{cpu} ends interrupt {id} while its level is high, and takes the cause away only then", "Serve the device, read back that its line is low, and end the interrupt after that.");

    /// <summary>3.2.4: an active interrupt, and all that are not more urgent, are given to this CPU no more.</summary>
    public void LeftActive(int cpu, int id)
        => Driver("not-ended", $"the interrupt handler of cpu{cpu} returns, and interrupt {id} is still active", "Write each valid interrupt that GICC_IAR gave to GICC_EOIR, whether there was work to do or not.");

    /// <summary>GICv2m: a message is a write of an interrupt of the frame to SETSPI. False: it is none.</summary>
    public bool IsMessage(ulong address, ulong setSpi, uint data, int place, int count)
    {
        if (address != setSpi)
            Driver("message-address", $"a device sends its message to 0x{address:x}, where no frame for messages is (SETSPI is at 0x{setSpi:x})", "Give the device the address of MSI_SETSPI_NS.");
        else if (place < 0 || place >= count)
            Driver("message-data", $"a device sends message {data}, which is no interrupt of the frame", "Take interrupts of the frame only: MSI_TYPER has the first and the count.");
        else return true;
        return false;
    }

    /// <summary>GICv2m: messages are edges. As a level, one is over before anybody looks.</summary>
    public void MessageArrives(int id, bool isEdge)
    {
        if (!isEdge) Driver("message-level", $"a message arrives as interrupt {id}, which is configured as level-sensitive, and is lost", "Configure interrupts of the message frame as edge-triggered before they are enabled.");
    }
}
