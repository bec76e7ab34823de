using System.Reflection;
using Ringcheck.Kernel;
using Ringcheck.Qemu;
using Ringcheck.Scenarios;
using Xunit;

namespace Ringcheck.Tests.Qemu.Driver;

/// <summary>README says on which machines, by which transports, each driver runs on QEMU's device: exactly where tests of this project run it.</summary>
public sealed class SupportTableTests
{
    private static readonly Dictionary<string, Type[]> TestsOf = new(StringComparer.Ordinal)
    {
        ["blk"] = [typeof(DriverRequestTests), typeof(DriverEventTests), typeof(DriverResetTests), typeof(PciDriverTests)],
        ["entropy"] = [typeof(EntropyTests)],
    };

    public static TheoryData<string> Devices => [.. SupportedDevices.All.Select(device => device.Name)];

    [Theory]
    [MemberData(nameof(Devices))]
    public void WhatReadmeSaysOfQemuIsTested(string name)
    {
        IEnumerable<MachinePlace> tested = TestsOf[name].SelectMany(type => type.GetMethods()).SelectMany(method => method.GetCustomAttributes<InlineDataAttribute>())
            .SelectMany(row => row.Data).OfType<DriverWay>().Select(PlaceOf).Distinct().Order();
        Assert.Equal(SupportedDevices.All.Single(device => device.Name == name).OnQemu.Order(), tested);
    }

    private static MachinePlace PlaceOf(DriverWay way) => (way.Kind(), way.Machine()) switch
    {
        (TransportKind.MmioModern, _) => MachinePlace.VirtMmioModern,
        (TransportKind.MmioLegacy, _) => MachinePlace.VirtMmioLegacy,
        (TransportKind.PciModern, QemuMachineKind.Pc) => MachinePlace.PcPciModern,
        (TransportKind.PciLegacy, QemuMachineKind.Pc) => MachinePlace.PcPciLegacy,
        (TransportKind.PciLegacy, _) => MachinePlace.VirtPciLegacy,
        _ => MachinePlace.VirtPciModern,
    };
}
