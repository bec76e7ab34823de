using System.Globalization;
using System.Text;

namespace Ringcheck.Exploration;

/// <summary>
/// All that repeats one execution, in one line that a shell leaves alone:
/// <c>rc1:exhibit:scenario:profile:memory:points:seed:program:choices:check</c>. Exhibit and program are "-" where there is none, or
/// the scenario's own.
/// </summary>
public sealed record ReplayString(string Exhibit, string Scenario, string Profile, string Memory, uint MaxPoints, ulong Seed,
    IReadOnlyList<Operation>? Program, IReadOnlyList<Deviation> Choices)
{
    public const string Version = "rc1";

    const char FieldSeparator = ':', ListSeparator = ',';

    public override string ToString()
    {
        string body = string.Join(FieldSeparator, Version, Exhibit.Length == 0 ? "-" : Exhibit, Scenario, Profile, Memory,
            MaxPoints.ToString(CultureInfo.InvariantCulture), Seed.ToString(CultureInfo.InvariantCulture),
            Program is null ? "-" : string.Join(ListSeparator, Program.Select(Text)), string.Join(ListSeparator, Choices));
        return body + FieldSeparator + Check(body);
    }

    /// <summary>Reads a line. False with one clear sentence if it is not one, is damaged, or is of another version.</summary>
    public static bool TryParse(string text, out ReplayString? replay, out string error)
    {
        replay = null;
        var fields = text.Trim().Split(FieldSeparator);
        if (!fields[0].StartsWith("rc", StringComparison.Ordinal))
            return Refuse("this is not a replay string: one begins with 'rc1:'", out error);
        if (fields[0] != Version)
            return Refuse($"this replay string has format '{fields[0]}'; this version of ringcheck reads '{Version}'", out error);
        if (fields.Length != 10) return Refuse($"this replay string is damaged: it has {fields.Length} fields instead of 10", out error);
        string body = string.Join(FieldSeparator, fields[..9]);
        if (fields[9] != Check(body)) return Refuse("this replay string is damaged: its check does not match", out error);
        if (!uint.TryParse(fields[5], CultureInfo.InvariantCulture, out uint points) || !ulong.TryParse(fields[6], CultureInfo.InvariantCulture, out ulong seed))
            return Refuse("this replay string is damaged: bounds or seed are not numbers", out error);
        List<Operation>? program = null;
        if (fields[7] != "-" && !TryProgram(fields[7], out program)) return Refuse("this replay string is damaged: its program cannot be read", out error);
        var choices = new List<Deviation>();
        foreach (string part in fields[8].Split(ListSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Deviation.TryParse(part, out var deviation)) return Refuse($"this replay string is damaged: '{part}' is not a choice", out error);
            choices.Add(deviation);
        }
        replay = new(fields[1] == "-" ? "" : fields[1], fields[2], fields[3], fields[4], points, seed, program, choices);
        error = "";
        return true;
    }

    static bool Refuse(string reason, out string error)
    {
        error = reason;
        return false;
    }

    static string Text(Operation operation) => string.Create(CultureInfo.InvariantCulture, $"{operation.Code}.{operation.A}.{operation.B}.{operation.C}");

    static bool TryProgram(string text, out List<Operation> program)
    {
        program = [];
        foreach (string part in text.Split(ListSeparator, StringSplitOptions.RemoveEmptyEntries))
        {
            var numbers = part.Split('.');
            if (numbers.Length != 4 || !byte.TryParse(numbers[0], CultureInfo.InvariantCulture, out byte code)) return false;
            var arguments = new uint[3];
            for (int i = 0; i < 3; i++)
            {
                if (!uint.TryParse(numbers[i + 1], CultureInfo.InvariantCulture, out arguments[i])) return false;
            }
            program.Add(new(code, arguments[0], arguments[1], arguments[2]));
        }
        return true;
    }

    static string Check(string body)
    {
        ulong hash = 0;
        foreach (byte b in Encoding.UTF8.GetBytes(body)) hash = Hashing.Mix(hash, b);
        return ((uint)hash).ToString("x8", CultureInfo.InvariantCulture);
    }
}
