using System.Text.Json;

namespace Ringcheck.Ordering.Litmus;

/// <summary>Reads one test.</summary>
internal sealed class LitmusParser(LitmusNode element)
{
    const int MostThreads = 64;

    readonly List<string> locations = [];
    readonly Dictionary<string, LitmusVariable> variables = new(StringComparer.Ordinal);

    LitmusNode test = element;

    public LitmusTest Parse()
    {
        string name = test.Text("name");
        test = test with { Where = $"{test.Where[..test.Where.LastIndexOf(", ", StringComparison.Ordinal)]}, test '{name}'" };
        var initial = Initial();
        var threads = test.Items("threads").Select(Thread).ToList();
        if (threads.Count is 0 or > MostThreads) throw test.Wrong($"there are to be 1 to {MostThreads} threads, not {threads.Count}");
        if (test.Optional("nthreads") is not null && test.Number("nthreads") != threads.Count)
            throw test.Wrong($"'nthreads' is {test.Number("nthreads")}, and there are {threads.Count} threads");
        var parsed = new LitmusTest
        {
            Name = name,
            Family = test.Optional("family") is null ? "" : test.Text("family"),
            Locations = locations,
            Initial = initial,
            Threads = threads,
            Variables = [.. variables.Values.OrderBy(variable => variable.Name, StringComparer.Ordinal)],
        };
        return test.Optional("herd") is { } herd ? WithStates(parsed, herd) : parsed;
    }

    List<int> Initial()
    {
        List<int> values = [];
        foreach (var (name, value) in test.Member("init").Members("'init'"))
        {
            if (!variables.TryAdd(name, new(name, locations.Count))) throw test.Wrong($"location '{name}' has two first values");
            locations.Add(name);
            values.Add(value.Number($"the first value of '{name}'", test));
        }
        return values;
    }

    List<LitmusStep> Thread(LitmusNode code, int thread)
    {
        if (code.Element.ValueKind != JsonValueKind.Array) throw test.Wrong($"thread {thread} is to be a list of instructions");
        var registers = new Dictionary<string, int>(StringComparer.Ordinal);
        int reads = 0, i = 0;
        List<LitmusStep> steps = [];
        foreach (var json in code.Element.EnumerateArray())
        {
            var step = Step(new LitmusNode(json, test.Where).At($"thread {thread}, instruction {i++}"), registers, reads);
            if (step.Reads)
            {
                string register = new LitmusNode(json, test.Where).Text("reg"), name = $"{thread}:{register}";
                registers[register] = reads;
                variables[name] = new(name, -1, thread, reads++);
            }
            steps.Add(step);
        }
        return steps;
    }

    LitmusStep Step(LitmusNode op, Dictionary<string, int> registers, int reads)
    {
        string kind = op.Text("op");
        switch (kind)
        {
            case "F":
                return new(LitmusKind.Fence, Fence: LitmusWords.Fence(op.Text("kind")) ?? throw op.Wrong($"unknown barrier '{op.Text("kind")}'"));
            case "B":
                return new(LitmusKind.Branch, AddressFrom: Register(op, op.Text("reg"), registers));
        }
        var access = LitmusWords.Access(kind) ?? throw op.Wrong($"unknown op '{kind}'");
        int location = locations.IndexOf(op.Text("loc"));
        if (location < 0) throw op.Wrong($"location '{op.Text("loc")}' has no first value in 'init'");
        string order = op.Optional("ord") is null ? "plain" : op.Text("ord");
        var (address, data) = Dependencies(op, access, registers);
        var step = new LitmusStep(access, location, access == LitmusKind.Read ? 0 : op.Number("val"),
            LitmusWords.Order(order, access) ?? throw op.Wrong($"unknown order '{order}' of {kind}"), Read: access == LitmusKind.Write ? -1 : reads,
            AddressFrom: address, DataFrom: data);
        if (step.Reads) op.Text("reg");
        return step;
    }

    static (int Address, int Data) Dependencies(LitmusNode op, LitmusKind access, Dictionary<string, int> registers)
    {
        int address = -1, data = -1;
        if (op.Optional("dep") is not { Element.ValueKind: not JsonValueKind.Null } dependencies) return (address, data);
        foreach (var (name, register) in dependencies.Members("'dep'"))
        {
            if (register.Element.ValueKind != JsonValueKind.String) throw op.Wrong("a dependency names a register");
            int read = Register(op, register.Element.GetString()!, registers);
            if (name == "addr") address = read;
            else if (name == "data" && access != LitmusKind.Read) data = read;
            else throw op.Wrong($"unknown dependency '{name}'");
        }
        return (address, data);
    }

    static int Register(LitmusNode op, string name, Dictionary<string, int> registers)
        => registers.TryGetValue(name, out int read) ? read : throw op.Wrong($"register '{name}' was not read before");

    LitmusTest WithStates(LitmusTest parsed, LitmusNode herd)
    {
        herd = herd with { Where = test.Where };
        var states = herd.Items("states").Select(state => State(state)).ToList();
        if (states.Count == 0) throw test.Wrong("'states' is empty: every program ends in some state");
        var names = states[0].Keys.Order(StringComparer.Ordinal).ToList();
        if (states.Any(state => !names.SequenceEqual(state.Keys.Order(StringComparer.Ordinal), StringComparer.Ordinal)))
            throw test.Wrong("the states are not all about the same locations and registers");
        var observed = parsed with { Variables = [.. names.Select(name => variables[name])] };
        return observed with { Expected = states.Select(state => observed.State(variable => state[variable.Name])).ToHashSet(StringComparer.Ordinal) };
    }

    Dictionary<string, int> State(LitmusNode state)
    {
        var values = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var (name, value) in state.Members("a state"))
        {
            if (!variables.ContainsKey(name)) throw state.Wrong($"there is no location or register '{name}'");
            values[name] = value.Number($"'{name}'", state);
        }
        return values;
    }
}
