using Ringcheck.Ordering;

namespace Ringcheck.Devices;

/// <summary>What memory a simulated machine has, and how devices reach it. By name, as replay strings and <c>--memory</c> have it.</summary>
/// <param name="Name">For example <c>arm</c>.</param>
/// <param name="Summary">In words, for lists.</param>
/// <param name="Model">Which orders memory keeps.</param>
/// <param name="OrderedReads">True: a DMA master's reads are satisfied in the order in which it makes them. False: only where the device asks.</param>
/// <param name="IsCoherent">False: the CPU's cache is not seen by devices; buffers are cleaned before and invalidated after.</param>
/// <param name="CompletesAtEndpoint">
/// True: a register write is acknowledged by the device (nGnRnE), so that a DSB waits until it has arrived. False: by a bridge on the way
/// (nGnRE), so that only a read from the same device shows that it has.
/// </param>
/// <param name="MessageInterrupts">True: an interrupt pushes the device's earlier writes to memory before it, as an MSI does.</param>
public sealed record MachineMemory(string Name, string Summary, MemoryModel Model, bool OrderedReads = false, bool IsCoherent = true,
    bool CompletesAtEndpoint = false, bool MessageInterrupts = false)
{
    /// <summary>Sequentially consistent, register writes arrive at once, coherent: the machine of textbooks.</summary>
    public static MachineMemory SequentiallyConsistent { get; } = new("sc", "sequentially consistent; register writes arrive at once", MemoryModel.SequentiallyConsistent);

    public static IReadOnlyList<MachineMemory> All { get; } =
    [
        SequentiallyConsistent,
        new("tso", "x86-TSO; register writes are posted", MemoryModel.Tso),
        new("arm", "AArch64; register writes are posted (nGnRE), DMA reads unordered, wired interrupts, coherent", MemoryModel.AArch64),
        new("arm-ordered-dma", "as arm, and DMA reads keep their order", MemoryModel.AArch64, OrderedReads: true),
        new("arm-endpoint", "as arm, and register writes are acknowledged by the device (nGnRnE): a DSB waits for their arrival", MemoryModel.AArch64, CompletesAtEndpoint: true),
        new("arm-msi", "as arm, and an interrupt is a message that pushes the device's writes", MemoryModel.AArch64, MessageInterrupts: true),
        new("arm-noncoherent", "as arm, and devices do not see the CPU's cache: buffers are cleaned and invalidated", MemoryModel.AArch64, IsCoherent: false),
    ];

    /// <summary>The memory of a name. Throws <see cref="ArgumentException"/> with one clear line.</summary>
    public static MachineMemory Of(string name)
        => All.FirstOrDefault(memory => memory.Name == name)
            ?? throw new ArgumentException($"there is no memory '{name}'; there are {string.Join(", ", All.Select(memory => memory.Name))}");

    /// <summary>False: plain RAM serves, and nothing of the ordering machine runs.</summary>
    public bool IsWeak => Model != MemoryModel.SequentiallyConsistent;
}
