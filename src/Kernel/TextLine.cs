using System;
using System.Diagnostics.CodeAnalysis;

namespace Ringcheck.Kernel;

/// <summary>Writes one line of UTF-8 text into a caller's span. What does not fit is cut off, never written elsewhere.</summary>
public ref struct TextLine(Span<byte> buffer)
{
    private readonly Span<byte> buffer = buffer;
    private int length;

    public readonly ReadOnlySpan<byte> Written => buffer[..length];

    [UnscopedRef]
    public ref TextLine Text(scoped ReadOnlySpan<byte> text)
    {
        int room = Math.Min(text.Length, buffer.Length - length);
        text[..room].CopyTo(buffer[length..]);
        length += room;
        return ref this;
    }

    [UnscopedRef]
    public ref TextLine Decimal(ulong value) => ref Number(value, 10);

    /// <summary>Lower case, with 0x before it and no leading zeros.</summary>
    [UnscopedRef]
    public ref TextLine Hex(ulong value) => ref Text("0x"u8).Number(value, 16);

    /// <summary>Lower case, without 0x, the low <paramref name="digits"/> digits with zeros before them: ids and addresses of PCI are written so.</summary>
    [UnscopedRef]
    public ref TextLine PaddedHex(ulong value, int digits)
    {
        for (int digit = digits - 1; digit >= 0; digit--)
            Text("0123456789abcdef"u8.Slice((int)(value >> 4 * digit & 0xF), 1));
        return ref this;
    }

    [UnscopedRef]
    private ref TextLine Number(ulong value, uint radix)
    {
        Span<byte> digits = stackalloc byte[20];
        int at = digits.Length;
        do
        {
            digits[--at] = "0123456789abcdef"u8[(int)(value % radix)];
            value /= radix;
        }
        while (value != 0);
        return ref Text(digits[at..]);
    }
}
