using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>
/// Intel SDM, volume 3, "Advanced Programmable Interrupt Controller", and 82093AA: what is reserved or undefined there, or loses an interrupt, or makes it come for ever. Does not check
/// which priorities make sense, nor who handles what. Its rules have no clauses of the virtio standard.
/// </summary>
sealed class ApicMonitor(SimulatedMachine machine)
{
    void Driver(string rule, string message, string mend) => machine.Monitors.Driver("apic", rule, [], message, mend);

    /// <summary>"Local APIC Register Address Map": 32-bit accesses at multiples of 16.</summary>
    public void Access(string block, uint offset, int width, bool isRegister, bool writes)
    {
        string what = writes ? "writes" : "reads";
        if (width != 4) Driver("width", $"the driver {what} {width} bytes at offset 0x{offset:x} of {block}", "Access registers of an APIC as aligned words of 32 bits.");
        if (!isRegister) Driver("reserved-register", $"the driver {what} offset 0x{offset:x} of {block}, which is reserved, or has no such direction", "Use the registers that the manual names, in the direction that it gives.");
    }

    /// <summary>"EOI Register": it ends the highest vector in service. False: there is none.</summary>
    public bool Ends(int cpu, int vector)
    {
        if (vector < 0) Driver("end-not-in-service", $"cpu{cpu} writes EOI, and no vector is in service", "Write EOI once for each interrupt, and not for the spurious one.");
        return vector >= 0;
    }

    /// <summary>What is in service holds back all vectors of its class and below.</summary>
    public void LeftInService(int cpu, int vector)
        => Driver("not-ended", $"the interrupt handler of cpu{cpu} returns, and vector 0x{vector:x} is still in service", "Write EOI before the handler returns, whether there was work to do or not.");

    /// <summary>A level is sent again after each EOI for as long as it is high.</summary>
    public void IsGivenAgain(int input, int times)
    {
        if (!machine.Monitors.JudgeDevices || times <= GicMonitor.MostRepeats) return;
        Driver("storm", $"input {input} of the I/O APIC sends its vector for the {times}th time in a row, its line has been high all the while, and nothing new has happened (a bound of {GicMonitor.MostRepeats})",
            "Make the device lower its line before EOI, read back that it has, and mask an interrupt that nobody handles.");
    }

    /// <summary>82093AA, 3.2.4: an entry is complete before it is unmasked. Vectors below 16 are illegal, those up to 31 are exceptions.</summary>
    public void Unmasks(int input, uint entry)
    {
        if ((entry & IoApicEntry.Vector) < LocalApicBit.FirstVector)
            Driver("unmasked-without-vector", $"the driver unmasks input {input} of the I/O APIC with vector 0x{entry & IoApicEntry.Vector:x}, which is the CPU's own", "Write vector, trigger and destination first, and unmask after that.");
        if ((entry & (IoApicEntry.OtherDelivery | IoApicEntry.ActiveLow)) != 0)
            Driver("delivery", $"the driver unmasks input {input} of the I/O APIC with entry 0x{entry:x}: delivery, destination mode or polarity are not those of this machine's lines", "Lines here are active high; fixed delivery, physical destinations.");
    }

    /// <summary>A change while it is unmasked may send the old vector to the new place.</summary>
    public void ReconfiguresUnmasked(int input)
        => Driver("reconfigured-while-unmasked", $"the driver changes vector or trigger of input {input} while it is unmasked", "Mask an input before its entry is changed.");

    /// <summary>A message for nobody is lost.</summary>
    public void Routes(int input, uint apic, int count)
    {
        if (apic >= count) Driver("no-destination", $"the driver sends input {input} to local APIC {apic}, which there is not", "Use the number that the CPU's local APIC has in its ID register.");
    }

    /// <summary>"Message Signalled Interrupts". False: it is none, or nobody's.</summary>
    public bool IsMessage(ulong address, bool isSomebodys, uint data)
    {
        if (address - LocalApicBit.MessageBase >= LocalApicBit.MessageWindow || !isSomebodys)
            Driver("message-address", $"a device sends its message to 0x{address:x}, where no local APIC takes it", "Give the device the address of a local APIC that there is: 0xFEE00000, and its number in bits 19 to 12.");
        else if ((data & 0xFF) < LocalApicBit.FirstVector || (data & 0xFF00) != 0)
            Driver("message-data", $"a device sends message 0x{data:x}: not a vector that devices may have, or not an edge with fixed delivery", "Write a vector from 0x20 on, and nothing else, into the message's data.");
        else return true;
        return false;
    }
}
