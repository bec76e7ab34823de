using Ringcheck.Models.Checking;
using Ringcheck.Models.Events;
using Ringcheck.Models.Lifecycle;
using Ringcheck.Models.Ownership;
using Ringcheck.Models.Ring;

namespace Ringcheck.Models;

/// <summary>A model that the command line can check.</summary>
/// <param name="Name">The name to ask for.</param>
/// <param name="Description">One line: what it is, and what its size counts.</param>
/// <param name="Sizes">The sizes it can be checked at, in ascending order.</param>
/// <param name="DefaultSize">A size that ends within seconds.</param>
/// <param name="Run">The check itself, for a size of <paramref name="Sizes"/>.</param>
public sealed record CatalogModel(
    string Name, string Description, IReadOnlyList<int> Sizes, int DefaultSize, Func<int, CheckOptions, CheckResult> Run)
{
    /// <summary>Checks the model at a size.</summary>
    /// <exception cref="ArgumentException">The model does not have this size; the message is one line for the user.</exception>
    public CheckResult Check(int size, CheckOptions options) =>
        Sizes.Contains(size)
            ? Run(size, options)
            : throw new ArgumentException($"Model {Name} has no size {size}; its sizes are {string.Join(", ", Sizes)}.");
}

/// <summary>The models that are shipped.</summary>
public static class ModelCatalog
{
    public static IReadOnlyList<CatalogModel> All { get; } =
    [
        new("ring", "Ring.tla: one descriptor a request, in order, reset at any moment; size = ring size", [1, 2, 3, 4], 2,
            static (size, options) => Checker.Check<RingModel, RingState>(new RingModel(size, reset: true), options)),
        new("ring-no-reset", "Ring.tla without reset; size = ring size", [1, 2, 3, 4], 2,
            static (size, options) => Checker.Check<RingModel, RingState>(new RingModel(size, reset: false), options)),
        new("ownership", "split virtqueue: chains, batches, any order, reset, any number of requests; size = Queue Size", [1, 2, 4], 2,
            static (size, options) => Checker.Check<OwnershipModel, OwnershipState>(new OwnershipModel(size), options)),
        new("ownership-wrap", "the same with real 16-bit indices from 65,534, five requests a life; size = Queue Size", [1, 2, 4], 2,
            static (size, options) => Checker.Check<OwnershipModel, OwnershipState>(new OwnershipModel(size, WrapStart), options)),
        new("event-idx", "notification suppression by event indices: both sides sleep, five requests from 65,534; size = Queue Size", [1, 2, 4], 4,
            static (size, options) => Checker.Check<EventModel, EventState>(new EventModel(size, WrapStart), options)),
        new("lifecycle", "reset, status, features, queue set-up and recovery on virtio-mmio; size = queues", [1, 2, 3, 4], 1,
            static (size, options) => Checker.Check<LifecycleModel, LifecycleModelState>(new LifecycleModel(size, legacy: false), options)),
        new("lifecycle-legacy", "the same on virtio-mmio version 1; size = queues", [1, 2, 3, 4], 1,
            static (size, options) => Checker.Check<LifecycleModel, LifecycleModelState>(new LifecycleModel(size, legacy: true), options)),
    ];

    /// <summary>Two requests before the indices wrap.</summary>
    private const int WrapStart = 65_534;

    /// <summary>The model of a name.</summary>
    /// <exception cref="ArgumentException">There is none; the message is one line for the user.</exception>
    public static CatalogModel Of(string name) =>
        All.FirstOrDefault(model => model.Name == name)
        ?? throw new ArgumentException($"There is no model {name}; the models are {string.Join(", ", All.Select(static m => m.Name))}.");
}
