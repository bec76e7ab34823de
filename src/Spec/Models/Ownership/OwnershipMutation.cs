namespace Ringcheck.Models.Ownership;

/// <summary>One deliberate fault in the model's driver or device, to show that the rule against it fires.</summary>
internal enum OwnershipMutation
{
    None,
    DriverRewritesInFlight,
    DriverReadsEarly,
    DriverReusesBeforeResetSeen,
    DriverPublishesTwice,
    DriverSkipsIndex,
    DriverPublishesUnwritten,
    DriverReapsUnused,
    DriverReleasesInFlight,
    DriverReleasesTwice,
    DriverComparesByOrder,
    DeviceTakesUnavailable,
    DeviceTouchesFree,
    DeviceTouchesCompleted,
    DeviceWorksAfterReset,
    DeviceCompletesTwice,
    DeviceSkipsIndex,
    DeviceSwapsResults,
    DeviceForgets,
}
