using Ringcheck.Devices;
using Ringcheck.Exploration;
using Ringcheck.Models.Rules;
using Ringcheck.Standard;
using Xunit;

namespace Ringcheck.Tests.Properties;

/// <summary>
/// Virtio 1.4, 3.1, 4.2.3 and 4.2.4: random register scripts on the register block, both versions. The lifecycle monitor's verdict is that of
/// an independent statement of the same rules, and the device survives whatever is written to it. Not here: rings with requests
/// in them (see <see cref="BlkSequenceTests"/>), widths other than 32 bits (see tests/Qemu).
/// </summary>
public sealed class RegisterScriptTests(ITestOutputHelper output)
{
    const int Scripts = 2_500;

    public static TheoryData<DeviceProfile, bool> Devices => new() { { DeviceProfile.Strict, false }, { DeviceProfile.Strict, true }, { DeviceProfile.Odd, false }, { DeviceProfile.Odd, true } };

    static SequenceProperty Property(string name, bool isLegacy, Func<IReadOnlyList<Operation>, Broken?> run)
        => new(name, new RegisterScripts(isLegacy).All, run, RegisterVerbs.Simpler, (_, _) => null, RegisterVerbs.Describe);

    [Theory]
    [MemberData(nameof(Devices))]
    public void The_verdict_on_each_script_is_that_of_the_rules_said_in_another_way(DeviceProfile profile, bool isLegacy)
    {
        using var trial = new RegisterTrial(profile, isLegacy);
        Assert.Null(trial.Compare(new RegisterScripts(isLegacy).Right));
        Checked.Sequences(Property("register scripts", isLegacy, trial.Compare), Scripts);
        output.WriteLine($"DRIVER_OK {trial.Runs} times; " + string.Join(", ", trial.Verdicts.Select(verdict => $"{verdict.Key} {verdict.Value}")));
        Assert.True(trial.Runs > Scripts / 4, $"{trial.Runs}");
        Assert.True(trial.Verdicts.Keys.Count(key => key.StartsWith("lifecycle/", StringComparison.Ordinal)) >= (isLegacy ? 12 : 16), "the scripts reach too few rules");
    }

    [Theory]
    [MemberData(nameof(Devices))]
    public void The_device_survives_each_script(DeviceProfile profile, bool isLegacy)
    {
        using var trial = new RegisterTrial(profile, isLegacy);
        Checked.Sequences(Property("register scripts", isLegacy, trial.Survive), Scripts);
    }

    /// <summary>A monitor without a rule is found out, by a script that breaks this rule and no other.</summary>
    [Theory]
    [InlineData(RuleViolation.FeaturesOkNotReadBack, false)]
    [InlineData(RuleViolation.InitBeforeResetObserved, false)]
    [InlineData(RuleViolation.QueueReadyIncomplete, false)]
    [InlineData(RuleViolation.FeatureNotOffered, false)]
    [InlineData(RuleViolation.QueueStopNotReadBack, false)]
    [InlineData(RuleViolation.LegacyPageSizeMissing, true)]
    [InlineData(RuleViolation.FeaturesOkOnLegacy, true)]
    public void A_monitor_that_lacks_a_rule_is_found_out(RuleViolation rule, bool isLegacy)
    {
        using var trial = new RegisterTrial(DeviceProfile.Strict, isLegacy) { Ignored = rule };
        var property = Property("register scripts", isLegacy, trial.Compare);
        var found = Checked.Find(property, 6 * Scripts);
        Assert.NotNull(found);
        output.WriteLine(Checked.Report(property, found));
        Assert.Equal("missed", found.Broken.Rule);
        Assert.Contains(rule.ToString(), found.Broken.Message, StringComparison.Ordinal);
    }

    /// <summary>Each kind of invariant of the device is seen to fail on a device that something else writes to.</summary>
    [Theory]
    [InlineData("a status bit sets itself")]
    [InlineData("a queue that is not legal is in use")]
    [InlineData("something is left over from before the reset")]
    public void A_device_that_does_not_keep_to_them_is_found_out(string invariant)
    {
        using var trial = new RegisterTrial(DeviceProfile.Strict, isLegacy: false)
        {
            Sabotage = device =>
            {
                var queue = device.AllQueues[0];
                switch (invariant)
                {
                    case "a status bit sets itself" when device.Status == 1: ((MmioTransport)device.Transport).Write(MmioRegister.Status, 4, 3); break;
                    case "a queue that is not legal is in use" when queue.Ready: queue.RingSize = 3; break;
                    case "something is left over from before the reset" when device.Status == 0: queue.Ready = true; queue.RingSize = 8; break;
                }
            },
        };
        var found = Checked.Find(Property("register scripts", isLegacy: false, trial.Survive), Scripts);
        Assert.Equal(invariant, found?.Broken.Rule);
    }
}
