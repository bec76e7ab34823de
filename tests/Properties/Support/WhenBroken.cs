using System.Runtime.CompilerServices;

namespace Ringcheck.Tests.Properties;

/// <summary>Text that is only put together when a check does not hold: checks are made millions of times.</summary>
[InterpolatedStringHandler]
public readonly ref struct WhenBroken
{
    readonly DefaultInterpolatedStringHandler text;
    readonly bool isWanted;

    public WhenBroken(int literalLength, int formattedCount, bool holds, out bool isWanted)
    {
        this.isWanted = isWanted = !holds;
        text = isWanted ? new(literalLength, formattedCount) : default;
    }

    public void AppendLiteral(string value) => Unsafe.AsRef(in text).AppendLiteral(value);

    public void AppendFormatted<T>(T value) => Unsafe.AsRef(in text).AppendFormatted(value);

    public override string ToString() => isWanted ? text.ToString() : "";
}
