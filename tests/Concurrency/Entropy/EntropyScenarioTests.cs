using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Kernel;
using Ringcheck.Scenarios;
using Ringcheck.Testing.Xunit;
using Xunit;

namespace Ringcheck.Tests.Concurrency.Entropy;

/// <summary>Virtio 1.4, 5.4 "Entropy Device": the driver as shipped, on every transport, memory and profile.</summary>
public sealed class EntropyScenarioTests
{
    const int Executions = 300;

    public static TheoryData<string, string, string> Runs
    {
        get
        {
            var runs = new TheoryData<string, string, string>();
            foreach (var scenario in new ScenarioCatalog().Scenarios.Where(scenario => scenario.Name.StartsWith("entropy", StringComparison.Ordinal)))
            {
                foreach (string profile in scenario.Profiles)
                {
                    foreach (string memory in new[] { "sc", "tso", "arm" }.Where(scenario.RunsOn)) runs.Add(scenario.Name, profile, memory);
                }
            }
            return runs;
        }
    }

    [Theory]
    [MemberData(nameof(Runs))]
    public void Nothing_is_found(string name, string profile, string memory)
    {
        using var scenario = new ScenarioCatalog().Create(name, profile, memory);
        var walk = new RandomWalk(6);
        for (int i = 0; i < Executions; i++)
        {
            walk.Begin(i);
            var violation = Execution.Run(scenario, walk, audited: i % Execution.AuditEvery == 0);
            Assert.True(violation is null, $"execution {i}: {violation?.Key}: {violation?.Message}");
        }
        Assert.All(scenario.Premises, premise => Assert.True(premise.Count > 0 || !premise.Required, premise.Name));
    }

    /// <summary>The odd device and QEMU's give less than they were asked for, and the driver says so.</summary>
    [Theory]
    [InlineData("odd", true)]
    [InlineData("qemu", true)]
    [InlineData("strict", false)]
    public void Short_answers_come_as_such(string profile, bool areExpected)
    {
        using var scenario = new ScenarioCatalog().Create("entropy", profile, "sc");
        var walk = new RandomWalk(6);
        for (int i = 0; i < Executions; i++)
        {
            walk.Begin(i);
            Assert.Null(Execution.Run(scenario, walk));
        }
        Assert.Equal(areExpected, scenario.Premises.Single(premise => premise.Name == EntropyScenario.ShortAnswers).Count > 0);
    }

    [Theory, Explore("entropy-ring-1", Profile = "strict", Strategy = "exhaustive", Executions = 100_000)]
    public void Is_exhausted(ExploredScenario scenario) => scenario.Exhausts();

    /// <summary>A driver that answers by itself, where no oracle of the device's looks at what it answers.</summary>
    [Fact]
    public void Success_without_the_device_is_found()
    {
        using var scenario = new FakeSuccess();
        Assert.Equal("vacuity/device-not-touched", Execution.Run(scenario, PlainRun.Instance)?.Key);
    }

    sealed class FakeSuccess : DeviceScenario<EntropyDevice, VirtioEntropy<SimMachine>>
    {
        public FakeSuccess()
            : base(new() { Program = [EntropyScenario.Get(1), DeviceVerbs.Do(DeviceVerb.Wait)] }, DeviceProfile.Strict, MachineMemory.SequentiallyConsistent, freshDriver: false)
        {
            Plug(Standard.DeviceType.Entropy, queues: 1, classCode: 0, way => new(Machine, way, "entropy", DeviceSettings));
            Use(EntropyOptions.Default.MemoryLength, () => new(Cpu, EntropyOptions.Default));
        }

        protected override Operation? SampleRequest => null;

        protected override void PowerOn()
        {
        }

        protected override string DescribeOwn(Operation operation) => "ask";

        protected override DriverStatus Submit(Operation operation, out RequestId id)
        {
            id = new(0, 0, 1);
            return DriverStatus.Ok;
        }

        protected override DriverStatus Wait(RequestId id, uint timeoutMs, bool poll, out Ending end)
        {
            end = new(id, DriverStatus.Ok);
            return DriverStatus.Ok;
        }

        protected override DriverStatus WaitAny(uint timeoutMs, out Ending end) => throw new NotSupportedException();

        protected override DriverStatus TryReap(out Ending end) => throw new NotSupportedException();

        protected override void JudgeAnswer(int request)
        {
        }
    }
}
