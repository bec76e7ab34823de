using Ringcheck.Standard;

namespace Ringcheck.Devices;

/// <summary>Virtio 1.4, 4.2.2 "MMIO Device Register Layout": what each access reads and writes.</summary>
public abstract partial class MmioDevice
{
    public ulong Read(uint offset, int width)
    {
        if (IsRemoved) return ulong.MaxValue >> (64 - 8 * width);
        ulong value = Rules.IsQemu ? ReadSplit(offset, width) : ReadWhole(offset, width);
        return Rules.Lies ? Distorted(value, width) : value;
    }

    public void Write(uint offset, int width, ulong value)
    {
        if (IsRemoved) return;
        if (Rules.IsQemu) WriteSplit(offset, width, value);
        else WriteWhole(offset, width, value);
    }

    /// <summary>4.2.2.2: registers are aligned 32-bit words, configuration fields have their own width. All else is refused.</summary>
    ulong ReadWhole(uint offset, int width)
    {
        if (offset < MmioRegister.Config) return width == 4 && offset % 4 == 0 ? ReadRegister(offset) : 0;
        offset -= MmioRegister.Config;
        if (!IsConfigurationAccess(offset, width)) return ulong.MaxValue >> (64 - 8 * width);
        return ReadConfiguration(offset, width);
    }

    void WriteWhole(uint offset, int width, ulong value)
    {
        if (offset < MmioRegister.Config)
        {
            if (width == 4 && offset % 4 == 0) WriteRegister(offset, (uint)value);
            return;
        }
        offset -= MmioRegister.Config;
        if (IsConfigurationAccess(offset, width)) WriteConfiguration(offset, width, (uint)value);
    }

    /// <summary>A 64-bit field is read as two 32-bit words. Legacy devices (4.2.4) let the driver use any width.</summary>
    bool IsConfigurationAccess(uint offset, int width)
    {
        if (width > 4 || offset + (uint)width > ConfigLength) return false;
        return IsLegacy || (ConfigurationFieldWidth(offset) == width && offset % (uint)width == 0);
    }

    /// <summary>QEMU's memory core: an access is cut into naturally aligned pieces of at most 4 bytes.</summary>
    static int PieceWidth(uint offset, int left)
    {
        int width = left >= 4 ? 4 : left >= 2 ? 2 : 1;
        while (offset % (uint)width != 0) width /= 2;
        return width;
    }

    ulong ReadSplit(uint offset, int width)
    {
        ulong value = 0;
        for (int done = 0; done < width;)
        {
            int piece = PieceWidth(offset + (uint)done, width - done);
            value |= (ulong)ReadPiece(offset + (uint)done, piece) << (8 * done);
            done += piece;
        }
        return value;
    }

    uint ReadPiece(uint offset, int width)
    {
        if (offset < MmioRegister.Config) return width == 4 ? ReadRegister(offset) : 0;
        offset -= MmioRegister.Config;
        return offset + (uint)width <= ConfigLength ? ReadConfiguration(offset, width) : uint.MaxValue >> (32 - 8 * width);
    }

    void WriteSplit(uint offset, int width, ulong value)
    {
        for (int done = 0; done < width;)
        {
            int piece = PieceWidth(offset + (uint)done, width - done);
            WritePiece(offset + (uint)done, piece, (uint)(value >> (8 * done)));
            done += piece;
        }
    }

    void WritePiece(uint offset, int width, uint value)
    {
        if (offset < MmioRegister.Config)
        {
            if (width == 4) WriteRegister(offset, value);
            return;
        }
        offset -= MmioRegister.Config;
        if (offset + (uint)width <= ConfigLength) WriteConfiguration(offset, width, value & (uint.MaxValue >> (32 - 8 * width)));
    }

    uint ReadRegister(uint offset) => offset switch
    {
        MmioRegister.MagicValue => MmioIdentity.Magic,
        MmioRegister.Version => IsLegacy ? MmioIdentity.LegacyVersion : MmioIdentity.ModernVersion,
        MmioRegister.DeviceId => DeviceId,
        MmioRegister.VendorId => Settings.VendorId,
        MmioRegister.DeviceFeatures => ReadDeviceFeatures(),
        MmioRegister.QueueNumMax => ReadQueueNumMax(),
        MmioRegister.QueuePfn when IsLegacy => SelectedQueue is { } queue ? (uint)(queue.Descriptors >> (int)pageShift) : 0,
        MmioRegister.QueueReady when !IsLegacy => ReadQueueReady(),
        MmioRegister.InterruptStatus => interruptStatus,
        MmioRegister.Status => status,
        MmioRegister.SharedMemoryLengthLow or MmioRegister.SharedMemoryLengthHigh when Rules.IsQemu || !IsLegacy => uint.MaxValue,
        MmioRegister.SharedMemoryBaseLow or MmioRegister.SharedMemoryBaseHigh when !Rules.IsQemu && !IsLegacy => uint.MaxValue,
        MmioRegister.ConfigGeneration when !IsLegacy => generation,
        _ => 0,
    };

    void WriteRegister(uint offset, uint value)
    {
        switch (offset)
        {
            case MmioRegister.DeviceFeaturesSel:
                deviceFeaturesSel = Rules.IsQemu ? Math.Min(value, 1) : value;
                break;
            case MmioRegister.DriverFeaturesSel:
                driverFeaturesSel = Rules.IsQemu ? Math.Min(value, 1) : value;
                break;
            case MmioRegister.DriverFeatures:
                WriteDriverFeatures(value);
                break;
            case MmioRegister.QueueSel:
                if (!Rules.IsQemu || value < QemuQueueSelectors) queueSel = value;
                break;
            case MmioRegister.QueueNotify:
                WriteQueueNotify(value);
                break;
            case MmioRegister.InterruptAck:
                AcknowledgeInterrupt(value);
                break;
            case MmioRegister.Status:
                WriteStatus(value);
                break;
            default:
                if (IsLegacy) WriteLegacyQueueRegister(offset, value);
                else WriteQueueRegister(offset, value);
                break;
        }
        Touch(offset);
    }

    void AcknowledgeInterrupt(uint causes)
    {
        interruptStatus &= ~causes;
        Touch(MmioRegister.InterruptStatus);
        if (Rules.IsQemu && broken) return;
        line.Set(interruptStatus != 0);
        if (stormLeft == 0) return;
        stormLeft--;
        RaiseInterruptLater(InterruptCause.All);
    }

    /// <summary>What a hostile device answers instead: a device that is gone, one that is empty, one bit off.</summary>
    ulong Distorted(ulong value, int width) => Lie(4, "answers all ones|answers 0|answers with one bit flipped") switch
    {
        1 => ulong.MaxValue >> (64 - 8 * width),
        2 => 0,
        3 => value ^ 4,
        _ => value,
    };
}
