using Ringcheck.Standard;

namespace Ringcheck.Kernel;

/// <content>Virtio 1.4, 5.2.4 and 5.2.6.2: the device's cache, written back when it likes (and at a flush), or written through at once.</content>
public sealed partial class VirtioBlk<TMachine>
{
    private BlkCacheMode cacheMode;

    private enum BlkCacheMode : byte
    {
        /// <summary>The device's own choice, which it makes again after each reset.</summary>
        NotChosen,
        WriteThrough,
        WriteBack,
    }

    /// <summary>
    /// Whether a write that has ended may still be lost with the device's power, until a flush that was submitted after that has ended: 5.2.6.2. Without FLUSH there
    /// is nothing to be done about it. What was written before <see cref="SetWriteback"/> turned write-back off needs its flush all the same.
    /// </summary>
    public bool WritesNeedFlush => Features.Has(BlkFeature.Flush) && !(Features.Has(BlkFeature.ConfigWce) && cacheMode == BlkCacheMode.WriteThrough);

    /// <summary>Which mode the device is in. NotSupported: CONFIG_WCE was not negotiated. NoDevice, NeedsReset: as for requests. DeviceError: neither 0 nor 1.</summary>
    public DriverStatus ReadWriteback(out bool isOn)
    {
        isOn = false;
        DriverStatus status = core.CheckState();
        if (status != DriverStatus.Ok)
            return status;
        if (!Features.Has(BlkFeature.ConfigWce))
            return DriverStatus.NotSupported;
        byte value = Transport.ReadConfig8(machine, BlkConfig.Writeback);
        if (value > 1)
            return RefuseWriteback();
        isOn = value == 1;
        return DriverStatus.Ok;
    }

    /// <summary>
    /// Switches the mode, and reads it back; kept through <see cref="Recover"/>. Requests in flight may be done in either mode, so drain first to know. Errors as
    /// with <see cref="ReadWriteback"/>; DeviceError: the device did not take it.
    /// </summary>
    public DriverStatus SetWriteback(bool isOn)
    {
        DriverStatus status = core.CheckState();
        if (status == DriverStatus.Ok && !Features.Has(BlkFeature.ConfigWce))
            status = DriverStatus.NotSupported;
        if (status == DriverStatus.Ok)
            status = SwitchWriteback(isOn);
        if (status == DriverStatus.Ok)
            cacheMode = isOn ? BlkCacheMode.WriteBack : BlkCacheMode.WriteThrough;
        return status;
    }

    private DriverStatus SwitchWriteback(bool isOn)
    {
        byte value = isOn ? (byte)1 : (byte)0;
        Transport.WriteConfig8(machine, BlkConfig.Writeback, value);
        return Transport.ReadConfig8(machine, BlkConfig.Writeback) == value ? DriverStatus.Ok : RefuseWriteback();
    }

    /// <summary>A wrong word is the device's mistake, unless there is no device any more.</summary>
    private DriverStatus RefuseWriteback()
    {
        core.CheckDevice();
        return core.IsGone ? DriverStatus.NoDevice : DriverStatus.DeviceError;
    }

    /// <summary>A reset makes the device forget what it was told. After FEATURES_OK, before any request.</summary>
    private DriverStatus RestoreCacheMode()
        => cacheMode == BlkCacheMode.NotChosen || !Features.Has(BlkFeature.ConfigWce)
            ? DriverStatus.Ok : SwitchWriteback(cacheMode == BlkCacheMode.WriteBack);
}
