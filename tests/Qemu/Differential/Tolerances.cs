namespace Ringcheck.Tests.Qemu.Differential;

/// <summary>One way in which QEMU and the simulated device may differ without that being a defect.</summary>
/// <param name="Name">The row of docs/fidelity.md.</param>
/// <param name="Reason">Why, as that row has it.</param>
/// <param name="IsUsed">True if the comparison makes an allowance for it; false if scripts keep away from it instead.</param>
internal sealed record Tolerance(string Name, string Reason, bool IsUsed);

/// <summary>All of them; a test holds docs/fidelity.md against this list.</summary>
internal static class Tolerances
{
    public static Tolerance CompletionOrder { get; } = new("completion order",
        "QEMU completes the requests of one notification in an order that changes from run to run; the simulated device may choose any. Used elements of one notification are compared as a set.",
        IsUsed: true);

    public static Tolerance CompletionTime { get; } = new("completion time",
        "QEMU completes on threads of its own. Answers are compared once both devices are at rest, after each notification and each write of Status or QueuePFN.",
        IsUsed: true);

    public static Tolerance ResetInFlight { get; } = new("reset with requests in flight",
        "QEMU finishes them before Status reads 0. The simulated device drops them, at any point: a driver that passes there needs nothing that the standard does not promise.",
        IsUsed: false);

    public static Tolerance OtherMemory { get; } = new("memory other than RAM",
        "QEMU's virt machine has flash, registers and PCI windows that a device can reach; the simulated machine has RAM, and nothing elsewhere. Addresses in scripts are RAM, its end, and a part of the address space where QEMU has nothing either.",
        IsUsed: false);

    public static Tolerance LongerQueue { get; } = new("a queue made longer while it is in use",
        "QEMU keeps the piece of memory that it mapped for the shorter queue, and aborts at the first access beyond that. The simulated device goes on. Scripts write the present size to QueueNum instead.",
        IsUsed: false);

    public static Tolerance BrokenBatch { get; } = new("interrupts of a notification that breaks the device",
        "Over PCI, QEMU interrupts once for all that one notification completed, and not at all if the device broke meanwhile; the simulated device interrupts for each request. A script for virtio-pci ends where one notification both returned requests and broke the device.",
        IsUsed: true);

    public static Tolerance LoneCommandByte { get; } = new("the Interrupt Disable bit written without the other byte of Command",
        "QEMU's PCI function takes note of the bit only in a write that reaches byte 4 of configuration space: with a write of byte 5 alone, the interrupt line stays as it was, and is wrong from then on. The simulated function follows the bit. Scripts write the present value of the bit there.",
        IsUsed: false);

    public static IReadOnlyList<Tolerance> All { get; } = [CompletionOrder, CompletionTime, ResetInFlight, OtherMemory, LongerQueue, BrokenBatch, LoneCommandByte];
}
