using Ringcheck.Exploration;
using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>PCI Local Bus 3.0, 6.2.4 "Interrupt Pin" and 6.2.2, interrupt disable: the level that a function asks for, and what reaches its pin.</summary>
public abstract partial class PciFunction
{
    bool wantsInterrupt, isPinHigh;
    MsixTable? msix;

    /// <summary>What the function asks for at its pin, whether or not it is let through.</summary>
    protected bool WantsInterrupt => wantsInterrupt;

    /// <summary>Asks for an interrupt by its pin, or not any more: a level. Suppressed by the interrupt disable bit, and while MSI-X is on.</summary>
    protected internal void SetInterrupt(bool high)
    {
        if (Settings.InterruptPin == PciPin.None) return;
        wantsInterrupt = high;
        ushort status = (ushort)GetConfig(PciRegister.Status, 2);
        SetConfig(PciRegister.Status, 2, high ? (uint)(status | PciStatus.Interrupt) : status & ~(uint)PciStatus.Interrupt);
        UpdateInterrupt();
    }

    void UpdateInterrupt()
    {
        bool high = wantsInterrupt && IsPresent && (command & PciCommand.InterruptDisable) == 0 && !IsMsixEnabled;
        if (high == isPinHigh && !high) return;
        // High and still high: where a line is a message, there is another one.
        if (high != isPinHigh) Host.Count(this, high ? 1 : -1);
        isPinHigh = high;
        Host.Drive(this, Dma);
    }

    // MSI-X

    /// <summary>Vectors of the table; 0 without MSI-X.</summary>
    public int MsixVectors => msix?.Count ?? 0;

    /// <summary>Whether interrupts are messages now, and none comes by the pin.</summary>
    public bool IsMsixEnabled => msix is not null && (MsixControl & PciMsix.Enable) != 0;

    uint MsixControl => GetConfig(msix!.Capability + PciMsix.ControlOffset, 2);

    /// <summary>Adds the capability, with table and pending bits in a BAR that is there already.</summary>
    /// <param name="bar">Of both.</param>
    /// <param name="vectors">At least 1, at most <see cref="PciMsix.Most"/>.</param>
    /// <param name="tableOffset">In bytes from the start of the BAR.</param>
    /// <param name="pendingOffset">The same of the pending bits.</param>
    protected void AddMsix(int bar, int vectors, uint tableOffset, uint pendingOffset)
    {
        Span<byte> body = stackalloc byte[10];
        uint table = tableOffset | (uint)bar, pending = pendingOffset | (uint)bar;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(body, (ushort)(vectors - 1));
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(body[2..], table);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32LittleEndian(body[6..], pending);
        uint at = AddCapability(PciCapability.Msix, body, [0, (PciMsix.Enable | PciMsix.FunctionMask) >> 8]);
        msix = new(at, vectors, bar, tableOffset, pendingOffset) { KeepsControl = Rules.IsQemu };
    }

    /// <summary>Sends the message of a vector, or keeps it pending while that is masked. Nothing without MSI-X, or of a vector that is not there.</summary>
    protected void SendMessage(int vector)
    {
        if (!IsMsixEnabled || (uint)vector >= (uint)msix!.Count) return;
        if (IsMasked(vector)) msix.SetPending(vector, true);
        else Deliver(vector);
    }

    bool IsMasked(int vector) => (MsixControl & PciMsix.FunctionMask) != 0 || msix!.IsMasked(vector);

    /// <summary>A message is a write to memory: a function that is no bus master cannot make it, and it is lost.</summary>
    void Deliver(int vector)
    {
        msix!.SetPending(vector, false);
        if (IsBusMaster && Dma is { } sender) Machine.Interrupts.Message(msix.Address(vector), msix.Data(vector), sender);
    }

    void DeliverPending()
    {
        if (!IsMsixEnabled || !msix!.IsAnyPending) return;
        for (int vector = 0; vector < msix.Count; vector++)
        {
            if (msix.IsPending(vector) && !IsMasked(vector)) Deliver(vector);
        }
    }

    /// <summary>Nobody uses a vector any more: QEMU forgets that its message was due.</summary>
    protected internal void ForgetPending(int vector)
    {
        if ((uint)vector < (uint)MsixVectors) msix!.SetPending(vector, false);
    }

    void MsixControlWritten()
    {
        // QEMU lowers the pin for good; elsewhere it is as it was once messages are off again.
        if (Rules.IsQemu && IsMsixEnabled) SetInterrupt(false);
        UpdateInterrupt();
        JudgeLeftVectors();
        DeliverPending();
    }

    /// <summary>6.8.2: what an entry holds before software has written it means nothing. Nor does it, whoever wrote it, to a driver that comes later.</summary>
    void JudgeLeftVectors()
    {
        if (!IsMsixEnabled || Rules.Lies) return;
        for (int vector = 0; vector < msix!.Count; vector++)
        {
            if (msix.IsLeft(vector) && !IsMasked(vector))
            {
                Machine.Monitors.Driver(RegisterMonitor.Name, "vector-left-over", [], $"the driver lets vector {vector} of {Name} send, and its message is still, or in part, what was there before this driver",
                    "Keep the function masked while MSI-X is turned on, mask every vector, and unmask one once its address, upper address and data are written.");
            }
        }
    }

    /// <summary>As firmware leaves a function that it has used: see <see cref="VirtioPciSettings.IsLeftByFirmware"/>.</summary>
    private protected void LeaveByFirmware()
    {
        const ulong address = 0x1_FEE0_0000;
        const uint data = 0xF1;
        msix?.Leave(address, data);
        if (msix is not null) SetConfig(msix.Capability + PciMsix.ControlOffset, 2, MsixControl | PciMsix.Enable);
        SetConfig(PciRegister.Status, 2, GetConfig(PciRegister.Status, 2) | PciStatus.ReceivedMasterAbort);
        SetConfig(PciRegister.Command, 2, PciCommand.BusMaster | PciCommand.InterruptDisable);
        command = (ushort)GetConfig(PciRegister.Command, 2);
    }

    bool MsixRead(int bar, uint offset, int width, out ulong value)
    {
        value = 0;
        return msix is not null && msix.TryRead(bar, offset, width, out value);
    }

    bool MsixWrite(int bar, uint offset, int width, ulong value)
    {
        if (msix is null || !msix.TryWrite(bar, offset, width, value)) return false;
        JudgeLeftVectors();
        DeliverPending();
        return true;
    }

    void ResetInterrupts()
    {
        wantsInterrupt = isPinHigh = false;
        msix?.Reset();
    }

    void FoldInterrupts(ref StateHasher hasher)
    {
        hasher.Add((wantsInterrupt ? 1u : 0) | (isPinHigh ? 2u : 0));
        msix?.Fold(ref hasher);
    }
}
