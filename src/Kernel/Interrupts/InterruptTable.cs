namespace Ringcheck.Kernel;

/// <summary>Serves one device. True if the device had a reason to interrupt; of a shared interrupt, the others are asked too.</summary>
public delegate bool InterruptHandler(uint number);

/// <summary>What came of one entry of the interrupt handler.</summary>
public enum InterruptOutcome : byte
{
    /// <summary>Somebody had a reason.</summary>
    Handled,

    /// <summary>Nothing was pending any more. Not a failure: a level may fall between the interrupt and its acknowledgement.</summary>
    Spurious,

    /// <summary>There are handlers, and none had a reason.</summary>
    Unclaimed,

    /// <summary>Nobody handles this interrupt, or nobody has for too long: it is masked now, instead of coming for ever.</summary>
    Masked,
}

/// <summary>
/// Which handlers serve which interrupt, and a kernel's interrupt entry: <see cref="Handle"/>. Of fixed size; all is allocated by the constructor. One interrupt is served for each entry,
/// so an entry is bounded whatever devices do.
/// </summary>
public sealed class InterruptTable<TController>
    where TController : struct, IInterruptController
{
    /// <summary>Times in a row that nobody may have a reason: late levels give one now and then.</summary>
    public const int MostUnclaimed = 8;

    private readonly TController controller;
    private readonly uint[] numbers;
    private readonly InterruptHandler[] handlers;
    private readonly byte[] unclaimed;
    private int count;

    /// <summary>An empty table.</summary>
    /// <param name="controller">Of the CPU that handles.</param>
    /// <param name="capacity">Handlers, at most.</param>
    public InterruptTable(TController controller, int capacity)
    {
        this.controller = controller;
        numbers = new uint[capacity];
        handlers = new InterruptHandler[capacity];
        unclaimed = new byte[capacity];
    }

    /// <summary>The interrupt of the last entry; meaningless after a spurious one.</summary>
    public uint Last { get; private set; }

    /// <summary>Whether an interrupt has a handler: another one shares it then.</summary>
    public bool IsRegistered(uint number)
    {
        for (int i = 0; i < count; i++)
        {
            if (numbers[i] == number)
                return true;
        }

        return false;
    }

    /// <summary>Forgets all handlers.</summary>
    public void Clear() => count = 0;

    /// <summary>
    /// Adds a handler, before its interrupt is enabled. NoSpace: the table is full. Several handlers of one interrupt share it.
    /// </summary>
    public DriverStatus Register(uint number, InterruptHandler handler)
    {
        if (count == numbers.Length)
            return DriverStatus.NoSpace;
        numbers[count] = number;
        handlers[count] = handler;
        unclaimed[count] = 0;
        count++;
        return DriverStatus.Ok;
    }

    /// <summary>Takes a handler back, if it is there, with its interrupt disabled or shared. The others keep their order.</summary>
    public void Unregister(uint number, InterruptHandler handler)
    {
        int kept = 0;
        for (int i = 0; i < count; i++)
        {
            if (numbers[i] == number && handlers[i] == handler)
                continue;
            (numbers[kept], handlers[kept], unclaimed[kept]) = (numbers[i], handlers[i], unclaimed[i]);
            kept++;
        }

        count = kept;
    }

    /// <summary>All that the CPU's interrupt entry does: acknowledge, serve, end.</summary>
    public InterruptOutcome Handle()
    {
        TakenInterrupt taken = controller.Acknowledge();
        if (taken.IsNone)
            return InterruptOutcome.Spurious;
        Last = taken.Number;
        InterruptOutcome outcome = Serve(taken.Number);
        if (outcome == InterruptOutcome.Masked)
            controller.Disable(taken.Number); // before the end, so that a level does not come back in between
        controller.End(taken);
        return outcome;
    }

    private InterruptOutcome Serve(uint number)
    {
        int first = -1;
        bool isClaimed = false;
        for (int i = 0; i < count; i++)
        {
            if (numbers[i] != number)
                continue;
            if (first < 0)
                first = i;
            isClaimed |= handlers[i](number);
        }

        if (first < 0)
            return InterruptOutcome.Masked;
        unclaimed[first] = isClaimed ? (byte)0 : (byte)(unclaimed[first] + 1);
        if (isClaimed)
            return InterruptOutcome.Handled;
        if (unclaimed[first] < MostUnclaimed)
            return InterruptOutcome.Unclaimed;
        unclaimed[first] = 0;
        return InterruptOutcome.Masked;
    }
}
