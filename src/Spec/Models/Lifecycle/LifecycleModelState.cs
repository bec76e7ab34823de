using System.Runtime.CompilerServices;

namespace Ringcheck.Models.Lifecycle;

/// <summary>What the model's driver does next.</summary>
internal enum LifecycleAt
{
    ReadMagic,
    ReadVersion,
    ReadDeviceId,
    WriteReset,
    AwaitReset,
    ReuseMemory,
    Acknowledge,
    Driver,
    SelectOffered,
    ReadOffered,
    SelectAccepted,
    WriteAccepted,
    FeaturesOk,
    ReadBack,
    WriteConfig,
    PageSize,
    SelectQueue,
    ReadNumMax,
    WriteNum,
    WriteAddress,
    WriteReady,
    DriverOk,
    Running,
    AcknowledgeInterrupt,
    Reap,
    ReadStatus,
    Failed,
    NoDevice,
}

/// <summary>The monitor's state, and beside it the driver and the device that it watches; 72 bytes.</summary>
internal struct LifecycleModelState
{
    public LifecycleState Monitor;
    private ulong _world;

    public LifecycleAt At { readonly get => (LifecycleAt)Get(0, 5); set => Set(0, 5, (int)value); }

    /// <summary>Counts feature words, or queues, as the driver goes through them.</summary>
    public int Counter { readonly get => Get(5, 3); set => Set(5, 3, value); }

    /// <summary>Counts address words of one queue.</summary>
    public int Half { readonly get => Get(8, 3); set => Set(8, 3, value); }

    /// <summary>Queues with a request in flight, as the driver has it.</summary>
    public int InFlight { readonly get => Get(11, 4); set => Set(11, 4, value); }

    /// <summary>Causes that the driver has read and handles.</summary>
    public int Causes { readonly get => Get(15, 2); set => Set(15, 2, value); }

    /// <summary>1 after the device ran once and was reset.</summary>
    public int Recovering { readonly get => Get(17, 1); set => Set(17, 1, value); }

    // The device.
    public int Status { readonly get => Get(18, 8); set => Set(18, 8, value); }

    public int ResetPending { readonly get => Get(26, 1); set => Set(26, 1, value); }

    public int InterruptStatus { readonly get => Get(27, 2); set => Set(27, 2, value); }

    /// <summary>Requests that the device was given, as queues.</summary>
    public int Given { readonly get => Get(29, 4); set => Set(29, 4, value); }

    /// <summary>Requests that the device has completed and the driver has not reaped.</summary>
    public int Used { readonly get => Get(33, 4); set => Set(33, 4, value); }

    /// <summary>1 while a completion waits for its interrupt.</summary>
    public int NoticeDue { readonly get => Get(37, 1); set => Set(37, 1, value); }

    /// <summary>1 while DEVICE_NEEDS_RESET waits for its interrupt.</summary>
    public int ConfigDue { readonly get => Get(38, 1); set => Set(38, 1, value); }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int Get(int at, int bits) => (int)(_world >> at) & ((1 << bits) - 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Set(int at, int bits, int value) => _world = (_world & ~(((1UL << bits) - 1) << at)) | ((ulong)(uint)value << at);
}

/// <summary>A deliberate fault: one more step that the driver or device takes at a point, to show that the rule against it fires.</summary>
/// <param name="At">Where the driver is when it happens.</param>
/// <param name="Event">What happens.</param>
internal readonly record struct LifecycleFault(LifecycleAt At, LifecycleEvent Event);
