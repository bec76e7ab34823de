using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Ringcheck.Exploration;

namespace Ringcheck.Devices;

/// <summary>
/// Simulated memory, reset in time proportional to what an execution wrote: granules of 256 bytes are marked on their first
/// write, and only those are cleared. The size costs address space only, since the host maps pages on first use.
/// Beside each byte lies its owner: see <see cref="OwnershipMonitor"/>.
/// </summary>
public sealed unsafe class Ram : IDisposable
{
    const int GranuleShift = 8;

    readonly byte* memory, owners;
    readonly ulong size;
    readonly byte[] dirty;
    readonly int[] dirtyGranules;
    int dirtyCount;
    readonly Engine engine;
    Fingerprint hash;

    public Ram(Engine engine, ulong baseAddress, ulong size)
    {
        this.engine = engine;
        Base = baseAddress;
        this.size = size;
        memory = (byte*)NativeMemory.AllocZeroed((nuint)size);
        owners = (byte*)NativeMemory.AllocZeroed((nuint)size);
        dirty = new byte[size >> GranuleShift];
        dirtyGranules = new int[size >> GranuleShift];
    }

    /// <summary>The address of the first byte, the same for CPU and devices on this machine.</summary>
    public ulong Base { get; }

    public ulong Size => size;

    /// <summary>XOR over all words: kept up to date by each store while a strategy asks, never recomputed.</summary>
    public Fingerprint Hash => hash;

    public void Dispose()
    {
        NativeMemory.Free(memory);
        NativeMemory.Free(owners);
    }

    public void Reset()
    {
        for (int i = 0; i < dirtyCount; i++)
        {
            int granule = dirtyGranules[i];
            dirty[granule] = 0;
            NativeMemory.Clear(memory + ((long)granule << GranuleShift), 1 << GranuleShift);
        }
        dirtyCount = 0;
        hash = default;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Contains(ulong address, ulong length) => address - Base < size && length <= size - (address - Base);

    public static ulong WatchKey(ulong address) => address >> 3;

    /// <summary>The caller has checked <see cref="Contains"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public T Load<T>(ulong address) where T : unmanaged => Unsafe.ReadUnaligned<T>(memory + (address - Base));

    /// <summary>The caller has checked <see cref="Contains"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Store<T>(ulong address, T value) where T : unmanaged
    {
        ulong offset = address - Base, word = offset & ~7UL;
        if (((offset + (ulong)sizeof(T) - 1) & ~7UL) == word)
        {
            ulong before = *(ulong*)(memory + word);
            Unsafe.WriteUnaligned(memory + offset, value);
            ulong after = *(ulong*)(memory + word);
            if (before != after) Changed(word, before, after);
        }
        else
        {
            Copy(address, new ReadOnlySpan<byte>(&value, sizeof(T)));
        }
    }

    public void Copy(ulong address, ReadOnlySpan<byte> source)
    {
        ulong offset = address - Base;
        if (!engine.Hashing && engine.ActiveWatches == 0)
        {
            source.CopyTo(new Span<byte>(memory + offset, source.Length));
            for (ulong at = offset >> GranuleShift; at <= (offset + (ulong)source.Length - 1) >> GranuleShift; at++) Mark((int)at);
            return;
        }
        for (int done = 0; done < source.Length;)
        {
            ulong at = offset + (ulong)done, word = at & ~7UL;
            int count = Math.Min(source.Length - done, (int)(word + 8 - at));
            ulong before = *(ulong*)(memory + word);
            source.Slice(done, count).CopyTo(new Span<byte>(memory + at, count));
            ulong after = *(ulong*)(memory + word);
            if (before != after) Changed(word, before, after);
            done += count;
        }
    }

    public ReadOnlySpan<byte> Span(ulong address, int length) => new(memory + (address - Base), length);

    /// <summary>Who may use each byte of a range. The caller has checked <see cref="Contains"/>.</summary>
    internal Span<byte> Owners(ulong address, int length) => new(owners + (address - Base), length);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal T OwnersOf<T>(ulong address) where T : unmanaged => Unsafe.ReadUnaligned<T>(owners + (address - Base));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Changed(ulong word, ulong before, ulong after)
    {
        Mark((int)(word >> GranuleShift));
        if (engine.Hashing) Rehash(word, before, after);
        engine.Touch(WatchKey(Base + word));
    }

    void Rehash(ulong word, ulong before, ulong after)
    {
        Fingerprint old = Hashing.Word(word, before), now = Hashing.Word(word, after);
        hash = new(hash.A ^ old.A ^ now.A, hash.B ^ old.B ^ now.B);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    void Mark(int granule)
    {
        if (dirty[granule] != 0) return;
        dirty[granule] = 1;
        dirtyGranules[dirtyCount++] = granule;
    }
}
