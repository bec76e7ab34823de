using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Ringcheck.Exploration;

/// <summary>A prefix of an execution: for each thread, how many of its events are in it (a vector clock, at most 65,535 events a thread).</summary>
[InlineArray(Threads)]
struct Clock
{
    /// <summary>CPUs, device engines, bus paths and other agents of one machine.</summary>
    public const int Threads = 16;

    ushort count;

    /// <summary>The union of two prefixes.</summary>
    public void Join(ref readonly Clock other)
    {
        ref var mine = ref Unsafe.As<Clock, Vector256<ushort>>(ref this);
        mine = Vector256.Max(mine, Unsafe.As<Clock, Vector256<ushort>>(ref Unsafe.AsRef(in other)));
    }

    public readonly bool Has(int thread, int index) => index < this[thread];
}
