using System.Runtime.CompilerServices;
using System.Runtime.ExceptionServices;

namespace Ringcheck.Exploration;

/// <summary>
/// A suspended async method of a device. Frames are pooled, so that a running device allocates nothing, and linked to their
/// callers, so that an agent resumes the innermost one directly and a reset drops the whole stack.
/// Cancelling returns each frame to its pool, from the innermost outward: no exception, no token. The price: <c>finally</c> and
/// <c>using</c> in a device coroutine never run when it is dropped, so they are not used there.
/// </summary>
public abstract class Frame
{
    internal Frame? Caller;
    internal bool Done;

    internal abstract void MoveNext();

    internal abstract void Recycle();
}

abstract class ResultFrame<T> : Frame
{
    internal T Result = default!;
}

sealed class Frame<TStateMachine, T> : ResultFrame<T> where TStateMachine : IAsyncStateMachine
{
    /// <summary>
    /// Where several CPUs run, a frame may be rented on the thread of one and come back on that of another, which would collect them without end.
    /// </summary>
    const int MostInPool = 64;

    // One pool for each async method and thread: an engine runs on one thread, and explorers run in parallel.
    [ThreadStatic]
    static Frame<TStateMachine, T>? pool;

    Frame<TStateMachine, T>? nextInPool;
    int placeInPool;
    internal TStateMachine Machine = default!;

    internal static Frame<TStateMachine, T> Rent()
    {
        var frame = pool;
        if (frame is null) return new();
        pool = frame.nextInPool;
        return frame;
    }

    internal override void MoveNext() => Machine.MoveNext();

    internal override void Recycle()
    {
        Machine = default!;
        Caller = null;
        Done = false;
        placeInPool = pool is null ? 1 : pool.placeInPool + 1;
        if (placeInPool > MostInPool) return;
        nextInPool = pool;
        pool = this;
    }
}

/// <summary>What an awaiter offers to suspend a device coroutine.</summary>
public interface IParks
{
    void Park(Frame frame);
}

/// <summary>The result of a device's async method: <c>async DeviceTask&lt;uint&gt; Serve()</c>.</summary>
[AsyncMethodBuilder(typeof(DeviceTaskBuilder<>))]
public readonly struct DeviceTask<T>
{
    readonly ResultFrame<T>? frame;
    readonly T result;

    internal DeviceTask(Frame? frame, T result)
    {
        this.frame = (ResultFrame<T>?)frame;
        this.result = result;
    }

    internal Frame? Frame => frame;

    public Awaiter GetAwaiter() => new(this);

    public readonly struct Awaiter : ICriticalNotifyCompletion, IParks
    {
        readonly DeviceTask<T> task;

        internal Awaiter(DeviceTask<T> task) => this.task = task;

        public bool IsCompleted => task.frame is null;

        public T GetResult()
        {
            if (task.frame is null) return task.result;
            var result = task.frame.Result;
            task.frame.Recycle();
            return result;
        }

        void IParks.Park(Frame frame) => task.frame!.Caller = frame;

        public void OnCompleted(Action continuation) => throw new NotSupportedException();

        public void UnsafeOnCompleted(Action continuation) => throw new NotSupportedException();
    }
}

/// <summary>Builds device coroutines on pooled frames. Used by the compiler.</summary>
public struct DeviceTaskBuilder<T>
{
    ResultFrame<T>? frame;
    T result;

    public static DeviceTaskBuilder<T> Create() => default;

    public readonly DeviceTask<T> Task => new(frame, result);

    public readonly void Start<TStateMachine>(ref TStateMachine machine) where TStateMachine : IAsyncStateMachine => machine.MoveNext();

    public readonly void SetStateMachine(IAsyncStateMachine machine)
    {
    }

    public void SetResult(T value)
    {
        if (frame is null)
        {
            result = value;
            return;
        }
        frame.Result = value;
        frame.Done = true;
    }

    /// <summary>A device that throws is a bug of ours: it surfaces at once, through whoever stepped the device.</summary>
    public readonly void SetException(Exception exception) => ExceptionDispatchInfo.Throw(exception);

    public void AwaitOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : INotifyCompletion where TStateMachine : IAsyncStateMachine
        => throw new NotSupportedException();

    /// <summary>
    /// Optimised from the first call on: unoptimised code would box the awaiter at each suspension, until tiered compilation gets to it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void AwaitUnsafeOnCompleted<TAwaiter, TStateMachine>(ref TAwaiter awaiter, ref TStateMachine machine)
        where TAwaiter : ICriticalNotifyCompletion where TStateMachine : IAsyncStateMachine
    {
        if (frame is null)
        {
            // The first suspension moves the state machine from the stack into a frame. `frame` lives inside `machine`, so it
            // is set before the copy.
            var rented = Frame<TStateMachine, T>.Rent();
            frame = rented;
            rented.Machine = machine;
        }
        ((IParks)awaiter).Park(frame);
    }
}

/// <summary>The result of a coroutine that has none.</summary>
public readonly struct Nothing;
